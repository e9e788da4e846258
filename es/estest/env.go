package estest

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Noon is when everything happens, unless [At] says otherwise.
var Noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// DefaultID is [es.Env.ID], unless [ID] says otherwise.
const DefaultID = "00000000-0000-4000-8000-000000000001"

// Secret is the system's.
const Secret = "the secret of tests, 32 bytes of it"

var defaultEnv = es.Env{Now: Noon, Cause: Noon, ID: DefaultID, Secret: []byte(Secret)}

func secretFor(declared bool) []byte {
	if !declared {
		return nil
	}
	return []byte(Secret)
}

// Option sets a part of what a decision may see of the world.
type Option func(*es.Env)

// At sets the time.
func At(now time.Time) Option {
	return func(env *es.Env) {
		env.Now = now.UTC().Truncate(time.Millisecond)
		env.Cause = env.Now
	}
}

// By sets who sends the command. Without roles it is whoever may read and write, as an ordinary user does.
func By(user string, roles ...string) Option {
	if len(roles) == 0 {
		roles = []string{es.RoleRead, es.RoleWrite}
	}
	return func(env *es.Env) { env.Invoker = es.Identity{User: user, Roles: roles} }
}

// ID sets the id of the command's own.
func ID(id string) Option { return func(env *es.Env) { env.ID = id } }

// Entropy sets the first bytes of the entropy; the others are 0.
func Entropy(first ...byte) Option {
	return func(env *es.Env) {
		env.Entropy = [32]byte{}
		copy(env.Entropy[:], first)
	}
}
