package identity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

const password = "correct horse battery"

// registered is an account whose password is the one above. Its hash has weak parameters, for the sake of fast tests.
var registered = identity.Registered{
	Email:        "ann@example.com",
	PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$/ur5fLELUb1eXkT9oKHqq6gHGZ9Phwgbj4qyIcCNaYc",
	Roles:        []string{es.RoleRead, es.RoleWrite},
}

func given(events ...es.Event[identity.Account]) estest.Past[identity.Account] {
	return estest.Given(identity.Aggregate, append([]es.Event[identity.Account]{registered}, events...)...)
}

var nobody = estest.Given(identity.Aggregate)

func TestRegister(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		want := registered
		want.PasswordHash = estest.AnyString
		nobody.When(identity.Register{AccountID: "a1", Email: " Ann@Example.COM ", Password: password}).Then(t, want)
	})
	t.Run("the hash is argon2id as OWASP wants it, salted, and not the password", func(t *testing.T) {
		hash := func(entropy byte) string {
			events, err := identity.Register{Email: "ann@example.com", Password: password}.Decide(identity.Account{}, es.Env{Entropy: [32]byte{entropy}})
			if err != nil {
				t.Fatal(err)
			}
			return events[0].(identity.Registered).PasswordHash
		}
		if one := hash(1); !strings.HasPrefix(one, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(one, password) {
			t.Error(one)
		} else if one == hash(2) {
			t.Error("two accounts have the same hash")
		}
	})
	t.Run("takes the normalised e-mail address", func(t *testing.T) {
		want := []es.Claim{{Unique: es.Unique{Kind: "email", Value: "ann@example.com"}, Taken: identity.ErrEmailTaken}}
		if got := registered.Claims(); len(got) != 1 || got[0] != want[0] {
			t.Errorf("claims %v", got)
		}
	})
	t.Run("once", func(t *testing.T) {
		given().When(identity.Register{AccountID: "a1", Email: "bob@example.com", Password: password}).ThenRejected(t, identity.ErrAccountExists)
	})
	for name, email := range map[string]string{
		"no address":        "",
		"no at":             "ann",
		"no domain":         "ann@",
		"a name too":        "Ann <ann@example.com>",
		"two addresses":     "ann@example.com, bob@example.com",
		"a comment":         "ann@example.com (Ann)",
		"a quoted one":      `"ann"@example.com`,
		"a line break":      "ann@example.com\r\nBcc: bob@example.com",
		"letters like ours": "аnn@example.com", // Cyrillic
		"255 characters":    strings.Repeat("a", 243) + "@example.com",
	} {
		t.Run("address: "+name, func(t *testing.T) {
			nobody.When(identity.Register{Email: email, Password: password}).ThenRejected(t, es.Invalid("email", ""))
			nobody.When(identity.LogIn{Email: email, Password: password}).ThenRejected(t, es.Invalid("email", ""))
		})
	}
	for _, wrong := range []string{"", "1234567", strings.Repeat("x", 129), strings.Repeat("ü", 129)} {
		nobody.When(identity.Register{Email: "ann@example.com", Password: wrong}).ThenRejected(t, es.Invalid("password", ""))
	}
	for _, right := range []string{"üüüüüüüü", strings.Repeat("ü", 128)} {
		if err := (identity.Register{Email: "ann@example.com", Password: right}).Validate(); err != nil {
			t.Error(err)
		}
	}
}

func TestAddresses(t *testing.T) {
	if got := identity.Addresses.Address(registered.Evolve(identity.Account{})); got != "ann@example.com" {
		t.Errorf("got %q", got)
	}
	if got := identity.Addresses.Address(nil); got != "" {
		t.Errorf("got %q of nobody", got)
	}
}

