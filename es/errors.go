package es

import (
	"errors"
	"fmt"
)

// Kind sorts refusals by what the caller can do about them. Package api maps each kind to one HTTP status.
type Kind string

// The kinds of refusal.
const (
	KindInvalid         Kind = "invalid"         // the input itself is wrong
	KindUnauthenticated Kind = "unauthenticated" // nobody is signed in, or the credentials are wrong
	KindForbidden       Kind = "forbidden"       // signed in, but not allowed
	KindNotFound        Kind = "not-found"
	KindConflict        Kind = "conflict" // not in this state
	KindTooMany         Kind = "too-many" // later perhaps
)

// Rejection is a refusal that the domain decided on: it is an outcome, not a fault. Two rejections are the same for
// errors.Is when their codes are.
type Rejection struct {
	Code   string `json:"code"` // stable, CamelCase, part of the API
	Kind   Kind   `json:"kind"`
	Detail string `json:"detail"`          // one sentence for a person
	Field  string `json:"field,omitempty"` // the input field at fault, as a JSON pointer without its slash
}

func (r *Rejection) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("%s: %s: %s", r.Code, r.Field, r.Detail)
	}
	return r.Code + ": " + r.Detail
}

// Is matches by code.
func (r *Rejection) Is(target error) bool {
	var other *Rejection
	return errors.As(target, &other) && other.Code == r.Code
}

// Invalid refuses a field of the input with the code InvalidInput.
func Invalid(field, format string, args ...any) *Rejection {
	return &Rejection{Code: "InvalidInput", Kind: KindInvalid, Field: field, Detail: fmt.Sprintf(format, args...)}
}

// Unauthenticated declares a refusal for want of valid credentials.
func Unauthenticated(code, detail string) *Rejection {
	return &Rejection{Code: code, Kind: KindUnauthenticated, Detail: detail}
}

// Forbidden declares a refusal for want of permission.
func Forbidden(code, detail string) *Rejection {
	return &Rejection{Code: code, Kind: KindForbidden, Detail: detail}
}

// NotFound declares a refusal because what is addressed does not exist.
func NotFound(code, detail string) *Rejection {
	return &Rejection{Code: code, Kind: KindNotFound, Detail: detail}
}

// Conflict declares a refusal because of the state that the stream is in.
func Conflict(code, detail string) *Rejection {
	return &Rejection{Code: code, Kind: KindConflict, Detail: detail}
}

// TooMany declares a refusal because of a limit that time or others can lift.
func TooMany(code, detail string) *Rejection {
	return &Rejection{Code: code, Kind: KindTooMany, Detail: detail}
}

// Fault is an event or a declaration that no retry can mend, such as an event of unknown type in a stream: a consumer
// that meets one parks the stream at once.
type Fault struct {
	Doing string
	Err   error
}

func (f *Fault) Error() string { return f.Doing + ": " + f.Err.Error() }

func (f *Fault) Unwrap() error { return f.Err }
