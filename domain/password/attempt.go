package password

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/foldstream/foldstream/es"
)

// ErrRepeatedLogin refuses to answer a login again.
var ErrRepeatedLogin = es.Conflict("RepeatedLogin", "a login is answered once; log in again with another Idempotency-Key, or none")

// Attempt tells one attempt to log in from all others, and how it went.
type Attempt struct {
	Nonce     string
	Succeeded bool
}

// Nonce names an attempt by its entropy, which is drawn afresh for each execution of a command, even of a repeated one.
func Nonce(env es.Env) string {
	hash := sha256.Sum256(env.Entropy[:])
	return hex.EncodeToString(hash[:16])
}

// Answer is nil for the attempt that has just succeeded, and invalid for the one that has just failed. A repetition of
// either is refused with [ErrRepeatedLogin]: it was not decided on, so that its password has not been looked at.
func (a Attempt) Answer(env es.Env, invalid *es.Rejection) error {
	switch {
	case a.Nonce != Nonce(env):
		return ErrRepeatedLogin
	case !a.Succeeded:
		return invalid
	}
	return nil
}
