// Package name is names that people choose for things: what is in one, and when two are the same.
package name

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/foldstream/foldstream/es"
)

// Longest is how many characters a name has at most.
const Longest = 80

// Trim gives a name as it is kept: without space around it, and with single spaces inside.
func Trim(name string) string { return strings.Join(strings.Fields(name), " ") }

// Check is about the name as it is kept. Field is the input field that it stands in.
func Check(field, name string) error {
	if n := utf8.RuneCountInString(Trim(name)); n < 1 || n > Longest {
		return es.Invalid(field, "a name has 1 to %d characters", Longest)
	}
	if strings.ContainsFunc(strings.TrimSpace(name), unicode.IsControl) {
		return es.Invalid(field, "a name has no control characters")
	}
	return nil
}

// Key is the same for two spellings of a name that differ in case or in space only.
func Key(name string) string { return strings.Map(folded, Trim(name)) }

// folded is the smallest of the letters that differ in case only, such as σ, ς and Σ.
func folded(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}
