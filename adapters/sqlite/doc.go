// Package sqlite is the embedded adapter: every port of package engine on one machine, in a folder with two SQLite files.
//
// events.db holds the commits. An append has reached the disk when it is acknowledged; appends that come at the same time
// share a transaction. So it is with timers and the inbox, since whoever sets or posts something does not do so again, and
// with leases, which appends look into. state.db holds what can be behind for a moment but never wrong: queues, views,
// the full-text index, snapshots, checkpoints and the like. It is not synced at every write: after a loss of power it may be a little older as a whole, with the places up to
// which the queues have been filled, so that what it lost is delivered again.
//
// Writers and readers do not wait for each other: one caller at a time writes, for all that wait, and there is a reading
// connection per core. A lock file, of the kind that Unix systems have, keeps a second server away.
//
// What is saved is published: a relay inside the [DB] brings each commit from events.db to the queues that listen to it.
package sqlite
