package engine

import (
	"crypto/rand"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/es"
)

// World is where time comes from. The zero value is the real one.
type World struct {
	Now func() time.Time
}

// Time is the present, in UTC to the millisecond.
func (w World) Time() time.Time {
	now := time.Now
	if w.Now != nil {
		now = w.Now
	}
	return now().UTC().Truncate(time.Millisecond)
}

func (w World) env(r Request) es.Env {
	env := es.Env{Now: w.Time(), Invoker: r.Invoker, ID: AggregateID(r.ID), Cause: r.Cause}
	if r.Cause.IsZero() {
		env.Cause = env.Now
	}
	_, _ = rand.Read(env.Entropy[:]) // never fails: crypto/rand ends the program when the system has no entropy
	return env
}

// NewID makes a UUID that sorts by time.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// names is the namespace of the UUIDs that are derived from names.
var names = uuid.MustParse("6f1d4c1e-6c0b-5a43-9a38-2d6d0f0b7c55")

// derive makes the one UUID of some names, so that whoever repeats something comes to the same id.
func derive(parts ...string) string {
	var name []byte
	for _, p := range parts {
		name = append(append(name, p...), 0)
	}
	return uuid.NewSHA1(names, name).String()
}

// AggregateID is the id of what a command creates. It depends on the command's id alone, so that a repeated command does
// not create another.
func AggregateID(commandID string) string { return derive(commandID, "id") }

// UserIDFor is the id of a user whose subject, as another issuer of tokens has it, can be no id.
func UserIDFor(subject string) string { return derive("subject", subject) }

// CommandIDFor derives the id of a command from its caller's Idempotency-Key, so that nobody meets another's.
func CommandIDFor(user, command, target, key string) string {
	return derive("idempotency-key", user, command, target, key)
}
