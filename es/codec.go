package es

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Encode writes a value as one JSON text, the way everything in Foldstream is written: members in order of declaration,
// map keys sorted, times in RFC 3339.
func Encode(v any) (jsontext.Value, error) {
	return json.Marshal(v, json.Deterministic(true))
}

// Decode reads what Encode wrote. Members that the type does not have are ignored, so that older code reads newer data.
func Decode(data []byte, v any) error { return json.Unmarshal(data, v) }

// DecodeStrict reads a caller's input: a member that the type does not have is an error.
func DecodeStrict(data []byte, v any) error {
	return json.Unmarshal(data, v, json.RejectUnknownMembers(true))
}
