// Package token issues and verifies the access tokens of callers: JWTs signed with RS256, the one algorithm that an HTTP
// API's JWT authorizer takes. The key stays behind engine.Signer.
package token

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Audience is the aud claim of every token, and what an authorizer asks for.
const Audience = "foldstream"

// Authority issues tokens and verifies its own.
type Authority struct {
	Issuer string // URL below which /.well-known/openid-configuration is found
	Signer engine.Signer
	World  engine.World
}

// Token is an issued token, as a login answers it.
type Token struct {
	Token     string    `json:"token"`
	UserID    string    `json:"userId"`
	Roles     []string  `json:"roles"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// claims carries the roles in scope, separated by blanks, because API Gateway passes on string claims as they are.
type claims struct {
	jwt.RegisteredClaims
	Scope string `json:"scope"`
}

// Issue signs a token for what a command granted.
func (a *Authority) Issue(ctx context.Context, g es.Grant) (Token, error) {
	now := a.World.Time().Truncate(time.Second)
	keyID, _, err := a.Signer.Public(ctx)
	if err != nil {
		return Token{}, fmt.Errorf("read the signing key: %w", err)
	}
	t := jwt.NewWithClaims(jwt.SigningMethodRS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			ID: engine.NewID(), Issuer: a.Issuer, Subject: g.Subject, Audience: jwt.ClaimStrings{Audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(g.TTL)),
		},
		Scope: strings.Join(g.Roles, " "),
	})
	t.Header["kid"] = keyID
	unsigned, err := t.SigningString()
	if err != nil {
		return Token{}, fmt.Errorf("encode a token: %w", err)
	}
	signature, err := a.Signer.Sign(ctx, []byte(unsigned))
	if err != nil {
		return Token{}, fmt.Errorf("sign a token: %w", err)
	}
	return Token{
		Token:  unsigned + "." + base64.RawURLEncoding.EncodeToString(signature),
		UserID: g.Subject, Roles: g.Roles, ExpiresAt: now.Add(g.TTL),
	}, nil
}

// Verify reads a token that this authority issued; any other gives [ErrInvalid].
func (a *Authority) Verify(ctx context.Context, raw string) (Caller, error) {
	v := Verifier{Provider: Provider{Issuer: a.Issuer, Audience: Audience}, Keys: ring{a.Signer}, World: a.World}
	return v.Verify(ctx, raw)
}

// ring holds the one key that an authority signs with.
type ring struct{ engine.Signer }

// Key implements [Keyring].
func (r ring) Key(ctx context.Context, id string) (*rsa.PublicKey, bool, error) {
	keyID, public, err := r.Public(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("read the signing key: %w", err)
	}
	return public, id == keyID, nil
}

// Key is a public key as a JWKS lists it (RFC 7517).
type Key struct {
	KeyType   string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	N         string `json:"n"`
	E         string `json:"e"`
}

// KeySet is what the JWKS endpoint answers.
type KeySet struct {
	Keys []Key `json:"keys"`
}

// Keys are the keys that verify this authority's tokens.
func (a *Authority) Keys(ctx context.Context) (KeySet, error) {
	keyID, public, err := a.Signer.Public(ctx)
	if err != nil {
		return KeySet{}, fmt.Errorf("read the signing key: %w", err)
	}
	return KeySet{Keys: []Key{{
		KeyType: "RSA", Use: "sig", Algorithm: "RS256", ID: keyID,
		N: base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		E: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
	}}}, nil
}

// Discovery is the OpenID discovery document, as far as an authorizer reads it.
type Discovery struct {
	Issuer     string   `json:"issuer"`
	JWKS       string   `json:"jwks_uri"`
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
	Responses  []string `json:"response_types_supported"`
	Subjects   []string `json:"subject_types_supported"`
}

// Discovery describes the authority to an authorizer.
func (a *Authority) Discovery() Discovery {
	return Discovery{
		Issuer: a.Issuer, JWKS: strings.TrimSuffix(a.Issuer, "/") + "/.well-known/jwks.json",
		Algorithms: []string{"RS256"}, Responses: []string{"token"}, Subjects: []string{"public"},
	}
}
