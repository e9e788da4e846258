package local

import (
	"path/filepath"

	"github.com/foldstream/foldstream/adapters/folder"
	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// install puts together those who project and react, and those who look after them.
func (s *System) install(box *outbox.Outbox) {
	archive := &folder.Archive{Dir: s.ArchiveDir()}
	whole := engine.Federate(archive, engine.FederationBytes)
	s.Installation = &engine.Installation{
		App: s.App, Commands: s.Commands, Stored: whole.Store(s.Store), Feed: whole.Feed(s.Store), Books: s.Store, Archive: archive, Seals: s.seals, Keys: s.Store, Scrubber: s.Store,
		Views: s.Store, Search: s.Store, Generations: s.Store, Checkpoints: s.Store,
		Lot: s.Store, Timers: s.Store, Mailer: box, Texter: box, Turns: s.turns, World: s.World,
		Log: s.seals.Log(whole.Log(s.Store)), Directory: s.Store, Agenda: s.Store, Traces: s.seals.Traces(s.Store),
		Inventory: s.Store, Connections: s.Store,
	}
	s.Consumers = s.Installation.Consumers()
	notifier := &engine.Notifier{
		Traces: s.Store, Seals: s.seals, Connections: s.Store, Pusher: s.hub, IsPrivate: s.App.Catalogue().IsPrivate, World: s.World,
	}
	s.Consumers[engine.NotifierName] = notifier.Consumer(s.Installation.Stored, s.Store, s.Store)
	desk := engine.Desk{App: s.App, Jobs: s.Store, Queue: s.Store.Upkeep(), Generations: s.Store, Lot: s.Store, World: s.World}
	s.upkeep = &engine.Upkeep{
		Desk: desk, Rebuild: s.Installation.Rebuild, Forget: s.Installation.Forget, Verify: s.Installation.Verify, Consumers: s.Consumers,
	}
}

// ArchiveDir is the folder of the archive.
func (c Config) ArchiveDir() string { return filepath.Join(c.Data, "archive") }

// adminJobs are the handlers by which admins see what there is to be done, and have it done.
func (s *System) adminJobs() map[handler.SystemRoute]handler.HTTP {
	overview := &engine.Overview{App: s.App, Feed: s.Store, Generations: s.Store, Checkpoints: s.Store, Backlogs: s.Store}
	all := map[handler.SystemRoute]handler.HTTP{
		handler.ListViews: handler.Views(overview), handler.ListParked: handler.Parked(s.Store), handler.ListJobs: handler.Jobs(s.Store),
	}
	for _, route := range handler.AdminActions {
		all[route] = handler.Action(route, &s.upkeep.Desk)
	}
	return all
}
