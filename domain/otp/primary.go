package otp

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/es"
)

// Role is as what somebody signs in, which decides how: workers by phone, organisations by e-mail.
type Role string

// The roles.
const (
	RoleWorker Role = "worker"
	RoleOrg    Role = "org"
)

func (r Role) check() error {
	if r != RoleWorker && r != RoleOrg {
		return es.Invalid("role", "a role is worker or org")
	}
	return nil
}

// Country is an ISO 3166 code of one that the system is for.
type Country string

// Countries are all of them.
var Countries = []Country{"ID", "PH", "VN", "SG", "MY", "TH", "KH", "LA", "MM", "BN", "JP", "TW", "KR", "HK"}

func (c Country) check() error {
	if !slices.Contains(Countries, c) {
		return es.Invalid("country", "a country is one of ID, PH, VN, SG, MY, TH, KH, LA, MM, BN, JP, TW, KR and HK")
	}
	return nil
}

// normal gives the one spelling of a primary: a phone number in E.164, an e-mail address in lower case. Without a country
// a phone number must be in its international form.
func normal(role Role, country Country, primary string) (string, error) {
	if role == RoleOrg {
		return identity.NormalEmail("primary", primary)
	}
	return normalPhone(country, primary)
}

// roleOf tells by which of the two somebody signs in who has not said it.
func roleOf(primary string) Role {
	if strings.Contains(primary, "@") {
		return RoleOrg
	}
	return RoleWorker
}

// primaries is the namespace of the ids that are derived from primaries.
var primaries = uuid.MustParse("3f0d8a52-7c1e-4b86-9d35-e2a4c6f1b078")

// idOf is the id of the one-time passwords, and of the tokens' subject, of whoever has the primary.
func idOf(normal string) string { return uuid.NewSHA1(primaries, []byte(normal)).String() }
