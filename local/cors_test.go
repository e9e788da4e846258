package local_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/issuer"
	"github.com/foldstream/foldstream/topology"
)

// TestPagesOfOtherOrigins asks as browsers do for pages that are not the API's own.
func TestPagesOfOtherOrigins(t *testing.T) {
	system := trusting(t, issuer.Start(t), engine.World{})
	ask := func(method, path string, header http.Header) *http.Response {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, "http://"+system.Address+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		return response
	}
	const origin, allowed, exposed = "https://pages.example", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"
	for _, f := range topology.Functions(system.App) {
		if f.Route == "" {
			continue
		}
		method, path, _ := strings.Cut(f.Route, " ")
		response := ask(http.MethodOptions, path, http.Header{"Origin": {origin}, "Access-Control-Request-Method": {method}})
		may := strings.Split(response.Header.Get("Access-Control-Allow-Methods"), ",")
		if response.StatusCode != http.StatusNoContent || response.Header.Get(allowed) != "*" || !slices.Contains(may, method) {
			t.Errorf("%s: %d %v", f.Route, response.StatusCode, response.Header)
		}
	}
	// A refusal has to be readable too.
	refused := ask(http.MethodGet, "/matches", http.Header{"Origin": {origin}})
	if refused.StatusCode != http.StatusUnauthorized || refused.Header.Get(allowed) != "*" || !strings.Contains(refused.Header.Get(exposed), "www-authenticate") {
		t.Errorf("who calls without a token is told %d %v", refused.StatusCode, refused.Header)
	}
	for name, response := range map[string]*http.Response{
		"of no page": ask(http.MethodGet, "/system", nil), "that is no browser's question": ask(http.MethodOptions, "/system", nil),
	} {
		if response.Header.Get(allowed) != "" || response.StatusCode == http.StatusNoContent {
			t.Errorf("a request %s is answered %d %v", name, response.StatusCode, response.Header)
		}
	}
}
