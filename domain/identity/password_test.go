package identity

import (
	"strings"
	"testing"
)

func TestFits(t *testing.T) {
	salt := []byte("0123456789abcdef")
	good := hash("secret", salt)
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
		{"the hash of strangers", "", strangerHash, false},
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
			if got := fits(test.password, test.phc); got != test.want {
				t.Errorf("fits %q: %v", test.phc, got)
			}
		})
	}
}

func TestStrangersCostTheSame(t *testing.T) {
	// The time goes into what the parameters say, so that equal ones are enough.
	known := hash("secret", make([]byte, saltBytes))
	cost := func(phc string) string { return phc[:strings.Index(phc, "p=")+3] }
	if cost(strangerHash) != cost(known) || len(strangerHash) != len(known) {
		t.Errorf("%s\n%s", strangerHash, known)
	}
}
