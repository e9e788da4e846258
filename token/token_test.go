package token_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
)

type signer struct {
	id  string
	key *rsa.PrivateKey
}

func newSigner(t *testing.T, id string) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signer{id, key}
}

func (s signer) Sign(_ context.Context, message []byte) ([]byte, error) {
	hash := sha256.Sum256(message)
	return rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, hash[:])
}

func (s signer) Public(context.Context) (string, *rsa.PublicKey, error) {
	return s.id, &s.key.PublicKey, nil
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func authority(s engine.Signer, now *time.Time) *token.Authority {
	return &token.Authority{Issuer: "https://id.example", Signer: s, World: engine.World{Now: func() time.Time { return *now }}}
}

func TestToken(t *testing.T) {
	now := noon
	a := authority(newSigner(t, "k1"), &now)
	issued, err := a.Issue(t.Context(), es.Grant{Subject: "u1", Roles: []string{"read", "write"}, TTL: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	if issued.UserID != "u1" || !issued.ExpiresAt.Equal(noon.Add(time.Hour)) {
		t.Fatalf("issued %+v", issued)
	}
	caller, err := a.Verify(t.Context(), issued.Token)
	if err != nil || caller.Claims["sub"] != "u1" || caller.Claims[token.Scope] != "read write" || !caller.Expires.Equal(issued.ExpiresAt) {
		t.Fatalf("verified %+v, %v", caller, err)
	}
	now = noon.Add(time.Hour)
	if _, err := a.Verify(t.Context(), issued.Token); !errors.Is(err, token.ErrInvalid) {
		t.Fatalf("an expired token gave %v", err)
	}
}

// TestForgeries tries tokens that this authority did not issue, or did not issue so.
func TestForgeries(t *testing.T) {
	now := noon
	ours, theirs := newSigner(t, "k1"), newSigner(t, "k1")
	a := authority(ours, &now)
	with := func(change func(jwt.MapClaims)) jwt.MapClaims {
		claims := jwt.MapClaims{
			"sub": "u1", "iss": a.Issuer, "aud": token.Audience, "scope": "read", "exp": noon.Add(time.Hour).Unix(),
		}
		change(claims)
		return claims
	}
	signed := func(method jwt.SigningMethod, keyID string, key any, claims jwt.MapClaims) string {
		t.Helper()
		unsigned := jwt.NewWithClaims(method, claims)
		unsigned.Header["kid"] = keyID
		text, err := unsigned.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	same := with(func(jwt.MapClaims) {})
	good := signed(jwt.SigningMethodRS256, "k1", ours.key, same)
	if _, err := a.Verify(t.Context(), good); err != nil {
		t.Fatalf("the pattern of the forgeries is not good itself: %v", err)
	}
	der := []byte("-----BEGIN PUBLIC KEY-----")
	for name, text := range map[string]string{
		"empty":             "",
		"nonsense":          "a.b.c",
		"alg none":          signed(jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, same),
		"symmetric":         signed(jwt.SigningMethodHS256, "k1", der, same),
		"another algorithm": signed(jwt.SigningMethodRS512, "k1", ours.key, same),
		"another's key":     signed(jwt.SigningMethodRS256, "k1", theirs.key, same),
		"another key's id":  signed(jwt.SigningMethodRS256, "k2", ours.key, same),
		"another issuer":    signed(jwt.SigningMethodRS256, "k1", ours.key, with(func(c jwt.MapClaims) { c["iss"] = "https://evil.example" })),
		"another audience":  signed(jwt.SigningMethodRS256, "k1", ours.key, with(func(c jwt.MapClaims) { c["aud"] = "other" })),
		"no subject":        signed(jwt.SigningMethodRS256, "k1", ours.key, with(func(c jwt.MapClaims) { delete(c, "sub") })),
		"no end":            signed(jwt.SigningMethodRS256, "k1", ours.key, with(func(c jwt.MapClaims) { delete(c, "exp") })),
		"not yet":           signed(jwt.SigningMethodRS256, "k1", ours.key, with(func(c jwt.MapClaims) { c["nbf"] = noon.Add(time.Minute).Unix() })),
		"torn":              good[:len(good)-8],
		"changed":           strings.Replace(good, ".", ".e30", 1),
	} {
		t.Run(name, func(t *testing.T) {
			if caller, err := a.Verify(t.Context(), text); !errors.Is(err, token.ErrInvalid) {
				t.Fatalf("got %+v, %v", caller, err)
			}
		})
	}
}

func TestDiscovery(t *testing.T) {
	now := noon
	a := authority(newSigner(t, "k1"), &now)
	keys, err := a.Keys(t.Context())
	if err != nil || len(keys.Keys) != 1 || keys.Keys[0].ID != "k1" || keys.Keys[0].E != "AQAB" || len(keys.Keys[0].N) != 342 {
		t.Fatalf("got %+v, %v", keys, err)
	}
	if d := a.Discovery(); d.JWKS != "https://id.example/.well-known/jwks.json" || d.Issuer != a.Issuer {
		t.Fatalf("got %+v", d)
	}
}
