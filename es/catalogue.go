package es

import (
	"maps"
	"slices"
)

// Catalogue tells by category which events an app's streams hold, and who may hear of them. It is all that those need to
// know of an app who tell clients what happens, and can be handed over as JSON to who does not link the app.
type Catalogue map[string]Catalogued

// Catalogued is one category in a catalogue.
type Catalogued struct {
	Events     []string `json:"events"`
	Private    bool     `json:"private,omitzero"`    // the data of its events stays inside
	Restricted bool     `json:"restricted,omitzero"` // only admins may subscribe to its streams
}

// Catalogue lists the app's categories. Private streams are restricted, and so are those of the core.
func (app *App) Catalogue() Catalogue {
	c := Catalogue{}
	for _, a := range app.Folders() {
		entry := c[a.Category()]
		entry.Events = append(entry.Events, a.Events()...)
		entry.Private = entry.Private || a.IsPrivate()
		entry.Restricted = entry.Restricted || a.IsPrivate() || slices.Contains(core, a)
		c[a.Category()] = entry
	}
	return c
}

// IsPrivate reports whether the data of a category's events stays inside. That of unknown ones does.
func (c Catalogue) IsPrivate(category string) bool {
	entry, known := c[category]
	return !known || entry.Private
}

// Streams tells of a category whether there is one, and whether only admins may subscribe to its streams.
func (c Catalogue) Streams(category string) (known, restricted bool) {
	entry, known := c[category]
	return known, entry.Restricted
}

// EventsNamed tells of a wire name whether there are such events, and whether only admins may subscribe to them, because
// some are of restricted streams.
func (c Catalogue) EventsNamed(name string) (known, restricted bool) {
	for _, entry := range c {
		if slices.Contains(entry.Events, name) {
			known, restricted = true, restricted || entry.Restricted
		}
	}
	return known, restricted
}

// Open are the categories that need no admin, sorted.
func (c Catalogue) Open() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c)), func(category string) bool { return c[category].Restricted })
}

// Holds reports whether any of some categories has events of a wire name.
func (c Catalogue) Holds(categories []string, name string) bool {
	return slices.ContainsFunc(categories, func(category string) bool { return slices.Contains(c[category].Events, name) })
}
