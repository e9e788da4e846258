package identity

import (
	"net/mail"
	"strings"

	"github.com/foldstream/foldstream/es"
)

const maxEmail = 254 // what SMTP can carry

// normalise makes two spellings of an address the same, so that nobody registers twice.
func normalise(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

func checkEmail(email string) error {
	_, err := NormalEmail("email", email)
	return err
}

// NormalEmail gives the one spelling of an e-mail address, or refuses the input field that it came in.
func NormalEmail(field, email string) (string, error) {
	email = normalise(email)
	if len(email) > maxEmail {
		return "", es.Invalid(field, "an e-mail address has at most %d characters", maxEmail)
	}
	// ParseAddress also takes names, comments and quoting; what it found must be all there was.
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email {
		return "", es.Invalid(field, "this is not an e-mail address")
	}
	// Mail servers write other letters in several ways, and most (SES too) don't deliver to them at all.
	if strings.ContainsFunc(email, func(r rune) bool { return r > '~' }) {
		return "", es.Invalid(field, "an e-mail address has ASCII letters only; write the domain in its xn-- form")
	}
	return email, nil
}
