package token

import (
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Texts are claims as an HTTP API hands them on to a function: all are texts. A number is its digits, and a list "[a b]".
func Texts(claims map[string]jsontext.Value) map[string]string {
	texts := make(map[string]string, len(claims))
	for name, claim := range claims {
		texts[name] = textOf(claim)
	}
	return texts
}

func textOf(claim jsontext.Value) string {
	var text string
	var list []jsontext.Value
	switch claim.Kind() {
	case '"':
		if es.Decode(claim, &text) == nil {
			return text
		}
	case '[':
		if es.Decode(claim, &list) == nil {
			texts := make([]string, len(list))
			for i, one := range list {
				texts[i] = textOf(one)
			}
			return "[" + strings.Join(texts, " ") + "]"
		}
	}
	return string(claim)
}
