package redact

import (
	"regexp"
	"strings"
	"sync"
)

// These are compiled when a text first looks as if it had such a thing, and not at every cold start.
var (
	jwt    = pattern(`eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]*)?`)
	bearer = pattern(`(?i)\b(bearer[ .]|basic )\s*[A-Za-z0-9._~+/=-]+`)
	// An address has the letters that package identity takes, but those that part a URL: of one that has them, what
	// follows goes. Right before the "@" none can stand: "/@connections/" is no address. In a URL its "@" is escaped.
	address = pattern("[A-Za-z0-9!#$%'*+^_`{|}~.-]+(?:@|%40)" + `(?:\[[^\]\s]*\]|[A-Za-z0-9!#$'*+^_{|}~-]+(?:\.[A-Za-z0-9!#$'*+^_{|}~-]+)*)`)
	// What follows the "@" of a stream's version, or of a module's in a stack trace.
	version = pattern(`(?:@|%40)(?:[0-9]+|v[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*)$`)
	// A phone number in its international form, which never begins with a zero. A time zone has a colon, and what a clock
	// reads a point.
	phone = pattern(`(?:\+|%2[Bb])[ (]?[1-9](?:[ ()-]{0,2}[0-9]){6,14}`)
	// A member of a JSON text, which may be quoted itself, and a parameter of a query.
	member    = pattern(`(?i)("(?:[a-z0-9_-]*(?:` + endings + `)|code|key|email|phone|primary)\\*"\s*:\s*\\*")(?:[^"\\]|\\+[^"\\])*`)
	parameter = pattern(`(?i)((?:` + endings + `)=)[^\s&"\\]+`)
)

// Text takes tokens, e-mail addresses and phone numbers out of a text, and what quoted JSON and queries have under names of
// secrets. A code of some digits or a local phone number that stands by itself looks like any other number, and stays.
func Text(s string) string {
	if strings.Contains(s, "eyJ") {
		s = jwt().ReplaceAllLiteralString(s, Gone)
	}
	if strings.ContainsAny(s, " .") && (containsFold(s, "bearer") || containsFold(s, "basic ")) {
		s = bearer().ReplaceAllString(s, "${1}"+Gone)
	}
	if strings.Contains(s, `"`) {
		s = member().ReplaceAllString(s, "${1}"+Gone)
	}
	if strings.Contains(s, "=") {
		s = parameter().ReplaceAllString(s, "${1}"+Gone)
	}
	if strings.Contains(s, "@") || strings.Contains(s, "%40") {
		s = address().ReplaceAllStringFunc(s, func(found string) string {
			if version().MatchString(found) {
				return found
			}
			return Gone
		})
	}
	if strings.Contains(s, "+") || strings.Contains(s, "%2") {
		s = phone().ReplaceAllLiteralString(s, Gone)
	}
	return s
}

func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

func containsFold(s, part string) bool { return strings.Contains(strings.ToLower(s), part) }
