package password

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

func TestFits(t *testing.T) {
	salt := []byte("0123456789abcdef")
	env := es.Env{}
	copy(env.Entropy[:], salt)
	good := Hash("secret", env)
	weaker := parameters{memory: 64, passes: 1, lanes: 2}
	old := weaker.phc(salt, weaker.key("secret", salt, 16))
	for _, test := range []struct {
		name, password, phc string
		want                bool
	}{
		{"the password", "secret", good, true},
		{"another", "Secret", good, false},
		{"none", "", good, false},
		{"a hash of older parameters", "secret", old, true},
		{"another, older parameters", "Secret", old, false},
		{"the hash of strangers", "", Stranger, false},
		{"no hash", "", "", false},
		{"another function", "secret", strings.Replace(good, "argon2id", "argon2i", 1), false},
		{"another version", "secret", strings.Replace(good, "v=19", "v=16", 1), false},
		{"no parameters", "secret", strings.Replace(good, "m=19456,t=2,p=1", "", 1), false},
		{"no passes", "secret", strings.Replace(good, "t=2", "t=0", 1), false},
		{"no lanes", "secret", strings.Replace(good, "p=1", "p=0", 1), false},
		{"a broken salt", "secret", strings.Replace(good, "$MDEy", "$!!", 1), false},
		{"a broken key", "secret", good + "!", false},
		{"an empty key", "secret", good[:strings.LastIndex(good, "$")+1], false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Fits(test.password, test.phc); got != test.want {
				t.Errorf("fits %q: %v", test.phc, got)
			}
		})
	}
}

func TestStrangersCostTheSame(t *testing.T) {
	// The time goes into what the parameters say, so that equal ones are enough.
	known := Hash("secret", es.Env{})
	cost := func(phc string) string { return phc[:strings.Index(phc, "p=")+3] }
	if cost(Stranger) != cost(known) || len(Stranger) != len(known) {
		t.Errorf("%s\n%s", Stranger, known)
	}
}

func TestFailures(t *testing.T) {
	noon := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	var none Failures
	if !none.Until().IsZero() || none.Lock(noon) {
		t.Error("who never failed is locked out")
	}
	var five Failures
	for i := range 5 {
		if five.Lock(noon.Add(time.Duration(i) * time.Minute)) {
			t.Errorf("%d failures lock", i)
		}
		five = five.And(noon.Add(time.Duration(i) * time.Minute))
	}
	end := noon.Add(15 * time.Minute)
	if !five.Until().Equal(end) || !five.Lock(end.Add(-time.Millisecond)) || five.Lock(end) {
		t.Errorf("five failures lock until %v, want %v", five.Until(), end)
	}
	if six := five.And(end); len(six) != 5 || !six.Until().Equal(end.Add(time.Minute)) || len(five) != 5 || !five[0].Equal(noon) {
		t.Errorf("of six failures the last five count: %v", six)
	}
}

func TestAttempt(t *testing.T) {
	first, second := es.Env{}, es.Env{Entropy: [32]byte{1}}
	invalid := es.Unauthenticated("InvalidLogin", "")
	for _, test := range []struct {
		name    string
		attempt Attempt
		env     es.Env
		want    error
	}{
		{"the one that succeeded", Attempt{Nonce: Nonce(first), Succeeded: true}, first, nil},
		{"the one that failed", Attempt{Nonce: Nonce(first)}, first, invalid},
		{"a repetition", Attempt{Nonce: Nonce(first), Succeeded: true}, second, ErrRepeatedLogin},
		{"a repetition of a failure", Attempt{Nonce: Nonce(first)}, second, ErrRepeatedLogin},
		{"none yet", Attempt{}, first, ErrRepeatedLogin},
	} {
		if got := test.attempt.Answer(test.env, invalid); !errors.Is(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
