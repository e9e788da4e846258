package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// member is the state of somebody in a club.
type member struct {
	Name, Email string
	Friends     []string
}

type (
	admitted struct {
		Name  string `json:"name" personal:"id,erased=gone"`
		Email string `json:"email" personal:"id"`
	}
	befriended struct {
		Friend friend    `json:"friend"`
		Others []*friend `json:"others,omitempty"`
	}
	friend struct {
		ID   string `json:"id"`
		Name string `json:"name" personal:"ID,erased=gone"`
	}
)

func (e admitted) Evolve(m member) member { m.Name, m.Email = e.Name, e.Email; return m }

func (e befriended) Evolve(m member) member {
	m.Friends = append(m.Friends[:len(m.Friends):len(m.Friends)], e.Friend.Name)
	return m
}

func (e admitted) Claims() []es.Claim {
	return []es.Claim{
		{Unique: es.Unique{Kind: "mail", Value: e.Email}, Taken: es.Conflict("MailTaken", "it is taken")},
		{Unique: es.Unique{Kind: "club", Value: "only"}, Taken: es.Conflict("ClubTaken", "it is taken")},
	}
}

var members = es.Of("member", es.On[admitted]("Admitted"), es.On[befriended]("Befriended"))

// sealing is a store that is sealed, with what is stored.
func sealing() (store engine.EventStore, stored *memory, keys *keyring, seals *engine.Seals) {
	stored, keys = newMemory(), newKeyring()
	seals = engine.NewSeals(keys, 0)
	return seals.Store(stored), stored, keys, seals
}

func memberDraft(t testing.TB, stream es.StreamID, after es.Head, events ...es.Event[member]) es.Draft {
	t.Helper()
	recorded, err := members.Record(events)
	if err != nil {
		t.Fatal(err)
	}
	return es.Draft{Stream: stream, After: after, Events: recorded, Origin: es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now().UTC()}}
}

func loaded(t testing.TB, store engine.Loader, stream es.StreamID) (all []es.Commit) {
	t.Helper()
	for c, err := range engine.Read(t.Context(), store, stream, 0) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// TestSealing has events of any texts come back as they were, while the store holds none of the texts.
func TestSealing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		store, stored, _, seals := sealing()
		text := rapid.OneOf(rapid.StringMatching(`.{6,40}`), rapid.Just(`{"sealed":{"s":"ann","c":"AAAA"}}`), rapid.Just(`\"é😀</script>`))
		subject := rapid.SampledFrom([]string{"ann", "bob", `c"y`})
		var want []es.Event[member]
		var texts []string
		for range rapid.IntRange(1, 4).Draw(r, "events") {
			a := admitted{Name: text.Draw(r, "name"), Email: text.Draw(r, "email")}
			f := befriended{Friend: friend{subject.Draw(r, "id"), text.Draw(r, "name")}, Others: []*friend{nil, {subject.Draw(r, "id"), text.Draw(r, "name")}}}
			want = append(want, a, f)
			texts = append(texts, a.Name, a.Email, f.Friend.Name, f.Others[1].Name)
		}
		if err := store.Append(t.Context(), memberDraft(t, "member-ann", es.Head{}, want...)); err != nil {
			r.Fatal(err)
		}
		raw, err := es.Encode(stored.order[0])
		if err != nil {
			r.Fatal(err)
		}
		for _, text := range texts {
			quoted, err := es.Encode(text)
			if err != nil {
				r.Fatal(err)
			}
			if strings.Contains(string(raw), string(quoted)) {
				r.Fatalf("%s is in the store: %s", quoted, raw)
			}
		}
		feed, err := seals.Feed(stored).Read(t.Context(), 0, 10)
		if err != nil {
			r.Fatal(err)
		}
		tail, err := store.Tail(t.Context(), "member-ann", 1)
		if err != nil {
			r.Fatal(err)
		}
		for _, c := range []es.Commit{loaded(t, store, "member-ann")[0], feed[0].Commit, tail[0]} {
			var got []es.Event[member]
			for i := range c.Events {
				e, err := members.Read(c, i)
				if err != nil {
					r.Fatal(err)
				}
				got = append(got, e)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				r.Fatalf("events come back otherwise (-want +got):\n%s", diff)
			}
		}
	})
}

