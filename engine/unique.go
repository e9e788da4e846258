package engine

import (
	"context"

	"github.com/foldstream/foldstream/es"
)

// holder is a unique value's stream as far as it has been read.
type holder struct {
	state es.Holder
	head  es.Head
}

func (x *Commands) holder(ctx context.Context, u es.Unique) (holder, error) {
	var h holder
	for c, err := range Read(ctx, x.Store, u.Stream(), 0) {
		if err != nil {
			return holder{}, err
		}
		state, err := es.Holders.Fold(h.state, c)
		if err != nil {
			return holder{}, err
		}
		h.state, h.head = state.(es.Holder), c.Head()
	}
	return h, nil
}

// drafts are the command's own commit and one for each unique value that it takes or gives up. A claimed value is taken
// to be free until the store says otherwise, which costs no read; a value to be given up is looked at first.
func (e *execution) drafts(ctx context.Context, decision es.Decision) ([]es.Draft, error) {
	if len(decision.Releases) > 0 && e.unique == nil {
		if err := e.resolveUnique(ctx, decision); err != nil {
			return nil, err
		}
	}
	drafts := []es.Draft{{Stream: e.stream, After: e.known.head, Events: decision.Events, Origin: e.origin(), Token: e.token}}
	add := func(u es.Unique, event es.Event[es.Holder]) error {
		recorded, err := es.Holders.Record([]es.Event[es.Holder]{event})
		if err != nil {
			return err
		}
		drafts = append(drafts, es.Draft{Stream: u.Stream(), After: e.unique[u].head, Events: recorded, Origin: e.origin()})
		return nil
	}
	for _, claim := range decision.Claims {
		switch owner := e.unique[claim.Unique].state.Owner; owner {
		case e.stream:
		case "":
			if err := add(claim.Unique, es.Reserved{Owner: e.stream}); err != nil {
				return nil, err
			}
		default:
			return nil, claim.Taken
		}
	}
	for _, u := range decision.Releases {
		if e.unique[u].state.Owner != e.stream {
			continue
		}
		if err := add(u, es.Released{}); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

// resolveUnique reads who holds the values of a decision, after one of them turned out not to be as supposed.
func (e *execution) resolveUnique(ctx context.Context, decision es.Decision) error {
	e.unique = map[es.Unique]holder{}
	values := decision.Releases
	for _, claim := range decision.Claims {
		values = append(values, claim.Unique)
	}
	for _, u := range values {
		h, err := e.holder(ctx, u)
		if err != nil {
			return err
		}
		e.unique[u] = h
	}
	return nil
}
