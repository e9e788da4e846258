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
	return []es.Key{{Partition: allOpen, Sort: es.NewestFirst(r.CreatedAt, r.ID)}}
}

// forEachPlayer lists a match for whoever is in it.
func (r Record) forEachPlayer() []es.Key {
	keys := make([]es.Key, len(r.Players))
	for i, p := range r.Players {
		keys[i] = es.Key{Partition: p.ID, Sort: es.NewestFirst(r.CreatedAt, r.ID)}
	}
	return keys
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

// Keep implements [es.Keeping].
func (q Open) Keep(r Record) bool { return !q.ExcludeMe || !r.concerns(q.Invoker) }

// OfUser lists a user's matches, newest first.
type OfUser struct {
	UserID string `path:"userId"`
}

// Validate implements [es.Listing].
func (OfUser) Validate() error { return nil }

// Page implements [es.Listing].
func (q OfUser) Page() (index, partition string) { return "player", q.UserID }

// The queries of matches.
var (
	GetMatch        = es.Get(Records, "get-match", "GET /matches/{matchId}")
	ListOpenMatches = es.List[Open](Records, "list-open-matches", "GET /matches")
	ListUserMatches = es.List[OfUser](Records, "list-user-matches", "GET /users/{userId}/matches")
)
