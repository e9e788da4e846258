package handler

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// complete refuses an input in which a member is missing: else its zero value would be taken for what the caller meant, and
// a turn without a place would be one at (0,0). The text has been decoded into the type before.
func complete(text jsontext.Value, into reflect.Type, at string) error {
	if into.Kind() != reflect.Struct || text.Kind() != '{' {
		return nil
	}
	var members map[string]jsontext.Value
	if err := es.Decode(text, &members); err != nil {
		return &requestError{http.StatusBadRequest, "MalformedJSON", strings.TrimSuffix(at, "/"), err.Error()}
	}
	for i := range into.NumField() {
		field := into.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		value, given := members[name]
		switch {
		case given && value.Kind() != 'n':
			if err := complete(value, field.Type, at+name+"/"); err != nil {
				return err
			}
		case !strings.Contains(options, "omit"):
			return es.Invalid(at+name, "this is missing")
		}
	}
	return nil
}
