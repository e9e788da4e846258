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
}

// App is all the contexts of a system.
type App struct{ Contexts []Context }

// NewApp collects contexts. Names and routes that collide, and references to what is not declared, panic.
func NewApp(contexts ...Context) *App {
	app := &App{Contexts: contexts}
	if err := app.check(); err != nil {
		panic(fmt.Sprintf("es.NewApp: %v", err))
	}
	return app
}

func (app *App) check() error {
	var errs []error
	seen, kebab := map[string]bool{}, regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
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
		}
		for _, d := range c.Views {
			once("consumer", d.Name)
			if app.Aggregate(d.Category) == nil {
				errs = append(errs, fmt.Errorf("view %q: no context lists the aggregate %s", d.Name, d.Category))
			}
		}
		for _, d := range c.Sagas {
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
	return errors.Join(errs...)
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

// core are the aggregates that every app has.
var core = []Folder{Holders, SagaStreams}

// Aggregate is the first aggregate of a category, the one that knows all its events; nil if there is none.
func (app *App) Aggregate(category string) Folder {
	for _, a := range core {
		if a.Category() == category {
			return a
		}
	}
	for c := range app.each() {
		for _, a := range c.Aggregates {
			if a.Category() == category {
				return a
			}
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

// Streams tells of a category whether the app has its streams, and whether only admins may subscribe to them: to private
// ones, and to those of the core.
func (app *App) Streams(category string) (known, restricted bool) {
	a := app.Aggregate(category)
	return a != nil, a != nil && (a.IsPrivate() || slices.Contains(core, a))
}

// IsPrivate reports whether the data of a category's events stays inside. That of unknown ones does.
func (app *App) IsPrivate(category string) bool {
	a := app.Aggregate(category)
	return a == nil || a.IsPrivate()
}
