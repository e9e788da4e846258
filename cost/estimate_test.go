package cost_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// A system of one command and one view, which is small enough to be reckoned by hand.
type (
	thing   struct{}
	made    struct{}
	makeOne struct {
		ID string `json:"-" from:"id"`
	}
	shown struct{ ID string }
)

func (made) Evolve(t thing) thing { return t }

func (m makeOne) Stream() string { return m.ID }

func (makeOne) Validate() error { return nil }

func (makeOne) Decide(thing, es.Env) ([]es.Event[thing], error) {
	return []es.Event[thing]{made{}}, nil
}

var (
	things  = es.Of("thing", es.On[made]("Made"))
	doMake  = es.Handles[makeOne](things, "make-one", "POST /things")
	shownAs = es.Project("shown", es.Upon(things, func(d shown, _ made, m es.Meta) shown { return shown{m.Stream.ID()} }))
	small   = es.NewApp(es.Context{
		Name: "small", Aggregates: []es.Folder{things}, Commands: []*es.CommandDecl{doMake}, Views: []*es.ViewDecl{shownAs.ViewDecl},
	})
)

// alone is a use in which everything comes by itself and is a KB.
var alone = cost.Use{
	CommitBytes: 1024, RowBytes: 1024, Events: 1, Stream: 9, Batch: 1, RelayBatch: 1, MemoryMB: 1024,
	CommandMS: 10, ConsumerMS: 20, LogBytes: 1024, AccessBytes: 1024, Traced: 0.1, Connections: 2,
}

const gigabyte = 1 << 30

func TestByHand(t *testing.T) {
	busy := alone
	busy.Batch, busy.RelayBatch = 10, 10
	type units = map[string]float64
	for name, test := range map[string]struct {
		use  cost.Use
		cold float64
		want units
	}{
		"alone and warm": {alone, 0, units{
			"requests": 1, "traces": 0.1, "pushes": 2, "publishes": 1 + 1, "deliveries": 2 + 1, "polls and deletions": 4 + 2, // and that the feed goes on
			"invocations":  5,                           // the command's, the relay's, the projector's, and the notifier's two
			"GB-seconds":   0.010 + 4*0.020,             // of a GB of memory
			"GB of logs":   6 * 1024.0 / gigabyte,       // of these and of the request
			"GB published": 1024.0 / gigabyte,           //
			"GB delivered": 3 * 1024.0 / gigabyte,       //
			"written":      1 + 3*2 + 1 + 1 + 1,         // the commit, the feed in a transaction, the row, the outcome, the notifier's checkpoint
			"read":         2 + 1 + 1 + 1 + (1 + 1 + 1), // where the feed ends and who follows it; the view's standing and row; the notifier's checkpoint, and who listens: three queries
		}},
		"alone and cold": {alone, 1, units{
			"requests": 1, "traces": 0.1, "pushes": 2, "publishes": 2, "deliveries": 3, "polls and deletions": 6, "invocations": 5,
			"GB-seconds": 0.090, "GB of logs": 6 * 1024.0 / gigabyte, "GB published": 1024.0 / gigabyte, "GB delivered": 3 * 1024.0 / gigabyte,
			"written": 10, "read": 8 + 3, // nine commits of a KB
		}},
		"ten at once": {busy, 0, units{
			"requests": 1, "traces": 0.1, "pushes": 2, "publishes": 0.2, "deliveries": 2.1, "polls and deletions": 0.4 + 0.02,
			"invocations": 1 + 0.3 + 0.01, "GB-seconds": 0.010 + 2*0.020 + 0.002 + 0.002, "GB of logs": 2.31 * 1024.0 / gigabyte,
			"GB published": 1024.0 / gigabyte, "GB delivered": 2.1 * 1024.0 / gigabyte,
			"written": 1 + (2+2)/10.0 + 2 + 1 + 1 + 1, // the feed's end and its references once for the ten
			"read":    0.2 + 0.1 + 1 + 1 + 3,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := cost.New(small, test.use)
			if err != nil {
				t.Fatal(err)
			}
			bill := e.Command(doMake, test.cold)
			got := units{}
			for what, price := range map[string]cost.Price{
				"requests": cost.HTTPRequest, "traces": cost.TraceRecorded, "pushes": cost.SocketMessage, "publishes": cost.TopicPublish,
				"deliveries": cost.TopicDelivery, "polls and deletions": cost.FIFORequest, "invocations": cost.Invocation,
				"GB-seconds": cost.GBSecond, "GB of logs": cost.LogIngestion, "GB published": cost.TopicPayload,
				"GB delivered": cost.TopicDelivered, "written": cost.WriteUnit, "read": cost.ReadUnit,
			} {
				got[what] = bill.Units(price)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("(-by hand +billed):\n%s", diff)
			}
		})
	}
}

