package words_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine/words"
)

func TestWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		" ?!… -- ":                     "",
		"Crème Brûlée":                 "Creme|Brulee",
		"cre\u0300me Nguyễn":           "creme|Nguyen",
		"άνθρωπος Й Ø":                 "ανθρωπος|И|Ø",
		"O'Neill foo_bar a.b@c.d 3.5x": "O|Neill|foo|bar|a|b|c|d|3|5x",
		"한국어 x":                        "한국어|x",
		"日本語abcの本が":                    "日|本|語|abc|の|本|が",
		"カタカナ ภาษาไทย हिन्दी":           "カタカナ|ภาษาไทย|हिन्दी",
		"☕\ufe0f tea 👩‍👩‍👧 x\u20e3":     "tea|x\u20e3",
		"a\x00b\xffc\u2028d":            "a|b|c|d",
		strings.Repeat("x", 150) + " y": strings.Repeat("x", 100) + "|y",
	} {
		if got := strings.Join(words.Of(text), "|"); got != want {
			t.Errorf("the words of %q are %q, want %q", text, got, want)
		}
	}
}

func TestDistinct(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, "a a": {"a", "a"}, "b a b a b c c": {"b", "a", "c", "c"}, "a b a": {"a", "b", "a"},
	} {
		if diff := cmp.Diff(want, words.Distinct(words.Of(text))); diff != "" {
			t.Errorf("of %q (-want +got):\n%s", text, diff)
		}
	}
}
