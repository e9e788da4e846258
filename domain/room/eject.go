package room

import "github.com/foldstream/foldstream/es"

// Eject removes a player whom no life brings back. Only sagas send it.
type Eject struct {
	RoomID   string `json:"roomId"`
	PlayerID string `json:"playerId"`
	Death    int    `json:"death"`
	Reason   string `json:"reason"` // the code of a refusal
}

// DoEject declares [Eject].
var DoEject = es.Internal[Eject](Aggregate, "eject-player")

// Stream implements [es.Command].
func (c Eject) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Eject) Validate() error { return bothIDs(c.RoomID, c.PlayerID) }

// Decide gives [Ejected], and [Closed] with the last one; nothing when the player is back or gone, or has died again, which
// has consequences of its own.
func (c Eject) Decide(r Room, _ es.Env) ([]es.Event[Room], error) {
	if !r.isDownBy(c.PlayerID, c.Death) {
		return nil, nil
	}
	return r.eject(c.PlayerID, c.Reason), nil
}
