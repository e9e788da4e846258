package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// Search tests an [engine.Search]. It uses the views contract and contract-other. What is indexed may be found a little
// later.
func Search(t *testing.T, open func(t *testing.T) engine.Search) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, library)
	}{
		{"words are found whatever their case", searchCase},
		{"words are found whatever their accents", searchAccents},
		{"the last word may be the beginning of one", searchPrefix},
		{"a document has all the words, in any order", searchAll},
		{"a newer text takes the place of an older one", searchNewer},
		{"an older text changes nothing", searchOlder},
		{"an empty text takes the document out", searchEmpty},
		{"views are kept apart", searchViews},
		{"no more are found than were asked for", searchLimit},
		{"documents with more of the words come first, and shorter ones", searchRank},
		{"what is no word finds nothing", searchNoWord},
		{"no query is an error", searchHostile},
		{"ids and texts of any characters are taken", searchOdd},
		{"nothing happens after the context has ended", searchCancelled},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newLibrary(open(t))) })
	}
}

// library is a search with words and ids that nobody else has.
type library struct {
	engine.Search
	own string // of which each word has some, at its end
}

func newLibrary(search engine.Search) library {
	return library{Search: search, own: strings.ReplaceAll(uuid.NewString(), "-", "")}
}

// words puts the library's own letters behind each word of a text; a word that ends with an asterisk stays a beginning.
func (l library) words(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		beginning, isBeginning := strings.CutSuffix(word, "*")
		if isBeginning {
			words[i] = beginning
		} else {
			words[i] = word + l.own
		}
	}
	return strings.Join(words, " ")
}

func (l library) index(t *testing.T, id string, version uint64, text string) {
	t.Helper()
	l.indexIn(t, viewName, id, version, text)
}

func (l library) indexIn(t *testing.T, view, id string, version uint64, text string) {
	t.Helper()
	try(t, "index a text", l.Index(t.Context(), view, l.own+id, version, l.words(text)))
}

// finds waits until a query finds these documents, in any order. Those who want to see that a document is not found index it
// before one that is.
func (l library) finds(t *testing.T, query string, want ...string) {
	t.Helper()
	l.findsIn(t, viewName, query, want...)
}

func (l library) findsIn(t *testing.T, view, query string, want ...string) {
	t.Helper()
	var got []string
	defer func() {
		if t.Failed() {
			t.Logf("%q finds %q, want %q", l.words(query), got, want)
		}
	}()
	slices.Sort(want)
	wait(t, "the documents are found", func() bool {
		got = l.find(t, view, l.words(query), 100)
		slices.Sort(got)
		return slices.Equal(got, want)
	})
}

// find gives the documents of a query as it is.
func (l library) find(t *testing.T, view, query string, limit int) []string {
	t.Helper()
	got, err := l.Find(t.Context(), view, query, limit)
	try(t, "find documents", err)
	for i, id := range got {
		got[i] = strings.TrimPrefix(id, l.own)
	}
	return got
}

func searchCase(t *testing.T, l library) {
	l.index(t, "a", 1, "Hello World")
	l.index(t, "b", 1, "ПРИВЕТ мир")
	for _, query := range []string{"hello", "HELLO", "hElLo wOrLd", "Hello World"} {
		l.finds(t, query, "a")
	}
	l.finds(t, "привет", "b")
	l.finds(t, "Привет МИР", "b")
}

func searchAccents(t *testing.T, l library) {
	l.index(t, "a", 1, "Crème Brûlée")
	l.index(t, "b", 1, "creme caramel")
	l.index(t, "c", 1, "Ångström Ñandú Čeština")
	l.index(t, "d", 1, "Άνθρωπος Ёлка")
	for _, query := range []string{"creme", "crème", "CRÈME", "créme"} {
		l.finds(t, query, "a", "b")
	}
	l.finds(t, "creme brulee", "a")
	for _, query := range []string{"angstrom", "ÅNGSTRÖM", "nandu", "ñandú cestina"} {
		l.finds(t, query, "c")
	}
	for _, query := range []string{"ανθρωπος", "άνθρωπος", "елка"} {
		l.finds(t, query, "d")
	}
}

