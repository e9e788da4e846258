package cost

import (
	"slices"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/topology"
)

// The parts of the system that bills name, in the order in which a command meets them.
const (
	Request    = "the request"
	Decision   = "the decision"
	Relay      = "the relay"
	Projectors = "projectors"
	Handlers   = "sagas and listeners"
	Notifier   = "the notifier"
	Snapshots  = "snapshots"
)

// Estimator tells what an app costs in some use.
type Estimator struct {
	Use
	app       *es.App
	consumers []topology.Function
}

// New makes an estimator.
func New(app *es.App, use Use) (*Estimator, error) {
	if err := use.Check(); err != nil {
		return nil, err
	}
	e := &Estimator{Use: use, app: app}
	for _, f := range topology.Functions(app) {
		if f.Queue != nil {
			e.consumers = append(e.consumers, f)
		}
	}
	return e, nil
}

// Command is what one command costs, with all that its commit sets off but for the commands that sagas send: these are
// commands of their own.
func (e *Estimator) Command(d *es.CommandDecl, cold float64) Bill {
	return append(e.Alone(d, cold), e.Commit(d.Aggregate)...)
}

// Alone is what one command costs until its commit is appended. A plain command is always cold.
func (e *Estimator) Alone(d *es.CommandDecl, cold float64) Bill {
	b, writing := e.request(d), d.Aggregate.Traits().Writing
	if writing == es.Plain {
		cold = 1
	}
	switch {
	case handler.IsQueued(d) && d.Route != "":
		b.add(Request, FIFORequest, 1)
		b = append(b, e.consumption(Decision, e.CommandMS)...)
	case d.Route == "":
		b.add(Decision, GBSecond, e.gbSeconds(e.CommandMS))    // within the Lambda of who sends it
		b.take(Decision, LoadStream, Sizes{Stretch: small}, 1) // who looks first at what has been refused
	}
	s := e.sizes()
	b = append(b, e.load(d.Aggregate).Times(cold)...)
	b = append(b, e.opening(Decision, d.Aggregate, cold)...) // to seal what is decided takes the same key
	b.take(Decision, LoadStream, Sizes{Stretch: e.CommitBytes}, float64(len(d.Asks)))
	for _, ask := range d.Asks {
		b = append(b, e.opening(Decision, ask.Aggregate, 1)...)
	}
	if writing == es.Single {
		b.take(Decision, TakeLease, s, 1)
		b.take(Decision, AppendFenced, s, 1)
		b.take(Decision, ReleaseLease, s, 1)
	} else {
		b.take(Decision, AppendCommit, s, 1)
	}
	if d.GrantsToken() {
		b.add(Decision, Signature, 1)
	}
	return b
}

// request is what comes before the decision, for a command that has a route.
func (e *Estimator) request(d *es.CommandDecl) Bill {
	var b Bill
	if d.Route == "" {
		return b
	}
	b.add(Request, HTTPRequest, 1)
	b.add(Request, LogIngestion, e.AccessBytes/gigabyte)
	b.add(Request, TraceRecorded, e.Traced)
	return append(b, e.invocation(Request, e.CommandMS)...)
}

// load is what it takes to fold the stream of a cold command.
func (e *Estimator) load(a es.Folder) Bill {
	var b Bill
	s := e.sizes()
	if every := a.Traits().Snapshot; every > 0 {
		b.take(Decision, LoadSnapshot, s, 1)
		s[Stretch] = e.CommitBytes * min(e.Stream, every+engine.SnapshotLag)
	}
	b.take(Decision, LoadStream, s, 1)
	return b
}

// opening is what it takes to open what is personal in the commits of an aggregate: the person's key, which KMS unwraps. Who has
// just had it remembers it.
func (e *Estimator) opening(part string, a es.Folder, times float64) Bill {
	var b Bill
	if a.IsPersonal() {
		b.take(part, ReadKey, e.sizes(), times)
		b.add(part, KeyUse, times)
	}
	return b
}

// opens reports whether a consumer opens what is personal.
func opens(f topology.Function) bool {
	return slices.Contains(f.Grants, topology.OpenPersonal) || slices.Contains(f.Grants, topology.SealPersonal)
}

// person is what a person's key costs, once: that there is none, and to make one.
func (e *Estimator) person() Bill {
	var b Bill
	b.take(Decision, ReadKey, e.sizes(), 1)
	b.add(Decision, KeyUse, 1)
	b.take(Decision, KeepKey, e.sizes(), 1)
	return b
}

// invocation is one of a Lambda.
func (e *Estimator) invocation(part string, ms float64) Bill {
	var b Bill
	b.add(part, Invocation, 1)
	b.add(part, GBSecond, e.gbSeconds(ms))
	b.add(part, LogIngestion, e.LogBytes/gigabyte)
	return b
}

func (e *Estimator) gbSeconds(ms float64) float64 { return e.MemoryMB / 1024 * ms / 1000 }

