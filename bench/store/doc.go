// Package store measures the embedded store and the engine upon it: appends, commands and catching up, beside SQLite
// itself and eventhorizon.
package store
