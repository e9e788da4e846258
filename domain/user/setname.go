package user

import (
	"strings"

	"github.com/foldstream/foldstream/es"
)

// SetName gives a user another name.
type SetName struct {
	UserID string `json:"-" path:"userId"`
	Name   string `json:"name"`
}

// DoSetName declares [SetName].
var DoSetName = es.Handles[SetName](Aggregate, "set-user-name", "PUT /users/{userId}/name")

// Stream implements [es.Command].
func (c SetName) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c SetName) Validate() error { return checkName(c.Name) }

// Decide gives [NameSet], nothing when the name is the same, or [ErrNotYours], [ErrNoSuchUser].
func (c SetName) Decide(u User, env es.Env) ([]es.Event[User], error) {
	name := strings.TrimSpace(c.Name)
	switch {
	case c.UserID != env.Invoker.User:
		return nil, ErrNotYours
	case !u.exists():
		return nil, ErrNoSuchUser
	case u.Name == name:
		return nil, nil
	}
	return []es.Event[User]{NameSet{Name: name}}, nil
}
