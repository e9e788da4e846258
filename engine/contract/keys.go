package contract

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// Keys tests an [engine.Keys]. What others keep in it does no harm.
func Keys(t *testing.T, open func(t *testing.T) engine.Keys) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, keys engine.Keys)
	}{
		{"a key is made once, and stays", keyRoundTrip},
		{"a key that nobody has made", keyMissing},
		{"who is forgotten has no key ever again", keyForgotten},
		{"who never had a key is forgotten too", keyForgottenBefore},
		{"the note says who asked first, and when it was done", keyNote},
		{"of those who make a key at the same time all have the same", keyRace},
		{"keys are brought over", keyAdopted},
		{"all keys, but for those of the forgotten", keyAll},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

func newSubject() string { return "contract-" + uuid.NewString() }

func keysOf(t *testing.T, keys engine.Keys, making bool, subjects ...string) map[string]engine.SubjectKey {
	t.Helper()
	found, err := keys.Keys(t.Context(), subjects, making)
	try(t, "find keys", err)
	return found
}

func forget(t *testing.T, keys engine.Keys, f engine.Forgetting) {
	t.Helper()
	try(t, "forget "+f.Subject, keys.Forget(t.Context(), f))
}

func keyRoundTrip(t *testing.T, keys engine.Keys) {
	ann, bob := newSubject(), unicode+newSubject()
	made := keysOf(t, keys, true, ann, bob)
	for _, subject := range []string{ann, bob} {
		if key := made[subject]; key.Subject != subject || len(key.Key) != engine.KeyBytes {
			t.Fatalf("the key of %s is of %q and has %d bytes", subject, key.Subject, len(key.Key))
		}
	}
	if bytes.Equal(made[ann].Key, made[bob].Key) {
		t.Fatal("two subjects have the same key")
	}
	for _, making := range []bool{false, true} {
		same(t, "the keys", keysOf(t, keys, making, ann, bob), made)
	}
	cy := newSubject()
	more := keysOf(t, keys, true, ann, cy)
	same(t, "the key that was there", more[ann], made[ann])
	if len(more[cy].Key) != engine.KeyBytes {
		t.Fatal("there is no key beside one that was there")
	}
}

func keyMissing(t *testing.T, keys engine.Keys) {
	same(t, "the keys", keysOf(t, keys, false, newSubject()), map[string]engine.SubjectKey{})
}

func keyForgotten(t *testing.T, keys engine.Keys) {
	ann, bob := newSubject(), newSubject()
	made := keysOf(t, keys, true, ann, bob)
	forget(t, keys, engine.Forgetting{Subject: ann, By: "root", At: jobTime})
	for _, making := range []bool{false, true, false} {
		same(t, "the keys", keysOf(t, keys, making, ann, bob), map[string]engine.SubjectKey{ann: {Subject: ann}, bob: made[bob]})
	}
	fails(t, "adopt the key", keys.Adopt(t.Context(), made[ann]), engine.ErrStale)
}

func keyForgottenBefore(t *testing.T, keys engine.Keys) {
	ann := newSubject()
	forget(t, keys, engine.Forgetting{Subject: ann, By: "root", At: jobTime})
	same(t, "the key", keysOf(t, keys, true, ann), map[string]engine.SubjectKey{ann: {Subject: ann}})
}

func keyNote(t *testing.T, keys engine.Keys) {
	ann := newSubject()
	note := engine.Forgetting{Subject: ann, By: "root", Why: unicode, At: jobTime}
	noted := func() engine.Forgetting {
		all, err := keys.Forgettings(t.Context())
		try(t, "list who is forgotten", err)
		var found engine.Forgetting
		for i, f := range all {
			if i > 0 && all[i-1].Subject >= f.Subject {
				t.Fatalf("%s comes before %s", all[i-1].Subject, f.Subject)
			}
			if f.Subject == ann {
				found = f
			}
		}
		return found
	}
	same(t, "the note before", noted(), engine.Forgetting{})
	forget(t, keys, note)
	same(t, "the note", noted(), note)
	again := engine.Forgetting{Subject: ann, By: "another", At: jobTime.Add(time.Hour), Done: jobTime.Add(2 * time.Hour)}
	forget(t, keys, again)
	note.Done = again.Done
	same(t, "the note when it is done", noted(), note)
}

func keyRace(t *testing.T, keys engine.Keys) {
	ann := newSubject()
	var mu sync.Mutex
	var all sync.WaitGroup
	found := map[string]bool{}
	for range 8 {
		all.Go(func() {
			made, err := keys.Keys(t.Context(), []string{ann}, true)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			found[string(made[ann].Key)] = true
		})
	}
	all.Wait()
	if len(found) != 1 || found[""] {
		t.Fatalf("one subject has %d keys", len(found))
	}
}

func keyAdopted(t *testing.T, keys engine.Keys) {
	key := engine.SubjectKey{Subject: newSubject(), Key: bytes.Repeat([]byte{7}, engine.KeyBytes)}
	for range 2 {
		try(t, "adopt a key", keys.Adopt(t.Context(), key))
	}
	same(t, "the key", keysOf(t, keys, true, key.Subject)[key.Subject], key)
	other := engine.SubjectKey{Subject: key.Subject, Key: bytes.Repeat([]byte{8}, engine.KeyBytes)}
	fails(t, "adopt another", keys.Adopt(t.Context(), other), engine.ErrStale)
	same(t, "the key", keysOf(t, keys, false, key.Subject)[key.Subject], key)
}

func keyAll(t *testing.T, keys engine.Keys) {
	ann, bob := newSubject(), newSubject()
	made := keysOf(t, keys, true, ann, bob)
	forget(t, keys, engine.Forgetting{Subject: ann, By: "root", At: jobTime})
	found := map[string]engine.SubjectKey{}
	for key, err := range keys.AllKeys(t.Context()) {
		try(t, "read all keys", err)
		found[key.Subject] = key
	}
	same(t, "the key of who is not forgotten", found[bob], made[bob])
	if _, there := found[ann]; there {
		t.Fatal("who is forgotten has a key among all")
	}
}
