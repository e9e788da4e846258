package room

import (
	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/domain/player"
	"github.com/foldstream/foldstream/es"
)

// Attention has a room listen to its players for as long as they are in it.
var Attention = es.NewSaga(
	"room-attention",
	es.React(Aggregate, func(e Opened, m es.Meta) []es.Act {
		acts := make([]es.Act, len(e.PlayerIDs))
		for i, id := range e.PlayerIDs {
			acts[i] = Ears.Listen(listening(m, id))
		}
		return acts
	}),
	es.React(Aggregate, func(e Ejected, m es.Meta) []es.Act { return []es.Act{Ears.Stop(listening(m, e.PlayerID))} }),
	es.React(Aggregate, func(e Closed, m es.Meta) []es.Act {
		acts := make([]es.Act, len(e.PlayerIDs))
		for i, id := range e.PlayerIDs {
			acts[i] = Ears.Stop(listening(m, id))
		}
		return acts
	}),
)

func listening(m es.Meta, playerID string) es.Listening {
	return es.Listening{ID: m.Stream.ID(), Stream: es.NewStreamID(account.Category, playerID)}
}

// Lives brings back who has died, once one of their lives is spent on it. Who has none left is ejected instead.
var Lives = es.NewSaga(
	"room-lives",
	es.React(Aggregate, func(e Fell, m es.Meta) []es.Act {
		roomID := m.Stream.ID()
		eject := func(r *es.Rejection) []es.Act {
			return []es.Act{es.Send(DoEject, Eject{RoomID: roomID, PlayerID: e.PlayerID, Death: e.Death, Reason: r.Code})}
		}
		return []es.Act{
			es.Send(player.DoSpendLife, player.SpendLife{Username: e.PlayerID, RoomID: roomID, Death: e.Death}).Else(eject),
			es.Send(DoRespawn, Respawn{RoomID: roomID, PlayerID: e.PlayerID, Death: e.Death}),
		}
	}),
)

// Clock gives rooms their sense of time.
var Clock = es.NewSaga(
	"room-clock",
	es.Tick(Aggregate, DoTick, func(_ Opened, m es.Meta) Tick { return Tick{RoomID: m.Stream.ID(), Tick: 1} }),
	es.Tick(Aggregate, DoTick, func(e Ticked, m es.Meta) Tick { return Tick{RoomID: m.Stream.ID(), Tick: e.Tick + 1} }),
)
