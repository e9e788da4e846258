package token_test

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/issuer"
	"github.com/foldstream/foldstream/token"
)

// ring is a provider's keys, by their ids, or why there are none.
type ring struct {
	keys map[string]*rsa.PublicKey
	err  error
}

func (r ring) Key(_ context.Context, id string) (*rsa.PublicKey, bool, error) {
	key, found := r.keys[id]
	return key, found, r.err
}

const pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"

// access is an access token of Cognito's, as AWS documents it: it names the client and has no audience.
func access(changes map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", "cognito:groups": []string{"read", "write"}, "iss": pool, "version": 2,
		"client_id": "1example23456789", "origin_jti": "cccccccc", "event_id": "dddddddd", "token_use": "access",
		"scope": "aws.cognito.signin.user.admin", "auth_time": noon.Unix(), "exp": noon.Add(time.Hour).Unix(), "iat": noon.Unix(),
		"jti": "eeeeeeee", "username": "ada",
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

func TestProvider(t *testing.T) {
	theirs, others := newSigner(t, "k1"), newSigner(t, "k1")
	now := noon
	v := &token.Verifier{
		Provider: token.Provider{Issuer: pool, Audience: "1example23456789"}, Leeway: token.Leeway,
		Keys:  ring{keys: map[string]*rsa.PublicKey{"k1": &theirs.key.PublicKey}},
		World: engine.World{Now: func() time.Time { return now }},
	}
	sign := func(changes map[string]any) string {
		return issuer.Signed(t, jwt.SigningMethodRS256, "k1", theirs.key, access(changes))
	}
	for name, text := range map[string]string{
		"an access token of Cognito's": sign(nil),
		"an audience":                  sign(map[string]any{"client_id": nil, "aud": "1example23456789"}),
		"among several":                sign(map[string]any{"client_id": nil, "aud": []string{"account", "1example23456789"}}),
		"over just now":                sign(map[string]any{"exp": noon.Add(time.Second - token.Leeway).Unix()}),
		"good in a moment":             sign(map[string]any{"nbf": noon.Add(token.Leeway).Unix()}),
		"an end in fractions":          sign(map[string]any{"exp": float64(noon.Unix()) + 0.5}),
	} {
		t.Run(name, func(t *testing.T) {
			caller, err := v.Verify(t.Context(), text)
			if err != nil || caller.Claims["sub"] != "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee" || caller.Claims["cognito:groups"] != "[read write]" {
				t.Fatalf("got %+v, %v", caller, err)
			}
		})
	}
	der, err := x509.MarshalPKIXPublicKey(&theirs.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	for name, text := range map[string]string{
		"empty":                        "",
		"nonsense":                     "a.b.c",
		"alg none":                     issuer.Signed(t, jwt.SigningMethodNone, "k1", jwt.UnsafeAllowNoneSignatureType, access(nil)),
		"the public key as a secret":   issuer.Signed(t, jwt.SigningMethodHS256, "k1", public, access(nil)),
		"another algorithm of RSA":     issuer.Signed(t, jwt.SigningMethodPS256, "k1", theirs.key, access(nil)),
		"another's key":                issuer.Signed(t, jwt.SigningMethodRS256, "k1", others.key, access(nil)),
		"a key of an unknown id":       issuer.Signed(t, jwt.SigningMethodRS256, "k2", theirs.key, access(nil)),
		"another issuer":               sign(map[string]any{"iss": "https://evil.example"}),
		"nearly the issuer":            sign(map[string]any{"iss": pool + "/"}),
		"no issuer":                    sign(map[string]any{"iss": nil}),
		"another client":               sign(map[string]any{"client_id": "other"}),
		"the client of another's":      sign(map[string]any{"aud": "other"}), // an audience counts before a client
		"neither audience nor client":  sign(map[string]any{"client_id": nil}),
		"no client":                    sign(map[string]any{"client_id": ""}),
		"an audience that is no text":  sign(map[string]any{"aud": 1}),
		"no subject":                   sign(map[string]any{"sub": nil}),
		"a subject that is no text":    sign(map[string]any{"sub": 1}),
		"over":                         sign(map[string]any{"exp": noon.Add(-token.Leeway).Unix()}),
		"no end":                       sign(map[string]any{"exp": nil}),
		"an end that is no number":     sign(map[string]any{"exp": "soon"}),
		"not yet":                      sign(map[string]any{"nbf": noon.Add(token.Leeway + time.Second).Unix()}),
		"good but for a letter behind": sign(nil) + "x",
	} {
		t.Run(name, func(t *testing.T) {
			if caller, err := v.Verify(t.Context(), text); !errors.Is(err, token.ErrInvalid) {
				t.Fatalf("got %+v, %v", caller, err)
			}
		})
	}
	t.Run("without the keys nobody knows", func(t *testing.T) {
		down := errors.New("down")
		blind := *v
		blind.Keys = ring{err: down}
		if _, err := blind.Verify(t.Context(), sign(nil)); !errors.Is(err, down) || errors.Is(err, token.ErrInvalid) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestTexts(t *testing.T) {
	got := token.Texts(map[string]jsontext.Value{
		"text": jsontext.Value(`"a \"b\""`), "number": jsontext.Value("1767355200"), "boolean": jsontext.Value("true"),
		"list": jsontext.Value(`["read", "write"]`), "nothing": jsontext.Value("[]"), "object": jsontext.Value(`{"roles":["read"]}`),
	})
	want := map[string]string{
		"text": `a "b"`, "number": "1767355200", "boolean": "true", "list": "[read write]", "nothing": "[]", "object": `{"roles":["read"]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestProviderIsNamedWhole(t *testing.T) {
	for p, ok := range map[token.Provider]bool{
		{}: true, {Roles: token.Scope}: true, {Issuer: pool, Audience: "app"}: true, {Issuer: pool, Audience: "app", Roles: "cognito:groups"}: true,
		{Issuer: pool}: false, {Audience: "app"}: false, {Roles: "cognito:groups"}: false,
	} {
		if err := p.Check(); (err == nil) != ok {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
