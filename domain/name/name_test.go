package name_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/name"
	"github.com/foldstream/foldstream/es"
)

func TestCheck(t *testing.T) {
	for what, ok := range map[string]string{
		"one letter":      "x",
		"80 characters":   strings.Repeat("ü", name.Longest),
		"space around it": " " + strings.Repeat("x", name.Longest) + "\t",
	} {
		if err := name.Check("name", ok); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, wrong := range map[string]string{
		"none":         "",
		"space":        " \t ",
		"81":           strings.Repeat("x", name.Longest+1),
		"a bell":       "Re\x07ds",
		"a line break": "Red\nStar",
	} {
		var refusal *es.Rejection
		if err := name.Check("names/1", wrong); !errors.As(err, &refusal) || refusal.Kind != es.KindInvalid || refusal.Field != "names/1" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestKey(t *testing.T) {
	same := func(a, b string) bool { return name.Key(a) == name.Key(b) }
	for a, b := range map[string]string{"Red Star": "  red  STAR", "ΟΔΥΣΣΕΥΣ": "οδυσσευς", "ÅSE": "åse"} {
		if !same(a, b) {
			t.Errorf("%q and %q are two names", a, b)
		}
	}
	for a, b := range map[string]string{"Red Star": "Redstar", "Åse": "Ase", "I": "ı"} {
		if same(a, b) {
			t.Errorf("%q and %q are one name", a, b)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.String().Draw(t, "name")
		if !same(n, name.Trim(n)) || name.Key(name.Key(n)) != name.Key(n) || name.Trim(name.Trim(n)) != name.Trim(n) {
			t.Fatalf("%q is kept as %q, with the key %q", n, name.Trim(n), name.Key(n))
		}
	})
}
