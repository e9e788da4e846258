package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// small is the configuration of an app with one context and one command.
func small(t *testing.T, s stage) config {
	t.Helper()
	counters := es.Of("counter", es.On[counted, counter]("Counted"))
	app := es.NewApp(es.Context{
		Name: "counting", Aggregates: []es.Folder{counters},
		Commands: []*es.CommandDecl{es.Handles[count](counters, "count", "POST /counters/{id}/counts")},
	})
	return config{
		app: app, stage: s, sender: "noreply@example.com", binary: func(string) string { return t.TempDir() },
		provider: token.Provider{Issuer: "https://id.example", Audience: "app"},
	}
}

func TestChecksRefuseWhatAWSWould(t *testing.T) {
	many := make([]topology.Function, 301)
	for n := range many {
		many[n] = topology.Function{Name: fmt.Sprintf("command-%d", n), Route: fmt.Sprintf("POST /%d", n)}
	}
	for _, c := range []struct {
		name      string
		stage     stage
		functions []topology.Function
		want      string // nothing for no error
	}{
		{"the app", "dev", dev.functions(), ""},
		{"300 routes", "dev", many[:300], ""},
		{"301 routes", "dev", many, "301 routes"},
		{"a stage with capitals", "Dev", nil, "the stage"},
		{"a stage without a name", "", nil, "the stage"},
		{"a long name", "dev", []topology.Function{{Name: strings.Repeat("x", 60)}}, "longer than 64"},
		{"a context like a stack", "dev", []topology.Function{{Name: "x", Context: "shared"}}, "cannot be called shared"},
	} {
		err := check(config{stage: c.stage}, c.functions)
		if (c.want == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestSearchIsOpenSearchOrNothing(t *testing.T) {
	for search, ok := range map[string]bool{"": true, openSearch: true, "true": false} {
		if err := check(config{stage: "dev", search: search}, nil); (err == nil) != ok {
			t.Errorf("search %q: %v", search, err)
		}
	}
}

// A fault that the schema knows fails the synthesis. It does so because cdk.json says so.
func TestTemplateFaultsAreErrors(t *testing.T) {
	app := newTestApp()
	c := small(t, "dev")
	made, err := newSystem(app, c)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{config: c, stack: made.shared.stack, at: made.shared.at}
	b.log(made.shared.stack, "faulty", "a name that has blanks, which no log group can have")
	defer func() {
		if recover() == nil {
			t.Error("a faulty template was synthesized")
		}
	}()
	app.Synth(nil)
}

// limit is one of AWS's that a system grows towards.
type limit struct {
	name string
	most int
	then string // what to do when it comes near
}

// The limits, with what to do long before they are met: the way out should be a design and not a hurry.
var (
	resources = limit{"resources of a stack", 500, "deploy a context as two stacks, one for its routes and one for its consumers: newContextStack tells them apart; " +
		"the shared stack's functions can go to one of their own"}
	templateBytes = limit{"bytes of a template", 1 << 20, "as for a stack's resources"}
	outputs       = limit{"outputs of a stack", 200, "have places hold names, which follow from the stage, and make ARNs of them by arn() instead of references"}
	apiRoutes     = limit{"routes of an HTTP API", maxRoutes, "give groups of contexts APIs and entries of their own, behind one domain name with a path for each: newHTTPAPI takes a name"}
	integrations  = limit{"integrations of an HTTP API", 300, "as for an API's routes"}
	subscriptions = limit{"subscriptions of a FIFO topic", 100, "publish to a topic for each half of the categories; a consumer of both subscribes to both"}
	inlinePolicy  = limit{"characters of a role's inline policies", 10_240, "look for who made a function that does everything; merge resources with a common prefix"}
	queuePolicy   = limit{"bytes of a queue's policy", 8192, "a queue should be written to by one topic"}
	environment   = limit{"bytes of a function's environment", 4096, "look for who made a function that does everything"}
	graphMetrics  = limit{"metrics of a graph", 500, "make a dashboard for each context, in its stack"}
	allMetrics    = limit{"metrics of a dashboard", 2500, "make a dashboard for each context, in its stack"}
)

// holds fails when less than a fifth is left.
func (l limit) holds(t *testing.T, of string, n int) {
	t.Helper()
	if n > l.most*4/5 {
		t.Errorf("%s: %d %s, of which AWS takes %d. Do something about it now: %s", of, n, l.name, l.most, l.then)
	}
}

func TestStacksHaveRoomToSpare(t *testing.T) {
	for _, w := range []*world{dev, prod} {
		for name, stack := range w.templates {
			text, err := json.Marshal(stack.ToJSON())
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s %s: %d resources, %d bytes, %d outputs", w.stage, name, len(stack.Resources), len(text), len(stack.Outputs))
			resources.holds(t, name, len(stack.Resources))
			templateBytes.holds(t, name, len(text))
			outputs.holds(t, name, len(stack.Outputs))
		}
	}
}

func TestAPIsAndTopicsHaveRoomToSpare(t *testing.T) {
	for kind, c := range map[string]struct {
		of    string // property that names what the resources belong to
		limit limit
	}{
		"AWS::ApiGatewayV2::Route":       {"ApiId", apiRoutes},
		"AWS::ApiGatewayV2::Integration": {"ApiId", integrations},
		"AWS::SNS::Subscription":         {"TopicArn", subscriptions},
	} {
		counts := map[string]int{}
		for _, r := range dev.all(kind) {
			counts[r.text(c.of)]++
		}
		for of, n := range counts {
			t.Logf("%s: %d %s", of, n, c.limit.name)
			c.limit.holds(t, of, n)
		}
	}
}

func TestPoliciesHaveRoomToSpare(t *testing.T) {
	most := 0
	for _, r := range dev.all("AWS::IAM::Role") {
		n := 0
		for _, policy := range r.Properties["Policies"].([]any) {
			n += resolved(t, policy.(map[string]any)["PolicyDocument"])
		}
		most = max(most, n)
		inlinePolicy.holds(t, r.id, n)
	}
	t.Logf("up to %d characters of policies in a role", most)
	for _, r := range dev.all("AWS::SQS::QueuePolicy") {
		queuePolicy.holds(t, r.id, resolved(t, r.Properties["PolicyDocument"]))
	}
	for _, r := range dev.all("AWS::Lambda::Function") {
		environment.holds(t, r.text("FunctionName"), resolved(t, r.Properties["Environment"]))
	}
}

func TestDashboardHasRoomToSpare(t *testing.T) {
	b, all := &builder{config: dev.config, at: &places{}}, 0
	for _, g := range b.graphs("api", dev.functions()) {
		graphMetrics.holds(t, g.title, len(g.metrics))
		all += len(g.metrics)
	}
	allMetrics.holds(t, "the dashboard", all)
}

// resolved is about how many bytes a property has once CloudFormation has put in what it refers to: each reference counts
// as a long ARN.
func resolved(t *testing.T, property any) int {
	t.Helper()
	var stand func(v any) any
	stand = func(v any) any {
		switch v := v.(type) {
		case []any:
			var all []any
			for _, one := range v {
				all = append(all, stand(one))
			}
			return all
		case map[string]any:
			all := map[string]any{}
			for key, one := range v {
				if key == "Ref" || strings.HasPrefix(key, "Fn::") && key != "Fn::Join" {
					return strings.Repeat("x", 100)
				}
				all[key] = stand(one)
			}
			return all
		default:
			return v
		}
	}
	text, err := json.Marshal(stand(property))
	if err != nil {
		t.Fatal(err)
	}
	return len(text)
}

// An app gets what it asks for: queues of errands, a secret and wake-ups cost something, if only a look.
func TestSmallAppsAreSmall(t *testing.T) {
	made, err := newSystem(newTestApp(), small(t, "dev"))
	if err != nil {
		t.Fatal(err)
	}
	shared := assertions.Template_FromStack(made.shared.stack, nil)
	for _, kind := range []string{"AWS::Scheduler::ScheduleGroup", "AWS::SecretsManager::Secret", "AWS::OpenSearchService::Domain"} {
		shared.ResourceCountIs(jsii.String(kind), jsii.Number(0))
	}
	shared.ResourceCountIs(jsii.String("AWS::SQS::Queue"), jsii.Number(5)) // the notifier's two, two for jobs, and the relay's
	shared.HasResourceProperties(jsii.String("AWS::SNS::Subscription"), map[string]any{
		"Protocol": "sqs", "FilterPolicy": assertions.Match_Absent(),
	})
}
