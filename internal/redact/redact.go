// Package redact keeps out of logs what is secret or personal: tokens, passwords, codes, e-mail addresses and phone numbers.
// It goes by the names of attributes and by what texts look like; ids, versions and trace ids stay readable.
package redact

import (
	"encoding/json" // as slog's JSON handler encodes what it is given
	"log/slog"
	"slices"
	"strings"
)

// Gone stands for what has been taken out.
const Gone = "[redacted]"

// names are those of attributes whose values are never logged, in lower case without dashes and underscores.
var names = map[string]bool{
	"bearer": true, "cookie": true, "jwt": true, "code": true, "otp": true, "pin": true, "key": true, "idempotencykey": true, "credentials": true,
	"email": true, "mail": true, "address": true, "phone": true, "number": true, "primary": true, "to": true, "recipient": true,
	"body": true, "payload": true, "input": true,
}

// endings are those of all names whose values are secret: "access_token", "clientSecret".
const endings = "authorization|token|password|secret"

var isEnding = strings.Split(endings, "|")

func isSecret(name string) bool {
	plain := strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""))
	return names[plain] || slices.ContainsFunc(isEnding, func(ending string) bool { return strings.HasSuffix(plain, ending) })
}

// Attr is a [slog.HandlerOptions.ReplaceAttr]: it takes out values by the names of their attributes, or of a group that they
// are in, and cleans all other texts, the message among them, by [Text].
func Attr(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	for _, group := range groups {
		if isSecret(group) {
			return slog.String(a.Key, Gone)
		}
	}
	if isSecret(a.Key) {
		return slog.String(a.Key, Gone)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return text(a, a.Value.String())
	case slog.KindAny:
		return other(a)
	default:
		return a
	}
}

// text gives an attribute with a text cleaned, or the attribute itself if there is nothing to clean.
func text(a slog.Attr, is string) slog.Attr {
	if clean := Text(is); clean != is {
		a.Value = slog.StringValue(clean)
	}
	return a
}

// other cleans an error by what it says, and any other value by its JSON, as which it would be logged.
func other(a slog.Attr) slog.Attr {
	switch v := a.Value.Any().(type) {
	case nil, *slog.Source:
		return a
	case error:
		return text(a, v.Error())
	default:
		encoded, err := json.Marshal(v)
		if err != nil {
			return a // it is logged as the error that this is
		}
		return text(a, string(encoded))
	}
}
