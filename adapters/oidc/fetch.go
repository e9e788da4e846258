package oidc

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/foldstream/foldstream/es"
)

const (
	maxAnswer = 1 << 20 // bytes
	minBits   = 2048
)

// fetch reads the issuer's keys by their ids.
func (k *Keys) fetch(ctx context.Context) (map[string]*rsa.PublicKey, error) {
	var about struct {
		Issuer string `json:"issuer"`
		JWKS   string `json:"jwks_uri"`
	}
	if err := k.get(ctx, strings.TrimSuffix(k.issuer, "/")+"/.well-known/openid-configuration", &about); err != nil {
		return nil, err
	}
	if about.Issuer != k.issuer {
		return nil, fmt.Errorf("it calls itself %q, not %q", about.Issuer, k.issuer)
	}
	if err := secure(about.JWKS); err != nil {
		return nil, fmt.Errorf("jwks_uri: %w", err)
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := k.get(ctx, about.JWKS, &set); err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, one := range set.Keys {
		if key := one.public(); key != nil {
			keys[one.ID] = key
		}
	}
	if len(keys) == 0 {
		return nil, errNoKeys
	}
	return keys, nil
}

func (k *Keys) get(ctx context.Context, address string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return fmt.Errorf("make a request: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := k.client.Do(request)
	if err != nil {
		return err // it names the method and the URL
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", address, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err == nil {
		err = es.Decode(text, into)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", address, err)
	}
	return nil
}

// jwk is a key of a JWKS.
type jwk struct {
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	N         string `json:"n"`
	E         string `json:"e"`
}

// public is the key, or nil for one that no RS256 signature can be verified with.
func (j jwk) public() *rsa.PublicKey {
	if j.ID == "" || j.Type != "RSA" || (j.Use != "" && j.Use != "sig") || (j.Algorithm != "" && j.Algorithm != "RS256") {
		return nil
	}
	n, err := base64.RawURLEncoding.DecodeString(j.N)
	if err != nil {
		return nil
	}
	e, err := base64.RawURLEncoding.DecodeString(j.E)
	if err != nil || len(e) > 4 {
		return nil
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if key.N.BitLen() < minBits || key.E < 3 {
		return nil
	}
	return key
}

// secure refuses a URL that anybody on the way could answer for.
func secure(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a URL: %w", address, err)
	case u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%q is not the URL of an issuer or its keys", address)
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	default:
		return fmt.Errorf("%q is not an https URL", address)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
