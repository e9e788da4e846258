package engine

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/es"
)

// ViewsCompared is how green's views differ from blue's, but for what the rewrite declares.
type ViewsCompared struct {
	Views     []ViewCompared `json:"views"`
	Different uint64         `json:"different"`
}

// ViewCompared is how one view differs. Versions are those of each store, and not compared.
type ViewCompared struct {
	View      string       `json:"view"`
	Rows      uint64       `json:"rows"`
	Different uint64       `json:"different"`
	Declared  uint64       `json:"declared"`           // rows that differ as is declared
	Restless  uint64       `json:"restless"`           // rows of blue that moved on whenever they were looked at
	Examples  []Difference `json:"examples,omitempty"` // live is blue's side, and other green's
}

// What can differ between stores.
const (
	OnlyBlue = "green lacks the row"
	NotBlue  = "only green has the row"
)

func (m *Migration) compare(ctx context.Context) (*ViewsCompared, error) {
	all := &ViewsCompared{}
	for _, view := range m.Blue.App.Views() {
		found, err := m.compareView(ctx, view)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", view.Name, err)
		}
		all.Views = append(all.Views, *found)
		all.Different += found.Different
	}
	return all, nil
}

// viewComparing is the comparison of one view.
type viewComparing struct {
	*Migration
	view        string
	blue, green string // names of the live generations

	mu      sync.Mutex
	found   ViewCompared
	taken   map[string]bool // rows of green that one of blue becomes, where ids change
	pending map[pair]sight
}

// pair are the ids of what is one row in blue and in green.
type pair struct{ blue, green string }

// sight is how a pair was seen that did not agree.
type sight struct {
	version uint64 // of blue's row
	moved   bool   // whether it had moved on since the look before
}

func (m *Migration) compareView(ctx context.Context, view *es.ViewDecl) (*ViewCompared, error) {
	c := &viewComparing{
		Migration: m, view: view.Name, found: ViewCompared{View: view.Name}, taken: map[string]bool{}, pending: map[pair]sight{},
	}
	for name, place := range map[*string]*Place{&c.blue: m.Blue, &c.green: m.Green} {
		standing, err := place.Generations.Standing(ctx, view.Name)
		if err != nil {
			return nil, fmt.Errorf("read the generations in %s: %w", place.Name, err)
		}
		*name = GenerationName(view.Name, standing.Live)
	}
	if err := c.each(ctx, m.Blue.Views.Rows(ctx, c.blue), func(id string) (pair, bool) {
		became := c.Rewrite.RowOf(c.view, id)
		if c.Rewrite.MovesRows(c.view) {
			c.taken[became] = true
		}
		return pair{id, became}, true
	}, anyRow); err != nil {
		return nil, err
	}
	if err := c.each(ctx, m.Green.Views.Rows(ctx, c.green), func(id string) (pair, bool) {
		return pair{id, id}, !c.taken[id]
	}, func(blue Row) bool { return blue.Version == 0 }); err != nil {
		return nil, err
	}
	return &c.found, c.again(ctx)
}

// each looks at the rows of one store. Those that the other has too, and which agree, are counted once.
func (c *viewComparing) each(ctx context.Context, rows iter.Seq2[ListedRow, error], paired func(id string) (pair, bool), wanted func(blue Row) bool) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	for row, err := range rows {
		if err != nil {
			return errors.Join(err, all.Wait())
		}
		if p, ok := paired(row.ID); ok {
			all.Go(func() error { return c.look(ctx, p, false, wanted) })
		}
	}
	return all.Wait()
}

// look compares a pair as it is now. One that does not agree is to be looked at again, unless this look is the last.
func (c *viewComparing) look(ctx context.Context, p pair, last bool, wanted func(blue Row) bool) error {
	blue, err := c.Blue.Views.Row(ctx, c.blue, p.blue)
	if err != nil {
		return fmt.Errorf("read a row of %s: %w", c.Blue.Name, err)
	}
	if !wanted(blue) {
		return nil // both have it, and it has been looked at
	}
	green, err := c.Green.Views.Row(ctx, c.green, p.green)
	if err != nil {
		return fmt.Errorf("read a row of %s: %w", c.Green.Name, err)
	}
	what, declared := c.differs(blue, green)
	c.mu.Lock()
	defer c.mu.Unlock()
	seen, again := c.pending[p]
	switch {
	case what != "" && !last && (again || len(c.pending) < waiting):
		c.pending[p] = sight{blue.Version, again && blue.Version != seen.version}
		return nil
	case what != "" && again && (seen.moved || blue.Version != seen.version):
		c.found.Restless++
	case what != "":
		c.found.Different++
		if len(c.found.Examples) < examples {
			c.found.Examples = append(c.found.Examples, Difference{View: c.view, Row: p.blue, What: what, Live: Side(blue), Other: Side(green)})
		}
	case declared:
		c.found.Declared++
	}
	delete(c.pending, p)
	if c.found.Rows++; c.found.Rows%1000 == 0 {
		c.tell(c.view+": compare", "rows", c.found.Rows, 0)
	}
	return nil
}

func anyRow(Row) bool { return true }

// differs says how a pair differs; empty when it does not, or as is declared.
func (c *viewComparing) differs(blue, green Row) (what string, declared bool) {
	members, expected := c.Rewrite.Expects(c.view)
	switch {
	case (len(blue.Doc) == 0) != (len(green.Doc) == 0):
		if len(blue.Doc) == 0 {
			return NotBlue, false
		}
		return OnlyBlue, false
	case sameJSON(blue.Doc, green.Doc) && sameKeys(blue.Keys, green.Keys):
		return "", false
	case expected && (len(members) == 0 || sameJSON(without(blue.Doc, members), without(green.Doc, members))):
		return "", true
	case sameJSON(blue.Doc, green.Doc):
		return KeysDiffer, false
	default:
		return DocDiffers, false
	}
}

// without gives a document without some of its members; what is no object as it is.
func without(doc jsontext.Value, members []string) jsontext.Value {
	var all map[string]jsontext.Value
	if es.Decode(doc, &all) != nil {
		return doc
	}
	for _, m := range members {
		delete(all, m)
	}
	rest, err := es.Encode(all)
	if err != nil {
		return doc
	}
	return rest
}

// again looks at pairs that did not agree, which one store may not have been given yet, until they do or patience ends.
func (c *viewComparing) again(ctx context.Context) error {
	deadline := time.Now().Add(c.patience())
	for try := 1; len(c.pending) > 0; try++ {
		if err := c.Copy(ctx); err != nil {
			return err
		}
		last := time.Now().After(deadline)
		for _, p := range slices.Collect(maps.Keys(c.pending)) {
			if err := c.look(ctx, p, last, anyRow); err != nil {
				return err
			}
		}
		if len(c.pending) > 0 {
			if err := betweenComparisons.Pause(ctx, try); err != nil {
				return err
			}
		}
	}
	return nil
}
