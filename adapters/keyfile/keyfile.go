// Package keyfile signs with an RSA key that it keeps in a file of its owner's: the signer of one machine.
package keyfile

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Signer implements engine.Signer.
type Signer struct {
	key *rsa.PrivateKey
	id  string
}

const (
	bits     = 2048
	pemBlock = "PRIVATE KEY"
)

// ErrExposed is the error of a key file that others than its owner can read.
var ErrExposed = errors.New("others can read the key")

// Open reads the key in a PEM file (PKCS #8), and makes one first if there is no such file.
func Open(path string) (*Signer, error) {
	text, err := read(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("make a signing key: %w", err)
		}
		text, err = read(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != pemBlock {
		return nil, fmt.Errorf("read the signing key: %s holds no %s in PEM", path, pemBlock)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read the signing key in %s: %w", path, err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("read the signing key: %s holds a %T, not an RSA key", path, parsed)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("read the signing key in %s: %w", path, err)
	}
	hash := sha256.Sum256(public)
	return &Signer{key: key, id: hex.EncodeToString(hash[:8])}, nil
}

func read(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%w: chmod 600 %s, or remove it if somebody else may have it", ErrExposed, path)
	}
	return os.ReadFile(path)
}

// create writes a key beside its place and links it there, so that the file is never seen half written, and that of two
// processes that come at once the first one's key stands.
func create(path string) error {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	err = errors.Join(pem.Encode(file, &pem.Block{Type: pemBlock, Bytes: encoded}), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// Sign implements engine.Signer.
func (s *Signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	hash := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, hash[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return signature, nil
}

// Public implements engine.Signer. The id is a hash of the key.
func (s *Signer) Public(context.Context) (keyID string, key *rsa.PublicKey, err error) {
	return s.id, &s.key.PublicKey, nil
}
