package apidoc

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

const schemasAt = "#/components/schemas/"

// schemas collects the schemas of Go types under their names.
type schemas struct {
	named map[string]*jsonschema.Schema
	types map[string]reflect.Type
	errs  []error
}

func newSchemas() *schemas {
	return &schemas{named: map[string]*jsonschema.Schema{}, types: map[string]reflect.Type{}}
}

// output is the schema of what the system writes. It leaves room for members to come.
func (s *schemas) output(t reflect.Type) *jsonschema.Schema { return s.at(t, false) }

// input is the schema of what the system reads: a member that is not in it is refused.
func (s *schemas) input(t reflect.Type) *jsonschema.Schema { return s.at(t, true) }

// at refers to a type that has a name, and describes any other on the spot.
func (s *schemas) at(t reflect.Type, strict bool) *jsonschema.Schema {
	if ref := s.refer(t, strict); ref != nil {
		return ref
	}
	return s.describe(t, strict)
}

// refer gives a reference to a type with a name, and sees to it that there is something to be found. It gives nil for a
// type that is to be described on the spot.
func (s *schemas) refer(t reflect.Type, strict bool) *jsonschema.Schema {
	hasParts := t.Kind() == reflect.Struct || t.Kind() == reflect.Map || t.Kind() == reflect.Slice
	if t.Name() == "" || !hasParts || t == reflect.TypeFor[time.Time]() || opaque(t) != nil {
		return nil
	}
	name := schemaName(t)
	if strict {
		name += "Input"
	}
	if known, ok := s.types[name]; !ok {
		s.types[name] = t // first, for a type that has itself among its parts
		s.named[name] = s.describe(t, strict)
	} else if known != t {
		s.errs = append(s.errs, fmt.Errorf("%v and %v have one name in the description: %s", known, t, name))
	}
	return &jsonschema.Schema{Ref: schemasAt + name}
}

// describe is the schema of a type itself, each call a new one.
func (s *schemas) describe(t reflect.Type, strict bool) (described *jsonschema.Schema) {
	defer func() {
		if p := recover(); p != nil { // the reflector's only way to say that no JSON can hold a type
			s.errs = append(s.errs, fmt.Errorf("describe %v: %v", t, p))
			described = &jsonschema.Schema{}
		}
	}()
	begun := false
	parts := func(part reflect.Type) *jsonschema.Schema {
		if begun {
			if ref := s.refer(part, strict); ref != nil {
				return ref
			}
		}
		begun = true // the first that the reflector asks for is the type itself
		return opaque(part)
	}
	reflector := jsonschema.Reflector{Anonymous: true, DoNotReference: true, AllowAdditionalProperties: !strict, Mapper: parts}
	described = reflector.ReflectFromType(t)
	described.Version = ""
	if described.Properties != nil {
		refine(described, t)
	}
	return described
}

// refine mends what the reflector does not know: which fields are no members, and which members can be null.
func refine(described *jsonschema.Schema, t reflect.Type) {
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" {
			name = field.Name
		}
		property, ok := described.Properties.Get(name)
		switch {
		case !ok:
		case isNoMember(field, options):
			described.Properties.Delete(name)
			described.Required = slices.DeleteFunc(described.Required, func(r string) bool { return r == name })
		case field.Type.Kind() == reflect.Pointer && !strings.Contains(options, "omit"):
			described.Properties.Set(name, &jsonschema.Schema{AnyOf: []*jsonschema.Schema{property, {Type: "null"}}})
		}
	}
}

// isNoMember reports whether a field is filled from the request, or holds members that stand beside the others.
func isNoMember(field reflect.StructField, options string) bool {
	return field.Tag.Get("path") != "" || field.Tag.Get("from") != "" || slices.Contains(strings.Split(options, ","), "embed")
}

// opaque is the schema of a type that writes itself; nil for all others.
func opaque(t reflect.Type) *jsonschema.Schema {
	is := func(what reflect.Type) bool { return t.Implements(what) || reflect.PointerTo(t).Implements(what) }
	switch {
	case t == reflect.TypeFor[time.Time](), is(reflect.TypeFor[interface{ JSONSchema() *jsonschema.Schema }]()):
		return nil
	case t == reflect.TypeFor[jsontext.Value](), is(reflect.TypeFor[json.Marshaler]()):
		return &jsonschema.Schema{}
	case is(reflect.TypeFor[encoding.TextMarshaler]()):
		return &jsonschema.Schema{Type: "string"}
	default:
		return nil
	}
}

// ours are the packages whose types are known by their name alone.
var ours = []string{
	reflect.TypeFor[es.Commit]().PkgPath(), reflect.TypeFor[engine.Outcome]().PkgPath(),
	reflect.TypeFor[handler.Problem]().PkgPath(),
}

func schemaName(t reflect.Type) string {
	if slices.Contains(ours, t.PkgPath()) {
		return key(t.Name())
	}
	return key(path.Base(t.PkgPath()) + "." + t.Name())
}

// joined is an object with the members of both, as a command's answer is one of the system and of the domain.
func (s *schemas) joined(to, from reflect.Type) *jsonschema.Schema {
	all, more := s.describe(to, false), s.describe(from, false)
	if more.Type != "object" {
		s.errs = append(s.errs, fmt.Errorf("%v is answered, and is not an object", from))
		return all
	}
	if more.Properties != nil {
		for p := more.Properties.Oldest(); p != nil; p = p.Next() {
			all.Properties.Set(p.Key, p.Value)
		}
	}
	all.Required = append(all.Required, more.Required...)
	all.AdditionalProperties = more.AdditionalProperties
	return all
}

func (s *schemas) err() error { return errors.Join(s.errs...) }
