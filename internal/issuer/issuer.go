// Package issuer stands in for an OpenID Connect issuer in tests: it serves its discovery document and its keys, and signs
// whatever claims it is told to.
package issuer

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Issuer is a running issuer with one key at a time.
type Issuer struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	key      *rsa.PrivateKey
	id       string
	asked    int
	document map[string]any // the discovery document
	also     []map[string]string
	status   int
}

// Start starts an issuer on this machine's loopback.
func Start(t *testing.T) *Issuer {
	t.Helper()
	i := &Issuer{t: t, status: http.StatusOK}
	i.Server = httptest.NewServer(i)
	return i.begin()
}

// StartTLS is Start with TLS, which only clients of the server's trust.
func StartTLS(t *testing.T) *Issuer {
	t.Helper()
	i := &Issuer{t: t, status: http.StatusOK}
	i.Server = httptest.NewTLSServer(i)
	return i.begin()
}

func (i *Issuer) begin() *Issuer {
	i.t.Helper()
	i.t.Cleanup(i.Close)
	i.document = map[string]any{"issuer": i.URL, "jwks_uri": i.URL + "/keys?p=1"}
	i.Rotate()
	return i
}

// Rotate puts another key in the place of the one that is there.
func (i *Issuer) Rotate() {
	i.t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key, i.id = key, fmt.Sprintf("key-%x", key.N.Bytes()[:4])
}

// Say changes a member of the discovery document.
func (i *Issuer) Say(member string, value any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.document[member] = value
}

// Also lists keys beside the one that signs.
func (i *Issuer) Also(keys ...map[string]string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.also = keys
}

// Answer makes the issuer answer with a status.
func (i *Issuer) Answer(status int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status = status
}

// Asked is how often anybody asked for the keys.
func (i *Issuer) Asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// Key is the key that signs, and its id.
func (i *Issuer) Key() (*rsa.PrivateKey, string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.key, i.id
}

// Claims are those of a good access token, as Cognito writes them, with changes. A nil change takes a claim away.
func (i *Issuer) Claims(subject, client string, changes map[string]any) jwt.MapClaims {
	claims := jwt.MapClaims{
		"iss": i.URL, "sub": subject, "client_id": client, "token_use": "access", "scope": "openid",
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(), "version": 2,
	}
	maps.Copy(claims, changes)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Sign signs claims with the issuer's key.
func (i *Issuer) Sign(claims jwt.MapClaims) string {
	i.t.Helper()
	key, id := i.Key()
	return Signed(i.t, jwt.SigningMethodRS256, id, key, claims)
}

// Signed signs claims in any way.
func Signed(t *testing.T, method jwt.SigningMethod, id string, key any, claims jwt.MapClaims) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(method, claims)
	unsigned.Header["kid"] = id
	text, err := unsigned.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// ServeHTTP implements [http.Handler].
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	w.Header().Set("Location", "/elsewhere") // for those that answer with a redirection
	w.WriteHeader(i.status)
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(i.document) // a client that has gone is no error
	case "/keys":
		i.asked++
		keys := append([]map[string]string{JWK(i.id, &i.key.PublicKey)}, i.also...)
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
	}
}

// JWK is a key as a JWKS lists it.
func JWK(id string, key *rsa.PublicKey) map[string]string {
	return map[string]string{
		"kid": id, "kty": "RSA", "use": "sig", "alg": "RS256", "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()),
		"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
}
