package estest

import (
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

type page struct {
	ID    string    `json:"id"`
	Words []string  `json:"words"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Last  uint64    `json:"last"`
	Lost  string    `json:"-"`
}

var pages = es.Project(
	"pages",
	es.Upon(lists, func(p page, e added, m es.Meta) page {
		p.ID, p.By, p.At, p.Last = m.Stream.ID(), m.Invoker, m.Time, m.Version
		p.Words = append(slices.Clone(p.Words), e.Word)
		return p
	}),
	es.Upon(lists, func(p page, _ careless, _ es.Meta) page {
		p.Words = append(p.Words, "more")
		return p
	}),
	es.Upon(lists, func(p page, _ sorted, _ es.Meta) page {
		p.Words[0] = "changed"
		return p
	}),
	es.Upon(lists, func(p page, _ forgetful, _ es.Meta) page {
		p.Lost = "this"
		return p
	}),
).IndexedBy("by", func(p page) []es.Key { return []es.Key{{Partition: p.By, Sort: p.ID}} })

func TestView(t *testing.T) {
	first, second := Committed(lists, "l1", added{Word: "a"}, added{Word: "b"}).By("ann"), Committed(lists, "l1", added{Word: "c"}).At(Noon.Add(1))
	t.Run("document and places", func(t *testing.T) {
		View(pages, first).
			Is(t, page{ID: "l1", Words: []string{"a", "b"}, By: "ann", At: Noon, Last: 2}).
			ListedIn(t, es.Key{Index: "by", Partition: "ann", Sort: "l1"})
	})
	t.Run("versions go on", func(t *testing.T) {
		View(pages, first, second).Is(t, page{ID: "l1", Words: []string{"a", "b", "c"}, At: Noon.Add(1), Last: 3})
	})
	t.Run("another document fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, first).Is(t, page{ID: "l2"}) }, "pages shows another document", `- ID: "l2"`)
	})
	t.Run("no document fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages).Is(t, page{}) }, "pages shows another document")
	})
	t.Run("other places fail", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, first).ListedIn(t) }, "pages lists the document otherwise", `+`)
	})
	t.Run("several streams fail", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, first, Committed(lists, "l2", sorted{})).Is(t, page{}) }, "of several")
	})
	t.Run("a changed document fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, first, Committed(lists, "l1", sorted{})).Is(t, page{}) }, "pages: it changes the document")
	})
	t.Run("a document that is appended to fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, first, Committed(lists, "l1", careless{})).Is(t, page{}) }, "appends to a slice")
	})
	t.Run("a field that JSON does not carry fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { View(pages, Committed(lists, "l1", forgetful{})).Is(t, page{}) }, "read back", `"this"`)
	})
}

// add is a command that a saga can send.
type add struct{ List, Word string }

func (c add) Stream() string { return c.List }

func (c add) Validate() error {
	if c.Word == "" {
		return es.Invalid("word", "a word is not empty")
	}
	return nil
}

func (c add) Decide(list, es.Env) ([]es.Event[list], error) {
	return []es.Event[list]{added{Word: c.Word}}, nil
}

var doAdd = es.Internal[add](lists, "add")

var echo = es.NewSaga("echo", es.React(lists, func(e added, m es.Meta) []es.Act {
	return []es.Act{
		es.Send(doAdd, add{List: "echo", Word: e.Word}).Else(func(*es.Rejection) []es.Act {
			return []es.Act{es.Send(doAdd, add{List: m.Stream.ID(), Word: "no echo"})}
		}),
		es.Post(es.Mail{To: "ann", Subject: e.Word}),
	}
})).MailsTo(es.AddressesFrom(lists, func(list) string { return "" }))

func TestSaga(t *testing.T) {
	said := func(words ...string) Reaction {
		all := make([]es.Event[list], len(words))
		for i, w := range words {
			all[i] = added{Word: w}
		}
		return Saga(echo).On(Committed(lists, "l1", all...))
	}
	send := func(word string) es.Act { return es.Send(doAdd, add{List: "echo", Word: word}) }
	orElse := func(r *es.Rejection) []es.Act { return []es.Act{es.Send(doAdd, add{List: "l1", Word: "no echo"})} }
	mail := func(word string) es.Act { return es.Post(es.Mail{To: "ann", Subject: word}) }

	t.Run("acts, for each event", func(t *testing.T) {
		said("a", "b").Does(t, send("a").Else(orElse), mail("a"), send("b").Else(orElse), mail("b"))
	})
	t.Run("nothing upon other events", func(t *testing.T) {
		Saga(echo).On(Committed(lists, "l1", sorted{})).Does(t)
	})
	t.Run("another command fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { said("a").Does(t, send("b").Else(orElse), mail("a")) }, "echo does otherwise", `Word: "b"`, `Word: "a"`)
	})
	t.Run("a missing compensation fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { said("a").Does(t, send("a"), mail("a")) }, "echo does otherwise", "no echo")
	})
	t.Run("a missing mail fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { said("a").Does(t, send("a").Else(orElse)) }, "echo does otherwise", "Subject")
	})
	t.Run("an invalid command fails", func(t *testing.T) {
		fails(t, func(t testing.TB) { said("").Does(t) }, "it sends add, which is invalid")
	})
	t.Run("what it is not declared to do fails", func(t *testing.T) {
		for undeclared, act := range map[string]es.Act{
			"SetsTimers": es.Send(doAdd, add{List: "l1", Word: "late"}).At(Noon),
			"SendsTexts": es.Text(es.SMS{}),
			"MailsTo":    es.Post(es.Mail{To: "ann"}),
			"PostsMails": es.Post(es.Mail{Address: "ann@example.com"}),
		} {
			bold := es.NewSaga("bold", es.React(lists, func(added, es.Meta) []es.Act { return []es.Act{act} }))
			fails(t, func(t testing.TB) { Saga(bold).On(Committed(lists, "l1", added{})).Does(t, act) }, "without being declared with "+undeclared)
		}
	})
	t.Run("acts that differ each time fail", func(t *testing.T) {
		times := 0
		moody := es.NewSaga("moody", es.React(lists, func(added, es.Meta) []es.Act {
			times++
			return []es.Act{es.Send(doAdd, add{Word: string(rune('a' + times))})}
		}))
		fails(t, func(t testing.TB) { Saga(moody).On(Committed(lists, "l1", added{})).Does(t) }, "acts differently the second time")
	})
}
