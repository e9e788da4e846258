package portable_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/portable"
)

// noting is an importer that lets nobody do more than look.
type noting struct {
	engine.Importer
	at uint64
}

func (n noting) Noted(context.Context, string) (uint64, error) { return n.at, nil }

// TestDryImportOnlyLooks has a dry run come upon an import that broke off before all that it had copied was in the feed.
func TestDryImportOnlyLooks(t *testing.T) {
	source := history(40)
	file, _ := source.export(t, 0)
	there := *source
	for fed, want := range map[int]error{20: nil, 13: nil, 21: portable.ErrOccupied} {
		there.commits = source.commits[:fed]
		i := &portable.Import{
			Installation: &engine.Installation{App: app, Feed: &there}, Importer: noting{at: 20}, Dry: true, Progress: func(uint64, uint64) {},
		}
		r, err := portable.NewReader(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if done, err := i.Run(t.Context(), r); !errors.Is(err, want) || err == nil && (done.Before != 20 || done.Commits != 40) {
			t.Errorf("with %d in the feed it gives %+v, %v", fed, done, err)
		}
	}
}

// TestTimesThatNoStoreKeeps has a file hold times that would come out of a store otherwise than they came in.
func TestTimesThatNoStoreKeeps(t *testing.T) {
	for _, at := range []time.Time{noon.Add(time.Microsecond), noon.In(time.FixedZone("somewhere", 3600))} {
		s := history(3)
		s.commits[1].Time = at
		file, _ := s.export(t, 0)
		if _, _, err := read(file); !errors.Is(err, portable.ErrDamaged) {
			t.Errorf("%s gives %v", at.Format(time.RFC3339Nano), err)
		}
	}
}
