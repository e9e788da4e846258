package match

import (
	"slices"

	"github.com/foldstream/foldstream/es"
)

// The one partition of the index of open matches.
const allOpen = "all"

// whileOpen lists a match until it is started or cancelled.
func (r Record) whileOpen() []es.Key {
	if r.Status != StatusNotStarted {
		return nil
	}
	return []es.Key{{Partition: allOpen, Sort: r.newestFirst()}}
}

// forEachPlayer lists a match for whoever is in it.
func (r Record) forEachPlayer() []es.Key {
	keys := make([]es.Key, len(r.Players))
	for i, p := range r.Players {
		keys[i] = es.Key{Partition: p.ID, Sort: r.newestFirst()}
	}
	return keys
}

// newestFirst has the id behind the time, so that matches of the same moment have an order too.
func (r Record) newestFirst() string {
	return es.Descending(r.CreatedAt.UTC().Format("2006-01-02T15:04:05.000Z") + " " + r.ID)
}

func (r Record) concerns(userID string) bool {
	return r.CreatedBy == userID || slices.ContainsFunc(r.Players, func(p Scored) bool { return p.ID == userID })
}

// Open lists the matches that can be joined, newest first.
type Open struct {
	Invoker   string `from:"invoker"`
	ExcludeMe bool   `query:"exclude-me"` // leaves out the caller's own
}

// Validate implements [es.Listing].
func (Open) Validate() error { return nil }

// Page implements [es.Listing].
func (Open) Page() (index, partition string) { return "open", allOpen }

// Keep implements [es.Listing].
func (q Open) Keep(r Record) bool { return !q.ExcludeMe || !r.concerns(q.Invoker) }

// OfUser lists a user's matches, newest first.
type OfUser struct {
	UserID string `path:"userId"`
}

// Validate implements [es.Listing].
func (OfUser) Validate() error { return nil }

// Page implements [es.Listing].
func (q OfUser) Page() (index, partition string) { return "player", q.UserID }

// Keep implements [es.Listing].
func (OfUser) Keep(Record) bool { return true }

// The queries of matches.
var (
	GetMatch        = es.Get(Records, "get-match", "GET /matches/{matchId}")
	ListOpenMatches = es.List[Open](Records, "list-open-matches", "GET /matches")
	ListUserMatches = es.List[OfUser](Records, "list-user-matches", "GET /users/{userId}/matches")
)
