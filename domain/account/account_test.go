package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/account"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

const secret = "correct horse battery"

// signedUp is an account whose password is the one above. Its hash has weak parameters, for the sake of fast tests.
var signedUp = account.SignedUp{
	PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$/ur5fLELUb1eXkT9oKHqq6gHGZ9Phwgbj4qyIcCNaYc",
}

var (
	nobody = estest.Given(account.Aggregate)
	right  = account.LogIn{Username: "ann", Password: secret, BrowserFingerprint: "firefox"}
	wrong  = account.LogIn{Username: "ann", Password: "wrong", BrowserFingerprint: "curl"}
)

func given(events ...es.Event[account.Account]) estest.Past[account.Account] {
	return estest.Given(account.Aggregate, append([]es.Event[account.Account]{signedUp}, events...)...)
}

// badNames are no user names.
var badNames = map[string]string{
	"none":                   "",
	"two letters":            "an",
	"33 letters":             strings.Repeat("a", 33),
	"an underscore first":    "_ann",
	"a dash":                 "ann-a",
	"a space":                "ann a",
	"a line break":           "ann\n",
	"letters like ours":      "аnn", // Cyrillic
	"a letter that folds":    "an\u212a",
	"what ends like a regex": "ann$",
}

func TestSignUp(t *testing.T) {
	signUp := account.SignUp{Username: "Ann", Password: secret}
	t.Run("OK", func(t *testing.T) {
		nobody.When(signUp).Then(t, account.SignedUp{PasswordHash: estest.AnyString})
	})
	t.Run("mend: a password is kept as a salted argon2id hash only", func(t *testing.T) {
		hash := func(entropy byte) string {
			events, err := signUp.Decide(account.Account{}, es.Env{Entropy: [32]byte{entropy}})
			if err != nil {
				t.Fatal(err)
			}
			text, err := es.Encode(events[0])
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if one := hash(1); !strings.Contains(one, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(one, secret) {
			t.Error(one)
		} else if one == hash(2) {
			t.Error("two accounts have the same hash")
		}
	})
	t.Run("a name is taken once, however it is spelt", func(t *testing.T) {
		if got := account.DoSignUp.StreamOf(signUp); got != "account-ann" {
			t.Errorf("addresses %s", got)
		}
		given().When(signUp).ThenRejected(t, account.ErrUsernameTaken)
	})
	for name, wrong := range badNames {
		t.Run("name: "+name, func(t *testing.T) {
			nobody.When(account.SignUp{Username: wrong, Password: secret}).ThenRejected(t, es.Invalid("username", ""))
			nobody.When(account.LogIn{Username: wrong, Password: secret}).ThenRejected(t, es.Invalid("username", ""))
		})
	}
	t.Run("passwords", func(t *testing.T) {
		for _, wrong := range []string{"", "1234567", strings.Repeat("x", 129)} {
			nobody.When(account.SignUp{Username: "ann", Password: wrong}).ThenRejected(t, es.Invalid("password", ""))
		}
	})
}

func TestLogIn(t *testing.T) {
	granted := es.Grant{Subject: "account-ann", Roles: []string{es.RoleRead, es.RoleWrite}, TTL: 24 * time.Hour}
	t.Run("OK", func(t *testing.T) {
		given().When(right).Then(t, account.LoggedIn{Fingerprint: "firefox", Nonce: estest.AnyString}).AndAnswer(t, granted)
	})
	t.Run("however the name is spelt", func(t *testing.T) {
		shouted := account.LogIn{Username: "ANN", Password: secret}
		if got := account.DoLogIn.StreamOf(shouted); got != "account-ann" {
			t.Errorf("addresses %s", got)
		}
		given().When(shouted).Then(t, account.LoggedIn{Nonce: estest.AnyString}).AndAnswer(t, granted)
	})
	t.Run("a wrong password is counted, and refused", func(t *testing.T) {
		given().When(wrong).
			Then(t, account.InvalidLogin{Fingerprint: "curl", Nonce: estest.AnyString, At: estest.Noon}).
			AndAnswerRejected(t, account.ErrInvalidLogin)
	})
	t.Run("an unknown name is refused alike", func(t *testing.T) {
		nobody.When(right).ThenRejected(t, account.ErrInvalidLogin)
	})
	t.Run("input", func(t *testing.T) {
		given().When(account.LogIn{Username: "ann"}).ThenRejected(t, es.Invalid("password", ""))
		long := right
		long.BrowserFingerprint = strings.Repeat("x", 257)
		given().When(long).ThenRejected(t, es.Invalid("browserFingerprint", ""))
	})
	t.Run("a repetition is granted nothing, whatever the password", func(t *testing.T) {
		given().When(right).Repeated(estest.Entropy(1)).AndAnswerRejected(t, account.ErrRepeatedLogin)
		given().When(wrong).Repeated(estest.Entropy(1)).AndAnswerRejected(t, account.ErrRepeatedLogin)
	})
}

func TestTooManyTries(t *testing.T) {
	minute := func(n int) time.Time { return estest.Noon.Add(time.Duration(n) * time.Minute) }
	failed := func(minutes ...int) []es.Event[account.Account] {
		events := make([]es.Event[account.Account], len(minutes))
		for i, m := range minutes {
			events[i] = account.InvalidLogin{Nonce: "x", At: minute(m)}
		}
		return events
	}
	four := failed(0, 1, 2, 3)
	locked := account.TooManyTries{Until: minute(15)}
	five := append(failed(0, 1, 2, 3, 4), locked)
	in := account.LoggedIn{Fingerprint: "firefox", Nonce: estest.AnyString}
	invalid := account.InvalidLogin{Fingerprint: "curl", Nonce: estest.AnyString, At: estest.AnyTime}

	t.Run("four invalid ones don't matter", func(t *testing.T) {
		given(four...).When(right, estest.At(minute(4))).Then(t, in)
	})
	t.Run("the fifth within 15 minutes is counted, and is one too many", func(t *testing.T) {
		given(four...).When(wrong, estest.At(minute(4))).Then(t, invalid, locked).AndAnswerRejected(t, account.ErrInvalidLogin)
	})
	t.Run("until the period is over nobody gets in, and nothing is counted", func(t *testing.T) {
		for _, now := range []time.Time{minute(5), minute(15).Add(-time.Millisecond)} {
			given(five...).When(right, estest.At(now)).ThenRejected(t, account.ErrTooManyTries)
			given(five...).When(wrong, estest.At(now)).ThenRejected(t, account.ErrTooManyTries)
		}
	})
	t.Run("then they may try again", func(t *testing.T) {
		given(five...).When(right, estest.At(minute(15))).Then(t, in)
		given(five...).When(wrong, estest.At(minute(16))).Then(t, invalid)
	})
	t.Run("five in a longer time don't matter", func(t *testing.T) {
		given(failed(0, 4, 8, 12)...).When(wrong, estest.At(minute(15))).Then(t, invalid)
	})
	t.Run("a login that succeeds wipes them out", func(t *testing.T) {
		given(append(four, account.LoggedIn{Nonce: "x"})...).When(wrong, estest.At(minute(4))).Then(t, invalid)
	})
	t.Run("others tell the kind apart from a wrong password", func(t *testing.T) {
		if account.ErrTooManyTries.Kind != es.KindTooMany || account.ErrInvalidLogin.Kind != es.KindUnauthenticated {
			t.Error("wrong kinds")
		}
	})
}

// Whatever is tried and when, no password but the first five of any 15 minutes is looked at.
func TestTriesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a account.Account
		a = signedUp.Evolve(a)
		now := estest.Noon
		var looked []time.Time
		for range rapid.IntRange(1, 40).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.IntRange(0, 300).Draw(t, "seconds")) * time.Second)
			events, err := wrong.Decide(a, es.Env{Now: now})
			if err != nil {
				continue
			}
			for _, e := range events {
				a = e.Evolve(a)
			}
			if looked = append(looked, now); len(looked) > 5 && now.Sub(looked[len(looked)-6]) < 15*time.Minute {
				t.Fatalf("six tries within 15 minutes: %v", looked[len(looked)-6:])
			}
		}
	})
}

func TestSubject(t *testing.T) {
	t.Run("an account is no user of package identity", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			name := rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9_]{2,31}`).Draw(t, "name")
			if err := account.CheckUsername("username", name); err != nil {
				t.Fatal(err)
			}
			if _, err := uuid.Parse(account.Subject(name)); err == nil {
				t.Fatalf("%s is a UUID", account.Subject(name))
			}
			if account.Subject(name) != account.Subject(strings.ToUpper(name)) {
				t.Fatalf("%s is another when it is shouted", name)
			}
		})
	})
}
