package e2e

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
)

// TestBehindAPath plays through a proxy that has the API below a path, as emulators of AWS do.
func TestBehindAPath(t *testing.T) {
	const path = "/_aws/execute-api/a1b2"
	origin, err := url.Parse(server.url)
	if err != nil {
		t.Fatal(err)
	}
	passOn := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(origin) }}
	proxy := httptest.NewServer(http.StripPrefix(path, passOn))
	defer proxy.Close()
	about, err := client.Discover(t.Context(), proxy.URL+path)
	if err != nil || about.Stage != server.about.Stage {
		t.Fatalf("discovered %+v, %v", about, err)
	}
	socket := server.ws
	if server.System != nil { // whose WebSocket is below its API
		socket = about.WebSocketURL
		if !strings.HasPrefix(socket, "ws"+strings.TrimPrefix(proxy.URL, "http")+path+"/") {
			t.Fatalf("the WebSocket is at %s", socket)
		}
	}
	direct, issued := newcomer(t)
	ada := &client.Client{Base: proxy.URL + path, Token: direct.Token}
	hears, err := ada.Connect(t.Context(), socket)
	if err != nil {
		t.Fatal(err)
	}
	defer hears.Close()
	command(t, ada, http.MethodPost, "/users", map[string]string{"name": "Ada"}, nil)
	get[struct{}](t, ada, "/users/"+issued.UserID+"?min-version=1")
	hear(t, ear{hears}, "UserCreated")
}
