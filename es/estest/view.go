package estest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/foldstream/foldstream/es"
)

// Shown is a view's document after some commits. It is made by [View].
type Shown[D any] struct {
	view  es.View[D]
	row   string // of a view of many streams
	doc   any
	fault error
}

// Row projects the commits of many streams, in the order of the feed, and shows one row.
func Row[D any](v es.View[D], id string, commits ...Commit) Shown[D] {
	s := Shown[D]{view: v, row: id}
	versions := map[es.StreamID]uint64{}
	for _, c := range commits {
		commit, err := c.commit(versions[c.Stream] + 1)
		if err == nil {
			s.doc, err = s.next(commit)
		}
		if err != nil {
			s.fault = err
			return s
		}
		versions[c.Stream] = commit.Last()
	}
	return s
}

// View projects the commits of one stream. Between them the document is written and read, as in earnest.
func View[D any](v es.View[D], commits ...Commit) Shown[D] {
	s := Shown[D]{view: v}
	version := uint64(1)
	for _, c := range commits {
		if c.Stream != commits[0].Stream {
			s.fault = errors.New("a document is made of one stream: the commits are of several")
			return s
		}
		commit, err := c.commit(version)
		if err == nil {
			s.doc, err = s.next(commit)
		}
		if err != nil {
			s.fault = err
			return s
		}
		version += uint64(len(commit.Events))
	}
	return s
}

func (s Shown[D]) next(c es.Commit) (any, error) {
	before, err := s.stored(s.doc)
	if err != nil {
		return nil, err
	}
	given := withRoom(s.doc)
	doc, err := s.apply(given.value, c)
	if err != nil {
		return nil, err
	}
	if diff := compare(before, given.value); diff != "" {
		return nil, fmt.Errorf("it changes the document that it was given (-before +after):\n%s", diff)
	}
	if err := given.empty(); err != nil {
		return nil, err
	}
	read, err := s.stored(doc)
	if err != nil {
		return nil, err
	}
	if diff := compare(doc, read); diff != "" {
		return nil, fmt.Errorf("a document of %s is another when it is read back (-written +read):\n%s", s.view.Name, diff)
	}
	return read, nil
}

func (s Shown[D]) apply(doc any, c es.Commit) (any, error) {
	if s.view.Global {
		return s.view.ApplyTo(s.row, doc, c)
	}
	return s.view.Apply(doc, c)
}

// stored writes and reads a document.
func (s Shown[D]) stored(doc any) (any, error) {
	if doc == nil {
		return nil, nil
	}
	text, err := es.Encode(doc)
	if err != nil {
		return nil, err
	}
	return s.view.DecodeDoc(text)
}

// Is expects the document.
func (s Shown[D]) Is(t testing.TB, want D) Shown[D] {
	t.Helper()
	if s.broken(t) {
		return s
	}
	if diff := compare(any(want), s.doc); diff != "" {
		t.Errorf("%s shows another document (-want +got):\n%s", s.view.Name, diff)
	}
	return s
}

// ListedIn expects the document's places in the view's indexes, in order of declaration; none if it is in no list.
func (s Shown[D]) ListedIn(t testing.TB, want ...es.Key) Shown[D] {
	t.Helper()
	if s.broken(t) {
		return s
	}
	if diff := compare(want, s.view.Keys(s.doc)); diff != "" {
		t.Errorf("%s lists the document otherwise (-want +got):\n%s", s.view.Name, diff)
	}
	return s
}

func (s Shown[D]) broken(t testing.TB) bool {
	t.Helper()
	if s.fault != nil {
		t.Errorf("%s: %v", s.view.Name, s.fault)
	}
	return s.fault != nil
}
