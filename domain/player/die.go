package player

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// Die says that the caller's player is dead. The rooms that the player is in see to the rest.
type Die struct {
	Username string `json:"-" path:"username"`
}

// DoDie declares [Die].
var DoDie = es.Handles[Die](Aggregate, "die", "POST /players/{username}/deaths")

// Stream implements [es.Command].
func (c Die) Stream() string { return account.Normalise(c.Username) }

// Validate implements [es.Command].
func (c Die) Validate() error { return account.CheckUsername("username", c.Username) }

// Decide gives [Died], or [ErrNotYours]. Who is dead may die again: there may have been no room to bring them back.
func (c Die) Decide(p Player, env es.Env) ([]es.Event[Player], error) {
	if err := owns(c.Username, env); err != nil {
		return nil, err
	}
	return []es.Event[Player]{Died{Death: p.Deaths + 1}}, nil
}