// consumption is what it takes to bring one message from a FIFO queue to a Lambda, with its share of a batch: one call
// receives it, and one deletes it. The Lambda's time is each message's own.
func (e *Estimator) consumption(part string, ms float64) Bill {
	var b Bill
	b.add(part, FIFORequest, 2/e.Batch)
	b.add(part, Invocation, 1/e.Batch)
	b.add(part, GBSecond, e.gbSeconds(ms))
	b.add(part, LogIngestion, e.LogBytes/e.Batch/gigabyte)
	return b
}

// Commit is what one commit of an aggregate sets off: the relay, and all consumers of its category.
func (e *Estimator) Commit(a es.Folder) Bill {
	b := e.relay()
	for _, f := range e.consumers {
		if wants := f.Queue.Categories; !f.Queue.Wakes && len(wants) > 0 && !slices.Contains(wants, a.Category()) {
			continue
		}
		b = append(b, e.consumer(f, a)...)
	}
	return b
}

// relay brings a commit to the feed and to the topic. Lambda reads the table's stream for nothing.
func (e *Estimator) relay() Bill {
	var b Bill
	for _, l := range e.invocation(Relay, e.ConsumerMS) {
		b.add(Relay, l.Price, l.Units/e.RelayBatch)
	}
	s := e.sizes()
	b.take(Relay, FeedBatch, s, 1/e.RelayBatch)
	b.take(Relay, FeedStream, s, 1)
	b.add(Relay, TopicPublish, 1/min(e.RelayBatch, publishBatch))
	b.add(Relay, TopicPayload, float64(e.CommitBytes)/gigabyte)
	b.take(Relay, FeedEnd, s, 1/e.RelayBatch)
	b.add(Relay, TopicPublish, 1/e.RelayBatch)
	return b
}

// publishBatch is how many messages one request publishes.
const publishBatch = 10

// delivery is what it takes to bring a commit from the topic to a consumer.
func (e *Estimator) delivery(part string) Bill {
	var b Bill
	b.add(part, TopicDelivery, 1)
	b.add(part, TopicDelivered, float64(e.CommitBytes)/gigabyte)
	return append(b, e.consumption(part, e.ConsumerMS)...)
}

// consumer is what one commit costs with one consumer.
func (e *Estimator) consumer(f topology.Function, a es.Folder) Bill {
	if f.Queue.Wakes {
		return e.follower(f, a)
	}
	part := e.part(f)
	b, s := e.delivery(part), e.sizes()
	var opening Bill
	if opens(f) {
		opening = e.opening(part, a, e.Sealed/e.Batch)
	}
	switch part {
	case Projectors:
		return append(e.view(), opening...)
	case Handlers:
		b.take(part, ReadCheckpoint, s, 1)
		b.take(part, Advance, s, 1)
		b = append(b, opening...)
	case Notifier:
		b.take(part, ReadCheckpoint, s, 1)
		b.take(part, NoteOutcome, s, e.Events)
		b.take(part, FindListeners, s, 2+e.Events) // of the invoker, of the stream, of each event
		b.add(part, SocketMessage, e.Connections*e.Events)
		b.take(part, Advance, s, 1)
		b = append(b, e.herald(part)...)
		b = append(b, opening.Times(min(1, e.Connections))...) // for nobody it is left closed
	case Snapshots:
		if every := a.Traits().Snapshot; every > 0 {
			taken := e.load(a)
			taken.take(part, SaveSnapshot, s, 1)
			for _, l := range taken {
				b.add(part, l.Price, l.Units*e.Events/float64(every))
			}
		}
	}
	return b
}

// herald is what one commit costs for those who follow the feed to be found: once for each batch of the relay.
func (e *Estimator) herald(part string) Bill {
	found := e.delivery(part)
	found.take(part, FindListeners, e.sizes(), 1)
	for i := range found {
		found[i].Units /= e.RelayBatch
	}
	return found
}

// follower is what one commit costs with a view that follows the feed. It is woken for each batch of the relay, whatever the
// commits in it are, and reads them all.
func (e *Estimator) follower(f topology.Function, a es.Folder) Bill {
	var b Bill
	for _, l := range e.delivery(Projectors) {
		b.add(Projectors, l.Price, l.Units/e.RelayBatch)
	}
	s := e.sizes()
	b.take(Projectors, FeedRead, s, 1)
	for _, once := range []Operation{ReadStanding, ReadCheckpoint, FeedNothing, Advance} {
		b.take(Projectors, once, s, 1/e.RelayBatch)
	}
	if opens(f) {
		b = append(b, e.opening(Projectors, a, e.Sealed/e.RelayBatch)...)
	}
	if slices.Contains(f.Queue.Categories, a.Category()) {
		return append(b, e.row()...)
	}
	return b
}

func (e *Estimator) part(f topology.Function) string {
	switch name := f.Queue.Name; {
	case name == engine.NotifierName:
		return Notifier
	case name == engine.SnapshotterName:
		return Snapshots
	case slices.ContainsFunc(e.app.Views(), func(v *es.ViewDecl) bool { return v.Name == name }):
		return Projectors
	default:
		return Handlers
	}
}
