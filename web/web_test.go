package web_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/web"
)

var remote = web.Config{API: "https://api.example.com", WebSocket: "wss://ws.example.com/live", Issuer: "https://id.example.com"}

func site(t *testing.T, config web.Config) web.Site {
	t.Helper()
	made, err := web.New(domain.App, config)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestSiteSaysWhereTheAPIIs(t *testing.T) {
	made := site(t, remote)
	var config map[string]string
	if err := json.Unmarshal(made["config.json"], &config); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"api": remote.API, "webSocket": remote.WebSocket, "issuer": remote.Issuer}
	if !maps.Equal(config, want) {
		t.Errorf("config.json is %v, not %v", config, want)
	}
	for where, servers := range map[string]int{remote.API: 1, ".": 0} {
		var openAPI struct{ Servers []struct{ URL string } }
		if err := json.Unmarshal(site(t, web.Config{API: where})["openapi.json"], &openAPI); err != nil {
			t.Fatal(err)
		}
		if len(openAPI.Servers) != servers || (servers > 0 && openAPI.Servers[0].URL != where) {
			t.Errorf("openapi.json names the servers %v for an API at %s", openAPI.Servers, where)
		}
	}
}

func TestSiteIsServed(t *testing.T) {
	made := site(t, remote)
	mux := http.NewServeMux()
	for route, handle := range made.Routes(remote.Policy()) {
		mux.Handle(route, handle)
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	get := func(address string, header http.Header) (*http.Response, string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/"+address, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header
		response, err := server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response, string(text)
	}
	for file, text := range made {
		address := strings.TrimPrefix(web.Address(file), "index.html")
		response, body := get(address, nil)
		if response.StatusCode != http.StatusOK || body != string(text) {
			t.Errorf("/%s answers %d with %d bytes, not %s", address, response.StatusCode, len(body), file)
		}
		for name, want := range map[string]string{"Content-Type": web.ContentType(file), "Cache-Control": web.CacheControl(file), "Content-Security-Policy": remote.Policy()} {
			if got := response.Header.Get(name); got != want || want == "" {
				t.Errorf("/%s: %s is %q, not %q", address, name, got, want)
			}
		}
		if response, _ = get(address, http.Header{"If-None-Match": {response.Header.Get("ETag")}}); response.StatusCode != http.StatusNotModified {
			t.Errorf("/%s answers %d to who has it already", address, response.StatusCode)
		}
	}
	if _, body := get("docs", nil); body != string(made["docs/index.html"]) {
		t.Error("/docs does not lead to /docs/")
	}
	if response, _ := get("nothing.html", nil); response.StatusCode != http.StatusNotFound {
		t.Errorf("a file that is not there answers %d", response.StatusCode)
	}
}

// The policy forbids scripts and styles inside pages, and all of others. A page that has some would sit there broken.
func TestPagesLiveWithThePolicy(t *testing.T) {
	for want, config := range map[string]web.Config{
		"connect-src 'self' https://api.example.com wss://ws.example.com https://id.example.com;": remote,
		"connect-src 'self' https://id.example.com;":                                              {API: ".", WebSocket: "ws", Issuer: "https://id.example.com/pool"},
		"connect-src 'self';": {API: ".", WebSocket: "ws"},
	} {
		if policy := config.Policy(); strings.Contains(policy, "unsafe") || !strings.Contains(policy, want) {
			t.Errorf("the policy is %s, without %s", policy, want)
		}
	}
	inline := regexp.MustCompile(`<script(?:\s+type="module")?>|<style|\sstyle="|\son[a-z]+="|(?:src|href)="(?:https?:)?//`)
	pages := 0
	for file, text := range site(t, remote) {
		if strings.HasSuffix(file, ".html") {
			pages++
			if found := inline.Find(text); found != nil {
				t.Errorf("%s has %s", file, found)
			}
		}
	}
	if pages < 3 {
		t.Errorf("there are %d pages", pages)
	}
}

// Pages link to each other by the addresses they are served at.
func TestLinksLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`(?:src|href)="([^"#:]+)"`)
	made := site(t, remote)
	addresses := []string{""}
	for file := range made {
		addresses = append(addresses, web.Address(file))
	}
	for file, text := range made {
		if !strings.HasSuffix(file, ".html") {
			continue
		}
		folder := file[:strings.LastIndex(file, "/")+1]
		for _, found := range link.FindAllSubmatch(text, -1) {
			to := string(found[1])
			target := folder + to
			if up, ok := strings.CutPrefix(to, "../"); ok {
				target = up
			} else if root, ok := strings.CutPrefix(to, "/"); ok {
				target = root
			}
			if !slices.Contains(addresses, target) {
				t.Errorf("%s links to %s, where there is nothing", file, to)
			}
		}
	}
}

func TestOnlyHashedNamesAreKept(t *testing.T) {
	for file, kept := range map[string]bool{
		"index.html": false, "docs/docs.js": false, "config.json": false, "app-match.js": false, "lobby-elements.css": false,
		"app-QK3VJ7XA.js": true, "chunks/board-2LZNHM4R.css": true, "app-QK3VJ7XA.js.map": true,
	} {
		if got := strings.Contains(web.CacheControl(file), "immutable"); got != kept {
			t.Errorf("%s: %s", file, web.CacheControl(file))
		}
	}
	// What the build makes is fetched once; index.html, which names it, is asked for anew.
	made := site(t, remote)
	for file := range made {
		isBuilt := file != "404.css" && !strings.Contains(file, "/") && (strings.HasSuffix(file, ".js") || strings.HasSuffix(file, ".css"))
		if isBuilt && !strings.Contains(web.CacheControl(file), "immutable") {
			t.Errorf("%s is fetched again and again", file)
		}
	}
	for _, kind := range []string{"js", "css"} {
		if !regexp.MustCompile(`"main-[0-9A-Z]{8}\.` + kind + `"`).Match(made["index.html"]) {
			t.Errorf("index.html names no main-….%s", kind)
		}
	}
}
