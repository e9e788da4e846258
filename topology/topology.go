// Package topology draws from the declarations what there is to deploy: each Lambda with its trigger and what it may
// touch. The stacks, the build of the Lambdas and the test of their folders all walk this one list.
package topology

import (
	"slices"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// Function is one Lambda. Exactly one of its triggers is set: Route, Queue, Errands, Socket, Stream or Schedule.
type Function struct {
	Name     string // unique: its kind and the declaration's name, as "command-take-turn"
	Folder   string // of its main package, from the top of the repository
	Context  string // that declares it; empty for the system's own
	Route    string // of the HTTP API, as "POST /matches/{matchId}/turns"
	Role     string // that the route's caller needs; empty for a route without an authorizer
	Queue    *Queue // whose commits it consumes
	Errands  string // the queue of errands that it runs: [engine.TimersName] or [engine.InboxName]
	Socket   string // route of the WebSocket API
	Stream   bool   // consumes the stream of the events table
	Schedule bool   // runs now and then
	Grants   []Grant
}

// Queue is a FIFO queue that a consumer reads.
type Queue struct {
	Name       string   // of the consumer
	Categories []string // of the streams whose commits it is about; empty for all
	Wakes      bool     // it only gets to know that the feed goes on, and reads the feed
	Heralds    bool     // it gets to know that the feed goes on beside the commits of all categories
}

// Filter is the categories of the messages that are for the queue; empty for all.
func (q Queue) Filter() []string {
	if q.Wakes {
		return []string{engine.FeedStream.Category()}
	}
	return q.Categories
}

// Functions lists the Lambdas of an app, in order of declaration, the system's own last.
func Functions(app *es.App) []Function {
	has := needsOf(app)
	var all []Function
	for _, c := range app.Contexts {
		for _, d := range c.Commands {
			if !d.IsInternal() {
				all = append(all, command(c, d, has))
			}
		}
		for _, d := range c.Queries {
			all = append(all, query(c, d))
		}
		for _, d := range c.Views {
			all = append(all, projector(c, d, has))
		}
		for _, d := range c.Sagas {
			all = append(all, saga(c, d, has))
		}
		for _, d := range c.Listeners {
			all = append(all, listener(c, d, has))
		}
	}
	all = append(all, system(app, has)...)
	all = append(all, upkeep(all))
	for i, f := range all {
		if f.Role != "" {
			all[i].Grants = append(all[i].Grants, KnowRoles)
		}
		if slices.Contains(f.Grants, AppendEvents) {
			all[i].Grants = append(all[i].Grants, AppendGated)
		}
	}
	return all
}

// needs is what an app as a whole asks of the system.
type needs struct {
	timers, inbox, secret bool
	snapshots             []string // categories
	personal              []string // categories
}

func needsOf(app *es.App) needs {
	n := needs{timers: app.SetsTimers()}
	for _, a := range app.Folders() {
		n.inbox = n.inbox || a.Traits().Writing == es.Single
		if a.Traits().Snapshot > 0 && !slices.Contains(n.snapshots, a.Category()) {
			n.snapshots = append(n.snapshots, a.Category())
		}
		if a.IsPersonal() {
			n.personal = append(n.personal, a.Category())
		}
	}
	for _, d := range app.Commands() {
		n.secret = n.secret || d.Secret
	}
	return n
}

// ifPersonal gives a grant to who has to do with categories, if streams of any hold something personal.
func (n needs) ifPersonal(g Grant, categories ...string) []Grant {
	if slices.ContainsFunc(categories, func(category string) bool { return slices.Contains(n.personal, category) }) {
		return []Grant{g}
	}
	return nil
}

// reacting are the grants of who reacts to events of categories, by commands of a context.
func (n needs) reacting(c es.Context, listens []string) []Grant {
	for _, a := range c.Aggregates {
		listens = append(slices.Clip(listens), a.Category())
	}
	return n.ifPersonal(SealPersonal, listens...)
}

// commanding are the grants of who executes commands of any aggregate.
func (n needs) commanding(more ...Grant) []Grant {
	grants := append([]Grant{AppendEvents}, more...)
	if len(n.snapshots) > 0 {
		grants = append(grants, ReadSnapshots)
	}
	if n.inbox {
		grants = append(grants, HoldLeases)
	}
	return grants
}

func command(c es.Context, d *es.CommandDecl, has needs) Function {
	f := Function{
		Name: "command-" + d.Name, Folder: "functions/command/" + d.Name, Context: c.Name, Route: d.Route, Role: d.Role,
	}
	if handler.IsQueued(d) {
		f.Grants = []Grant{PostInbox, NoteTraces, HeedMove}
		return f
	}
	f.Grants = []Grant{AppendEvents, NoteTraces, HeedMove}
	folders := []es.Folder{d.Aggregate}
	for _, ask := range d.Asks {
		folders = append(folders, ask.Aggregate)
	}
	if slices.ContainsFunc(folders, func(a es.Folder) bool { return a.Traits().Snapshot > 0 }) {
		f.Grants = append(f.Grants, ReadSnapshots)
	}
	if d.Secret {
		f.Grants = append(f.Grants, ReadSecret)
	}
	if d.GrantsToken() {
		f.Grants = append(f.Grants, SignTokens, KnowIssuer)
	}
	sealing := has.ifPersonal(SealPersonal, d.Aggregate.Category())
	for _, ask := range d.Asks {
		if len(sealing) == 0 {
			sealing = has.ifPersonal(OpenPersonal, ask.Aggregate.Category())
		}
	}
	f.Grants = append(f.Grants, sealing...)
	return f
}

func query(c es.Context, d *es.QueryDecl) Function {
	f := Function{
		Name: "query-" + d.Name, Folder: "functions/query/" + d.Name, Context: c.Name,
		Route: d.Route, Role: d.Role, Grants: []Grant{ReadViews, HeedMove},
	}
	if d.Finds {
		f.Grants = append(f.Grants, SearchViews)
	}
	return f
}

func projector(c es.Context, d *es.ViewDecl, has needs) Function {
	f := Function{
		Name: "projector-" + d.Name, Folder: "functions/projector/" + d.Name, Context: c.Name,
		Queue: &Queue{Name: d.Name, Categories: d.Categories, Wakes: d.Global}, Grants: []Grant{LoadEvents, WriteViews, Park},
	}
	if d.Global {
		f.Grants = []Grant{ReadFeed, WriteViews, Checkpoint, Park}
	}
	if d.IsSearchable() {
		f.Grants = append(f.Grants, IndexViews)
	}
	f.Grants = append(f.Grants, has.ifPersonal(OpenPersonal, d.Categories...)...)
	return f
}

func saga(c es.Context, d *es.Saga, has needs) Function {
	f := Function{
		Name: "eventhandler-" + d.Name, Folder: "functions/eventhandler/" + d.Name, Context: c.Name,
		Queue: &Queue{Name: d.Name, Categories: d.Listens}, Grants: has.commanding(Checkpoint, Park),
	}
	for grant, needed := range map[Grant]bool{SetTimers: d.Timers, SendMail: d.Mails, SendText: d.Texts, ReadSecret: d.Secret} {
		if needed {
			f.Grants = append(f.Grants, grant)
		}
	}
	f.Grants = append(f.Grants, has.reacting(c, d.Listens)...)
	slices.Sort(f.Grants)
	return f
}

func listener(c es.Context, d *es.Listener, has needs) Function {
	return Function{
		Name: "eventhandler-" + d.Name, Folder: "functions/eventhandler/" + d.Name, Context: c.Name,
		Queue: &Queue{Name: d.Name, Categories: d.Listens}, Grants: append(has.commanding(Checkpoint, Park, SetTimers), has.reacting(c, d.Listens)...),
	}
}

// system are the functions that every app has, and those that it needs for what it declares.
func system(app *es.App, has needs) []Function {
	grants := map[string][]Grant{
		handler.GetTrace.Name: {ReadTraces, HeedMove}, handler.GetKeys.Name: {ReadKey, KnowIssuer}, handler.Discover.Name: {KnowIssuer}, handler.GetHealth.Name: {LoadEvents},
		handler.GetSystem.Name:  {KnowSystem, KnowIssuer},
		handler.ListEvents.Name: {ReadFeed, FindEnd, KnowStreams}, handler.ListStreams.Name: {ListStreams, KnowStreams},
		handler.GetStream.Name: {LoadEvents}, handler.ListTimers.Name: {ListTimers},
		handler.ListViews.Name: {ReadStandings, FindEnd, ReadCheckpoints, CountQueues}, handler.ListParked.Name: {ReadParked}, handler.ListJobs.Name: {ReadJobs},
		handler.RebuildView.Name: {NoteJobs, QueueJobs}, handler.DropGenerations.Name: {NoteJobs, QueueJobs},
		handler.ReturnView.Name:  {NoteJobs, QueueJobs, ReadStandings},
		handler.RetryParked.Name: {NoteJobs, QueueJobs, ReadParked}, handler.SkipParked.Name: {NoteJobs, QueueJobs, ReadParked},
		handler.ForgetPerson.Name: {NoteJobs, QueueJobs}, handler.VerifyStore.Name: {NoteJobs, QueueJobs},
	}
	opening := has.ifPersonal(OpenPersonal, has.personal...)
	for _, r := range []handler.SystemRoute{handler.GetTrace, handler.ListEvents, handler.GetStream} {
		grants[r.Name] = append(grants[r.Name], opening...)
	}
	var all []Function
	for _, r := range handler.SystemRoutesOf(app) {
		kind := "query"
		if !r.IsRead() {
			kind = "command"
		}
		all = append(all, Function{
			Name: kind + "-" + r.Name, Folder: "functions/" + kind + "/" + r.Name, Route: r.Route, Role: r.Role, Grants: grants[r.Name],
		})
	}
	connecting := []Grant{KnowIssuer, KnowRoles, HoldConnections}
	if app.SignsIn() {
		connecting = append(connecting, ReadKey)
	}
	relaying := []Grant{LoadEvents, WriteFeed, NoteStreams, PublishCommits}
	all = append(
		all,
		Function{Name: "relay", Folder: "functions/relay", Stream: true, Grants: relaying},
		Function{Name: "sweeper", Folder: "functions/sweeper", Schedule: true, Grants: append(slices.Clone(relaying), SweepEvents)},
		Function{
			Name: engine.ArchivistName, Folder: "functions/" + engine.ArchivistName, Schedule: true,
			Grants: []Grant{ReadFeed, Checkpoint, KeepArchive},
		},
		Function{
			Name: engine.NotifierName, Folder: "functions/eventhandler/" + engine.NotifierName,
			Queue:  &Queue{Name: engine.NotifierName, Heralds: true},
			Grants: append([]Grant{LoadEvents, Checkpoint, Park, NoteTraces, HoldConnections, PushMessages, KnowStreams}, opening...),
		},
		Function{Name: "websocket-connect", Folder: "functions/websocket/connect", Socket: "$connect", Grants: connecting},
		Function{Name: "websocket-disconnect", Folder: "functions/websocket/disconnect", Socket: "$disconnect", Grants: []Grant{HoldConnections}},
		Function{
			Name: "websocket-default", Folder: "functions/websocket/default", Socket: "$default",
			Grants: append([]Grant{LoadEvents, FindEnd, ReadFeed, HoldConnections, PushMessages, KnowStreams}, opening...),
		},
	)
	if len(has.snapshots) > 0 {
		all = append(all, Function{
			Name: engine.SnapshotterName, Folder: "functions/eventhandler/" + engine.SnapshotterName,
			Queue:  &Queue{Name: engine.SnapshotterName, Categories: has.snapshots},
			Grants: []Grant{LoadEvents, ReadSnapshots, WriteSnapshots},
		})
	}
	if has.timers {
		all = append(all, errands(engine.TimersName, has))
	}
	if has.inbox {
		all = append(all, errands(engine.InboxName, has))
	}
	return all
}

// errands is the function of a queue of errands. It executes whatever command comes.
func errands(name string, has needs) Function {
	f := Function{Name: name, Folder: "functions/eventhandler/" + name, Errands: name, Grants: has.commanding(HeedMove)}
	if has.secret {
		f.Grants = append(f.Grants, ReadSecret)
	}
	f.Grants = append(f.Grants, has.ifPersonal(SealPersonal, has.personal...)...)
	return f
}

// upkeep is the function that carries out jobs. It does the work of consumers that have come to a halt, and so may do what
// they may; it rebuilds views besides, verifies the store and forgets persons.
func upkeep(all []Function) Function {
	grants := []Grant{ReadFeed, FindEnd, Checkpoint, RebuildViews, ReadParked, NoteJobs, EndJobs, QueueJobs, TakeInventory, ReadClosed}
	for _, f := range all {
		if slices.Contains(f.Grants, Park) {
			grants = append(grants, f.Grants...)
		}
	}
	if slices.Contains(grants, IndexViews) {
		grants = append(grants, RebuildTexts)
	}
	if slices.Contains(grants, SetTimers) {
		grants = append(grants, ListTimers)
	}
	if slices.Contains(grants, OpenPersonal) {
		grants = append(grants, ForgetPersons, AppendEvents) // which gives up what the person's data was unique for
	}
	slices.Sort(grants)
	grants = slices.DeleteFunc(slices.Compact(grants), func(g Grant) bool { return g == KnowStreams }) // it links the app
	return Function{
		Name: engine.UpkeepName, Folder: "functions/eventhandler/" + engine.UpkeepName, Errands: engine.UpkeepName, Grants: grants,
	}
}

// Queues are the queues of all consumers.
func Queues(app *es.App) []Queue {
	var all []Queue
	for _, f := range Functions(app) {
		if f.Queue != nil {
			all = append(all, *f.Queue)
		}
	}
	return all
}