func searchPrefix(t *testing.T, l library) {
	// The library's own letters come first here, so that beginnings are nobody else's.
	for id, text := range map[string]string{"a": "Tournament", "b": "tourné dinner", "c": "tour", "d": "detour"} {
		try(t, "index a text", l.Index(t.Context(), viewName, l.own+id, 1, l.own+strings.ReplaceAll(text, " ", " "+l.own)))
	}
	for query, want := range map[string][]string{
		"t": {"a", "b", "c"}, "tour": {"a", "b", "c"}, "TOURN": {"a", "b"}, "tourne": {"b"}, "tourna": {"a"}, "tournament": {"a"},
		"tournaments": nil, "de": {"d"}, "din": {"b"}, "o": nil,
	} {
		l.finds(t, l.own+query+"*", want...)
	}
	l.finds(t, l.own+"tourne* "+l.own+"din*", "b")
	l.finds(t, l.own+"dinner* "+l.own+"tour*", "b")
	l.finds(t, l.own+"tour* "+l.own+"din*") // the first is no whole word
}

func searchAll(t *testing.T, l library) {
	l.index(t, "a", 1, "red green blue")
	l.index(t, "b", 1, "green yellow")
	l.index(t, "c", 1, "Blue Red")
	l.finds(t, "green", "a", "b")
	l.finds(t, "green red", "a")
	l.finds(t, "blue red", "a", "c")
	l.finds(t, "red red red", "a", "c")
	l.finds(t, "blue green red", "a")
	l.finds(t, "yellow red")
	l.finds(t, "red purple")
}

func searchNewer(t *testing.T, l library) {
	for version, text := range []string{"spring", "summer spring", "autumn", "winter autumn"} {
		l.index(t, "a", uint64(version+1), text)
	}
	l.index(t, "b", 1, "spring winter")
	l.finds(t, "winter", "a", "b")
	l.finds(t, "autumn", "a")
	l.finds(t, "spring", "b")
	l.finds(t, "summer")
}

func searchOlder(t *testing.T, l library) {
	l.index(t, "a", 5, "current")
	l.index(t, "a", 4, "older")
	l.index(t, "a", 1, "")
	l.index(t, "b", 1, "older current")
	l.finds(t, "older", "b")
	l.finds(t, "current", "a", "b")
	l.index(t, "a", 5, "current")
	l.index(t, "b", 2, "current")
	l.finds(t, "older")
	l.finds(t, "current", "a", "b")
}

func searchEmpty(t *testing.T, l library) {
	l.index(t, "a", 1, "present")
	l.index(t, "b", 1, "present")
	l.finds(t, "present", "a", "b")
	l.index(t, "a", 3, "")
	l.finds(t, "present", "b")
	l.index(t, "a", 2, "present") // older than its removal
	l.index(t, "c", 2, "")
	l.index(t, "d", 1, "present")
	l.finds(t, "present", "b", "d")
	l.index(t, "a", 4, "present")
	l.finds(t, "present", "a", "b", "d")
}

func searchViews(t *testing.T, l library) {
	l.indexIn(t, viewName, "a", 7, "here shared")
	l.indexIn(t, otherViewName, "a", 1, "there shared")
	l.indexIn(t, otherViewName, "b", 1, "shared")
	l.findsIn(t, otherViewName, "shared", "a", "b")
	l.findsIn(t, viewName, "shared", "a")
	l.findsIn(t, viewName, "there")
	l.findsIn(t, otherViewName, "here")
	l.indexIn(t, viewName, "a", 8, "")
	l.findsIn(t, viewName, "shared")
	l.findsIn(t, otherViewName, "shared", "a", "b")
}

func searchLimit(t *testing.T, l library) {
	var all []string
	for i := range 12 {
		all = append(all, fmt.Sprint("d", i))
		l.index(t, all[i], 1, "common")
	}
	l.finds(t, "common", all...)
	for _, limit := range []int{1, 5, 12, 13} {
		got := l.find(t, viewName, l.words("common"), limit)
		same(t, "the number of documents", len(got), min(limit, len(all)))
		slices.Sort(got)
		same(t, "the number of different ones", len(slices.Compact(got)), len(got))
	}
}

