// Package sqlite is the embedded adapter: every port of package engine on one machine, in a folder with two SQLite files.
//
// events.db holds the commits. An append has reached the disk when it is acknowledged; appends that come at the same time
// share a transaction. state.db holds what can be behind for a moment but never wrong: queues, views, checkpoints and the
// like. It is not synced at every write: after a loss of power it may be a little older as a whole, with the places up to
// which the queues have been filled, so that what it lost is delivered again.
//
// What is saved is published: a relay inside the [DB] brings each commit from events.db to the queues that listen to it.
package sqlite
