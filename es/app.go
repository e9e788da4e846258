package es

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
)

// Context declares a bounded context: its aggregates, commands, views, queries and sagas. It becomes a stack of its own.
type Context struct {
	Name       string
	Aggregates []Folder
	Commands   []*CommandDecl
	Views      []*ViewDecl
	Queries    []*QueryDecl
	Sagas      []*Saga
	Listeners  []*Listener
}

// App is all the contexts of a system.
type App struct {
	Contexts []Context
	Rewrites []*Rewrite // of its history
}

// NewApp collects contexts. Names and routes that collide, and references to what is not declared, panic.
func NewApp(contexts ...Context) *App {
	app := &App{Contexts: contexts}
	if err := app.check(); err != nil {
		panic(fmt.Sprintf("es.NewApp: %v", err))
	}
	return app
}

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

func (app *App) check() error {
	var errs []error
	seen := map[string]bool{"consumer notifier": true, "consumer snapshots": true, "consumer timers": true, "consumer inbox": true, "consumer upkeep": true}
	once := func(what, name string) {
		if seen[what+" "+name] {
			errs = append(errs, fmt.Errorf("%s %q is declared twice", what, name))
		}
		seen[what+" "+name] = true
		if what != "route" && !kebab.MatchString(name) {
			errs = append(errs, fmt.Errorf("%s %q is not in kebab-case", what, name))
		}
	}
	for c := range app.each() {
		once("context", c.Name)
		for _, d := range c.Commands {
			once("command", d.Name)
			if !d.IsInternal() {
				once("route", d.Route)
			}
			if app.Aggregate(d.Aggregate.Category()) == nil {
				errs = append(errs, fmt.Errorf("command %q: no context lists the aggregate %s", d.Name, d.Aggregate.Category()))
			}
			if d.Aggregate.Traits().Writing == Single && (d.AnswerType != nil || d.held) {
				errs = append(errs, fmt.Errorf("command %q of a single writer is answered before it is decided: it has nothing to add, nor can it address who holds a value", d.Name))
			}
		}
		for _, d := range c.Views {
			once("consumer", d.Name)
			for _, category := range d.Categories {
				if app.Aggregate(category) == nil {
					errs = append(errs, fmt.Errorf("view %q: no context lists the aggregate %s", d.Name, category))
				}
			}
		}
		for _, d := range c.Sagas {
			once("consumer", d.Name)
		}
		for _, d := range c.Listeners {
			once("consumer", d.Name)
		}
		for _, d := range c.Queries {
			once("query", d.Name)
			once("route", d.Route)
			if app.View(d.View.Name) != d.View {
				errs = append(errs, fmt.Errorf("query %q: no context lists the view %s", d.Name, d.View.Name))
			}
		}
	}
	return errors.Join(slices.Concat(errs, app.checkStreams(), app.checkPersonal())...)
}

// checkPersonal makes sure that nothing about persons is kept beside the events: a snapshot would have it unsealed.
func (app *App) checkPersonal() (errs []error) {
	for _, a := range app.Folders() {
		if a.IsPersonal() && a.Traits().Snapshot > 0 {
			errs = append(errs, fmt.Errorf("aggregate %q has snapshots, in which what is personal in its events would not be sealed", a.Category()))
		}
	}
	return errs
}

// checkStreams makes sure that aggregates share streams only if both ignore each other's events.
func (app *App) checkStreams() (errs []error) {
	sharing := map[string][]Folder{}
	for _, a := range app.Folders() {
		if a.Category() == FeedCategory {
			errs = append(errs, fmt.Errorf("aggregate %q has the category that stands for the feed", a.Category()))
		}
		for _, other := range sharing[a.Category()] {
			if !a.IsPartial() || !other.IsPartial() {
				errs = append(errs, fmt.Errorf("aggregate %q is declared twice, and not as partial", a.Category()))
			}
			for _, name := range a.Events() {
				if slices.Contains(other.Events(), name) {
					errs = append(errs, fmt.Errorf("event %q is declared by two aggregates of %s", name, a.Category()))
				}
			}
		}
		sharing[a.Category()] = append(sharing[a.Category()], a)
	}
	return errs
}

func (app *App) each() func(func(Context) bool) { return slices.Values(app.Contexts) }

// Commands are the commands of all contexts, in order of declaration.
func (app *App) Commands() []*CommandDecl {
	var all []*CommandDecl
	for c := range app.each() {
		all = append(all, c.Commands...)
	}
	return all
}

// Queries are the queries of all contexts.
func (app *App) Queries() []*QueryDecl {
	var all []*QueryDecl
	for c := range app.each() {
		all = append(all, c.Queries...)
	}
	return all
}

// Views are the views of all contexts.
func (app *App) Views() []*ViewDecl {
	var all []*ViewDecl
	for c := range app.each() {
		all = append(all, c.Views...)
	}
	return all
}

// Sagas are the sagas of all contexts.
func (app *App) Sagas() []*Saga {
	var all []*Saga
	for c := range app.each() {
		all = append(all, c.Sagas...)
	}
	return all
}

// Listeners are the listeners of all contexts.
func (app *App) Listeners() []*Listener {
	var all []*Listener
	for c := range app.each() {
		all = append(all, c.Listeners...)
	}
	return all
}

// SetsTimers reports whether anything in the app sends commands at a time.
func (app *App) SetsTimers() bool {
	return len(app.Listeners()) > 0 || slices.ContainsFunc(app.Sagas(), func(s *Saga) bool { return s.Timers })
}

// core are the aggregates that every app has.
var core = []Folder{Holders, SagaStreams, Audiences}

// Folders are all aggregates: the core's, and those of all contexts.
func (app *App) Folders() []Folder {
	all := slices.Clone(core)
	for c := range app.each() {
		all = append(all, c.Aggregates...)
	}
	return all
}

// FoldersOf are the aggregates that share a category's streams; none if there is no such category.
func (app *App) FoldersOf(category string) []Folder {
	return slices.DeleteFunc(app.Folders(), func(a Folder) bool { return a.Category() != category })
}

// Aggregate is the first aggregate of a category; nil if there is none.
func (app *App) Aggregate(category string) Folder {
	for _, a := range app.Folders() {
		if a.Category() == category {
			return a
		}
	}
	return nil
}

// IsPersonal reports whether a view is made of events that have something personal.
func (app *App) IsPersonal(view *ViewDecl) bool {
	return slices.ContainsFunc(app.Folders(), func(a Folder) bool { return a.IsPersonal() && slices.Contains(view.Categories, a.Category()) })
}

// Command is the command of a name, of the core too; nil if there is none.
func (app *App) Command(name string) *CommandDecl {
	for _, d := range append(app.Commands(), listeningCommands...) {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// View is the view of a name, nil if there is none.
func (app *App) View(name string) *ViewDecl {
	for _, v := range app.Views() {
		if v.Name == name {
			return v
		}
	}
	return nil
}
