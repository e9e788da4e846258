package room

import "slices"

// Why players are ejected and rooms close. A player is also ejected for the code of a refusal, as NoLivesLeft.
const (
	ReasonExited = "exited"
	ReasonEmpty  = "empty"
	ReasonIdle   = "idle"
)

// Opened says that a room came to be, and who is in it.
type Opened struct {
	PlayerIDs []string `json:"playerIds"`
}

// Evolve implements [es.Event].
func (e Opened) Evolve(r Room) Room {
	r.Status, r.Seats = StatusOpen, make([]Seat, len(e.PlayerIDs))
	for i, id := range e.PlayerIDs {
		r.Seats[i] = Seat{PlayerID: id}
	}
	return r
}

// Acted says that a player did something in the room.
type Acted struct {
	PlayerID string `json:"playerId"`
	Action   string `json:"action"`
}

// Evolve implements [es.Event].
func (Acted) Evolve(r Room) Room {
	r.Idle = 0
	return r
}

// Fell says that the room has heard of a player's death, which is to cost a life.
type Fell struct {
	PlayerID string `json:"playerId"`
	Death    int    `json:"death"`
}

// Evolve implements [es.Event].
func (e Fell) Evolve(r Room) Room {
	r.Idle = 0
	return r.with(e.PlayerID, func(s *Seat) { s.Fallen = e.Death })
}

// Respawned says that a player is back, for a life.
type Respawned struct {
	PlayerID string `json:"playerId"`
	Death    int    `json:"death"`
}

// Evolve implements [es.Event].
func (e Respawned) Evolve(r Room) Room {
	return r.with(e.PlayerID, func(s *Seat) { s.Risen = e.Death })
}

func (r Room) with(playerID string, change func(*Seat)) Room {
	r.Seats = slices.Clone(r.Seats)
	for i := range r.Seats {
		if r.Seats[i].PlayerID == playerID {
			change(&r.Seats[i])
		}
	}
	return r
}

// Ejected says that a player is not in the room any more.
type Ejected struct {
	PlayerID string `json:"playerId"`
	Reason   string `json:"reason"`
}

// Evolve implements [es.Event].
func (e Ejected) Evolve(r Room) Room {
	r.Seats = slices.DeleteFunc(slices.Clone(r.Seats), func(s Seat) bool { return s.PlayerID == e.PlayerID })
	return r
}

// Ticked says that time has gone by.
type Ticked struct {
	Tick int `json:"tick"` // 1, 2, 3 …
}

// Evolve implements [es.Event].
func (e Ticked) Evolve(r Room) Room {
	r.Ticks = e.Tick
	r.Idle++
	return r
}

// Closed says that the room is no more, and who was still in it.
type Closed struct {
	Reason    string   `json:"reason"`
	PlayerIDs []string `json:"playerIds"`
}

// Evolve implements [es.Event].
func (Closed) Evolve(r Room) Room {
	r.Status = StatusClosed
	return r
}