func TestLogIn(t *testing.T) {
	right := identity.LogIn{Email: "ann@example.com", Password: password}.HeldBy("a1")
	wrong := identity.LogIn{Email: "ann@example.com", Password: "wrong"}.HeldBy("a1")
	granted := es.Grant{Subject: "a1", Roles: []string{es.RoleRead, es.RoleWrite}, TTL: 24 * time.Hour}

	t.Run("OK", func(t *testing.T) {
		given().When(right).Then(t, identity.LoggedIn{Nonce: estest.AnyString}).AndAnswer(t, granted)
	})
	t.Run("addressed by e-mail, however it is spelt", func(t *testing.T) {
		command := identity.LogIn{Email: " ANN@example.com", Password: password}
		if unique, ok := identity.DoLogIn.Lookup(command); !ok || unique != registered.Claims()[0].Unique {
			t.Errorf("looks up %v", unique)
		}
		if got := identity.DoLogIn.StreamOf(identity.DoLogIn.At(command, "a1")); got != "identity-a1" {
			t.Errorf("addresses %s", got)
		}
	})
	t.Run("with the roles of now", func(t *testing.T) {
		roles := []string{es.RoleAdmin, es.RoleRead}
		given(identity.RoleGranted{Role: es.RoleAdmin}, identity.RoleRevoked{Role: es.RoleWrite}).When(right).
			Then(t, identity.LoggedIn{Nonce: estest.AnyString}).AndAnswer(t, es.Grant{Subject: "a1", Roles: roles, TTL: 24 * time.Hour})
	})
	t.Run("a wrong password is counted, and refused", func(t *testing.T) {
		given().When(wrong).Then(t, identity.LoginFailed{Nonce: estest.AnyString, At: estest.Noon}).AndAnswerRejected(t, identity.ErrInvalidLogin)
	})
	t.Run("an unknown address is refused alike", func(t *testing.T) {
		nobody.When(right).ThenRejected(t, identity.ErrInvalidLogin)
	})
	t.Run("a password that nobody can have", func(t *testing.T) {
		given().When(identity.LogIn{Email: "ann@example.com"}).ThenRejected(t, es.Invalid("password", ""))
		given().When(identity.LogIn{Email: "ann@example.com", Password: strings.Repeat("x", 129)}).ThenRejected(t, es.Invalid("password", ""))
	})
	t.Run("a repetition is granted nothing, whatever the password", func(t *testing.T) {
		given().When(right).Repeated(estest.Entropy(1)).AndAnswerRejected(t, identity.ErrRepeatedLogin)
		given().When(wrong).Repeated(estest.Entropy(1)).AndAnswerRejected(t, identity.ErrRepeatedLogin)
	})
}

func TestTooManyTries(t *testing.T) {
	right := identity.LogIn{AccountID: "a1", Email: "ann@example.com", Password: password}
	failed := func(minutes ...int) []es.Event[identity.Account] {
		events := make([]es.Event[identity.Account], len(minutes))
		for i, m := range minutes {
			events[i] = identity.LoginFailed{Nonce: "x", At: estest.Noon.Add(time.Duration(m) * time.Minute)}
		}
		return events
	}
	at := func(minute int, more time.Duration) estest.Option {
		return estest.At(estest.Noon.Add(time.Duration(minute)*time.Minute + more))
	}
	in := identity.LoggedIn{Nonce: estest.AnyString}

	t.Run("four failures don't matter", func(t *testing.T) {
		given(failed(0, 1, 2, 3)...).When(right, at(4, 0)).Then(t, in)
	})
	t.Run("five within 15 minutes lock the account, the right password too", func(t *testing.T) {
		given(failed(0, 1, 2, 3, 4)...).When(right, at(5, 0)).ThenRejected(t, identity.ErrTooManyTries)
		given(failed(0, 1, 2, 3, 4)...).When(right, at(15, -time.Millisecond)).ThenRejected(t, identity.ErrTooManyTries)
	})
	t.Run("only the last five are kept", func(t *testing.T) {
		want := registered.Evolve(identity.Account{})
		for _, minute := range []int{1, 2, 3, 4, 30} {
			want.Failures = append(want.Failures, estest.Noon.Add(time.Duration(minute)*time.Minute))
		}
		want.LastLogin.Nonce = estest.AnyString
		wrong := identity.LogIn{AccountID: "a1", Email: "ann@example.com", Password: "wrong"}
		given(failed(0, 1, 2, 3, 4)...).When(wrong, at(30, 0)).
			Then(t, identity.LoginFailed{Nonce: estest.AnyString, At: estest.AnyTime}).AndState(t, want)
	})
	t.Run("until the period is over", func(t *testing.T) {
		given(failed(0, 1, 2, 3, 4)...).When(right, at(15, 0)).Then(t, in)
	})
	t.Run("five in a longer time don't matter", func(t *testing.T) {
		given(failed(0, 4, 8, 12, 16)...).When(right, at(17, 0)).Then(t, in)
	})
	t.Run("the last five count, of however many", func(t *testing.T) {
		given(failed(0, 1, 2, 3, 16, 17, 18, 19, 20)...).When(right, at(21, 0)).ThenRejected(t, identity.ErrTooManyTries)
	})
	t.Run("a login that succeeds wipes them out", func(t *testing.T) {
		given(append(failed(0, 1, 2, 3), identity.LoggedIn{Nonce: "x"}, failed(4)[0])...).When(right, at(5, 0)).Then(t, in)
	})
	t.Run("others tell the kind apart from a wrong password", func(t *testing.T) {
		if identity.ErrTooManyTries.Kind != es.KindTooMany || identity.ErrInvalidLogin.Kind != es.KindUnauthenticated {
			t.Error("wrong kinds")
		}
	})
}
