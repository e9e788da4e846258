package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/foldstream/foldstream/es"
)

// Installation is an app on its ports, for those who look after all of it.
type Installation struct {
	App         *es.App
	Commands    *Commands
	Stored      EventStore // as Commands has it, but what is personal is sealed; for those who copy; nil where nobody does
	Feed        Feed       // likewise
	Books       Books      // of the store
	Archive     Archive    // that closed eras are moved to; Stored and Feed read what is there
	Seals       *Seals     // by which it is opened
	Keys        Keys       // of the seals
	Scrubber    Scrubber   // nil where nothing is left of what was overwritten
	Views       WholeViews
	Search      WholeSearch // nil where nobody searches
	Generations Generations
	Checkpoints Checkpoints
	Lot         ParkingLot
	Timers      Timers
	Mailer      Mailer
	Texter      Texter
	Turns       *Turns
	World       World

	// For those who look into it.
	Inventory   Inventory
	Connections Connections
	Log         Log // the same as Feed, opened
	Directory   Directory
	Agenda      Agenda
	Traces      Traces
}

// Consumers are those that the app declares, by name. For a view of many streams it is that of its [Global].
func (i *Installation) Consumers() map[string]*Consumer {
	all := map[string]*Consumer{}
	for _, view := range i.App.Views() {
		all[view.Name] = i.projector(view)
	}
	for _, decl := range i.App.Sagas() {
		saga := &Saga{Decl: decl, Commands: i.Commands, Timers: i.Timers, Mailer: i.Mailer, Texter: i.Texter}
		all[decl.Name] = i.whole(saga.Consumer(i.Checkpoints, i.Lot))
	}
	for _, decl := range i.App.Listeners() {
		listener := &Listener{Decl: decl, Commands: i.Commands, Timers: i.Timers}
		all[decl.Name] = i.whole(listener.Consumer(i.Checkpoints, i.Lot))
	}
	return all
}

// Whole is the event store with what has been archived, as it is folded: for all but commands, which need no archive.
func (i *Installation) Whole() EventStore {
	if i.Stored == nil {
		return i.Commands.Store
	}
	return i.Seals.Store(i.Stored)
}

// whole lets a consumer read what has been archived.
func (i *Installation) whole(c *Consumer) *Consumer {
	c.Store = i.Whole()
	return c
}

func (i *Installation) projector(view *es.ViewDecl) *Consumer {
	p := &Projector{View: view, Views: i.Views, Turns: i.Turns, Store: i.Whole()}
	if view.IsSearchable() && i.Search != nil {
		p.Search = i.Search
	}
	if view.Global {
		return NewGlobal(p, i.Seals.Feed(i.Feed), i.Checkpoints, i.Lot, i.World).Consumer
	}
	return &Consumer{Name: view.Name, Store: p.Store, Lot: i.Lot, World: i.World, Handler: p}
}

// View finds a declared view; nil when there is none of that name.
func (i *Installation) View(name string) *es.ViewDecl { return viewOf(i.App, name) }

func viewOf(app *es.App, name string) *es.ViewDecl {
	for _, view := range app.Views() {
		if view.Name == name {
			return view
		}
	}
	return nil
}

// Rebuild prepares a view's rebuild by this program's folds.
func (i *Installation) Rebuild(view *es.ViewDecl) (*Rebuild, error) {
	program, err := thisProgram()
	if err != nil {
		return nil, err
	}
	r := &Rebuild{
		View: view, Events: i.Whole(), Feed: i.Seals.Feed(i.Feed), Views: i.Views, Checkpoints: i.Checkpoints, Lot: i.Lot,
		Generations: i.Generations, Program: program, Personal: i.App.IsPersonal(view),
	}
	if view.IsSearchable() {
		r.Search = i.Search
	}
	return r, nil
}

// thisProgram identifies this program, and so the folds in it.
var thisProgram = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("read this program: %w", err)
	}
	return hex.EncodeToString(hash.Sum(nil)[:12]), nil
})
