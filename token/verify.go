package token

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Provider is another issuer of tokens in place of our [Authority]: a user pool of Cognito, or any OpenID Connect issuer.
// The zero value is none.
type Provider struct {
	Issuer   string // URL, letter for letter what its tokens have in iss
	Audience string // what they have in aud; or in client_id, if they have no aud
	Roles    string // the claim that holds the caller's roles; empty for [Scope]
}

// Named reports whether there is a provider.
func (p Provider) Named() bool { return p.Issuer != "" }

// InScope reports whether the roles are where an authorizer of API Gateway looks for scopes: in scope, or in scp.
func (p Provider) InScope() bool { return p.Roles == "" || p.Roles == Scope || p.Roles == "scp" }

// Check refuses a provider of whom only half is said.
func (p Provider) Check() error {
	if p.Named() == (p.Audience == "") {
		return errors.New("an issuer and its audience are named together, or neither")
	}
	if !p.Named() && p.Roles != "" && p.Roles != Scope {
		return fmt.Errorf("the roles are in %s for an issuer of one's own: name it", p.Roles)
	}
	return nil
}

// Scope is the claim that holds the roles in our own tokens.
const Scope = "scope"

// Leeway is by how much a provider's clock may be off ours.
const Leeway = 30 * time.Second

// Keyring is the public keys of an issuer.
type Keyring interface {
	// Key finds a key by its id. It is not found when the issuer has none of this id.
	Key(ctx context.Context, id string) (key *rsa.PublicKey, found bool, err error)
}

// Verifier verifies a provider's tokens.
type Verifier struct {
	Provider
	Keys   Keyring
	Leeway time.Duration
	World  engine.World
}

// Caller is whom a verified token speaks for, and until when.
type Caller struct {
	Claims  map[string]string // see [Texts]; never without sub
	Expires time.Time
}

// ErrInvalid is the refusal of a token that is malformed, expired, foreign or signed by somebody else.
var ErrInvalid = es.Unauthenticated("InvalidToken", "the access token is not valid, or no longer; sign in again")

// verified is what is asked of a token's claims; all is the rest of them.
type verified struct {
	jwt.RegisteredClaims
	ClientID string `json:"client_id"`
	all      map[string]jsontext.Value
}

// UnmarshalJSON keeps the claims as they are, besides.
func (c *verified) UnmarshalJSON(text []byte) error {
	type plain verified
	return errors.Join(es.Decode(text, (*plain)(c)), es.Decode(text, &c.all))
}

// Verify reads a token of the provider; any other gives [ErrInvalid].
func (v *Verifier) Verify(ctx context.Context, raw string) (Caller, error) {
	var c verified
	var unreachable error
	_, err := jwt.ParseWithClaims(raw, &c, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		key, found, err := v.Keys.Key(ctx, id)
		switch {
		case err != nil:
			unreachable = err
			return nil, err
		case !found:
			return nil, errors.New("the token was signed with another key")
		}
		return key, nil
	}, jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithIssuer(v.Issuer), jwt.WithExpirationRequired(),
		jwt.WithLeeway(v.Leeway), jwt.WithTimeFunc(v.World.Time))
	switch {
	case unreachable != nil:
		return Caller{}, fmt.Errorf("find the keys of %s: %w", v.Issuer, unreachable)
	case err != nil || c.Subject == "" || !c.meantFor(v.Audience):
		return Caller{}, ErrInvalid
	}
	return Caller{Claims: Texts(c.all), Expires: c.ExpiresAt.Time}, nil
}

// meantFor is as API Gateway has it: access tokens of Cognito name the client that they were made for in place of an
// audience.
func (c *verified) meantFor(audience string) bool {
	if len(c.Audience) > 0 {
		return slices.Contains(c.Audience, audience)
	}
	return c.ClientID != "" && c.ClientID == audience
}
