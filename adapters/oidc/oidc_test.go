package oidc_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/adapters/oidc"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/issuer"
)

// clock is moved by the test.
type clock struct{ now time.Time }

func (c *clock) world() engine.World { return engine.World{Now: func() time.Time { return c.now }} }

func keysOf(t *testing.T, url string, transport http.RoundTripper) (*oidc.Keys, *clock) {
	t.Helper()
	c := &clock{now: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)}
	keys, err := oidc.New(url, transport, c.world())
	if err != nil {
		t.Fatal(err)
	}
	return keys, c
}

// finds asserts that a key is found, or is not.
func finds(t *testing.T, keys *oidc.Keys, id string, want bool) *rsa.PublicKey {
	t.Helper()
	key, found, err := keys.Key(t.Context(), id)
	if err != nil || found != want {
		t.Fatalf("key %s: found %v, %v", id, found, err)
	}
	return key
}

func TestKeys(t *testing.T) {
	i := issuer.StartTLS(t)
	keys, now := keysOf(t, i.URL, i.Client().Transport)
	private, first := i.Key()
	if key := finds(t, keys, first, true); !key.Equal(&private.PublicKey) {
		t.Fatalf("found %v", key)
	}
	asked := func(want int) {
		t.Helper()
		if got := i.Asked(); got != want {
			t.Fatalf("the issuer was asked %d times, not %d", got, want)
		}
	}
	asked(1)
	now.now = now.now.Add(oidc.Fresh)
	finds(t, keys, first, true)
	asked(1)

	// A rotation shows at once: the id is unknown.
	i.Rotate()
	_, second := i.Key()
	finds(t, keys, second, true)
	asked(2)
	finds(t, keys, first, false)
	asked(2) // within the pause

	// Ids that nobody has do not make a question each.
	for range 100 {
		finds(t, keys, "nobody's", false)
	}
	asked(2)
	now.now = now.now.Add(oidc.Pause)
	finds(t, keys, "nobody's", false)
	asked(3)

	// A key that is withdrawn is forgotten, though nobody comes with another.
	i.Rotate()
	now.now = now.now.Add(oidc.Fresh + time.Second)
	finds(t, keys, second, false)
	asked(4)
}

func TestAnIssuerThatDoesNotAnswer(t *testing.T) {
	i := issuer.Start(t)
	keys, now := keysOf(t, i.URL, http.DefaultTransport)
	_, id := i.Key()
	i.Answer(http.StatusServiceUnavailable)
	for range 2 { // the second is not asked about, and refused alike
		if _, _, err := keys.Key(t.Context(), id); !errors.Is(err, engine.ErrBusy) || !strings.Contains(err.Error(), "503") {
			t.Fatalf("got %v", err)
		}
	}
	i.Answer(http.StatusOK)
	now.now = now.now.Add(oidc.Pause)
	finds(t, keys, id, true)

	i.Answer(http.StatusServiceUnavailable)
	now.now = now.now.Add(oidc.Kept)
	finds(t, keys, id, true) // what is known is good for a while
	now.now = now.now.Add(time.Second)
	if _, _, err := keys.Key(t.Context(), id); err == nil || !strings.Contains(err.Error(), "too old") {
		t.Fatalf("old keys gave %v", err)
	}
}

// A caller that goes away takes the answer from nobody else.
func TestACallerThatGoes(t *testing.T) {
	i := issuer.Start(t)
	keys, _ := keysOf(t, i.URL, http.DefaultTransport)
	_, id := i.Key()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, found, err := keys.Key(gone, id); !found || err != nil {
		t.Fatalf("found %v, %v", found, err)
	}
}

func TestAtTheSameTime(t *testing.T) {
	i := issuer.Start(t)
	keys, _ := keysOf(t, i.URL, http.DefaultTransport)
	_, id := i.Key()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, found, err := keys.Key(t.Context(), id); !found || err != nil {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
	all.Wait()
	if n := i.Asked(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

// TestOtherKeys lists keys that no RS256 signature can be verified with, under the ids that they would be found by.
func TestOtherKeys(t *testing.T) {
	i := issuer.Start(t)
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	private, id := i.Key()
	with := func(kid, member, value string) map[string]string {
		key := issuer.JWK(kid, &private.PublicKey)
		key[member] = value
		return key
	}
	i.Also(
		issuer.JWK("weak", &weak.PublicKey), with("elliptic", "kty", "EC"), with("for secrets", "use", "enc"), with("other", "alg", "PS256"),
		with("torn", "n", "?"), with("without e", "e", ""), with("large e", "e", "AQAAAAAB"), with("", "use", "sig"),
	)
	keys, _ := keysOf(t, i.URL, http.DefaultTransport)
	finds(t, keys, id, true)
	for _, other := range []string{"weak", "elliptic", "for secrets", "other", "torn", "without e", "large e", ""} {
		finds(t, keys, other, false)
	}
}

func TestWhoCouldBeAnybody(t *testing.T) {
	for _, url := range []string{
		"", "id.example", "http://id.example", "http://127.0.0.1.evil.example", "http://10.0.0.1", "ftp://id.example", "https://", "https://a:b@id.example", "https://id.example#x",
	} {
		if _, err := oidc.New(url, nil, engine.World{}); err == nil {
			t.Errorf("%q is taken for an issuer", url)
		}
	}
	for _, url := range []string{"https://id.example/pool", "http://localhost:8080/realms/x", "http://[::1]:80"} {
		if _, err := oidc.New(url, nil, engine.World{}); err != nil {
			t.Errorf("%q: %v", url, err)
		}
	}
	for name, c := range map[string]struct {
		change func(*issuer.Issuer)
		want   string
	}{
		"another issuer":       {func(i *issuer.Issuer) { i.Say("issuer", i.URL+"/") }, "calls itself"},
		"keys without TLS":     {func(i *issuer.Issuer) { i.Say("jwks_uri", "http://id.example/keys") }, "jwks_uri"},
		"no place of the keys": {func(i *issuer.Issuer) { i.Say("jwks_uri", nil) }, "jwks_uri"},
		"somewhere else":       {func(i *issuer.Issuer) { i.Answer(http.StatusFound) }, "302"},
		"no document":          {func(i *issuer.Issuer) { i.Say("issuer", 1) }, "read http"},
		"too much":             {func(i *issuer.Issuer) { i.Say("x", strings.Repeat("x", 1<<20)) }, "read http"},
	} {
		t.Run(name, func(t *testing.T) {
			i := issuer.Start(t)
			c.change(i)
			keys, _ := keysOf(t, i.URL, http.DefaultTransport)
			_, id := i.Key()
			if _, _, err := keys.Key(t.Context(), id); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v", err)
			}
		})
	}
}
