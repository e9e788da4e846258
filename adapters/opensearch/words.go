package opensearch

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	longestWord = 100 // characters; the rest of a word is left out
	mostWords   = 500 // of a query; OpenSearch takes 1,024 clauses, and each word makes two
)

// words splits a text.
func words(text string) []string {
	var all []string
	var word []rune
	alone := false // whether the word is one character
	end := func() {
		if len(word) > 0 {
			all = append(all, norm.NFC.String(string(word)))
		}
		word, alone = word[:0], false
	}
	for _, r := range norm.NFD.String(text) {
		isAlone, isMark := unicode.In(r, unicode.Han, unicode.Hiragana), unicode.Is(unicode.M, r)
		switch {
		case '\u0300' <= r && r <= '\u036f': // accents
			continue
		case isMark && len(word) == 0, !isMark && !isAlone && !unicode.In(r, unicode.L, unicode.N):
			end()
			continue
		case isAlone, alone && !isMark:
			end()
		}
		if len(word) < longestWord {
			word = append(word, r)
		}
		alone = alone || isAlone
	}
	end()
	return all
}

// distinct leaves out repetitions, but for the last word, which stays the last.
func distinct(words []string) []string {
	if len(words) == 0 {
		return nil
	}
	last := len(words) - 1
	seen := map[string]bool{}
	once := slices.DeleteFunc(words[:last:last], func(word string) bool {
		was := seen[word]
		seen[word] = true
		return was
	})
	return append(once, words[last])
}
