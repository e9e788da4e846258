// Package words splits texts into the words that they are found by, so that every index of documents finds the same.
package words

import (
	"slices"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is how many characters of a word count.
const longest = 100

// Of splits a text into words of letters and digits, without the accents of Latin, Greek and Cyrillic, cut at 100
// characters. Each Han and Hiragana character is a word, since nothing else tells where words end there. Their case is
// left to the index.
func Of(text string) []string {
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
		if len(word) < longest {
			word = append(word, r)
		}
		alone = alone || isAlone
	}
	end()
	return all
}

// Distinct leaves out repetitions, but for the last word, which stays the last.
func Distinct(words []string) []string {
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
