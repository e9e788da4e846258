package contract

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

// Signer tests an [engine.Signer].
func Signer(t *testing.T, open func(t *testing.T) engine.Signer) {
	t.Run("signatures hold under the public key", func(t *testing.T) {
		signer := open(t)
		_, public, err := signer.Public(t.Context())
		try(t, "get the public key", err)
		if public.N.BitLen() < 2048 {
			t.Fatalf("the key has %d bits, want 2048 at least", public.N.BitLen())
		}
		for _, size := range []int{1, 300, 4096} {
			message := []byte(strings.Repeat("m", size))
			signature, err := signer.Sign(t.Context(), message)
			try(t, "sign", err)
			verify(t, public, message, signature)
		}
	})
	t.Run("the key stays the same", func(t *testing.T) {
		signer := open(t)
		id, public, err := signer.Public(t.Context())
		try(t, "get the public key", err)
		if id == "" {
			t.Fatal("the key has no id")
		}
		for _, err := range together(t.Context(), 4, func(ctx context.Context, _ int) error {
			idNow, now, err := signer.Public(ctx)
			if err == nil && (idNow != id || !now.Equal(public)) {
				err = errors.New("it is another key")
			}
			return err
		}) {
			try(t, "get the public key again", err)
		}
	})
	t.Run("nothing is signed after the context has ended", func(t *testing.T) {
		signer := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := signer.Sign(ctx, []byte("m"))
		fails(t, "sign", err, context.Canceled)
	})
}

// verify fails the test unless the signature is an RS256 one of the message.
func verify(t *testing.T, public *rsa.PublicKey, message, signature []byte) {
	t.Helper()
	hash := sha256.Sum256(message)
	try(t, "verify the signature", rsa.VerifyPKCS1v15(public, crypto.SHA256, hash[:], signature))
}
