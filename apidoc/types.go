package apidoc

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/invopop/jsonschema"
)

// nothing is an object without members.
const nothing = "Record<string, never>"

// types writes schemas as TypeScript types.
type types struct{ schemas *schemas }

// of is the type that a schema describes.
func (w *types) of(s *jsonschema.Schema) string {
	switch {
	case s.Ref != "":
		return typeName(strings.TrimPrefix(s.Ref, schemasAt))
	case s.Const != nil:
		return w.union([]any{s.Const})
	case len(s.Enum) > 0:
		return w.union(s.Enum)
	case len(s.AnyOf) > 0:
		return w.anyOf(s.AnyOf)
	}
	switch s.Type {
	case "":
		return "unknown"
	case "string", "boolean", "null":
		return s.Type
	case "integer", "number":
		return "number"
	case "array":
		return w.array(s)
	case "object":
		return w.object(s)
	default:
		return w.fails("the type %q has no counterpart in TypeScript", s.Type)
	}
}

// fails notes what cannot be written.
func (w *types) fails(format string, values ...any) string {
	w.schemas.errs = append(w.schemas.errs, fmt.Errorf(format, values...))
	return "never"
}

// typeName is MatchRecord for match.Record.
func typeName(ref string) string {
	var b strings.Builder
	begins := true
	for _, r := range ref {
		switch {
		case strings.ContainsRune(".-_", r):
			begins = true
			continue
		case begins:
			r, begins = unicode.ToUpper(r), false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// union is one of some values.
func (w *types) union(values []any) string {
	all := make([]string, 0, len(values))
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return w.fails("write %v in TypeScript: %w", v, err)
		}
		all = append(all, string(text))
	}
	return strings.Join(all, " | ")
}

func (w *types) anyOf(schemas []*jsonschema.Schema) string {
	all := make([]string, 0, len(schemas))
	for _, s := range schemas {
		all = append(all, w.of(s))
	}
	return strings.Join(all, " | ")
}

func (w *types) array(s *jsonschema.Schema) string {
	item := "unknown"
	if s.Items != nil {
		item = w.of(s.Items)
	}
	if strings.Contains(item, " | ") {
		return "(" + item + ")[]"
	}
	return item + "[]"
}

// object is a struct, or a map.
func (w *types) object(s *jsonschema.Schema) string {
	switch {
	case hasMembers(s):
		return inBraces(w.members(s))
	case s.AdditionalProperties != nil && s.AdditionalProperties != jsonschema.FalseSchema:
		return "Record<string, " + w.of(s.AdditionalProperties) + ">"
	case s.Properties != nil:
		return nothing
	default:
		return "Record<string, unknown>"
	}
}

func hasMembers(s *jsonschema.Schema) bool { return s.Properties != nil && s.Properties.Len() > 0 }

// members are those of an object, a line each.
func (w *types) members(s *jsonschema.Schema) []string {
	var all []string
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		all = append(all, memberOf(p.Key, slices.Contains(s.Required, p.Key), w.of(p.Value)))
	}
	return all
}

var identifier = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

func memberOf(name string, required bool, of string) string {
	if !identifier.MatchString(name) {
		name = fmt.Sprintf("%q", name)
	}
	if !required {
		name += "?"
	}
	return name + ": " + of + ";"
}

// inBraces writes members in one line.
func inBraces(members []string) string {
	if len(members) == 0 {
		return nothing
	}
	return "{ " + strings.TrimSuffix(strings.Join(members, " "), ";") + " }"
}
