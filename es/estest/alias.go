package estest

import (
	"errors"
	"reflect"
)

// roomy is a value whose slices have room behind their ends, where an append that does not copy leaves its mark. Without
// that such an append does harm only now and then, when a slice happens to have room.
type roomy struct {
	value any
	rooms []reflect.Value
}

func withRoom(value any) *roomy {
	r := &roomy{}
	if value != nil {
		r.value = r.copy(reflect.ValueOf(value)).Interface()
	}
	return r
}

// copy goes as deep as values that are stored do: through exported fields, slices, maps and pointers.
func (r *roomy) copy(v reflect.Value) reflect.Value {
	c := reflect.New(v.Type()).Elem()
	c.Set(v)
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(r.copy(v.Field(i)))
			}
		}
	case reflect.Slice:
		if !v.IsNil() {
			c.Set(r.copySlice(v))
		}
	case reflect.Map:
		if !v.IsNil() {
			c.Set(reflect.MakeMap(v.Type()))
			for key, element := range v.Seq2() {
				c.SetMapIndex(key, r.copy(element))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			c.Set(reflect.New(v.Type().Elem()))
			c.Elem().Set(r.copy(v.Elem()))
		}
	}
	return c
}

func (r *roomy) copySlice(v reflect.Value) reflect.Value {
	const room = 4
	c := reflect.MakeSlice(v.Type(), v.Len()+room, v.Len()+room)
	for i := range v.Len() {
		c.Index(i).Set(r.copy(v.Index(i)))
	}
	r.rooms = append(r.rooms, c.Slice(v.Len(), v.Len()+room))
	return c.Slice(0, v.Len())
}

// empty makes sure that nothing has been put behind the end of a slice.
func (r *roomy) empty() error {
	for _, room := range r.rooms {
		for i := range room.Len() {
			if !room.Index(i).IsZero() {
				return errors.New("it appends to a slice of the state that it was given: clone it first, or two futures of one state share their elements")
			}
		}
	}
	return nil
}
