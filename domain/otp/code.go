package otp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/foldstream/foldstream/es"
)

// A code is derived from the system's secret and the public key that it was requested under. So it need not be kept to be
// sent, and nobody without the secret can find it, whoever reads the events.

const (
	codeDigits = 5
	codes      = 100_000 // that there are
	keyBytes   = 16
)

// newKey names a request.
func newKey(env es.Env) string { return hex.EncodeToString(env.Entropy[:keyBytes]) }

// codeOf is the code that was requested under a key. Eight bytes are so many more than there are codes that none is
// favoured noticeably.
func codeOf(secret []byte, key string) string {
	mac := authenticate(secret, "otp code", key)
	return fmt.Sprintf("%0*d", codeDigits, binary.BigEndian.Uint64(mac)%codes)
}

// hashOf is what is kept of a code.
func hashOf(secret []byte, key, code string) string {
	return hex.EncodeToString(authenticate(secret, "otp hash", key, code))
}

func authenticate(secret []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, secret)
	for _, p := range parts {
		mac.Write(append([]byte(p), 0)) // never fails
	}
	return mac.Sum(nil)
}

// same compares in a time that does not tell where two strings differ.
func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

// nonce names an attempt by its entropy, which is drawn afresh for each execution of a command, even of a repeated one.
func nonce(env es.Env) string {
	hash := sha256.Sum256(env.Entropy[:])
	return hex.EncodeToString(hash[:16])
}
