package local_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/internal/issuer"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/token"
)

const app = "1example23456789"

// trusting runs a system that takes an issuer's tokens, with roles in the groups that Cognito lists.
func trusting(t *testing.T, i *issuer.Issuer, world engine.World) *local.System {
	t.Helper()
	system, err := local.Open(local.Config{
		App: domain.App, Address: "127.0.0.1:0", Data: t.TempDir(), World: world,
		Provider: token.Provider{Issuer: i.URL, Audience: app, Roles: "cognito:groups"},
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	listener, err := system.Listen(ctx)
	if err != nil {
		t.Fatal(err)
	}
	system.Address = listener.Addr().String()
	served := make(chan error, 1)
	go func() { served <- system.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-served, system.Close()); err != nil {
			t.Error(err)
		}
	})
	return system
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	if refusal := (*client.Error)(nil); !errors.As(err, &refusal) || refusal.Status != status {
		t.Fatalf("got %v, want %d", err, status)
	}
}

func TestAnotherIssuer(t *testing.T) {
	i := issuer.Start(t)
	system := trusting(t, i, engine.World{})
	url, socket := "http://"+system.Address, "ws://"+system.Address+"/ws"
	groups := func(all ...string) map[string]any { return map[string]any{"cognito:groups": all} }
	with := func(text string) *client.Client { return &client.Client{Base: url, Token: text} }
	good := i.Sign(i.Claims("auth0|ada", app, groups("read", "write")))

	t.Run("its users are ours", func(t *testing.T) {
		ada := with(good)
		s, err := ada.Connect(t.Context(), socket)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		accepted, err := ada.Command(t.Context(), "POST", "/users", map[string]string{"name": "Ada"}, nil)
		if err != nil || accepted.ID != engine.UserIDFor("auth0|ada") {
			t.Fatalf("got %+v, %v", accepted, err)
		}
		var user struct {
			Name string `json:"name"`
		}
		if err := ada.Get(t.Context(), "/users/"+accepted.ID+"?min-version=1", &user); err != nil || user.Name != "Ada" {
			t.Fatalf("got %+v, %v", user, err)
		}
		if said, err := s.Next(t.Context()); err != nil || said.Type != "UserCreated" || said.TraceID != accepted.TraceID {
			t.Fatalf("pushed %+v, %v", said, err)
		}
	})
	t.Run("who lacks the role", func(t *testing.T) {
		reader := with(i.Sign(i.Claims("eve", app, groups("read"))))
		_, err := reader.Command(t.Context(), "POST", "/users", map[string]string{"name": "Eve"}, nil)
		refusedWith(t, err, http.StatusForbidden)
		scope := with(i.Sign(i.Claims("eve", app, map[string]any{"scope": "read write admin"})))
		_, err = scope.Command(t.Context(), "POST", "/users", map[string]string{"name": "Eve"}, nil)
		refusedWith(t, err, http.StatusForbidden)
		_, err = scope.Do(t.Context(), "GET", "/matches", nil)
		refusedWith(t, err, http.StatusForbidden)
		_, err = scope.Do(t.Context(), "GET", "/traces/x", nil)
		refusedWith(t, err, http.StatusForbidden)
	})

	private, id := i.Key()
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	other := issuer.Start(t)
	otherKey, _ := other.Key()
	claims := i.Claims("ada", app, groups("read", "write"))
	past := time.Now().Add(-time.Hour).Unix()
	for name, text := range map[string]string{
		"nobody":               "",
		"another issuer":       other.Sign(other.Claims("ada", app, groups("read", "write"))),
		"in the issuer's name": issuer.Signed(t, jwt.SigningMethodRS256, id, otherKey, claims),
		"an unknown key":       issuer.Signed(t, jwt.SigningMethodRS256, "nobody's", private, claims),
		"another audience":     i.Sign(i.Claims("ada", "other", groups("read", "write"))),
		"expired":              i.Sign(i.Claims("ada", app, map[string]any{"cognito:groups": []string{"read"}, "exp": past})),
		"alg none":             issuer.Signed(t, jwt.SigningMethodNone, id, jwt.UnsafeAllowNoneSignatureType, claims),
		"HS256":                issuer.Signed(t, jwt.SigningMethodHS256, id, public, claims),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := with(text).Do(t.Context(), "GET", "/matches", nil)
			refusedWith(t, err, http.StatusUnauthorized)
			if _, err := with(text).Connect(t.Context(), socket); err == nil || !strings.Contains(err.Error(), "401") {
				t.Fatalf("the WebSocket gave %v", err)
			}
		})
	}
}

