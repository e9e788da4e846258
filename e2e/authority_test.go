package e2e

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/token"
)

// TestWhoeverVerifiesATokenFindsItsKey goes the way of an authorizer: from the issuer to its keys.
func TestWhoeverVerifiesATokenFindsItsKey(t *testing.T) {
	ada, _ := newcomer(t)
	authority := &client.Client{Base: server.authority}
	found := get[token.Discovery](t, authority, "/.well-known/openid-configuration")
	if found.Issuer != server.about.Issuer || !strings.HasPrefix(found.JWKS, found.Issuer+"/") {
		t.Fatalf("the issuer %s says %+v", server.about.Issuer, found)
	}
	keys := get[token.KeySet](t, authority, strings.TrimPrefix(found.JWKS, found.Issuer))
	claims := jwt.RegisteredClaims{}
	_, err := jwt.ParseWithClaims(ada.Token, &claims, func(read *jwt.Token) (any, error) { return keyOf(keys, read.Header["kid"]) })
	if err != nil || claims.Issuer != found.Issuer {
		t.Fatalf("a token of %q: %v", claims.Issuer, err)
	}
}

func keyOf(keys token.KeySet, id any) (*rsa.PublicKey, error) {
	for _, key := range keys.Keys {
		if key.ID != id {
			continue
		}
		n, badN := base64.RawURLEncoding.DecodeString(key.N)
		e, badE := base64.RawURLEncoding.DecodeString(key.E)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, errors.Join(badN, badE)
	}
	return nil, fmt.Errorf("the key %v is not among %+v", id, keys)
}
