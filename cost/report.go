package cost

import (
	"github.com/foldstream/foldstream/es"
)

// Report is what an app costs in some use, in dollars.
type Report struct {
	AsOf       string    `json:"asOf"`
	Use        Use       `json:"use"`
	Average    Average   `json:"average"`  // of all commands that have a route
	Internal   Average   `json:"internal"` // of all commands that sagas, timers and listeners send
	Contexts   []Average `json:"contexts"`
	Kinds      []Average `json:"kinds"` // without what their commits set off
	Try        Month     `json:"try"`   // a month of a stage that is not used
	Production Month     `json:"production"`
	Everything Month     `json:"everything"`
	Standing   Stages    `json:"standing"`
	Metrics    float64   `json:"metrics"` // a month of all metrics of one's own
	Kept       []Sum     `json:"kept"`    // a month of a GB in the events table
	Left       float64   `json:"left"`    // GB that a million commits leave there
	Streams    []Growth  `json:"streams"`
	Views      []Growth  `json:"views"`
	Batches    []Growth  `json:"batches"`
	Query      float64   `json:"query"`   // a million that read one document
	List       float64   `json:"list"`    // a million that read a page of 20
	Persons    float64   `json:"persons"` // a million keys of persons, made once
}

// Average is what a million commands of some kind cost.
type Average struct {
	Name       string   `json:"name"`
	Commands   int      `json:"commands"` // declared ones, which all count alike
	Dollars    float64  `json:"dollars"`
	Components []Sum    `json:"components"`
	Parts      []Sum    `json:"parts"`
	Capacity   Capacity `json:"capacity"` // of one command
}

// Month is what a stage costs in a month without use.
type Month struct {
	Dollars float64 `json:"dollars"`
	Parts   []Sum   `json:"parts"`
}

// Growth is what a million commands cost when one thing is otherwise than usual.
type Growth struct {
	Of      int     `json:"of"`
	Dollars float64 `json:"dollars"`
	Other   float64 `json:"other,omitzero"` // with snapshots
}

// Report makes the report.
func (e *Estimator) Report() Report {
	counted := Counted()
	r := Report{
		AsOf: AsOf, Use: e.Use, Standing: counted,
		Try: monthOf(e.Idle(counted.Try)), Production: monthOf(e.Idle(counted.Production)), Everything: monthOf(e.Idle(counted.Everything)),
		Metrics: e.Metrics().Dollars(), Kept: e.Kept().By(ByPart), Left: e.Left(),
		Streams: e.streams(), Views: e.views(), Batches: e.batches(),
		Query: million * e.query(0).Dollars(), List: million * e.query(page).Dollars(),
		Persons: million * e.person().Dollars(),
	}
	routed := func(d *es.CommandDecl) bool { return d.Route != "" }
	internal := func(d *es.CommandDecl) bool { return d.Route == "" }
	whole := func(d *es.CommandDecl) Bill { return e.Command(d, e.Cold) }
	r.Average = average("all commands over HTTP", e.app.Commands(), routed, whole)
	r.Internal = average("commands of sagas and timers", e.app.Commands(), internal, whole)
	for _, c := range e.app.Contexts {
		r.Contexts = append(r.Contexts, average(c.Name, c.Commands, routed, whole))
	}
	for _, k := range kinds {
		of := func(d *es.CommandDecl) bool { return routed(d) && k.is(d) }
		alone := func(d *es.CommandDecl) Bill { return e.Alone(d, k.cold) }
		if a := average(k.name, e.app.Commands(), of, alone); a.Commands > 0 {
			r.Kinds = append(r.Kinds, a)
		}
	}
	return r
}

func monthOf(b Bill) Month { return Month{Dollars: b.Dollars(), Parts: b.By(ByPart)} }

// kinds are the ways in which a command is executed.
var kinds = []struct {
	name string
	cold float64
	is   func(*es.CommandDecl) bool
}{
	{"warm: the state is remembered", 0, live},
	{"cold: the stream is loaded", 1, func(d *es.CommandDecl) bool { return live(d) && !snapshots(d) }},
	{"cold, with snapshots", 1, func(d *es.CommandDecl) bool { return live(d) && snapshots(d) }},
	{"with a token for an answer, cold", 1, (*es.CommandDecl).GrantsToken},
	{"plain: nothing is remembered", 1, func(d *es.CommandDecl) bool { return d.Aggregate.Traits().Writing == es.Plain }},
	{"for a single writer, who remembers", 0, func(d *es.CommandDecl) bool { return d.Aggregate.Traits().Writing == es.Single }},
}

func live(d *es.CommandDecl) bool {
	return d.Aggregate.Traits().Writing == es.Live && len(d.Asks) == 0 && !d.GrantsToken()
}

func snapshots(d *es.CommandDecl) bool { return d.Aggregate.Traits().Snapshot > 0 }

// average is of the commands that are of a kind, a million of them.
func average(name string, all []*es.CommandDecl, is func(*es.CommandDecl) bool, of func(*es.CommandDecl) Bill) Average {
	a := Average{Name: name}
	var b Bill
	for _, d := range all {
		if is(d) {
			a.Commands++
			b = append(b, of(d)...)
		}
	}
	if a.Commands == 0 {
		return a
	}
	one := b.Times(1 / float64(a.Commands))
	a.Capacity = one.Capacity()
	many := one.Times(million)
	a.Dollars, a.Components, a.Parts = many.Dollars(), many.By(ByComponent), many.By(ByPart)
	return a
}

// page is how many documents a list shows.
const page = 20

// query is what a query costs: of one document by its id, or of a page of some.
func (e *Estimator) query(listed int) Bill {
	b, s := e.request(&es.CommandDecl{Route: "GET"}), e.sizes()
	b.take(Request, ReadStanding, s, 1)
	if listed == 0 {
		b.take(Request, ReadRow, s, 1)
		return b
	}
	b.take(Request, ListRow, s, 1)
	b.take(Request, ReadRow, s, float64(listed-1))
	return b
}
