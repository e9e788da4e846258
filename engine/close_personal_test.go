package engine_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// memberWas carries a member over; memberWasPlainly forgets to say that it is about a person, memberWasOtherwise what
// is left of one.
type (
	memberWas struct {
		Name  string `json:"name" personal:"id,erased=gone"`
		Email string `json:"email" personal:"id"`
	}
	memberWasPlainly struct {
		Name  string `json:"name"`
		Email string `json:"email" personal:"id"`
	}
	memberWasOtherwise struct {
		Name  string `json:"name" personal:"id"`
		Email string `json:"email" personal:"id"`
	}
)

func (e memberWas) Evolve(member) member          { return member{Name: e.Name, Email: e.Email} }
func (e memberWasPlainly) Evolve(member) member   { return member{Name: e.Name, Email: e.Email} }
func (e memberWasOtherwise) Evolve(member) member { return member{Name: e.Name, Email: e.Email} }

func membersCarriedBy[E es.Event[member]](was func(member) E) *es.Aggregate[member] {
	return es.Of("member", es.On[admitted]("Admitted"), es.On[E]("MemberWas")).CarriedOver(func(m member) []es.Event[member] { return []es.Event[member]{was(m)} })
}

var (
	carriedMembers = membersCarriedBy(func(m member) memberWas { return memberWas{m.Name, m.Email} })
	carriedNames   = es.Project("carried-names",
		es.Upon(carriedMembers, func(p profile, e admitted, _ es.Meta) profile { p.Name = e.Name; return p }),
		es.Upon(carriedMembers, func(p profile, e memberWas, _ es.Meta) profile { p.Friends = []string{e.Name}; return p }),
	)
)

// TestCloseRefusesToTellOfPersons: a state that is carried over is forgotten with what it was made of.
func TestCloseRefusesToTellOfPersons(t *testing.T) {
	for name, a := range map[string]*es.Aggregate[member]{
		"plainly":      membersCarriedBy(func(m member) memberWasPlainly { return memberWasPlainly{m.Name, m.Email} }),
		"as something": membersCarriedBy(func(m member) memberWasOtherwise { return memberWasOtherwise{m.Name, m.Email} }),
	} {
		t.Run(name, func(t *testing.T) {
			store, stored, _, _ := sealing()
			if err := store.Append(t.Context(), memberDraft(t, "member-ann", es.Head{}, admitted{"Ann", "ann@example.com"})); err != nil {
				t.Fatal(err)
			}
			_, err := closer(&engine.Commands{Store: store}, a).Close(t.Context(), "member-ann", false)
			if !errors.Is(err, engine.ErrCarriedOtherwise) || len(stored.order) != 1 {
				t.Errorf("it gave %v, and there are %d commits", err, len(stored.order))
			}
		})
	}
}

// TestForgetAndClose has somebody be forgotten before and after her stream is closed and archived, in any order.
func TestForgetAndClose(t *testing.T) {
	type step = string
	const forgets, closes, archives = step("forget"), step("close"), step("archive")
	for _, steps := range [][]step{
		{forgets, closes},
		{closes, forgets},
		{closes, archives, forgets},
		{closes, forgets, archives},
		{closes, closes, archives, forgets, closes, archives},
		{forgets, closes, archives},
	} {
		for _, plain := range []bool{false, true} { // as it was stored before anybody said that it is personal
			t.Run(fmt.Sprintf("%v plain=%v", steps, plain), func(t *testing.T) {
				l, keys, files := newLedger(), newKeyring(), newShelves()
				whole := engine.Federate(files, 1<<20)
				seals := engine.NewSeals(keys, 0)
				i := installed(l.memory, keys)
				i.App = es.NewApp(es.Context{Name: "club", Aggregates: []es.Folder{carriedMembers}, Views: []*es.ViewDecl{carriedNames.ViewDecl}})
				i.Commands, i.Stored, i.Feed, i.Books, i.Archive = &engine.Commands{Store: seals.Store(l)}, whole.Store(l), whole.Feed(l), l, files
				i.Seals = seals
				first := memberDraft(t, "member-ann", es.Head{}, admitted{"Ann", "ann@example.com"})
				if plain {
					first.Events[0].Personal = nil
				}
				if err := i.Commands.Store.Append(t.Context(), first); err != nil {
					t.Fatal(err)
				}
				deliver := func() {
					t.Helper()
					for name, c := range i.Consumers() {
						if err := c.Deliver(t.Context(), "member-ann", l.streamOf("member-ann"), 1); err != nil {
							t.Fatal(name, err)
						}
					}
					c := (&engine.Notifier{Traces: noTraces{}, Connections: noTraces{}, IsPrivate: func(string) bool { return true }}).Consumer(i.Stored, l, l)
					if err := c.Deliver(t.Context(), "member-ann", l.streamOf("member-ann"), 1); err != nil {
						t.Fatal(err)
					}
				}
				era := 0
				for _, s := range steps {
					deliver()
					switch s {
					case forgets:
						f := &engine.Forget{Installation: i, Subject: "ann", Bound: time.Nanosecond}
						if report, err := f.Run(t.Context(), true); errors.Is(err, engine.ErrPlain) != plain || err != nil && !plain {
							t.Fatalf("forgetting gave %+v, error %v", report, err)
						}
					case closes:
						closed, err := closer(i.Commands, carriedMembers).Close(t.Context(), "member-ann", false)
						if err != nil {
							t.Fatal(err)
						}
						era++
						next := memberDraft(t, "member-ann", es.HeadAt(closed.Version+2, era), admitted{"Anna", "anna@example.com"})
						if err := i.Commands.Store.Append(t.Context(), next); err != nil {
							t.Fatal(err)
						}
					case archives:
						if _, err := (&engine.Bookkeeper{Installation: i}).Run(t.Context(), "member-ann", false); err != nil {
							t.Fatal(err)
						}
					}
				}
				deliver()
				state, err := (&engine.Commands{Store: i.Whole()}).State(t.Context(), carriedMembers, "member-ann")
				if err != nil || state.(member).Name != "gone" || state.(member).Email != "" {
					t.Errorf("the state is %+v, error %v", state, err)
				}
				row := rowsOf(l.memory, carriedNames.Name)["ann"]
				if want := `{"name":"gone","friends":["gone"]}`; !plain && string(row.Doc) != want {
					t.Errorf("the row is %s, want %s", row.Doc, want)
				}
				r := rebuild(l.memory, carriedNames.ViewDecl)
				r.Events, r.Feed = i.Whole(), i.Seals.Feed(i.Feed)
				if report, err := r.Run(t.Context(), false); err != nil || report.Comparison.Different > 0 {
					t.Errorf("a rebuild gave %+v, error %v", report, err)
				}
				for name, content := range files.files {
					if plain || !strings.Contains(name, "closed/") {
						continue
					}
					if text := unzipped(t, content); len(text) == 0 || bytes.Contains(text, []byte(`"Ann"`)) {
						t.Errorf("%s has %s", name, text)
					}
				}
				for _, c := range l.streamOf("member-ann")[1:] {
					for _, e := range c.Events {
						if bytes.Contains(e.Data, []byte(`"Ann"`)) {
							t.Errorf("%s@%d is stored as %s", c.Stream, c.Version, e.Data)
						}
					}
				}
			})
		}
	}
}

func unzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	zip, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
