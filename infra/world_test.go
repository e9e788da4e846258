package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// The stacks of the app, for a stage of each kind: a try, which has all that can be asked for, and production, with what it
// has by default. They are made once, and tests do not run side by side, because
// CDK's engine serves one goroutine.
var dev, prod *world

// world is a synthesized system.
type world struct {
	config
	templates map[string]*template // by the stack's name without the stage
	shared    *template
}

// template is one stack's template.
type template struct {
	assertions.Template
	Resources map[string]resource
	Outputs   map[string]struct {
		Value  any
		Export struct{ Name string }
	}
	world *world
}

type resource struct {
	Type           string
	Properties     map[string]any
	DependsOn      []string
	DeletionPolicy string
	UpdatePolicy   map[string]any
	id             string
	in             *template
}

func TestMain(m *testing.M) {
	code := func() int {
		defer jsii.Close()
		placeholder, err := os.MkdirTemp("", "bootstrap")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(placeholder) }()
		if err := os.WriteFile(filepath.Join(placeholder, "bootstrap"), []byte("stands for any binary"), 0o600); err != nil {
			panic(err)
		}
		c := config{
			app: app, architecture: "arm64", sender: "noreply@example.com", pager: "ops@example.com", binary: func(string) string { return placeholder },
		}
		c.stage = production
		prod = synthesize(c)
		c.stage, c.search, c.archive, c.outbox, c.moves = "dev", openSearch, archiving, outboxOff, moving
		dev = synthesize(c)
		return m.Run()
	}()
	os.Exit(code)
}

// newTestApp is an app with the context of cdk.json, so that template faults are errors here too.
func newTestApp() awscdk.App {
	text, err := os.ReadFile("../cdk.json")
	if err != nil {
		panic(err)
	}
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return awscdk.NewApp(&awscdk.AppProps{Context: &file.Context})
}

func synthesize(c config) *world {
	made, err := newSystem(newTestApp(), c)
	if err != nil {
		panic(err)
	}
	w := &world{config: c, templates: map[string]*template{}}
	for _, stack := range made.stacks() {
		t := &template{Template: assertions.Template_FromStack(stack, nil), world: w}
		text, err := json.Marshal(t.ToJSON())
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal(text, t); err != nil {
			panic(err)
		}
		for id, r := range t.Resources {
			r.id, r.in = id, t
			t.Resources[id] = r
		}
		w.templates[strings.TrimPrefix(*stack.StackName(), c.stage.name(""))] = t
	}
	w.shared = w.templates[sharedStack]
	return w
}

// all gives the resources of a type in all stacks, by stack and id.
func (w *world) all(kind string) []resource {
	var found []resource
	for _, name := range slices.Sorted(maps.Keys(w.templates)) {
		t := w.templates[name]
		for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
			if r := t.Resources[id]; r.Type == kind {
				found = append(found, r)
			}
		}
	}
	return found
}

// one gives the resource of a type whose property, as text, has this value.
func (w *world) one(t *testing.T, kind, property, value string) resource {
	t.Helper()
	var found []resource
	for _, r := range w.all(kind) {
		if r.text(property) == value {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d resources %s have %s = %s, not one", len(found), kind, property, value)
	}
	return found[0]
}

// text is a property as text, its path joined by dots.
func (r resource) text(property string) string {
	var v any = r.Properties
	for name := range strings.SplitSeq(property, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return r.in.text(v)
}

// text spells out a value, following references: a resource is named by its name on AWS, or else its id.
func (t *template) text(v any) string {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		if s, ok := v.(string); ok {
			return s
		}
		if v == nil {
			return ""
		}
		text, _ := json.Marshal(v)
		return string(text)
	}
	for function, of := range m {
		switch function {
		case "Ref":
			return t.name(of.(string))
		case "Fn::GetAtt":
			return t.name(of.([]any)[0].(string)) + "." + of.([]any)[1].(string)
		case "Fn::ImportValue":
			return t.world.shared.exported(of.(string))
		case "Fn::Join":
			var all strings.Builder
			for _, part := range of.([]any)[1].([]any) {
				all.WriteString(t.text(part))
			}
			return all.String()
		}
	}
	text, _ := json.Marshal(v)
	return string(text)
}

func (t *template) exported(name string) string {
	for _, o := range t.Outputs {
		if o.Export.Name == name {
			return t.text(o.Value)
		}
	}
	panic("nothing is exported as " + name)
}

func (t *template) name(id string) string {
	r, ok := t.Resources[id]
	if !ok {
		return strings.TrimPrefix(id, "AWS::")
	}
	for _, property := range []string{"TableName", "FunctionName", "QueueName", "TopicName", "LogGroupName", "DomainName", "Name"} {
		if name, ok := r.Properties[property].(string); ok && r.Type != "AWS::Lambda::Permission" && r.Type != "AWS::Lambda::Alias" {
			return name
		}
	}
	return id
}

// deployed is the Lambda of a function.
func (w *world) deployed(t *testing.T, f topology.Function) resource {
	t.Helper()
	return w.one(t, "AWS::Lambda::Function", "FunctionName", w.stage.name(f.Name))
}

// stackOf is the stack that a function belongs to.
func (w *world) stackOf(f topology.Function) *template {
	if f.Context == "" {
		return w.shared
	}
	return w.templates[f.Context]
}

// strings are a list of values as text.
func (r resource) strings(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{r.in.text(v)}
	}
	var all []string
	for _, one := range list {
		all = append(all, r.in.text(one))
	}
	return all
}

func (r resource) number(property string) float64 {
	var n float64
	if _, err := fmt.Sscan(r.text(property), &n); err != nil {
		panic(fmt.Sprintf("%s of %s is not a number: %v", property, r.id, err))
	}
	return n
}
