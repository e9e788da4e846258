package engine_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// shelf is leases, snapshots, timers, the inbox, a search index, mails and text messages in maps.
type shelf struct {
	leases        map[string]lease
	snapshots     map[es.StreamID]kept
	snapshotReads int
	snapshotSaves int
	snapshotsFail error
	snapshotsFull error // of saving alone
	timers        map[string]engine.Errand
	inbox         []engine.Errand
	index         map[string]indexed
	sent          map[string]string // mails and text messages, by id
}

type lease struct {
	token uint64
	until time.Time // zero when it was released
}

type kept struct {
	fold es.FoldID
	engine.Snapshot
}

type indexed struct {
	version uint64
	text    string
}

func newShelf() shelf {
	return shelf{
		leases: map[string]lease{}, snapshots: map[es.StreamID]kept{}, timers: map[string]engine.Errand{},
		index: map[string]indexed{}, sent: map[string]string{},
	}
}

func (m *memory) Acquire(_ context.Context, name string, now, until time.Time) (token uint64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.leases[name]
	if now.Before(l.until) {
		return 0, engine.ErrHeld
	}
	m.leases[name] = lease{l.token + 1, until}
	return l.token + 1, nil
}

func (m *memory) Release(_ context.Context, name string, token uint64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.leases[name].token == token {
		m.leases[name] = lease{token: token}
	}
	return nil
}

func (m *memory) Snapshot(_ context.Context, fold es.FoldID, stream es.StreamID) (engine.Snapshot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshotReads++
	if s := m.snapshots[stream]; s.fold == fold {
		return s.Snapshot, m.snapshotsFail
	}
	return engine.Snapshot{}, m.snapshotsFail
}

func (m *memory) DropSnapshots(_ context.Context, stream es.StreamID) error {
	return m.write(func() error {
		delete(m.snapshots, stream)
		return nil
	})
}

func (m *memory) SaveSnapshot(_ context.Context, fold es.FoldID, stream es.StreamID, s engine.Snapshot) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.snapshotSaves++
	if m.snapshotsFull != nil {
		return m.snapshotsFull
	}
	if was := m.snapshots[stream]; m.snapshotsFail == nil && (was.fold != fold || was.Version < s.Version) {
		m.snapshots[stream] = kept{fold, s}
	}
	return m.snapshotsFail
}

func (m *memory) Set(_ context.Context, e engine.Errand) error {
	return m.write(func() error {
		if _, set := m.timers[e.ID]; !set {
			m.timers[e.ID] = e
		}
		return nil
	})
}

// due are the timers whose time has come.
func (m *memory) due(now time.Time) []engine.Errand {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []engine.Errand
	for _, id := range slices.Sorted(maps.Keys(m.timers)) {
		if !now.Before(m.timers[id].Due) {
			due = append(due, m.timers[id])
		}
	}
	return due
}

func (m *memory) Post(_ context.Context, e engine.Errand) error {
	return m.write(func() error {
		m.inbox = append(m.inbox, e)
		return nil
	})
}

func (m *memory) Index(_ context.Context, view, id string, version uint64, text string) error {
	return m.write(func() error {
		if version >= m.index[view+" "+id].version {
			m.index[view+" "+id] = indexed{version, text}
		}
		return nil
	})
}

func (m *memory) Find(context.Context, string, string, int) ([]string, error) {
	return nil, errors.New("this index finds nothing")
}

func (m *memory) Mail(_ context.Context, id, address string, mail es.Mail) error {
	return m.write(func() error {
		m.sent[id] = "mail to " + address + ": " + mail.Text
		return nil
	})
}

func (m *memory) Text(_ context.Context, id string, sms es.SMS) error {
	return m.write(func() error {
		m.sent[id] = "text to " + sms.Number + ": " + sms.Text
		return nil
	})
}

// theSecret is as long as one has to be.
const theSecret = "the secret, which has 32 letters"

func (m *memory) Secret(context.Context) ([]byte, error) { return []byte(theSecret), nil }

// short is a secret that could be guessed.
type short struct{}

func (short) Secret(context.Context) ([]byte, error) { return []byte("short"), nil }
