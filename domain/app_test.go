package domain_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

var update = flag.Bool("update", false, "write testdata/wire.txt")

// TestWire holds what stands in stored events, in queues and in the hands of clients against testdata/wire.txt: what
// changes there changes for everybody. Lines may be added, with go test ./domain -update; hardly ever may one go.
func TestWire(t *testing.T) {
	got := wire()
	if *update {
		if err := os.WriteFile("testdata/wire.txt", []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/wire.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("the API, the events or the consumers change (-was +is):\n%s", diff)
	}
}

func wire() string {
	var b strings.Builder
	for _, c := range domain.App.Contexts {
		fmt.Fprintf(&b, "context %s\n", c.Name)
		for _, a := range c.Aggregates {
			fmt.Fprintf(&b, "  aggregate %s %s%s\n", a.Category(), a.StateName(), traits(a))
			for _, e := range a.Events() {
				fmt.Fprintf(&b, "    event %s\n", e)
			}
		}
		for _, d := range c.Commands {
			route := d.Route
			if d.IsInternal() {
				route = "-"
			}
			fmt.Fprintf(&b, "  command %s %s %s\n", d.Name, route, role(d.Role))
		}
		for _, d := range c.Queries {
			fmt.Fprintf(&b, "  query %s %s %s\n", d.Name, d.Route, role(d.Role))
		}
		for _, d := range c.Views {
			fmt.Fprintf(&b, "  view %s of %s\n", d.Name, strings.Join(d.Categories, ", "))
		}
		for _, d := range c.Sagas {
			fmt.Fprintf(&b, "  saga %s on %s\n", d.Name, strings.Join(d.Listens, ", "))
		}
		for _, d := range c.Listeners {
			fmt.Fprintf(&b, "  listener %s for %s\n", d.Name, strings.Join(d.Events, ", "))
		}
	}
	return b.String()
}

func traits(a es.Folder) string {
	t := a.Traits()
	words := []string{"", map[es.Writing]string{es.Live: "live", es.Plain: "plain", es.Single: "single"}[t.Writing]}
	for word, is := range map[string]bool{
		"private": a.IsPrivate(), "partial": a.IsPartial(), "latest": t.Latest, "snapshots": t.Snapshot > 0, "ticks": t.Tick > 0,
	} {
		if is {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func role(name string) string {
	if name == "" {
		return "public"
	}
	return name
}

// TestRoutesAreApart makes sure that no two routes can match one path, which HTTP APIs, OpenAPI and Go's mux see
// differently.
func TestRoutesAreApart(t *testing.T) {
	seen := map[string]string{}
	for _, route := range routes() {
		var shape strings.Builder
		for part := range strings.SplitSeq(route, "/") {
			if strings.HasPrefix(part, "{") {
				part = "{}"
			}
			shape.WriteString("/" + part)
		}
		if other, taken := seen[shape.String()]; taken {
			t.Errorf("%s and %s are the same path", route, other)
		}
		seen[shape.String()] = route
	}
}

func routes() []string {
	var all []string
	for _, d := range domain.App.Commands() {
		if !d.IsInternal() {
			all = append(all, d.Route)
		}
	}
	for _, d := range domain.App.Queries() {
		all = append(all, d.Route)
	}
	return all
}
