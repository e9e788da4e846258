package contract

import (
	"bytes"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

// DataKeys tests an [engine.DataKeys].
func DataKeys(t *testing.T, open func(t *testing.T) engine.DataKeys) {
	t.Run("a key comes back as it was wrapped, for its subject alone", func(t *testing.T) {
		keys := open(t)
		ann, bob := newSubject(), unicode+newSubject()
		made := map[string][]byte{}
		for _, subject := range []string{ann, bob} {
			key, wrapped, err := keys.NewKey(t.Context(), subject)
			try(t, "make a key", err)
			if len(key) != engine.KeyBytes || bytes.Contains(wrapped, key) || bytes.Equal(key, made[ann]) {
				t.Fatalf("a key of %d bytes, in plain sight or not new", len(key))
			}
			made[subject] = key
			unwraps(t, keys, subject, wrapped, key)
			if _, err := keys.Unwrap(t.Context(), "another", wrapped); err == nil {
				t.Fatal("a key is unwrapped for another subject")
			}
		}
		wrapped, err := keys.Wrap(t.Context(), bob, made[ann])
		try(t, "wrap a key", err)
		unwraps(t, keys, bob, wrapped, made[ann])
	})
}

func unwraps(t *testing.T, keys engine.DataKeys, subject string, wrapped, want []byte) {
	t.Helper()
	key, err := keys.Unwrap(t.Context(), subject, wrapped)
	try(t, "unwrap a key", err)
	same(t, "the key", key, want)
}
