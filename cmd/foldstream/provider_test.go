package main

import (
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/token"
)

// The pages describe no routes that a stage with a provider does not have.
func TestPagesOfAStageWithAProvider(t *testing.T) {
	pages := map[string]string{"WebUrl": "https://x", "WebBucket": "b", "ApiUrl": "https://a", "SocketUrl": "wss://w", "Issuer": "https://i"}
	for audience, signsIn := range map[string]bool{"": true, "c": false} {
		shared := map[string]string{}
		if audience != "" {
			shared["Audience"] = audience
		}
		to, err := told{stage: "dev", web: pages, shared: shared}.target()
		if err != nil {
			t.Fatal(err)
		}
		if got := to.app(domain.App).SignsIn(); got != signsIn {
			t.Errorf("audience %q: people sign in: %v", audience, got)
		}
	}
}

func TestProviderOfServe(t *testing.T) {
	for name, value := range map[string]string{
		"FOLDSTREAM_ISSUER": "https://id.example", "FOLDSTREAM_AUDIENCE": "app", "FOLDSTREAM_ROLES_CLAIM": "roles",
	} {
		t.Setenv(name, value)
	}
	var config local.Config
	c := serve(&config)
	if want := (token.Provider{Issuer: "https://id.example", Audience: "app", Roles: "roles"}); config.Provider != want {
		t.Errorf("the environment says %+v", config.Provider)
	}
	if err := c.ParseFlags([]string{"--issuer", "https://other.example", "--audience", "a", "--roles-claim", "groups"}); err != nil {
		t.Fatal(err)
	}
	if want := (token.Provider{Issuer: "https://other.example", Audience: "a", Roles: "groups"}); config.Provider != want {
		t.Errorf("the flags say %+v", config.Provider)
	}
}