func searchRank(t *testing.T, l library) {
	// Of the last word of a query some rank all its occurrences alike, since it may be the beginning of a word.
	l.index(t, "once", 1, "apple filler filler filler tree")
	l.index(t, "often", 1, "apple apple apple filler tree")
	l.finds(t, "apple tree", "once", "often")
	same(t, "the order", l.find(t, viewName, l.words("apple tree"), 10), []string{"often", "once"})
	same(t, "the best", l.find(t, viewName, l.words("apple tree"), 1), []string{"often"})
	l.index(t, "long", 1, "pear"+strings.Repeat(" filler", 60)+" bush")
	l.index(t, "short", 1, "pear bush")
	l.finds(t, "pear bush", "long", "short")
	same(t, "the order", l.find(t, viewName, l.words("pear bush"), 10), []string{"short", "long"})
}

func searchNoWord(t *testing.T, l library) {
	l.index(t, "a", 1, "something")
	l.finds(t, "something", "a")
	for _, query := range []string{"", " ", "\t\n", "*", `"`, `""`, "-", "?!… --", "()", "\x00", "\xff\xfe"} {
		same(t, fmt.Sprintf("what %q finds", query), l.find(t, viewName, query, 10), nil)
	}
}

func searchHostile(t *testing.T, l library) {
	l.index(t, "a", 1, "apple pie")
	l.index(t, "b", 1, "pie")
	l.finds(t, "apple", "a")
	apple, pie := l.words("apple"), l.words("pie")
	// What is written between words separates them, and is no syntax.
	for _, query := range []string{
		`"` + apple + `"`, `"` + apple, apple + `"`, `""` + apple, "'" + apple + "'", "(" + apple, apple + ")", "-" + apple, "+" + apple, "^" + apple, apple + "*",
		apple + "~", `{"` + apple + `"}`, apple + "\\", apple + " | " + pie, apple + " & " + pie, apple + " -" + pie, "!" + apple + " !" + pie, "[" + apple + "]",
		apple + "; -- " + pie, apple + "\x00" + pie, pie + "\u2028" + apple, apple + "\xff", "/" + apple + "/", apple + "^", "<" + apple + ">",
	} {
		same(t, fmt.Sprintf("what %q finds", query), l.find(t, viewName, query, 10), []string{"a"})
	}
	// Words that are operators elsewhere are words like others, which no document has.
	for _, query := range []string{
		pie + " NOT " + apple, apple + " OR " + pie, apple + " AND " + pie, "NEAR(" + apple + " " + pie + ")", "text : " + apple, "id:" + apple, "_exists_:" + apple,
		strings.Repeat(apple+"x", 1000), strings.Repeat("(", 10_000) + apple + "x", strings.Repeat(`"`, 9_999) + apple + "x",
	} {
		same(t, fmt.Sprintf("what %.100q finds", query), l.find(t, viewName, query, 10), nil)
	}
	var many strings.Builder
	for i := range 1500 { // more than some engines take at once
		fmt.Fprintf(&many, "%d%s ", i, l.own)
	}
	same(t, "what a query of many words finds", l.find(t, viewName, many.String(), 10), nil)
	same(t, "what one word many times finds", l.find(t, viewName, strings.Repeat(apple+" ", 1500), 10), []string{"a"})
}

func searchOdd(t *testing.T, l library) {
	var ids []string
	for i, id := range []string{"", "#", "/a b", "é", "🂡", "%23", `"`, "..", "A", "a"} {
		ids = append(ids, id)
		l.index(t, id, uint64(i+1), "odd")
	}
	l.finds(t, "odd", ids...)
	for i, text := range []string{unicode, "dice 🎲 " + l.own, strings.Repeat("long ", 10_000), "nul\x00nul", strings.Repeat("x", 50_000), "\xff\xfe", "… -"} {
		try(t, "index an odd text", l.Index(t.Context(), viewName, fmt.Sprint(l.own, "text", i), 1, text+" "+l.words("strange")))
	}
	l.finds(t, "strange", "text0", "text1", "text2", "text3", "text4", "text5", "text6")
	same(t, "what an emoji beside a word finds", l.find(t, viewName, "🎲 "+l.own, 10), []string{"text1"})
}

func searchCancelled(t *testing.T, l library) {
	l.index(t, "a", 1, "before")
	l.finds(t, "before", "a")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	fails(t, "index a text", l.Index(ctx, viewName, l.own+"a", 2, l.words("after")), context.Canceled)
	_, err := l.Find(ctx, viewName, l.words("before"), 10)
	fails(t, "find", err, context.Canceled)
	l.index(t, "b", 1, "after")
	l.finds(t, "after", "b")
	l.finds(t, "before", "a")
}
