package player

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
)

// ExitGame takes the caller's player out of all rooms.
type ExitGame struct {
	Username string `json:"-" path:"username"`
}

// DoExitGame declares [ExitGame].
var DoExitGame = es.Handles[ExitGame](Aggregate, "exit-game", "POST /players/{username}/exits")

// Stream implements [es.Command].
func (c ExitGame) Stream() string { return account.Normalise(c.Username) }

// Validate implements [es.Command].
func (c ExitGame) Validate() error { return account.CheckUsername("username", c.Username) }

// Decide gives [Exited], or [ErrNotYours]. A player doesn't know of rooms: it may be that nobody hears it.
func (c ExitGame) Decide(_ Player, env es.Env) ([]es.Event[Player], error) {
	if err := owns(c.Username, env); err != nil {
		return nil, err
	}
	return []es.Event[Player]{Exited{}}, nil
}
