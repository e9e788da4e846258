package estest

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// box is the toy that worlds are tried on.
type box struct{ In []string }

func (b box) with(word string) box {
	b.In = append(slices.Clone(b.In), word)
	return b
}

type put struct{ Word string }

func (e put) Evolve(b box) box { return b.with(e.Word) }

type labelled struct{ Label string }

func (e labelled) Evolve(b box) box { return b.with("label " + e.Label) }

func (e labelled) Claims() []es.Claim {
	return []es.Claim{{Unique: label(e.Label), Taken: errTaken}, {Unique: label(e.Label + "'s spare"), Taken: errTaken}}
}

type unlabelled struct{ Label string }

func (e unlabelled) Evolve(b box) box { return b.with("no label " + e.Label) }

func (e unlabelled) Releases() []es.Unique { return []es.Unique{label(e.Label)} }

func label(value string) es.Unique { return es.Unique{Kind: "label", Value: value} }

var (
	boxes    = es.Of("box", es.On[put]("Put"), es.On[labelled]("Labelled"), es.On[unlabelled]("Unlabelled"))
	errTaken = es.Conflict("Taken", "another box has the label")
	errShut  = es.Conflict("Shut", "the box is shut")
)

// into puts a word into a box as often as it is told to, unless the box says "shut" last.
type into struct{ Box, Word string }

func (c into) Stream() string { return c.Box }
func (into) Validate() error  { return nil }

func (c into) Decide(b box, _ es.Env) ([]es.Event[box], error) {
	if n := len(b.In); n > 0 && b.In[n-1] == "shut" && c.Word != "open" {
		return nil, errShut
	}
	return []es.Event[box]{put{c.Word}}, nil
}

// change labels a box, or takes the label off.
type change struct {
	Box, Label string
	Off        bool
}

func (c change) Stream() string { return c.Box }
func (change) Validate() error  { return nil }

func (c change) Decide(box, es.Env) ([]es.Event[box], error) {
	if c.Off {
		return []es.Event[box]{unlabelled{c.Label}}, nil
	}
	return []es.Event[box]{labelled{c.Label}}, nil
}

// find puts a word into the box with a label.
type find struct{ Label, Word, box string }

func (c find) Stream() string         { return c.box }
func (find) Validate() error          { return nil }
func (c find) Holding() es.Unique     { return label(c.Label) }
func (c find) HeldBy(box string) find { return find{c.Label, c.Word, box} }

func (c find) Decide(box, es.Env) ([]es.Event[box], error) {
	if c.box == "" {
		return nil, errShut
	}
	return []es.Event[box]{put{c.Word}}, nil
}

// peek notes in a box what another holds.
type peek struct {
	Box, Other string
	other      box
}

func (c peek) Stream() string { return c.Box }
func (peek) Validate() error  { return nil }

func (c peek) Decide(box, es.Env) ([]es.Event[box], error) {
	return []es.Event[box]{put{"saw " + strings.Join(c.other.In, "+")}}, nil
}

var (
	doInto   = es.Internal[into](boxes, "into")
	doChange = es.Internal[change](boxes, "change")
	doFind   = es.Internal[find](boxes, "find")
	doPeek   = es.Internal[peek](boxes, "peek", es.Asks(
		boxes, func(c peek) string { return c.Other }, func(c peek, b box) peek {
			c.other = b
			return c
		},
	))
	doPeekNone = es.Internal[peek](boxes, "peek-none", es.Asks(
		boxes, func(peek) string { return "" }, func(c peek, b box) peek {
			c.other = b
			return c
		},
	))
)

// copies is a saga that is not done when it should be: what is put into a box whose name begins with "from" is put into
// two others, however often that has been done.
var copies = es.NewSaga("copies", es.React(boxes, func(e put, m es.Meta) []es.Act {
	if !strings.HasPrefix(m.Stream.ID(), "from") {
		return nil
	}
	return []es.Act{
		es.Send(doInto, into{"one", e.Word}).Else(func(r *es.Rejection) []es.Act {
			return []es.Act{es.Send(doInto, into{"refused", e.Word + " " + r.Code})}
		}),
		es.Send(doInto, into{"two", e.Word}),
		es.Post(es.Mail{Address: "a@example.com", Text: e.Word}),
		es.Text(es.SMS{Number: "+1", Text: e.Word}),
		es.Send(doInto, into{"later", e.Word}).At(m.Time.Add(time.Hour)),
	}
})).PostsMails().SendsTexts().SetsTimers()

// rounds bounds how often a hundred worlds are run for the sake of one that is rare.
const rounds = 20

// outcomes runs many worlds, and gives what came of them, each once. What is wanted comes of one at least, by chance.
func outcomes(t *testing.T, run func(w *World) string, wanted ...string) []string {
	t.Helper()
	var all []string
	missing := func(o string) bool { return !slices.Contains(all, o) }
	for round := 0; round == 0 || round < rounds && slices.ContainsFunc(wanted, missing); round++ {
		rapid.Check(t, func(t *rapid.T) {
			if o := run(NewWorld(t, es.Context{Sagas: []*es.Saga{copies}})); missing(o) {
				all = append(all, o)
			}
		})
	}
	slices.Sort(all)
	if i := slices.IndexFunc(wanted, missing); i >= 0 {
		t.Errorf("in no world it comes to %q, only to %q", wanted[i], all)
	}
	return all
}

func in(w *World, id string) string { return strings.Join(StateOf(w, boxes, id).In, " ") }

// fill puts words into a box.
func fill(w *World, id string, words ...string) {
	for _, word := range words {
		if err := w.Do(doInto, into{id, word}); err != nil {
			w.Fatal(err)
		}
	}
}