// TestForgottenSubjects shows what the forgotten read as, to who has never known the key, and that nothing of them is kept.
func TestForgottenSubjects(t *testing.T) {
	store, stored, keys, _ := sealing()
	ann, bob := admitted{"Ann", "ann@example.com"}, befriended{Friend: friend{"bob", "Bob"}}
	if err := store.Append(t.Context(), memberDraft(t, "member-ann", es.Head{}, ann, bob)); err != nil {
		t.Fatal(err)
	}
	if err := keys.Forget(t.Context(), engine.Forgetting{Subject: "ann"}); err != nil {
		t.Fatal(err)
	}
	fresh := engine.NewSeals(keys, 0).Store(stored)
	state := func() any {
		state, err := (&engine.Commands{Store: fresh}).State(t.Context(), members, "member-ann")
		if err != nil {
			t.Fatal(err)
		}
		return state
	}
	if diff := cmp.Diff(member{Name: "gone", Friends: []string{"Bob"}}, state()); diff != "" {
		t.Errorf("the state (-want +got):\n%s", diff)
	}
	// Whoever goes on to write about her stores nothing that could be opened.
	if err := fresh.Append(t.Context(), memberDraft(t, "member-ann", es.HeadAt(2, 0), admitted{"Annie", "annie@example.com"})); err != nil {
		t.Fatal(err)
	}
	if raw := string(stored.order[1].Events[0].Data); raw != `{"name":{"sealed":{"s":"ann","e":"gone"}},"email":{"sealed":{"s":"ann"}}}` {
		t.Errorf("stored %s", raw)
	}
	if diff := cmp.Diff(member{Name: "gone", Friends: []string{"Bob"}}, state()); diff != "" {
		t.Errorf("the state behind another event (-want +got):\n%s", diff)
	}
}

// TestMissingKeys makes sure that data whose key is elsewhere does not pass for erased.
func TestMissingKeys(t *testing.T) {
	store, stored, _, _ := sealing()
	if err := store.Append(t.Context(), memberDraft(t, "member-ann", es.Head{}, admitted{"Ann", "a@b"})); err != nil {
		t.Fatal(err)
	}
	other := engine.NewSeals(newKeyring(), 0)
	_, err := other.Store(stored).Tail(t.Context(), "member-ann", 1)
	if !errors.Is(err, engine.ErrNoKey) {
		t.Errorf("got error %v, want %v", err, engine.ErrNoKey)
	}
	wrong := newKeyring()
	if _, err := wrong.Keys(t.Context(), []string{"ann"}, true); err != nil {
		t.Fatal(err)
	}
	var fault *es.Fault
	if _, err := engine.NewSeals(wrong, 0).Store(stored).Tail(t.Context(), "member-ann", 1); !errors.As(err, &fault) {
		t.Errorf("got error %v of another key, want a fault", err)
	}
}

// TestKeysAreAskedForRarely counts what a warm process costs.
func TestKeysAreAskedForRarely(t *testing.T) {
	store, stored, keys, _ := sealing()
	for i, stream := range []es.StreamID{"member-ann", "member-bob"} {
		if err := store.Append(t.Context(), memberDraft(t, stream, es.Head{}, admitted{"A", "a"}, befriended{Friend: friend{"cy", "C"}})); err != nil {
			t.Fatal(err)
		}
		loaded(t, store, stream)
		if keys.asked != i+1 {
			t.Fatalf("keys have been asked for %d times behind %d streams", keys.asked, i+1)
		}
	}
	plain := newMemory()
	if err := engine.NewSeals(nil, 0).Store(plain).Append(t.Context(), es.Draft{
		Stream: "counter-a", Events: []es.Recorded{{Type: "Added", Data: []byte(`{"n":1}`)}},
	}); err != nil {
		t.Fatal(err)
	}
	loaded(t, engine.NewSeals(nil, 0).Store(plain), "counter-a") // asks for nothing, or it would panic
	short := engine.NewSeals(keys, time.Nanosecond).Store(stored)
	asked := keys.asked
	loaded(t, short, "member-ann")
	loaded(t, short, "member-ann")
	if keys.asked != asked+2 {
		t.Errorf("a key is held for longer than its bound")
	}
}

// TestConflictsAreOpened has a command go on from the commit that was in its way.
func TestConflictsAreOpened(t *testing.T) {
	store, _, _, _ := sealing()
	draft := memberDraft(t, "member-ann", es.Head{}, admitted{"Ann", "a@b"})
	if err := store.Append(t.Context(), draft); err != nil {
		t.Fatal(err)
	}
	var conflict *engine.Conflict
	if err := store.Append(t.Context(), draft); !errors.As(err, &conflict) {
		t.Fatalf("got error %v, want a conflict", err)
	}
	if got := string(conflict.Commit.Events[0].Data); got != `{"name":"Ann","email":"a@b"}` {
		t.Errorf("in the way is %s", got)
	}
}
