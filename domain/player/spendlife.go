package player

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// SpendLife takes a life for a death, so that a room can bring the player back. Only sagas send it.
type SpendLife struct {
	Username string `json:"username"`
	RoomID   string `json:"roomId"`
	Death    int    `json:"death"`
}

// DoSpendLife declares [SpendLife].
var DoSpendLife = es.Internal[SpendLife](Aggregate, "spend-life")

// Stream implements [es.Command].
func (c SpendLife) Stream() string { return account.Normalise(c.Username) }

// Validate implements [es.Command].
func (c SpendLife) Validate() error {
	switch {
	case c.RoomID == "":
		return es.Invalid("roomId", "which room is it for?")
	case c.Death < 1:
		return es.Invalid("death", "deaths are numbered from 1")
	}
	return account.CheckUsername("username", c.Username)
}

// Decide gives [LifeSpent], or [ErrNoLivesLeft]; nothing when the death is settled, be it in another room.
func (c SpendLife) Decide(p Player, _ es.Env) ([]es.Event[Player], error) {
	switch {
	case c.Death <= p.Settled:
		return nil, nil
	case p.Lives < 1:
		return nil, ErrNoLivesLeft
	}
	return []es.Event[Player]{LifeSpent{RoomID: c.RoomID, Death: p.Deaths}}, nil
}
