package room

import "github.com/foldstream/foldstream/es"

// Respawn brings a player back whose death a life has been spent on. Only sagas send it.
type Respawn struct {
	RoomID   string `json:"roomId"`
	PlayerID string `json:"playerId"`
	Death    int    `json:"death"`
}

// DoRespawn declares [Respawn].
var DoRespawn = es.Internal[Respawn](Aggregate, "respawn-player")

// Stream implements [es.Command].
func (c Respawn) Stream() string { return c.RoomID }

// Validate implements [es.Command].
func (c Respawn) Validate() error { return bothIDs(c.RoomID, c.PlayerID) }

// Decide gives [Respawned]; nothing when the player is back or gone, or has died again, which has consequences of its own.
func (c Respawn) Decide(r Room, _ es.Env) ([]es.Event[Room], error) {
	if !r.isDownBy(c.PlayerID, c.Death) {
		return nil, nil
	}
	return []es.Event[Room]{Respawned{PlayerID: c.PlayerID, Death: c.Death}}, nil
}

// isDownBy reports whether a player is in the room, and down since this death.
func (r Room) isDownBy(playerID string, death int) bool {
	i := r.seat(playerID)
	return i >= 0 && r.Seats[i].isDown() && r.Seats[i].Fallen == death
}
