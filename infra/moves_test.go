package main

import (
	"slices"
	"testing"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// It makes every append dearer: nobody gets it who does not ask for it, and who does gets it in every function that appends or
// answers callers of the app, for one that did not know would go on writing.
func TestMovesAreAnOption(t *testing.T) {
	for _, w := range []*world{dev, prod} {
		told := 0
		for _, f := range w.functions() {
			r := w.deployed(t, f)
			variables, _ := r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any)
			table := r.in.text(variables[setting.MovesTable])
			appends := slices.Contains(w.allowed(t, f), "dynamodb:PutItem events")
			asked := f.Context != "" && f.Route != "" || f.Name == "query-get-trace"
			want := ""
			if w == dev && (appends || asked) {
				want = dev.stage.name("leases")
				told++
			}
			if table != want {
				t.Errorf("%s of %s reads moves from %q, not %q", f.Name, w.stage, table, want)
			}
		}
		if (w == dev) != (told > 0) {
			t.Errorf("%s: %d functions know of moves", w.stage, told)
		}
	}
	for moves, ok := range map[string]bool{"": true, "on": true, "off": false} {
		if err := check(config{stage: "dev", moves: moves}, nil); (err == nil) != ok {
			t.Errorf("moves %q: %v", moves, err)
		}
	}
}

// Whoever runs errands asks first whether it may begin: timers wait while a store moves.
func TestErrandsHeedMoves(t *testing.T) {
	for _, f := range dev.functions() {
		heeds := slices.Contains(dev.allowed(t, f), "dynamodb:GetItem leases")
		if runs := f.Errands != "" && slices.Contains(f.Grants, topology.HoldLeases) && f.Name != "upkeep"; runs && !heeds {
			t.Errorf("%s cannot read where the store is moving", f.Name)
		}
	}
}