// Nobody signs in to a system that takes another issuer's tokens.
func TestNobodySignsInTwice(t *testing.T) {
	i := issuer.Start(t)
	system := trusting(t, i, engine.World{})
	anybody := &client.Client{Base: "http://" + system.Address}
	for _, d := range domain.App.Commands() {
		if d.IsInternal() || slices.Contains(system.App.Commands(), d) {
			continue
		}
		method, path, _ := strings.Cut(d.Route, " ")
		_, err := anybody.Do(t.Context(), method, strings.NewReplacer("{", "", "}", "").Replace(path), struct{}{})
		if refusal := (*client.Error)(nil); !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound && refusal.Status != http.StatusMethodNotAllowed {
			t.Errorf("%s answers %v", d.Route, err)
		}
	}
	_, err := anybody.Do(t.Context(), "GET", "/.well-known/jwks.json", nil)
	refusedWith(t, err, http.StatusNotFound)
	described, err := anybody.Do(t.Context(), "GET", "/openapi.json", nil)
	if err != nil || strings.Contains(string(described.Body), `"/login"`) || !strings.Contains(string(described.Body), `"/matches"`) {
		t.Errorf("described is %.200s, %v", described.Body, err)
	}
	var about handler.SystemAnswer
	if err := anybody.Get(t.Context(), "/system", &about); err != nil || about.Issuer != i.URL {
		t.Errorf("the system is %+v, %v", about, err)
	}
	if _, err := os.Stat(filepath.Join(system.Data, "signing-key.pem")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("there is a signing key: %v", err)
	}
}

// TestTokensEnd lets time pass over a token that a connection was opened with.
func TestTokensEnd(t *testing.T) {
	i := issuer.Start(t)
	var ahead atomic.Int64
	system := trusting(t, i, engine.World{Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	ada := &client.Client{
		Base:  "http://" + system.Address,
		Token: i.Sign(i.Claims("ada", app, map[string]any{"cognito:groups": []string{"read", "write"}})),
	}
	socket, err := ada.Connect(t.Context(), "ws://"+system.Address+"/ws")
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	said := func() string {
		t.Helper()
		if err := socket.Send(t.Context(), handler.Message{Action: "ping"}); err != nil {
			t.Fatal(err)
		}
		m, err := socket.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return m.Type + string(m.Payload)
	}
	if got := said(); got != "Pong" {
		t.Fatalf("answered %s", got)
	}
	ahead.Store(int64(time.Hour + time.Second))
	if got := said(); !strings.Contains(got, "InvalidToken") {
		t.Fatalf("answered %s", got)
	}
	ahead.Add(int64(token.Leeway))
	_, err = ada.Do(t.Context(), "GET", "/matches", nil)
	refusedWith(t, err, http.StatusUnauthorized)
}

// Half a provider, or one that anybody on the way could be, is refused at the start.
func TestProvidersThatAreNone(t *testing.T) {
	for _, p := range []token.Provider{{Issuer: "https://id.example"}, {Audience: app}, {Issuer: "http://id.example", Audience: app}} {
		system, err := local.Open(local.Config{App: domain.App, Data: t.TempDir(), Provider: p}, true)
		if err == nil {
			t.Errorf("%+v is taken: %v", p, system.Close())
		}
	}
}
