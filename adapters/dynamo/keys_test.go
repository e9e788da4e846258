package dynamo_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

// wrapping stands in for a service that wraps keys: by writing whose they are in front.
type wrapping struct{}

func (w wrapping) NewKey(ctx context.Context, subject string) (key, wrapped []byte, err error) {
	key = make([]byte, engine.KeyBytes)
	if _, err := rand.Read(key); err != nil {
		return nil, nil, err
	}
	wrapped, err = w.Wrap(ctx, subject, key)
	return key, wrapped, err
}

func (wrapping) Wrap(_ context.Context, subject string, key []byte) ([]byte, error) {
	return append([]byte(subject+"|"), key...), nil
}

func (wrapping) Unwrap(_ context.Context, subject string, wrapped []byte) ([]byte, error) {
	key, ok := strings.CutPrefix(string(wrapped), subject+"|")
	if !ok {
		return nil, errors.New("it is another's")
	}
	return []byte(key), nil
}

func TestKeys(t *testing.T) {
	contract.Keys(t, func(t *testing.T) engine.Keys {
		s := tables(t)
		return &dynamo.Keys{Client: s.client, Table: s.names.Keys, DataKeys: wrapping{}}
	})
}
