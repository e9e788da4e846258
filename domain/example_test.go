package domain_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// example fills a value of a type, so that no member is empty: the same each time. Words are told apart by their member.
func example(t reflect.Type) any {
	v := reflect.New(t).Elem()
	fill(v, strings.ToLower(t.Name()))
	return v.Interface()
}

// texts are what types that read and write themselves are tried on.
var texts = []string{`"2026-06-01T12:00:00Z"`, `"12.5"`, `"7"`, `7`, `"word"`}

func fill(v reflect.Value, name string) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		v.SetInt(int64(time.Minute))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		if !fillFields(v) && !fillText(v) {
			panic(fmt.Sprintf("no example of %v: add a text that it reads", v.Type()))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), name)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), name)
		}
	case reflect.Map:
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, name)
		fill(element, name)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, element)
	case reflect.String:
		v.SetString("a-" + name)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1.5)
	default:
		if v.CanInt() {
			v.SetInt(int64(1 + len(name)))
		} else {
			v.SetUint(uint64(1 + len(name)))
		}
	}
}

// fillFields fills a struct whose fields can be seen.
func fillFields(v reflect.Value) bool {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() && !f.Anonymous {
			return false
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "-" {
			fill(v.Field(i), name)
		}
	}
	return true
}

// fillText fills a value by what it reads.
func fillText(v reflect.Value) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return es.Decode([]byte(text), v.Addr().Interface()) == nil && !v.IsZero()
	})
}

// paths are the members of a text, and those of its members, by pointer; elements of arrays share one.
func paths(at string, text jsontext.Value) map[string]bool {
	all := map[string]bool{}
	if at != "" {
		all[at] = true
	}
	for name, member := range members(text) {
		maps.Copy(all, paths(at+"/"+name, member))
	}
	return all
}

// missing are the members of one text that another lacks or has otherwise. That an array has an element is a member too.
func missing(at string, of, in jsontext.Value) (lost []string) {
	is := members(in)
	for name, member := range members(of) {
		switch other, there := is[name]; {
		case !there || member.Kind() != other.Kind():
			lost = append(lost, at+"/"+name)
		case len(members(member)) > 0:
			lost = append(lost, missing(at+"/"+name, member, other)...)
		case string(member) != string(other):
			lost = append(lost, at+"/"+name)
		}
	}
	slices.Sort(lost)
	return lost
}

// members are those of an object, or the first element of an array.
func members(text jsontext.Value) map[string]jsontext.Value {
	var object map[string]jsontext.Value
	var array []jsontext.Value
	switch text.Kind() {
	case jsontext.KindBeginObject:
		if err := es.Decode(text, &object); err != nil {
			panic(err)
		}
	case jsontext.KindBeginArray:
		if err := es.Decode(text, &array); err != nil {
			panic(err)
		}
		if len(array) > 0 {
			object = map[string]jsontext.Value{"0": array[0]}
		}
	}
	return object
}
