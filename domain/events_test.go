package domain_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

const samples = "testdata/events"

// shape is one of the shapes that an event has had.
type shape struct {
	of     es.Folder
	event  string
	schema int
	goType reflect.Type
}

// current reports whether events are recorded in this shape.
func (s shape) current() bool { return s.schema == len(s.of.EventShapes(s.event))-1 }

// file is the n-th sample of the shape, from 1. There are several if optional members were added.
func (s shape) file(n int) string {
	name := fmt.Sprintf("%s.%d", s.event, s.schema)
	if n > 1 {
		name += fmt.Sprintf(".%d", n)
	}
	return filepath.Join(samples, s.of.Category(), name+".json")
}

// reads is where it stands what a sample of an earlier shape is read as.
func (s shape) reads(n int) string {
	return s.file(n)[:len(s.file(n))-len("json")] + "now.json"
}

func shapes() func(func(shape) bool) {
	return func(yield func(shape) bool) {
		for _, a := range domain.App.Folders() {
			for _, event := range a.Events() {
				for schema, goType := range a.EventShapes(event) {
					if !yield(shape{a, event, schema, goType}) {
						return
					}
				}
			}
		}
	}
}

// TestEventsStayReadable holds the shapes of all events against samples of what is in stores already. A sample is never
// changed: go test ./domain -update writes those that are missing, and what earlier shapes are read as today.
func TestEventsStayReadable(t *testing.T) {
	for s := range shapes() {
		t.Run(s.file(1), func(t *testing.T) {
			stored, err := s.stored()
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range stored {
				if err := s.check(i+1, text); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.complete(stored); err != nil {
				t.Error(err)
			}
		})
	}
}

// stored are the samples of the shape.
func (s shape) stored() (texts []jsontext.Value, err error) {
	for n := 1; ; n++ {
		text, err := os.ReadFile(s.file(n))
		if errors.Is(err, fs.ErrNotExist) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		texts = append(texts, bytes.TrimSpace(text))
	}
}

// check reads a sample as its own shape, which must have all that is in it, and as what it is today.
func (s shape) check(n int, text jsontext.Value) error {
	shape := reflect.New(s.goType)
	if err := es.Decode(text, shape.Interface()); err != nil {
		return fmt.Errorf("%s: the sample can't be read any more: %w\n%s", s.file(n), err, s.advice())
	}
	again, err := es.Encode(shape.Elem().Interface())
	if err != nil {
		return err
	}
	if lost := missing("", text, again); len(lost) > 0 {
		return fmt.Errorf("%s: %v has lost %q, which is in events that have been recorded.\n%s", s.file(n), s.goType, lost, s.advice())
	}
	if added := missing("", again, text); len(added) > 0 {
		return fmt.Errorf("%s: %v has gained %q, which is not in events that have been recorded.\n"+
			"Make it omitzero, if nothing is what its absence means. Otherwise: %s", s.file(n), s.goType, added, s.advice())
	}
	return s.checkToday(n, text)
}

// advice says what to do.
func (s shape) advice() string {
	if !s.current() {
		return fmt.Sprintf("%v is the shape of schema version %d: leave it as it was when events were recorded in it.", s.goType, s.schema)
	}
	return fmt.Sprintf("Declare an upcaster: keep a type of the shape that the sample has, give es.On(%q, …) one more es.Upcast, from it to the shape of today, and run go test ./domain -update.", s.event)
}

// checkToday reads a sample of an earlier shape. What it comes to stands beside it.
func (s shape) checkToday(n int, text jsontext.Value) error {
	if s.current() {
		return nil
	}
	c := es.Commit{Stream: es.NewStreamID(s.of.Category(), "sample"), Version: 1, Events: []es.Recorded{{Type: s.event, Schema: s.schema, Data: text}}}
	today, err := s.of.Today(c, 0)
	if err != nil {
		return err
	}
	if *update {
		return os.WriteFile(s.reads(n), append(bytes.Clone(today), '\n'), 0o600)
	}
	want, err := os.ReadFile(s.reads(n))
	if err == nil && !bytes.Equal(bytes.TrimSpace(want), today) {
		err = fmt.Errorf("%s is read otherwise: it was %s, it is %s", s.file(n), bytes.TrimSpace(want), today)
	}
	return err
}

// complete makes sure that each member of the shape is in a sample.
func (s shape) complete(stored []jsontext.Value) error {
	full, err := es.Encode(example(s.goType))
	if err != nil {
		return err
	}
	lacking := paths("", full)
	for _, text := range stored {
		have := paths("", text)
		maps.DeleteFunc(lacking, func(path string, _ bool) bool { return have[path] })
	}
	switch {
	case len(lacking) == 0 && len(stored) > 0:
		return nil
	case !*update:
		return fmt.Errorf("no sample of %v has %q: run go test ./domain -update, and keep the file that it writes",
			s.goType, slices.Sorted(maps.Keys(lacking)))
	}
	file := s.file(len(stored) + 1)
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	if err := os.WriteFile(file, append(full, '\n'), 0o600); err != nil {
		return err
	}
	return s.check(len(stored)+1, full)
}

var sampleName = regexp.MustCompile(`^testdata/events/([a-z]+)/(\w+)\.(\d+)(\.\d+)?(\.now)?\.json$`)

// TestSamplesHaveTheirEvents makes sure that no event that has been recorded is forgotten.
func TestSamplesHaveTheirEvents(t *testing.T) {
	if err := filepath.WalkDir(samples, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		parts := sampleName.FindStringSubmatch(filepath.ToSlash(path))
		if parts == nil {
			t.Errorf("%s is not named like a sample", path)
			return nil
		}
		schema, err := strconv.Atoi(parts[3])
		if err != nil {
			return err
		}
		versions := 0
		for _, a := range domain.App.FoldersOf(parts[1]) {
			versions += len(a.EventShapes(parts[2]))
		}
		if schema >= versions {
			t.Errorf("%s is of an event that is in stores, and no aggregate of %s reads it: its type, name and upcasters stay", path, parts[1])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
