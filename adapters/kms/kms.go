// Package kms signs with an RSA key that never leaves AWS KMS.
package kms

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/foldstream/foldstream/engine"
)

// Signer implements [engine.Signer]. It is safe for concurrent use.
type Signer struct {
	Client *kms.Client
	KeyID  string // id, ARN or alias of an RSA key for signing

	mu     sync.Mutex
	arn    *string // of the key that public belongs to, even when an alias moves on
	public *rsa.PublicKey
	id     string
}

var _ engine.Signer = (*Signer)(nil)

// longestMessage is how many bytes KMS hashes itself.
const longestMessage = 4096

// Sign implements [engine.Signer]. It costs a call of KMS's Sign, and the first time one of GetPublicKey.
func (s *Signer) Sign(ctx context.Context, message []byte) ([]byte, error) {
	if _, _, err := s.Public(ctx); err != nil {
		return nil, err
	}
	input := &kms.SignInput{
		KeyId: s.arn, SigningAlgorithm: types.SigningAlgorithmSpecRsassaPkcs1V15Sha256,
		Message: message, MessageType: types.MessageTypeRaw,
	}
	if len(message) > longestMessage {
		hash := sha256.Sum256(message)
		input.Message, input.MessageType = hash[:], types.MessageTypeDigest
	}
	out, err := s.Client.Sign(ctx, input)
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", s.KeyID, err)
	}
	return out.Signature, nil
}

// Public implements [engine.Signer]. It asks KMS once; a key is replaced by deploying anew. The id is a hash of the key.
func (s *Signer) Public(ctx context.Context) (keyID string, key *rsa.PublicKey, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.public == nil {
		if err := s.fetch(ctx); err != nil {
			return "", nil, fmt.Errorf("get the public key of %s: %w", s.KeyID, err)
		}
	}
	return s.id, s.public, nil
}

func (s *Signer) fetch(ctx context.Context) error {
	out, err := s.Client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: aws.String(s.KeyID)})
	if err != nil {
		return err
	}
	if !slices.Contains(out.SigningAlgorithms, types.SigningAlgorithmSpecRsassaPkcs1V15Sha256) {
		return errors.New("it is not for RS256 signatures")
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return err
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return fmt.Errorf("it is a %T", parsed)
	}
	hash := sha256.Sum256(out.PublicKey)
	s.arn, s.public, s.id = out.KeyId, key, hex.EncodeToString(hash[:8])
	return nil
}
