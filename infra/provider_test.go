package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

const pool = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"

// trusting synthesizes a try whose tokens somebody else issues.
func trusting(p token.Provider) *world {
	c := dev.config
	c.app, c.search, c.provider = app.WithoutSignIn(), "", p
	return synthesize(c)
}

func TestAnotherIssuer(t *testing.T) {
	w := trusting(token.Provider{Issuer: pool, Audience: "1example23456789", Roles: "cognito:groups"})
	authorizer := w.one(t, "AWS::ApiGatewayV2::Authorizer", "Name", "tokens")
	for property, value := range map[string]string{
		"AuthorizerType": "JWT", "JwtConfiguration.Issuer": pool, "JwtConfiguration.Audience": `["1example23456789"]`,
	} {
		if got := authorizer.text(property); got != value {
			t.Errorf("%s is %q, not %q", property, got, value)
		}
	}
	for _, kind := range []string{"AWS::KMS::Key", "AWS::ApiGatewayV2::Deployment"} {
		for _, r := range w.all(kind) {
			if kind == "AWS::ApiGatewayV2::Deployment" || r.text("KeyUsage") == "SIGN_VERIFY" {
				t.Errorf("there is %s of an authority of our own", r.id)
			}
		}
	}
	if _, empty := w.templates["identity"]; empty {
		t.Error("there is a stack of a context that deploys nothing")
	}

	var want, got []string
	for _, f := range topology.Functions(app.WithoutSignIn()) {
		if f.Route == "" || slices.Contains(f.Grants, topology.SearchViews) {
			continue
		}
		want = append(want, f.Route)
		route := w.one(t, "AWS::ApiGatewayV2::Route", "RouteKey", f.Route)
		// API Gateway looks for roles in scopes only: with them it would refuse everybody.
		if scopes := route.text("AuthorizationScopes"); scopes != "" {
			t.Errorf("%s asks for the scopes %s", f.Route, scopes)
		}
		authorized := route.text("AuthorizerId") == "tokens" && route.text("AuthorizationType") == "JWT"
		if authorized != (f.Role != "") {
			t.Errorf("%s is behind the authorizer: %v", f.Route, authorized)
		}
		if told := w.told(t, f)[setting.RolesClaim]; (told == "cognito:groups") != (f.Role != "") {
			t.Errorf("%s is told that roles are in %v", f.Route, told)
		}
	}
	for _, r := range w.all("AWS::ApiGatewayV2::Route") {
		if key := r.text("RouteKey"); !strings.HasPrefix(key, "$") {
			got = append(got, key)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-topology +stacks):\n%s", diff)
	}
	if slices.Contains(got, "POST /login") || slices.Contains(got, "GET /.well-known/jwks.json") {
		t.Error("people can still sign in here")
	}

	if _, said := w.shared.Outputs["Audience"]; !said {
		t.Error("nobody who publishes the pages can tell that people sign in elsewhere")
	}
	for _, f := range w.functions() {
		told := w.told(t, f)
		if told[setting.SigningKey] != nil {
			t.Errorf("%s is told of a key", f.Name)
		}
		if f.Socket == "$connect" && (told[setting.Issuer] != pool || told[setting.Audience] != "1example23456789" || told[setting.RolesClaim] != "cognito:groups") {
			t.Errorf("%s is told %v", f.Name, told)
		}
	}
}

// told is the environment of a function.
func (w *world) told(t *testing.T, f topology.Function) map[string]any {
	t.Helper()
	environment, _ := w.deployed(t, f).Properties["Environment"].(map[string]any)
	variables, _ := environment["Variables"].(map[string]any)
	return variables
}

// TestScopesAreChecked has roles where API Gateway finds them, so that it refuses by itself whoever lacks one.
func TestScopesAreChecked(t *testing.T) {
	for _, claim := range []string{"", token.Scope, "scp"} {
		c := small(t, "dev")
		c.provider.Roles = claim
		made, err := newSystem(newTestApp(), config{app: c.app, stage: c.stage, sender: c.sender, binary: dev.binary, provider: c.provider})
		if err != nil || !made.shared.main.scoped {
			t.Errorf("roles in %q: the authorizer checks no scopes, %v", claim, err)
		}
	}
}

// Our own functions are told of no provider.
func TestOurOwnIssuer(t *testing.T) {
	for _, f := range dev.functions() {
		if told := dev.told(t, f); told[setting.Audience] != nil || told[setting.RolesClaim] != nil {
			t.Errorf("%s is told %v", f.Name, told)
		}
	}
}

func TestSomebodyIssuesTheTokens(t *testing.T) {
	p := token.Provider{Issuer: pool, Audience: "app"}
	for _, c := range []struct {
		name string
		config
		want string // nothing for no error
	}{
		{"ours", config{app: app}, ""},
		{"another's", config{app: app.WithoutSignIn(), provider: p}, ""},
		{"both", config{app: app, provider: p}, "whose people sign in"},
		{"nobody", config{app: app.WithoutSignIn()}, "nobody issues"},
		{"no audience", config{app: app.WithoutSignIn(), provider: token.Provider{Issuer: pool}}, "together"},
		{"no issuer", config{app: app, provider: token.Provider{Audience: "app"}}, "together"},
		{"without TLS", config{app: app.WithoutSignIn(), provider: token.Provider{Issuer: "http://127.0.0.1:8080", Audience: "app"}}, "https"},
	} {
		err := checkProvider(c.config)
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
