package engine

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/foldstream/foldstream/es"
)

// KeyBound is how long a process goes by a key that it has read, and by a state that was folded from what it opened. It is
// long enough that a busy process asks for a key rarely.
const KeyBound = time.Minute

// Seals seals what is personal in commits before they are stored, and opens it when they are read: each text by the key of
// its subject, with AES-256-GCM. What it cannot open because the subject is forgotten reads as erased.
//
// In a commit's JSON the place of a text is taken by an envelope that says whose it is, and what it reads as once it is
// erased. It is bound to its subject, and to nothing else: commits may be copied, and events renamed. A nil Seals leaves
// everything as it is. It is safe for concurrent use.
type Seals struct {
	keys  Keys
	bound time.Duration
	known *lru.Cache[string, heldKey]
}

// heldKey is a key as it was read.
type heldKey struct {
	seal  cipher.AEAD // nil for who is forgotten
	until time.Time   // that it holds; zero for ever
}

// heldKeys is how many keys a process holds at most.
const heldKeys = 10_000

// NewSeals seals by keys. The bound takes the place of [KeyBound] unless it is 0.
func NewSeals(keys Keys, bound time.Duration) *Seals {
	known, err := lru.New[string, heldKey](heldKeys)
	if err != nil {
		panic(err) // only for a size that is not positive
	}
	if bound == 0 {
		bound = KeyBound
	}
	return &Seals{keys: keys, bound: bound, known: known}
}

// envelope is what a text is replaced with.
type envelope struct {
	Sealed sealedText `json:"sealed"`
}

type sealedText struct {
	Subject string `json:"s"`
	Erased  string `json:"e,omitzero"` // what it reads as when it cannot be opened any more
	Cipher  []byte `json:"c,omitzero"` // the nonce, and the text; nothing when the subject was forgotten before
}

// envelopeMark is how an envelope begins. No text of a commit has it: within one its quotes are escaped.
var envelopeMark = []byte(`{"sealed":{"s":`)

// Seal gives drafts with their personal texts sealed.
func (s *Seals) Seal(ctx context.Context, drafts []es.Draft) ([]es.Draft, error) {
	if s == nil || !slices.ContainsFunc(drafts, isPersonal) {
		return drafts, nil
	}
	var subjects []string
	if _, err := replaced(drafts, func(t es.PersonalText) (jsontext.Value, error) {
		subjects = append(subjects, t.Subject)
		return nil, nil
	}); err != nil {
		return nil, err
	}
	keys, err := s.held(ctx, subjects, true)
	if err != nil {
		return nil, err
	}
	return replaced(drafts, func(t es.PersonalText) (jsontext.Value, error) {
		sealed := sealedText{Subject: t.Subject, Erased: t.Erased}
		if key := keys[t.Subject].seal; key != nil {
			nonce := make([]byte, key.NonceSize(), key.NonceSize()+len(t.Text)+key.Overhead())
			if _, err := rand.Read(nonce); err != nil {
				return nil, err
			}
			sealed.Cipher = key.Seal(nonce, nonce, []byte(t.Text), []byte(t.Subject))
		}
		return es.Encode(envelope{sealed})
	})
}

func isPersonal(d es.Draft) bool {
	return slices.ContainsFunc(d.Events, func(e es.Recorded) bool { return e.Personal != nil })
}

// replaced gives drafts with something else in place of personal texts.
func replaced(drafts []es.Draft, with func(es.PersonalText) (jsontext.Value, error)) ([]es.Draft, error) {
	drafts = slices.Clone(drafts)
	for i, d := range drafts {
		drafts[i].Events = slices.Clone(d.Events)
		for j, e := range d.Events {
			data, err := e.Personal.Replace(d.Stream, e.Data, with)
			if err != nil {
				return nil, &es.Fault{Doing: fmt.Sprintf("seal %s of %s", e.Type, d.Stream), Err: err}
			}
			drafts[i].Events[j].Data, drafts[i].Events[j].Personal = data, nil
		}
	}
	return drafts, nil
}

// Open gives commits with their texts as they were before they were sealed, or erased. What was never sealed stays as it is.
func (s *Seals) Open(ctx context.Context, commits []es.Commit) ([]es.Commit, error) {
	if s == nil || !slices.ContainsFunc(commits, isSealed) {
		return commits, nil
	}
	var subjects []string
	for _, c := range commits {
		all, err := SubjectsOf(c)
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, all...)
	}
	keys, err := s.held(ctx, subjects, false)
	if err != nil {
		return nil, err
	}
	commits = slices.Clone(commits)
	for i, c := range commits {
		if !isSealed(c) {
			continue
		}
		if commits[i], err = openedBy(c, keys); err != nil {
			return nil, err
		}
	}
	return commits, nil
}

