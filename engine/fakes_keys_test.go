package engine_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

// keyring is keys in maps.
type keyring struct {
	mu     sync.Mutex
	keys   map[string][]byte
	notes  map[string]engine.Forgetting
	asked  int
	breaks func() error // called without the lock around each forgetting: a crash, before it or behind it
}

func newKeyring() *keyring {
	return &keyring{keys: map[string][]byte{}, notes: map[string]engine.Forgetting{}}
}

func TestKeyring(t *testing.T) {
	contract.Keys(t, func(*testing.T) engine.Keys { return newKeyring() })
}

func (k *keyring) Keys(_ context.Context, subjects []string, making bool) (map[string]engine.SubjectKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked++
	found := map[string]engine.SubjectKey{}
	for _, subject := range subjects {
		_, forgotten := k.notes[subject]
		if k.keys[subject] == nil && making && !forgotten {
			k.keys[subject] = bytes.Clone([]byte(rand.Text() + rand.Text())[:engine.KeyBytes])
		}
		if key := k.keys[subject]; key != nil || forgotten {
			found[subject] = engine.SubjectKey{Subject: subject, Key: key}
		}
	}
	return found, nil
}

func (k *keyring) broken() error {
	if k.breaks == nil {
		return nil
	}
	return k.breaks()
}

func (k *keyring) Forget(_ context.Context, f engine.Forgetting) error {
	if err := k.broken(); err != nil {
		return err
	}
	k.mu.Lock()
	delete(k.keys, f.Subject)
	if was, noted := k.notes[f.Subject]; noted {
		was.Done = f.Done
		f = was
	}
	k.notes[f.Subject] = f
	k.mu.Unlock()
	return k.broken()
}

func (k *keyring) Forgettings(context.Context) ([]engine.Forgetting, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.SortedFunc(maps.Values(k.notes), func(a, b engine.Forgetting) int { return strings.Compare(a.Subject, b.Subject) }), nil
}

func (k *keyring) AllKeys(context.Context) iter.Seq2[engine.SubjectKey, error] {
	return func(yield func(engine.SubjectKey, error) bool) {
		k.mu.Lock()
		all := maps.Clone(k.keys)
		k.mu.Unlock()
		for subject, key := range all {
			if !yield(engine.SubjectKey{Subject: subject, Key: key}, nil) {
				return
			}
		}
	}
}

func (k *keyring) Adopt(_ context.Context, key engine.SubjectKey) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, forgotten := k.notes[key.Subject]
	if held := k.keys[key.Subject]; forgotten || held != nil && !bytes.Equal(held, key.Key) {
		return engine.ErrStale
	}
	k.keys[key.Subject] = key.Key
	return nil
}
