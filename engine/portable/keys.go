package portable

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// ExportKeys writes the keys of all subjects, one line of JSON each, and gives their number.
func ExportKeys(ctx context.Context, keys engine.Keys, to io.Writer) (n uint64, err error) {
	for key, err := range keys.AllKeys(ctx) {
		if err != nil {
			return n, fmt.Errorf("read the keys: %w", err)
		}
		text, err := es.Encode(key)
		if err != nil {
			return n, fmt.Errorf("encode a key: %w", err)
		}
		if _, err := to.Write(append(text, '\n')); err != nil {
			return n, fmt.Errorf("write a key: %w", err)
		}
		n++
	}
	return n, nil
}

// ImportKeys keeps keys that [ExportKeys] wrote, and gives their number. Keys of subjects who are forgotten here are left out.
func ImportKeys(ctx context.Context, keys engine.Keys, from io.Reader) (n uint64, err error) {
	forgotten := map[string]bool{}
	notes, err := keys.Forgettings(ctx)
	if err != nil {
		return 0, fmt.Errorf("list who is forgotten: %w", err)
	}
	for _, f := range notes {
		forgotten[f.Subject] = true
	}
	lines := jsontext.NewDecoder(from)
	for {
		text, err := lines.ReadValue()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		var key engine.SubjectKey
		if err == nil {
			err = es.DecodeStrict(text, &key)
		}
		if err == nil && (key.Subject == "" || len(key.Key) != engine.KeyBytes) {
			err = errors.New("it is no key")
		}
		if err != nil {
			return n, fmt.Errorf("%w: key %d: %w", ErrDamaged, n+1, err)
		}
		if forgotten[key.Subject] {
			continue
		}
		if err := keys.Adopt(ctx, key); err != nil {
			return n, fmt.Errorf("keep the key of %s: %w", key.Subject, err)
		}
		n++
	}
}
