package apidoc_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

func typesOf(t *testing.T, app *es.App) string {
	t.Helper()
	text, err := apidoc.TypeScript(app)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTypes(t *testing.T) {
	text := typesOf(t, small)
	for name, want := range map[string]string{
		"document": `
export interface ApidocTestRecord {
  id: string;
  open: boolean;
  seen: ApidocTestVisitor[];
  twin?: ApidocTestRecord;
  since: string;
}
`,
		"event with what can be null": `
export interface ApidocTestOpened {
  by: string;
  at: string;
  note: string | null;
}
`,
		"event without members": `
export type ApidocTestShut = Record<string, never>;
`,
		"input without what is in the path": `
export interface ApidocTestOpenInput {
  visitor: ApidocTestVisitorInput;
  wide?: boolean;
}
`,
		"get":      `  "get-door": { path: { doorId: string }; query: { "min-version"?: number }; answer: ApidocTestRecord };`,
		"list":     `  "list-doors": { path: { houseId: string }; query: { limit?: number; cursor?: string; "only-open"?: boolean; color?: string }; answer: { items: ApidocTestRecord[]; next?: string } };`,
		"search":   `  "search-doors": { path: Record<string, never>; query: { q: string; limit?: number }; answer: { items: ApidocTestRecord[]; next?: string } };`,
		"system's": `  "get-trace": { path: { traceId: string }; query: Record<string, never>; answer: TraceAnswer };`,
		"system's, with a query string": `  "list-events": { path: Record<string, never>; query: { after?: number; before?: number; limit?: number; category?: string; ` +
			`stream?: string; type?: string; trace?: string; wait?: boolean }; answer: EventsAnswer };`,
		"system's, with a body": `  "skip-parked": { path: { consumer: string; stream: string }; input: SkipAskedInput; answer: JobAnswer };`,
		"its members":           "export interface SkipAskedInput {\n  reason: string;\n}\n",
		"map":                   `  "get-health": { path: Record<string, never>; query: Record<string, never>; answer: Record<string, string> };`,
		"command":               `  "open-door": { path: { doorId: string }; input: ApidocTestOpenInput; answer: Accepted };`,
		"nothing taken":         `  "build-door": { path: Record<string, never>; input: Record<string, never>; answer: Accepted };`,
		"answers more":          `  "inspect-door": { path: Record<string, never>; input: Record<string, never>; answer: { id: string; version?: number; traceId: string; findings: Record<string, number> } };`,
		"grant":                 `  "unlock": { path: Record<string, never>; input: ApidocTestUnlockInput; answer: { id: string; version?: number; traceId: string; token: string; userId: string; roles: string[]; expiresAt: string } };`,
		"event":                 `  "door.DoorOpened": ApidocTestOpened;`,
		"private event":         `  "key.KeyCut": undefined;`,
		"refusal":               "\nexport interface Problem {\n",
		"any JSON":              "  payload?: unknown;\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s: there is no\n%s", name, want)
		}
	}
	for _, not := range []string{"sweep-door", "secret", "KeyCut {", "Subscribed"} {
		if strings.Contains(text, not) {
			t.Errorf("there is %s", not)
		}
	}
}

func TestEnumsAreUnions(t *testing.T) {
	for _, want := range []string{
		"export interface UserRequestMatchInput {\n  size: \"small\" | \"medium\" | \"large\";\n}\n",
		"  status: \"requested\" | \"verified\";\n",
	} {
		if !strings.Contains(typesOf(t, domain.App), want) {
			t.Errorf("there is no\n%s", want)
		}
	}
}

func TestEveryRouteHasItsTypesOnce(t *testing.T) {
	for name, app := range apps {
		text := typesOf(t, app)
		_, rest, _ := strings.Cut(text, "interface Queries")
		queries, rest, _ := strings.Cut(rest, "interface Commands")
		commands, rest, _ := strings.Cut(rest, "interface Events")
		for route, r := range declared(app) {
			if line := fmt.Sprintf("  %q: %q,\n", r.Name, route); strings.Count(rest, line) != 1 {
				t.Errorf("%s: there is not one %s", name, line)
			}
			in, out := commands, queries
			if strings.HasPrefix(route, "GET ") {
				in, out = queries, commands
			}
			if member := fmt.Sprintf("  %q: {", r.Name); strings.Count(in, member) != 1 || strings.Contains(out, member) {
				t.Errorf("%s: %s is not once where it belongs", name, r.Name)
			}
		}
		if got := strings.Count(rest, ` /`) - strings.Count(rest, ` /*`); got != len(declared(app)) {
			t.Errorf("%s: there are %d routes", name, got)
		}
	}
}

func TestEveryTypeIsUsed(t *testing.T) {
	for name, app := range apps {
		text := typesOf(t, app)
		found := regexp.MustCompile(`(?m)^export (?:interface|type) (\w+)`).FindAllStringSubmatch(text, -1)
		// the last three are Queries, Commands and Events
		for _, declared := range found[:len(found)-3] {
			if uses := regexp.MustCompile(`\b`+declared[1]+`\b`).FindAllString(text, -1); len(uses) < 2 {
				t.Errorf("%s: nothing refers to %s", name, declared[1])
			}
		}
	}
}

func TestTypesAreTheSameEachTime(t *testing.T) {
	first, err := apidoc.TypeScript(domain.App)
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if again, err := apidoc.TypeScript(domain.App); err != nil || !bytes.Equal(first, again) {
			t.Fatal("two descriptions of one app differ", err)
		}
	}
}

// Two types that only Go tells apart by their names.
type (
	bag struct {
		Inner Bag `json:"inner"`
	}
	Bag struct {
		Weight int `json:"weight"`
	}
	pack struct {
		blank
		Bag bag `json:"bag"`
	}
)

func TestWhatHasNoTypeOfItsOwnIsAnError(t *testing.T) {
	for want, decl := range map[string]*es.CommandDecl{
		"one name in TypeScript: ApidocTestBagInput": es.Handles[pack](doors, "pack", "POST /packs"),
		"chan int": es.Handles[stuck](doors, "stuck", "POST /stuck"),
	} {
		app := es.NewApp(es.Context{Name: "odd", Aggregates: []es.Folder{doors}, Commands: []*es.CommandDecl{decl}})
		if _, err := apidoc.TypeScript(app); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error of %q, got %v", want, err)
		}
	}
}
