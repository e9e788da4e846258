package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/token"
)

func TestEveryRouteIsThereOnce(t *testing.T) {
	type route struct{ API, Type, Scopes, Authorizer string }
	want, got := map[string]route{}, map[string]route{}
	for _, f := range dev.functions() {
		switch {
		case f.Socket != "":
			want[f.Socket] = route{API: "foldstream-dev-websocket", Type: "NONE"}
		case strings.Contains(f.Route, "/.well-known/"):
			want[f.Route] = route{API: "foldstream-dev-identity", Type: "NONE"}
		case f.Route != "" && f.Role == "":
			want[f.Route] = route{API: "foldstream-dev-main", Type: "NONE"}
		case f.Route != "":
			want[f.Route] = route{API: "foldstream-dev-main", Type: "JWT", Scopes: `["` + f.Role + `"]`, Authorizer: "tokens"}
		}
	}
	for _, r := range dev.all("AWS::ApiGatewayV2::Route") {
		key := r.text("RouteKey")
		if _, twice := got[key]; twice {
			t.Errorf("route %s is there twice", key)
		}
		got[key] = route{r.text("ApiId"), r.text("AuthorizationType"), r.text("AuthorizationScopes"), r.text("AuthorizerId")}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-topology +stacks):\n%s", diff)
	}
}

func TestRoutesMayCallTheirFunctions(t *testing.T) {
	for _, f := range dev.functions() {
		var source string
		switch {
		case f.Socket != "":
			source = "foldstream-dev-websocket/live/" + f.Socket
		case f.Route != "":
			api := "foldstream-dev-main"
			if isIdentity(f) {
				api = "foldstream-dev-identity"
			}
			source = api + "/*/" + strings.Replace(f.Route, " ", "", 1)
		default:
			continue
		}
		r := dev.one(t, "AWS::Lambda::Permission", "SourceArn", "arn:Partition:execute-api:Region:AccountId:"+source)
		if got, want := r.text("FunctionName"), dev.stage.name(f.Name)+".Arn"; got != want {
			t.Errorf("%s may call %s, not %s", source, got, want)
		}
	}
}

// A function must end before API Gateway gives up on it.
func TestIntegrationsOutlastTheirFunctions(t *testing.T) {
	for _, r := range dev.all("AWS::ApiGatewayV2::Integration") {
		if ms := r.number("TimeoutInMillis"); ms > 29_000 || ms <= float64(limits.Request.Milliseconds()) {
			t.Errorf("%s waits for %v ms", r.id, ms)
		}
	}
}

func TestAuthorizerFindsItsIssuerAlive(t *testing.T) {
	authorizer := dev.one(t, "AWS::ApiGatewayV2::Authorizer", "Name", "tokens")
	want := map[string]string{
		"AuthorizerType": "JWT", "JwtConfiguration.Issuer": "foldstream-dev-identity.ApiEndpoint",
		"JwtConfiguration.Audience": `["` + token.Audience + `"]`, "IdentitySource": `["$request.header.Authorization"]`,
	}
	for property, value := range want {
		if got := authorizer.text(property); got != value {
			t.Errorf("%s is %q, not %q", property, got, value)
		}
	}
	// It waits for the stage, that for the deployment, and that for the routes and their permissions.
	if len(authorizer.DependsOn) != 1 {
		t.Fatalf("the authorizer waits for %v, not for the identity API's stage", authorizer.DependsOn)
	}
	stage := authorizer.in.Resources[authorizer.DependsOn[0]]
	if stage.Type != "AWS::ApiGatewayV2::Stage" || stage.text("ApiId") != "foldstream-dev-identity" {
		t.Fatalf("the authorizer waits for %s", stage.id)
	}
	deployment := authorizer.in.Resources[stage.text("DeploymentId")]
	var waited []string
	for _, id := range deployment.DependsOn {
		waited = append(waited, authorizer.in.Resources[id].Type)
	}
	slices.Sort(waited)
	if diff := cmp.Diff([]string{
		"AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Route", "AWS::Lambda::Permission", "AWS::Lambda::Permission",
	}, waited); diff != "" {
		t.Errorf("the identity API's deployment waits for (-want +got):\n%s", diff)
	}
}

func TestStagesAreThrottledAndLogged(t *testing.T) {
	stages := dev.all("AWS::ApiGatewayV2::Stage")
	if len(stages) != 3 {
		t.Errorf("%d stages for three APIs", len(stages))
	}
	for _, r := range stages {
		api := r.text("ApiId")
		if r.number("DefaultRouteSettings.ThrottlingRateLimit") <= 0 || r.number("DefaultRouteSettings.ThrottlingBurstLimit") <= 0 {
			t.Errorf("%s takes any number of requests", api)
		}
		if api != "foldstream-dev-websocket" && !strings.Contains(r.text("AccessLogSettings.Format"), "$context.routeKey") {
			t.Errorf("%s does not log requests", api)
		}
	}
	open := dev.one(t, "AWS::ApiGatewayV2::Stage", "ApiId", "foldstream-dev-main")
	settings, _ := open.Properties["RouteSettings"].(map[string]any)
	for _, f := range dev.functions() {
		_, throttled := settings[f.Route]
		if want := f.Route != "" && f.Role == "" && !isIdentity(f); throttled != want {
			t.Errorf("%s has a throttle of its own: %v, not %v", f.Route, throttled, want)
		}
	}
}

// An API's stage can only name routes that are there.
func TestEntryComesLast(t *testing.T) {
	if open := dev.one(t, "AWS::ApiGatewayV2::Stage", "ApiId", "foldstream-dev-main"); open.in != dev.templates[entryStack] {
		t.Error("the main API's stage is not in the entry's stack")
	}
	dev.templates[entryStack].ResourceCountIs(jsii.String("AWS::ApiGatewayV2::Route"), jsii.Number(0))
	app := newTestApp()
	made, err := newSystem(app, small(t, "dev"))
	if err != nil {
		t.Fatal(err)
	}
	for _, stack := range made.contexts {
		if !slices.ContainsFunc(*made.entry.Dependencies(), func(d awscdk.Stack) bool { return *d.StackName() == *stack.StackName() }) {
			t.Errorf("the entry does not wait for %s", *stack.StackName())
		}
	}
}