func TestWorldDeliversCarelessly(t *testing.T) {
	t.Run("streams in any order, each in its own; dying between acts", func(t *testing.T) {
		got := outcomes(t, func(w *World) string {
			fill(w, "from1", "a", "b")
			fill(w, "from2", "c")
			w.Settle()
			return strings.Join(slices.Compact(StateOf(w, boxes, "one").In), " ")
		}, "a b c", "a c b", "c a b")
		for _, o := range got {
			if strings.LastIndex(o, "a") > strings.Index(o, "b") {
				t.Errorf("the order of one stream is lost: %q", o)
			}
		}
	})
	t.Run("half done in between", func(t *testing.T) {
		outcomes(t, func(w *World) string {
			fill(w, "from", "a")
			w.Deliver()
			return in(w, "one") + "|" + in(w, "two")
		}, "a|", "a|a")
	})
	t.Run("again", func(t *testing.T) {
		outcomes(t, func(w *World) string {
			fill(w, "from", "a")
			w.Settle()
			for range 3 {
				w.Step()
			}
			return in(w, "two")
		}, "a", "a a", "a a a")
	})
	t.Run("mails and texts", func(t *testing.T) {
		outcomes(t, func(w *World) string {
			fill(w, "from", "a")
			w.Settle()
			if mails, texts := w.Mails(), w.Texts(); len(mails) == 0 || mails[0].Text != "a" || len(texts) == 0 || texts[0].Text != "a" {
				w.Fatalf("%+v, %+v", mails, texts)
			}
			return ""
		})
	})
	t.Run("with the trace, the cause and the invoker", func(t *testing.T) {
		outcomes(t, func(w *World) string {
			_ = w.Do(doInto, into{"from", "a"}, By("ann"))
			w.Settle()
			first, sent := w.Commits("box-from")[0], w.Commits("box-one")[0]
			if sent.Invoker != "ann" || sent.TraceID != first.TraceID || sent.CausationID != "box-from@1" || sent.CommandID == first.CommandID {
				w.Fatalf("sent with %+v, upon %+v", sent.Origin, first.Origin)
			}
			return ""
		})
	})
}

func TestWorldRefusals(t *testing.T) {
	refused := func(keep bool, wanted ...string) []string {
		return outcomes(t, func(w *World) string {
			if keep {
				w.KeepRefusals()
			}
			fill(w, "one", "shut")
			fill(w, "from", "a")
			w.Settle()
			fill(w, "one", "open")
			w.Redeliver()
			return in(w, "one") + "|" + in(w, "refused") + "|" + in(w, "two")
		}, wanted...)
	}
	t.Run("are compensated, and what follows is dropped; later it may be otherwise", func(t *testing.T) {
		refused(false, "shut open a|a Shut|", "shut open a|a Shut|a")
	})
	t.Run("or are kept", func(t *testing.T) {
		for _, o := range refused(true) {
			if strings.Contains(o, "open a") {
				t.Errorf("what was refused once was tried again: %q", o)
			}
		}
	})
}

func TestWorldTimers(t *testing.T) {
	got := outcomes(t, func(w *World) string {
		fill(w, "from1", "a")
		w.Pass(time.Minute)
		fill(w, "from2", "b")
		w.Settle()
		if due := w.NextTimer(); !due.Equal(Noon.Add(time.Hour)) {
			w.Fatalf("the next timer is due at %v", due)
		}
		w.Pass(time.Hour - time.Minute - time.Millisecond)
		if w.Settle(); in(w, "later") != "" {
			w.Fatalf("too early: %s", in(w, "later"))
		}
		w.Pass(time.Millisecond)
		if w.Settle(); in(w, "later") != "a" {
			w.Fatalf("the first is not alone: %s", in(w, "later"))
		}
		fill(w, "from3", "c")
		w.Settle()
		w.Pass(time.Hour)
		if w.Settle(); !w.NextTimer().IsZero() {
			w.Fatal("a timer is left")
		}
		return in(w, "later")
	}, "a b c", "a c b")
	if len(got) != 2 {
		t.Errorf("a timer goes off twice: %q", got)
	}
}

func TestWorldCommands(t *testing.T) {
	outcomes(t, func(w *World) string {
		check := func(what string, got, want error) {
			if !errors.Is(got, want) || (got == nil) != (want == nil) {
				w.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		check("a free label", w.Do(doChange, change{"b1", "x", false}), nil)
		check("one's own label", w.Do(doChange, change{"b1", "x", false}), nil)
		check("another's label", w.Do(doChange, change{"b2", "x", false}), errTaken)
		check("the holder of a label", w.Do(doFind, find{Label: "x", Word: "found"}), nil)
		check("nobody's label", w.Do(doFind, find{Label: "y", Word: "found"}), errShut)
		check("another takes it off", w.Do(doChange, change{"b2", "x", true}), nil)
		check("it is held all the same", w.Do(doChange, change{"b3", "x", false}), errTaken)
		check("the holder takes it off", w.Do(doChange, change{"b1", "x", true}), nil)
		check("the other label is held", w.Do(doChange, change{"b3", "x", false}), errTaken)
		check("a look at another", w.Do(doPeek, peek{Box: "b3", Other: "b2"}), nil)
		check("a look at none", w.Do(doPeekNone, peek{Box: "b3", Other: "b2"}), nil)
		if got := in(w, "b1") + "|" + in(w, "b2") + "|" + in(w, "b3"); got != "label x label x found no label x|no label x|saw no label x saw " {
			w.Error(got)
		}
		return ""
	})
}