func TestDollars(t *testing.T) {
	bill := cost.Bill{{Part: "a", Price: cost.WriteUnit, Units: 10e6}, {Part: "b", Price: cost.Invocation, Units: 5e6}, {Part: "a", Price: cost.ReadUnit, Units: 2e6}}
	if got := bill.Dollars(); math.Abs(got-(6.25+1+0.25)) > 1e-9 {
		t.Errorf("the bill comes to %g, want 7.5", got)
	}
	want := []cost.Sum{{Of: "a", Dollars: 6.5}, {Of: "b", Dollars: 1}}
	if diff := cmp.Diff(want, bill.By(cost.ByPart), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
}

// TestRollsUp makes sure that nothing of the whole gets lost in its parts.
func TestRollsUp(t *testing.T) {
	e, err := cost.New(domain.App, cost.Usual())
	if err != nil {
		t.Fatal(err)
	}
	r := e.Report()
	for _, a := range append(append([]cost.Average{r.Average, r.Internal}, r.Contexts...), r.Kinds...) {
		for _, sums := range [][]cost.Sum{a.Components, a.Parts} {
			all := 0.0
			for _, s := range sums {
				all += s.Dollars
			}
			if math.Abs(all-a.Dollars) > 1e-6 {
				t.Errorf("%s: %g together, and %g in parts", a.Name, a.Dollars, all)
			}
		}
	}
	commands := 0
	for _, c := range r.Contexts {
		commands += c.Commands
	}
	routed := 0
	for _, f := range topology.Functions(domain.App) {
		if strings.HasPrefix(f.Name, "command-") && f.Context != "" { // the system's own are admins'
			routed++
		}
	}
	if commands != routed || r.Average.Commands != routed {
		t.Errorf("the contexts have %d commands, all have %d, and %d are deployed", commands, r.Average.Commands, routed)
	}
	for i, s := range r.Streams[1:] {
		if s.Dollars <= r.Streams[i].Dollars || s.Of >= 1000 && s.Other > 2 {
			t.Errorf("a stream of %d commits costs %g, or %g with snapshots", s.Of, s.Dollars, s.Other)
		}
	}
}

func TestIdle(t *testing.T) {
	e, err := cost.New(small, cost.Usual())
	if err != nil {
		t.Fatal(err)
	}
	got := e.Idle(cost.Standing{AlarmMetrics: 12, Dashboards: 1, Keys: 2, Secrets: 1, FIFOQueues: 10, StandardQueues: 1, Firewalls: 1, FirewallRules: 3, SearchNodes: 1, SearchGB: 10}).By(cost.ByPart)
	// A queue is asked 15 times a minute.
	polls := 15 * 60 * 730 / 1e6
	want := []cost.Sum{
		{Of: cost.Searching, Dollars: 730*0.036 + 10*0.122},
		{Of: cost.Guarding, Dollars: 8},
		{Of: cost.Watching, Dollars: 1.2 + 3},
		{Of: cost.Polling, Dollars: polls*10*0.5 + polls*0.4},
		{Of: cost.Keeping, Dollars: 2.4},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("(-by hand +billed):\n%s", diff)
	}
	const sweeps = 730.0 / 24 // a month
	if got := e.Kept().Dollars(); math.Abs(got-(0.25+0.20+0.5*262144*sweeps*0.125/1e6)) > 1e-9 {
		t.Errorf("a GB costs %g a month", got)
	}
}

func TestCheck(t *testing.T) {
	for name, change := range map[string]func(*cost.Use){
		"no bytes": func(u *cost.Use) { u.CommitBytes = 0 }, "too large": func(u *cost.Use) { u.CommitBytes = 500_000 },
		"more than all cold": func(u *cost.Use) { u.Cold = 1.1 }, "an empty batch": func(u *cost.Use) { u.Batch = 0 },
		"not a number": func(u *cost.Use) { u.ConsumerMS = math.NaN() },
	} {
		use := cost.Usual()
		change(&use)
		if _, err := cost.New(small, use); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

// TestFigures counts the metrics that package observe declares: one series each, and one for each consumer.
func TestFigures(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/observe/figures.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.CompositeLit); ok {
			if name, ok := literal.Type.(*ast.Ident); ok && name.Name == "Figure" {
				declared++
			}
		}
		return true
	})
	e, err := cost.New(domain.App, cost.Usual())
	if err != nil {
		t.Fatal(err)
	}
	want := float64(declared + len(topology.Queues(domain.App)))
	if got := e.Metrics().Units(cost.CustomMetric); got != want {
		t.Errorf("%g metrics are billed, and there are %g", got, want)
	}
}
