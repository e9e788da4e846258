package es

import (
	"reflect"

	"github.com/go-json-experiment/json/jsontext"
)

// stored is a command as it waits for its execution: its JSON, and what came from elsewhere than the body.
type stored struct {
	Body   jsontext.Value    `json:"body"`
	Filled map[string]string `json:"filled,omitzero"` // by Go name
}

// Encode writes a command so that it can be executed later.
func (d *CommandDecl) Encode(cmd any) (jsontext.Value, error) {
	body, err := Encode(cmd)
	if err != nil {
		return nil, err
	}
	s := stored{Body: body}
	for i := range d.Input.NumField() {
		if f := d.Input.Field(i); f.Tag.Get("path") != "" || f.Tag.Get("from") != "" {
			if s.Filled == nil {
				s.Filled = map[string]string{}
			}
			s.Filled[f.Name] = reflect.ValueOf(cmd).Field(i).String()
		}
	}
	return Encode(s)
}

// Decode reads what [CommandDecl.Encode] wrote.
func (d *CommandDecl) Decode(data []byte) (any, error) {
	var s stored
	if err := Decode(data, &s); err != nil {
		return nil, err
	}
	input := reflect.New(d.Input)
	if err := Decode(s.Body, input.Interface()); err != nil {
		return nil, err
	}
	for name, value := range s.Filled {
		if f := input.Elem().FieldByName(name); f.IsValid() {
			f.SetString(value)
		}
	}
	return input.Elem().Interface(), nil
}
