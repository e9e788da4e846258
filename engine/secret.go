package engine

import (
	"context"
	"fmt"
)

// leastSecret is how many bytes a secret has at least: what is derived from less could be guessed.
const leastSecret = 32

// secretFor gives the system's secret to a command or a saga that uses it.
func secretFor(ctx context.Context, secrets Secrets, name string) ([]byte, error) {
	secret, err := secrets.Secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("get the secret for %s: %w", name, err)
	}
	if len(secret) < leastSecret {
		return nil, fmt.Errorf("get the secret for %s: it has %d bytes, and must have %d", name, len(secret), leastSecret)
	}
	return secret, nil
}
