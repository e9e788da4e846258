package engine

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Keys keeps a key for each subject, a person whose data is sealed by it. It is safe for concurrent use.
type Keys interface {
	// Keys finds the keys of subjects. Who has none gets one if they are to be made, and is left out else. All who ask at the
	// same time are given the same.
	Keys(ctx context.Context, subjects []string, making bool) (map[string]SubjectKey, error)
	// Forget deletes a subject's key, if there is one, and leaves a note in its place: nobody can find the key in the store
	// any more when it returns, and none is ever made again. Where there is a note already only its Done is replaced.
	Forget(ctx context.Context, f Forgetting) error
	// Forgettings lists the notes by subject.
	Forgettings(ctx context.Context) ([]Forgetting, error)
	// AllKeys yields the keys of all subjects that are not forgotten, for who moves a store. It ends after the first error.
	AllKeys(ctx context.Context) iter.Seq2[SubjectKey, error]
	// Adopt keeps a key that was made elsewhere. It gives [ErrStale] when the subject has another, or is forgotten.
	Adopt(ctx context.Context, key SubjectKey) error
}

// KeyBytes is the length of a key: that of AES-256.
const KeyBytes = 32

// SubjectKey is the key of a subject.
type SubjectKey struct {
	Subject string `json:"subject"`
	Key     []byte `json:"key"` // nil for one who is forgotten
}

// Forgetting is the note that a subject is forgotten.
type Forgetting struct {
	Subject string    `json:"subject"`
	By      string    `json:"by"` // who asked for it
	Why     string    `json:"why,omitempty"`
	At      time.Time `json:"at"`            // when the key was deleted, to the millisecond like the next
	Done    time.Time `json:"done,omitzero"` // when no process could know the key any more and nothing was left
}

// DataKeys wraps the keys of subjects, so that who reads a store has them for nothing. It is safe for concurrent use.
type DataKeys interface {
	// NewKey makes a key, and wraps it for its subject.
	NewKey(ctx context.Context, subject string) (key, wrapped []byte, err error)
	// Wrap wraps a key that was made elsewhere.
	Wrap(ctx context.Context, subject string, key []byte) (wrapped []byte, err error)
	// Unwrap gives the key. One that was wrapped for another subject is an error.
	Unwrap(ctx context.Context, subject string, wrapped []byte) (key []byte, err error)
}

// Scrubber is a store in whose files something may be left of what was overwritten there.
type Scrubber interface {
	// Scrub takes it out. It takes as long as it takes to write all views anew; what else writes waits.
	Scrub(ctx context.Context) error
}

// ErrNoKey is the error of data that is sealed by a key which is not in the store, and was not deleted there.
var ErrNoKey = errors.New("the key of a subject is missing: it belongs to another store, and is to be brought over")
