// Package secrets reads the system's secret from AWS Secrets Manager.
package secrets

import (
	"context"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/foldstream/foldstream/engine"
)

// Secrets implements [engine.Secrets]. It is safe for concurrent use.
type Secrets struct {
	Client *secretsmanager.Client
	ID     string // ARN or name of a secret that the stack generates once and never rotates

	mu    sync.Mutex
	value []byte
}

var _ engine.Secrets = (*Secrets)(nil)

// shortest is how many bytes a secret has at least.
const shortest = 32

// Secret implements [engine.Secrets]. It costs a call of GetSecretValue the first time, which all who ask meanwhile wait for.
func (s *Secrets) Secret(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.value == nil {
		value, err := s.fetch(ctx)
		if err != nil {
			return nil, fmt.Errorf("get the secret %s: %w", s.ID, err)
		}
		s.value = value
	}
	return s.value, nil
}

func (s *Secrets) fetch(ctx context.Context) ([]byte, error) {
	out, err := s.Client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(s.ID)})
	if err != nil {
		return nil, err
	}
	value := out.SecretBinary
	if out.SecretString != nil {
		value = []byte(*out.SecretString)
	}
	if len(value) < shortest {
		return nil, fmt.Errorf("it has %d bytes, want %d at least", len(value), shortest)
	}
	return value, nil
}
