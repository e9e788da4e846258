// Package keyfile signs with an RSA key in a file: the embedded counterpart of KMS.
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
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
)

// ErrExposed is the error of a key file that others than its owner may read or write.
var ErrExposed = errors.New("the key file is open to others; chmod 600 it, or better make a new key")

// Signer implements [engine.Signer] with the key of a file. It is safe for concurrent use.
type Signer struct {
	key *rsa.PrivateKey
	id  string
}

const bits = 2048

// Open reads the key file, a PEM file with an RSA key of 2048 bits at least. When it is not there it is made, with a new key
// and for the owner alone, in a folder that must exist. A file that is open to others is [ErrExposed].
func Open(path string) (*Signer, error) {
	key, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("make the key file: %w", err)
		}
		key, err = read(path)
	}
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

func read(path string) (*rsa.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrExposed)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, text)
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

// create makes the file with a new key. If another process does the same at the same moment one of the two keys stays.
func create(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return fmt.Errorf("generate a key: %w", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode the key: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // with mode 0600
	if err != nil {
		return err
	}
	err = errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), file.Sync(), file.Close())
	if err == nil {
		// A link appears at once with all of its content, and unlike a rename replaces nothing.
		err = os.Link(file.Name(), path)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return errors.Join(err, os.Remove(file.Name()))
}

// thumbprint names a key as RFC 7638 says: its required members in alphabetical order, hashed.
func thumbprint(key *rsa.PublicKey) string {
	encode := base64.RawURLEncoding.EncodeToString
	hash := sha256.Sum256(fmt.Appendf(nil, `{"e":%q,"kty":"RSA","n":%q}`, encode(big.NewInt(int64(key.E)).Bytes()), encode(key.N.Bytes())))
	return encode(hash[:])
}
