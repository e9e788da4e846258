package apidoc

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/es"
)

// TypeScript gives the types of the app's API: what queries and commands take and answer, what events hold, and the routes
// of them all; the same text each time. It fails for what cannot be described, and for types that would have one name.
func TypeScript(app *es.App) ([]byte, error) {
	schemas := newSchemas()
	d, t := newDescriber(app, schemas), newTalk(app, schemas)
	w := &types{schemas}
	refusal := "A refusal is a " + w.of(d.problem()) + "."
	queries, commands, routes := w.operations(d)
	events := w.events(t)
	interfaces := w.interfaces()
	if err := schemas.err(); err != nil {
		return nil, fmt.Errorf("describe the API in TypeScript: %w", err)
	}
	return []byte("// Generated from the declarations by `make web`. Do not edit.\n\n" + interfaces +
		exported("What is read, by the name of the operation. "+refusal, "interface Queries "+onLines(queries)) +
		exported("What is asked for, by the name of the operation. "+refusal, "interface Commands "+onLines(commands)) +
		exported("What clients are told: the payload of an outcome, by the category of its stream and its type.", "interface Events "+onLines(events)) +
		"/** Method and path of each operation. */\n" +
		"export const routes: Record<keyof Queries | keyof Commands, `${string} ${string}`> = " + onLines(routes) + ";\n"), nil
}

// exported is a declaration with its doc, if it has one, and an empty line.
func exported(doc, declaration string) string {
	if doc != "" {
		doc = "/** " + strings.ReplaceAll(doc, "*/", "* /") + " */\n"
	}
	return doc + "export " + declaration + "\n\n"
}

// onLines puts members in braces, each on a line of its own.
func onLines(members []string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, member := range members {
		b.WriteString("  " + member + "\n")
	}
	b.WriteString("}")
	return b.String()
}

// operations are the members of Queries, Commands and routes, in order of declaration.
func (w *types) operations(d *describer) (queries, commands, routes []string) {
	for _, route := range d.routes {
		method, path, _ := strings.Cut(route, " ")
		o := d.paths[path][strings.ToLower(method)]
		routes = append(routes, fmt.Sprintf("%q: %q,", o.ID, route))
		from, answer := w.parameters(o, "path"), w.answer(o)
		if method == http.MethodGet {
			queries = append(queries, fmt.Sprintf("%q: { path: %s; query: %s; answer: %s };", o.ID, from, w.parameters(o, "query"), answer))
			continue
		}
		input := nothing
		if o.Body != nil {
			input = w.of(o.Body.Content[jsonType].Schema)
		}
		commands = append(commands, fmt.Sprintf("%q: { path: %s; input: %s; answer: %s };", o.ID, from, input, answer))
	}
	return queries, commands, routes
}

// parameters is an object of the operation's parameters in a place.
func (w *types) parameters(o *operation, in string) string {
	var members []string
	for _, p := range o.Parameters {
		if p.Ref != "" {
			p = sharedParameters[strings.TrimPrefix(p.Ref, parametersAt)]
		}
		if p.In == in {
			members = append(members, memberOf(p.Name, p.Required, w.of(p.Schema)))
		}
	}
	return inBraces(members)
}

// answer is what an operation answers unless it refuses: only then it is of another content type.
func (w *types) answer(o *operation) string {
	for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
		if content, ok := o.Responses[status].Content[jsonType]; ok {
			return w.of(content.Schema)
		}
	}
	return w.fails("the operation %s answers nothing", o.ID)
}

// events are the members of Events. The payload of a private event is never told.
func (w *types) events(t *talk) []string {
	slices.Sort(t.told)
	var all []string
	for _, name := range slices.Compact(t.told) {
		payload := "undefined"
		if schema, ok := t.messages[name].Payload.Properties.Get("payload"); ok {
			payload = w.of(schema)
		}
		all = append(all, fmt.Sprintf("%q: %s;", name, payload))
	}
	return all
}

// interfaces declares all named types, by name.
func (w *types) interfaces() string {
	declared, from := map[string]string{}, map[string]string{}
	for _, name := range reserved {
		from[name] = "a name of TypeScript's or ours"
	}
	for _, ref := range slices.Sorted(maps.Keys(w.schemas.named)) {
		name := typeName(ref)
		if other, taken := from[name]; taken {
			w.fails("%s and %s have one name in TypeScript: %s", other, ref, name)
		}
		declared[name], from[name] = w.declare(name, w.schemas.named[ref]), ref
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(declared)) {
		b.WriteString(declared[name])
	}
	return b.String()
}

// reserved are names that mean something else where the types are declared.
var reserved = []string{"Commands", "Events", "Queries", "Record"}

func (w *types) declare(name string, s *jsonschema.Schema) string {
	if hasMembers(s) {
		return exported(s.Description, "interface "+name+" "+onLines(w.members(s)))
	}
	return exported(s.Description, "type "+name+" = "+w.of(s)+";")
}
