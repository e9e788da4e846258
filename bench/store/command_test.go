package store

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/uuid"
	eh "github.com/looplab/eventhorizon"
	"github.com/looplab/eventhorizon/aggregatestore/events"
	"github.com/looplab/eventhorizon/eventstore/memory"
	ehuuid "github.com/looplab/eventhorizon/uuid"

	"github.com/foldstream/foldstream/bench/horizon"
	"github.com/foldstream/foldstream/bench/score"
	"github.com/foldstream/foldstream/engine"
)

// games is how many streams the commands go round: a multiple of all numbers of writers, so that no two meet.
const games = 1024

// BenchmarkCommand measures load, decide and append of one event on a stream of a hundred.
func BenchmarkCommand(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("by=foldstream-cold/writers=%d", writers), func(b *testing.B) { commandOurs(b, writers, nil) })
		b.Run(fmt.Sprintf("by=foldstream-warm/writers=%d", writers), func(b *testing.B) {
			m, err := engine.NewMemory(2 * games)
			if err != nil {
				b.Fatal(err)
			}
			commandOurs(b, writers, m)
		})
		b.Run(fmt.Sprintf("by=eventhorizon/writers=%d", writers), func(b *testing.B) { commandHorizon(b, writers) })
	}
}

func commandOurs(b *testing.B, writers int, m *engine.Memory) {
	commands := &engine.Commands{Store: open(b, duplicate(b, folder(b, games, 1))), Memory: m}
	execute := func(s, i int) error {
		_, err := commands.Execute(b.Context(), engine.Request{
			Decl: score.DoScore, Command: score.SampleCommand(strconv.Itoa(s), i), ID: engine.NewID(), TraceID: engine.NewID(),
		})
		return err
	}
	for s := range games {
		if m == nil {
			break
		}
		if err := execute(s, 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	together(b, writers, func(w, i int) error { return execute((w+i*writers)%games, i) })
	reportCommands(b)
}

func reportCommands(b *testing.B) {
	b.Helper()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commands/s")
}

// commandHorizon measures eventhorizon on its store in memory: there is no disk in its figure.
func commandHorizon(b *testing.B, writers int) {
	store, ids := horizonGames(b)
	aggregates, err := events.NewAggregateStore(store)
	if err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	together(b, writers, func(w, i int) error {
		c := score.SampleCommand("", i)
		id := ids[(w+i*writers)%games]
		return executeHorizon(b.Context(), aggregates, &horizon.Score{ID: id, Player: c.Player, Points: c.Points, Note: c.Note})
	})
	reportCommands(b)
}

func executeHorizon(ctx context.Context, aggregates *events.AggregateStore, c *horizon.Score) error {
	a, err := aggregates.Load(ctx, horizon.GameType, c.ID)
	if err != nil {
		return err
	}
	if err := a.HandleCommand(ctx, c); err != nil {
		return err
	}
	return aggregates.Save(ctx, a)
}

func horizonGames(b *testing.B) (*memory.EventStore, []ehuuid.UUID) {
	b.Helper()
	store, err := memory.NewEventStore()
	if err != nil {
		b.Fatal(err)
	}
	ids := make([]ehuuid.UUID, games)
	for g := range ids {
		ids[g] = uuid.New()
		var stream []eh.Event
		for i := range perStream {
			data := horizon.Sample(i)
			stream = append(stream, eh.NewEvent(horizon.ScoredType, data, data.At, eh.ForAggregate(horizon.GameType, ids[g], i+1)))
		}
		if err := store.Save(b.Context(), stream, 0); err != nil {
			b.Fatal(err)
		}
	}
	return store, ids
}

func TestMain(m *testing.M) {
	horizon.Register()
	m.Run()
}
