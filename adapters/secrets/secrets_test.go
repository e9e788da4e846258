package secrets_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/foldstream/foldstream/adapters/secrets"
	"github.com/foldstream/foldstream/internal/emulator"
)

// counting counts requests.
type counting struct {
	aws.HTTPClient
	n *atomic.Int64
}

func (c counting) Do(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.HTTPClient.Do(r)
}

// open gives a client that counts its requests.
func open(t *testing.T, cfg aws.Config) (*secretsmanager.Client, *atomic.Int64) {
	t.Helper()
	n := &atomic.Int64{}
	cfg.HTTPClient = counting{cfg.HTTPClient, n}
	return secretsmanager.NewFromConfig(cfg), n
}

// create creates a secret and gives its ARN.
func create(t *testing.T, cfg aws.Config, input secretsmanager.CreateSecretInput) string {
	t.Helper()
	input.Name = aws.String(emulator.Name("secret"))
	out, err := secretsmanager.NewFromConfig(cfg).CreateSecret(t.Context(), &input)
	if err != nil {
		t.Fatal(err)
	}
	return *out.ARN
}

var engines = map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack}

func TestSecret(t *testing.T) {
	for name, engineOf := range engines {
		t.Run(name, func(t *testing.T) {
			want := strings.Repeat("s3cret! ", 4)
			for kind, input := range map[string]secretsmanager.CreateSecretInput{
				"text": {SecretString: aws.String(want)}, "bytes": {SecretBinary: []byte(want)},
			} {
				t.Run(kind, func(t *testing.T) {
					cfg := engineOf(t)
					client, requests := open(t, cfg)
					s := &secrets.Secrets{Client: client, ID: create(t, cfg, input)}
					var asking sync.WaitGroup
					for range 8 {
						asking.Go(func() {
							if got, err := s.Secret(t.Context()); err != nil || string(got) != want {
								t.Errorf("got %q, error %v", got, err)
							}
						})
					}
					asking.Wait()
					if n := requests.Load(); n != 1 {
						t.Errorf("it took %d requests, want one", n)
					}
				})
			}
		})
	}
}

func TestShortSecretsAreRefused(t *testing.T) {
	cfg := emulator.Moto(t)
	value := strings.Repeat("x", 31)
	client, _ := open(t, cfg)
	s := &secrets.Secrets{Client: client, ID: create(t, cfg, secretsmanager.CreateSecretInput{SecretString: aws.String(value)})}
	_, err := s.Secret(t.Context())
	if err == nil || strings.Contains(err.Error(), value) || !strings.Contains(err.Error(), "31 bytes") {
		t.Fatalf("got error %v, want one that tells the length alone", err)
	}
}

func TestFailuresAreNotRemembered(t *testing.T) {
	cfg := emulator.Moto(t)
	client, _ := open(t, cfg)
	s := &secrets.Secrets{Client: client, ID: emulator.Name("secret")}
	_, err := s.Secret(t.Context())
	var missing *types.ResourceNotFoundException
	if !errors.As(err, &missing) || !strings.Contains(err.Error(), s.ID) {
		t.Fatalf("got error %v, want one that names the secret", err)
	}
	if _, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String(s.ID), SecretString: aws.String(strings.Repeat("x", 32)),
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Secret(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want %v", err, context.Canceled)
	}
	if got, err := s.Secret(t.Context()); err != nil || len(got) != 32 {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
}
