// Package oidc finds the keys of an OpenID Connect issuer: by its discovery document, in its JWKS (RFC 7517).
//
// It is little more than a cache. The issuer is asked rarely whatever tokens come, and keys that it has withdrawn are
// forgotten in time. Signatures and claims are package token's business.
package oidc

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/foldstream/foldstream/engine"
)

const (
	// Fresh is how long keys are used before the issuer is asked again.
	Fresh = 10 * time.Minute
	// Kept is how long keys are used at most, while the issuer does not answer.
	Kept = 2 * time.Hour
	// Pause is the least time between two questions, so that tokens with ids of keys that nobody has do not make many.
	Pause = 30 * time.Second

	timeout = 5 * time.Second // of a question
)

// Keys are an issuer's public keys.
type Keys struct {
	issuer string
	client http.Client
	world  engine.World

	mu      sync.Mutex // held while the issuer is asked: all others wait then, for timeout at most and once in a Pause
	known   map[string]*rsa.PublicKey
	fetched time.Time // when the issuer last answered
	asked   time.Time
	failure error // of the last question
}

// New makes the keys of an issuer, which is first asked when a key is. Its URL is https; that of this machine may be http.
func New(issuer string, transport http.RoundTripper, world engine.World) (*Keys, error) {
	if err := secure(issuer); err != nil {
		return nil, err
	}
	return &Keys{issuer: issuer, world: world, client: http.Client{
		Transport: transport,
		// A redirection would lead away from whom the configuration names.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Key finds a key by its id. It is an [engine.ErrBusy] when the issuer has not answered for too long.
func (k *Keys) Key(ctx context.Context, id string) (key *rsa.PublicKey, found bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.world.Time()
	key, found = k.known[id]
	if (!found || now.Sub(k.fetched) > Fresh) && now.Sub(k.asked) >= Pause {
		k.ask(ctx, now)
		key, found = k.known[id]
	}
	if now.Sub(k.fetched) > Kept {
		return nil, false, fmt.Errorf("the keys are too old: %w: %w", engine.ErrBusy, k.failure)
	}
	return key, found, nil
}

// ask goes on when the caller does not wait any more: the next one needs the answer as well.
func (k *Keys) ask(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	k.asked = now
	known, err := k.fetch(ctx)
	k.failure = err
	if err != nil {
		slog.WarnContext(ctx, "an issuer does not give its keys", "issuer", k.issuer, "error", err)
		return
	}
	k.known, k.fetched = known, now
}

var errNoKeys = errors.New("there is no RSA key of 2048 bits or more to verify signatures with")
