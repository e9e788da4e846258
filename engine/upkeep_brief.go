package engine

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// A job is small, so that a page of them fits an answer: beside its own few members it has so many bytes of a report's
// examples, and of an error.
const (
	exampleBytes = 4 << 10
	errorBytes   = 1 << 10
)

// brief is a report with as many examples as a job has room for. Those of a view that shows what is private or personal go without
// it: they say in which members documents differ, and not how.
func brief(r *Rebuilt, private bool) *Rebuilt {
	b, room := *r, exampleBytes
	c := &b.Comparison
	c.Examples = slices.Clone(c.Examples)
	for i := range c.Examples {
		if d := &c.Examples[i]; private {
			d.What += members(d.Live.Doc, d.Other.Doc)
			d.Live, d.Other = Side{Version: d.Live.Version}, Side{Version: d.Other.Version}
		}
	}
	c.Examples, b.Mended = fitting(c.Examples, &room), fitting(b.Mended, &room)
	c.Parked, c.Stuck, c.Skipped = fitting(c.Parked, &room), fitting(c.Stuck, &room), fitting(c.Skipped, &room)
	return &b
}

// members names those that two objects do not have in common; empty for anything else.
func members(a, b jsontext.Value) string {
	a, b = apart(a, b)
	var differ, other map[string]jsontext.Value
	if es.Decode(a, &differ) != nil || es.Decode(b, &other) != nil || differ == nil || other == nil {
		return ""
	}
	maps.Copy(differ, other)
	if len(differ) == 0 {
		return ""
	}
	return ": " + strings.Join(slices.Sorted(maps.Keys(differ)), ", ")
}

// fitting gives the first of some values, as long as there is room for them as JSON.
func fitting[T any](all []T, room *int) []T {
	for n, v := range all {
		text, err := es.Encode(v)
		if err != nil || len(text) > *room {
			return all[:n]
		}
		*room -= len(text)
	}
	return all
}

// clipped is the beginning of a text.
func clipped(text string) string {
	if len(text) <= errorBytes {
		return text
	}
	end := errorBytes
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return strings.TrimSpace(text[:end]) + " …"
}
