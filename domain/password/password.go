// Package password is how passwords are kept and tried: as argon2id hashes, and not too often. Whatever signs people in by
// password shares it.
package password

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/foldstream/foldstream/es"
)

const (
	shortest = 8   // characters
	longest  = 128 // characters
)

// CheckNew refuses a password that nobody may choose.
func CheckNew(password string) error {
	if n := utf8.RuneCountInString(password); n < shortest || n > longest {
		return es.Invalid("password", "a password has %d to %d characters", shortest, longest)
	}
	return nil
}

// CheckTried refuses a password that nobody can have, before it costs the time of a hash.
func CheckTried(password string) error {
	if password == "" || utf8.RuneCountInString(password) > longest {
		return es.Invalid("password", "a password has 1 to %d characters", longest)
	}
	return nil
}

// parameters of argon2id. They stand in every hash, so that those that were made with others stay good.
type parameters struct {
	memory uint32 // KiB
	passes uint32
	lanes  uint8
}

// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
var current = parameters{memory: 19 * 1024, passes: 2, lanes: 1}

const (
	saltBytes = 16
	keyBytes  = 32
)

// Stranger stands in for the hash of whoever has no account, so that an unknown name costs the same time as a wrong
// password. It is made of nothing: no password fits it.
var Stranger = current.phc(make([]byte, saltBytes), make([]byte, keyBytes))

// Hash makes the PHC string of a password, salted with the entropy of the command that brings it.
func Hash(password string, env es.Env) string {
	salt := env.Entropy[:saltBytes]
	return current.phc(salt, current.key(password, salt, keyBytes))
}

// Fits reports whether a password is the one that a PHC string was made of. A string that can't be read fits none.
func Fits(password, phc string) bool {
	fields := strings.Split(phc, "$") // "", "argon2id", "v=19", "m=…,t=…,p=…", salt, key
	if len(fields) != 6 || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return false
	}
	var p parameters
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil || p.passes == 0 || p.lanes == 0 {
		return false
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(fields[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(fields[5])
	if saltErr != nil || keyErr != nil || len(key) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(key, p.key(password, salt, len(key))) == 1
}

func (p parameters) key(password string, salt []byte, length int) []byte {
	return argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, uint32(length))
}

func (p parameters) phc(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}
