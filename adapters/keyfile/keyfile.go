// Package keyfile keeps the system's keys in files, for the owner's eyes alone: the embedded counterpart of KMS and of a secrets
// manager.
package keyfile

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
)

// Signer implements [engine.Signer] with the key of a file. It is safe for concurrent use.
type Signer struct {
	key *rsa.PrivateKey
	id  string
}

const bits = 2048

// Open reads the key file, a PEM file with an RSA key of 2048 bits at least. When it is not there it is made, with a new key
// and for the owner alone, in a folder that must exist. A file that is open to others is [ErrExposed].
func Open(path string) (*Signer, error) {
	text, err := open(path, newKey)
	if err != nil {
		return nil, err
	}
	key, err := parse(path, text)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	return &Signer{key: key, id: thumbprint(&key.PublicKey)}, nil
}

// Sign gives the RS256 signature of a message.
func (s *Signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	hash := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, hash[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// Public gives the public half of the key. The id is the key's thumbprint (RFC 7638).
func (s *Signer) Public(context.Context) (keyID string, key *rsa.PublicKey, err error) {
	return s.id, &s.key.PublicKey, nil
}

func parse(path string, text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s is not a PEM file", path)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok || key.N.BitLen() < bits {
		return nil, fmt.Errorf("%s does not hold an RSA key of %d bits or more", path, bits)
	}
	return key, nil
}

// newKey makes the content of a new key file.
func newKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, fmt.Errorf("generate a key: %w", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), nil
}

// thumbprint names a key as RFC 7638 says: its required members in alphabetical order, hashed.
func thumbprint(key *rsa.PublicKey) string {
	encode := base64.RawURLEncoding.EncodeToString
	hash := sha256.Sum256(fmt.Appendf(nil, `{"e":%q,"kty":"RSA","n":%q}`, encode(big.NewInt(int64(key.E)).Bytes()), encode(key.N.Bytes())))
	return encode(hash[:])
}
