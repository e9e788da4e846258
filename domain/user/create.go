package user

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/foldstream/foldstream/es"
)

const maxName = 50 // characters

// Create makes the caller's user.
type Create struct {
	UserID string `json:"-" from:"invoker"`
	Name   string `json:"name"`
}

// DoCreate declares [Create].
var DoCreate = es.Handles[Create](Aggregate, "create-user", "POST /users", es.Creates("/users/{id}"))

// Stream implements [es.Command].
func (c Create) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c Create) Validate() error { return checkName(c.Name) }

// Decide gives [Created] with looks drawn by lot, or [ErrUserExists].
func (c Create) Decide(u User, env es.Env) ([]es.Event[User], error) {
	if u.exists() {
		return nil, ErrUserExists
	}
	return []es.Event[User]{Created{
		Name:   strings.TrimSpace(c.Name),
		Avatar: draw(avatars, env.Entropy[:8]),
		Color:  draw(colors, env.Entropy[8:16]),
	}}, nil
}

// checkName is about the name as it will be kept: without space around it.
func checkName(name string) error {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > maxName {
		return es.Invalid("name", "a name has 1 to %d characters", maxName)
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		return es.Invalid("name", "a name has no control characters")
	}
	return nil
}
