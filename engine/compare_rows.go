package engine

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// difference says how a row differs; empty when it does not.
func difference(live, other Row) string {
	switch {
	case live.Version == other.Version && !sameJSON(live.Doc, other.Doc):
		return DocDiffers
	case live.Version == other.Version && !sameKeys(live.Keys, other.Keys):
		return KeysDiffer
	case live.Version == other.Version:
		return ""
	case live.Version == 0:
		return NotLive
	case other.Version == 0:
		return OnlyLive
	case live.Version < other.Version:
		return LiveIsBehind
	default:
		return LiveIsAhead
	}
}

// sameJSON compares documents whatever the order of their members.
func sameJSON(a, b jsontext.Value) bool {
	if bytes.Equal(a, b) {
		return true
	}
	a, b = a.Clone(), b.Clone()
	return a.Canonicalize() == nil && b.Canonicalize() == nil && bytes.Equal(a, b)
}

// sameKeys compares places whatever their order.
func sameKeys(a, b []es.Key) bool {
	if slices.Equal(a, b) {
		return true
	}
	in := func(all []es.Key) map[es.Key]bool {
		set := map[es.Key]bool{}
		for _, k := range all {
			set[k] = true
		}
		return set
	}
	x, y := in(a), in(b)
	for k := range x {
		if !y[k] {
			return false
		}
	}
	return len(x) == len(y)
}
