package keyfile

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
)

// Secret implements [engine.Secrets] with the bytes of a file. It is safe for concurrent use.
type Secret struct{ bytes []byte }

const secretBytes = 32

// OpenSecret reads the secret's file, of 32 bytes at least. It is made and refused as the key file of [Open] is.
func OpenSecret(path string) (*Secret, error) {
	secret, err := open(path, newSecret)
	if err != nil {
		return nil, err
	}
	if len(secret) < secretBytes {
		return nil, fmt.Errorf("read the key file: %s has %d bytes, a secret has %d or more", path, len(secret), secretBytes)
	}
	return &Secret{secret}, nil
}

func newSecret() ([]byte, error) {
	secret := make([]byte, secretBytes)
	_, err := rand.Read(secret)
	return secret, err
}

// Secret gives the secret.
func (s *Secret) Secret(context.Context) ([]byte, error) { return slices.Clone(s.bytes), nil }
