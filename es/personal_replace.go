package es

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrNobodys is the error of replacing a text where the field that is to hold its person's id is empty.
var ErrNobodys = errors.New("nothing says whose it is")

// Replace gives an event's data with something else in place of its personal texts. What is empty stays so, and what is not
// a text, as it has been replaced before.
func (p *Personal) Replace(stream StreamID, data jsontext.Value, with func(PersonalText) (jsontext.Value, error)) (jsontext.Value, error) {
	if p == nil {
		return data, nil
	}
	r := replacing{stream: stream, with: with}
	if err := r.place(p.root, data); err != nil {
		return nil, err
	}
	return r.out.Bytes(), nil
}

// replacing writes an event's data anew.
type replacing struct {
	stream StreamID
	with   func(PersonalText) (jsontext.Value, error)
	out    bytes.Buffer
}

// place writes a value that is a struct, or holds structs in arrays and objects.
func (r *replacing) place(p *personalPlace, value jsontext.Value) error {
	switch value.Kind() {
	case '[':
		return r.each(value, func(element jsontext.Value) error { return r.place(p, element) })
	case '{':
	default:
		r.out.Write(value)
		return nil
	}
	all, err := membersOf(value)
	if err != nil {
		return err
	}
	r.out.WriteByte('{')
	for i, m := range all {
		if i > 0 {
			r.out.WriteByte(',')
		}
		r.out.Write(m.quoted)
		r.out.WriteByte(':')
		if err := r.member(p, m, all); err != nil {
			return err
		}
	}
	r.out.WriteByte('}')
	return nil
}

func (r *replacing) member(p *personalPlace, m member, all []member) error {
	if inner, ok := p.inner[m.name]; ok {
		return r.place(inner, m.value)
	}
	field, ok := p.texts[m.name]
	if !ok || m.value.Kind() != '"' || string(m.value) == `""` {
		r.out.Write(m.value)
		return nil
	}
	text := PersonalText{Subject: field.of(r.stream, all), Erased: field.erased}
	if text.Subject == "" {
		return fmt.Errorf("%q: %w", m.name, ErrNobodys)
	}
	if err := Decode(m.value, &text.Text); err != nil {
		return err
	}
	now, err := r.with(text)
	r.out.Write(now)
	return err
}

// of is the subject of a text beside other members.
func (f personalField) of(stream StreamID, beside []member) (subject string) {
	switch {
	case f.id:
		return stream.ID()
	case f.stream:
		return string(stream)
	}
	for _, m := range beside {
		if m.name == f.subject && m.value.Kind() == '"' && Decode(m.value, &subject) == nil {
			return subject
		}
	}
	return ""
}

func (r *replacing) each(value jsontext.Value, write func(jsontext.Value) error) error {
	d := jsontext.NewDecoder(bytes.NewReader(value))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	r.out.WriteByte('[')
	for i := 0; d.PeekKind() != ']'; i++ {
		element, err := d.ReadValue()
		if err != nil {
			return err
		}
		if i > 0 {
			r.out.WriteByte(',')
		}
		if err := write(element.Clone()); err != nil {
			return err
		}
	}
	r.out.WriteByte(']')
	return nil
}

// member is one of an object.
type member struct {
	name   string
	quoted jsontext.Value
	value  jsontext.Value
}

func membersOf(object jsontext.Value) (all []member, err error) {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() == '"' {
		var m member
		quoted, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		m.quoted = quoted.Clone()
		if err := Decode(m.quoted, &m.name); err != nil {
			return nil, err
		}
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		m.value = value.Clone()
		all = append(all, m)
	}
	_, err = d.ReadToken()
	return all, err
}
