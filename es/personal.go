package es

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Personal is which texts of an event's data are about a person, as tags of its fields declare it:
//
//	Name  string `json:"name" personal:"UserID"`         of whom the field UserID of the same struct holds the id
//	Email string `json:"email" personal:"id"`            of whom the stream's own id is
//	Print string `json:"print" personal:"stream"`        likewise, by the stream's id with its category
//	Name  string `json:"name" personal:"id,erased=gone"` what the field reads as once the person is forgotten; else nothing
//
// Fields of nested structs count too, however they are pointed to or listed. A nil Personal is an event without any.
type Personal struct{ root *personalPlace }

// PersonalText is a text about a person.
type PersonalText struct {
	Subject string // id of the person
	Text    string
	Erased  string // what stands in its place once the person is forgotten
}

// personalPlace is a struct in an event's JSON.
type personalPlace struct {
	inner map[string]*personalPlace // by member; the struct may be in arrays or objects there
	texts map[string]personalField  // by member
}

type personalField struct {
	subject string // the member that holds it; empty for the two below
	id      bool
	stream  bool
	erased  string
}

const (
	personalTag   = "personal"
	subjectID     = "id"
	subjectStream = "stream"
	erasedOption  = "erased="
)

// personalOf derives it from a type. A wrong tag is an error.
func personalOf(t reflect.Type) (*Personal, error) {
	root, err := personalIn(t, nil)
	if root == nil || err != nil {
		return nil, err
	}
	return &Personal{root}, nil
}

// personalIn is what a type holds, nil for nothing. The types that it stands within are not gone into again.
func personalIn(t reflect.Type, within []reflect.Type) (*personalPlace, error) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	switch recurs := slices.Contains(within, t); {
	case (recurs || t.Kind() == reflect.Map) && hasPersonal(t, nil):
		return nil, errors.New("there can be nothing personal in maps, nor in a type that holds itself")
	case recurs || t.Kind() != reflect.Struct:
		return nil, nil
	}
	p := &personalPlace{inner: map[string]*personalPlace{}, texts: map[string]personalField{}}
	for i := range t.NumField() {
		if err := p.add(t, t.Field(i), append(slices.Clone(within), t)); err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, t.Field(i).Name, err)
		}
	}
	if len(p.inner) == 0 && len(p.texts) == 0 {
		return nil, nil
	}
	return p, nil
}

// hasPersonal reports whether there is a tag anywhere in a type.
func hasPersonal(t reflect.Type, within []reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return hasPersonal(t.Elem(), within)
	case reflect.Struct:
	default:
		return false
	}
	if slices.Contains(within, t) {
		return false
	}
	within = append(slices.Clone(within), t)
	return slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
		_, tagged := f.Tag.Lookup(personalTag)
		return tagged || hasPersonal(f.Type, within)
	})
}

// add adds a field of a struct.
func (p *personalPlace) add(t reflect.Type, f reflect.StructField, within []reflect.Type) error {
	tag, tagged := f.Tag.Lookup(personalTag)
	member, stored := memberOf(f)
	switch {
	case tagged && !stored:
		return errors.New("it is not stored, and so cannot be personal")
	case tagged && f.Type.Kind() != reflect.String:
		return fmt.Errorf("only texts can be personal, not a %v", f.Type)
	case tagged:
		field, err := personalFieldOf(t, tag)
		p.texts[member] = field
		return err
	case !stored:
		return nil
	}
	inner, err := personalIn(f.Type, within)
	if inner == nil || err != nil {
		return err
	}
	if member != "" {
		p.inner[member] = inner
		return nil
	}
	for name, place := range inner.inner { // of an embedded struct, whose members are among the others
		p.inner[name] = place
	}
	for name, field := range inner.texts {
		p.texts[name] = field
	}
	return nil
}

// personalFieldOf reads a tag of a field of a struct.
func personalFieldOf(t reflect.Type, tag string) (f personalField, err error) {
	subject, option, has := strings.Cut(tag, ",")
	if erased, ok := strings.CutPrefix(option, erasedOption); has && ok {
		f.erased = erased
	} else if has {
		return f, fmt.Errorf("the tag %q has an option that is not %q", tag, erasedOption)
	}
	switch subject {
	case subjectID:
		f.id = true
	case subjectStream:
		f.stream = true
	default:
		holder, ok := t.FieldByName(subject)
		if !ok || holder.Type.Kind() != reflect.String || len(holder.Index) != 1 {
			return f, fmt.Errorf("the tag %q names no text of the same struct that holds whose it is", tag)
		}
		if f.subject, ok = memberOf(holder); !ok || holder.Tag.Get(personalTag) != "" {
			return f, fmt.Errorf("the tag %q names a field that is not stored as it is", tag)
		}
	}
	return f, nil
}

// memberOf is the name of a field's member in JSON, empty for an embedded struct, whose members stand in its place.
func memberOf(f reflect.StructField) (name string, stored bool) {
	name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case name == "-" || f.PkgPath != "" && !f.Anonymous:
		return "", false
	case name == "" && f.Anonymous:
		return "", true
	case name == "":
		return f.Name, true
	default:
		return name, true
	}
}

// Paths name the texts, as "email" or "players.name", sorted.
func (p *Personal) Paths() []string {
	if p == nil {
		return nil
	}
	paths := p.root.paths("")
	slices.Sort(paths)
	return paths
}

func (p *personalPlace) paths(before string) (all []string) {
	for name := range p.texts {
		all = append(all, before+name)
	}
	for name, inner := range p.inner {
		all = append(all, inner.paths(before+name+".")...)
	}
	return all
}