// openedBy opens a commit by keys.
func openedBy(c es.Commit, keys map[string]heldKey) (es.Commit, error) {
	c.Events = slices.Clone(c.Events)
	for i, e := range c.Events {
		data, err := opened(e.Data, keys)
		if err != nil {
			return c, &es.Fault{Doing: fmt.Sprintf("open %s (%s)", eventRef(c, i), e.Type), Err: err}
		}
		c.Events[i].Data = data
	}
	return c, nil
}

func isSealed(c es.Commit) bool {
	return slices.ContainsFunc(c.Events, func(e es.Recorded) bool { return bytes.Contains(e.Data, envelopeMark) })
}

// SubjectsOf are those of whom a stored commit has something sealed.
func SubjectsOf(c es.Commit) (subjects []string, err error) {
	for i, e := range c.Events {
		if _, err := unfolded(e.Data, func(t sealedText) (jsontext.Value, error) {
			if !slices.Contains(subjects, t.Subject) {
				subjects = append(subjects, t.Subject)
			}
			return nil, nil
		}); err != nil {
			return nil, &es.Fault{Doing: fmt.Sprintf("read the envelopes of %s (%s)", eventRef(c, i), e.Type), Err: err}
		}
	}
	return subjects, nil
}

// unfolded gives an event's data with something else in place of its envelopes.
func unfolded(data jsontext.Value, with func(sealedText) (jsontext.Value, error)) (jsontext.Value, error) {
	var out []byte
	for at := bytes.Index(data, envelopeMark); at >= 0; at = bytes.Index(data, envelopeMark) {
		found, err := jsontext.NewDecoder(bytes.NewBuffer(data[at:])).ReadValue()
		if err != nil {
			return nil, fmt.Errorf("read an envelope: %w", err)
		}
		var e envelope
		if err := es.DecodeStrict(found, &e); err != nil {
			return nil, fmt.Errorf("read an envelope: %w", err)
		}
		now, err := with(e.Sealed)
		if err != nil {
			return nil, err
		}
		out = append(append(out, data[:at]...), now...)
		data = data[at+len(found):]
	}
	if out == nil {
		return data, nil
	}
	return append(out, data...), nil
}

var errNotItsSeal = errors.New("this was not sealed by the subject's key")

func opened(data jsontext.Value, keys map[string]heldKey) (jsontext.Value, error) {
	return unfolded(data, func(t sealedText) (jsontext.Value, error) {
		held, known := keys[t.Subject]
		switch {
		case len(t.Cipher) == 0 || known && held.seal == nil:
			return es.Encode(t.Erased)
		case !known:
			return nil, fmt.Errorf("%s: %w", t.Subject, ErrNoKey)
		case len(t.Cipher) < held.seal.NonceSize():
			return nil, errNotItsSeal
		}
		nonce, text := t.Cipher[:held.seal.NonceSize()], t.Cipher[held.seal.NonceSize():]
		plain, err := held.seal.Open(nil, nonce, text, []byte(t.Subject))
		if err != nil {
			return nil, errNotItsSeal
		}
		return es.Encode(string(plain))
	})
}

// held finds the keys of subjects: those that it does not know, or has known for too long, all at once.
func (s *Seals) held(ctx context.Context, subjects []string, making bool) (map[string]heldKey, error) {
	now, keys := time.Now(), map[string]heldKey{}
	var missing []string
	for _, subject := range subjects {
		if k, ok := s.known.Get(subject); ok && (k.until.IsZero() || now.Before(k.until)) {
			keys[subject] = k
		} else if !slices.Contains(missing, subject) {
			missing = append(missing, subject)
		}
	}
	if len(missing) == 0 {
		return keys, nil
	}
	found, err := s.keys.Keys(ctx, missing, making)
	if err != nil {
		return nil, fmt.Errorf("find the keys of subjects: %w", err)
	}
	for subject, key := range found {
		held := heldKey{}
		if key.Key != nil {
			if held.seal, err = newSeal(key.Key); err != nil {
				return nil, fmt.Errorf("use the key of %s: %w", subject, err)
			}
			held.until = now.Add(s.bound)
		}
		keys[subject] = held
		s.known.Add(subject, held)
	}
	return keys, nil
}

func newSeal(key []byte) (cipher.AEAD, error) {
	if len(key) != KeyBytes {
		return nil, fmt.Errorf("it has %d bytes, and must have %d", len(key), KeyBytes)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// without opens a commit as if a subject were forgotten.
func (s *Seals) without(ctx context.Context, subject string, sealed es.Commit) (es.Commit, error) {
	subjects, err := SubjectsOf(sealed)
	if err != nil {
		return sealed, err
	}
	keys, err := s.held(ctx, slices.DeleteFunc(subjects, func(other string) bool { return other == subject }), false)
	if err != nil {
		return sealed, err
	}
	keys[subject] = heldKey{}
	return openedBy(sealed, keys)
}
