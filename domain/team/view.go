package team

import (
	"slices"
	"strings"
	"time"

	"github.com/foldstream/foldstream/es"
)

// maxShown is how many tournaments of a team are shown at most, the latest: a document must not grow for ever.
const maxShown = 200

// Record is what everybody may know of a team.
type Record struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Owner       string       `json:"owner"`
	Players     []string     `json:"players"`     // in order of being added
	Tournaments []Tournament `json:"tournaments"` // in order of joining
	Available   bool         `json:"available"`   // for further ones
	CreatedAt   time.Time    `json:"createdAt"`
}

// Tournament is one that a team takes part in, or took part in.
type Tournament struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Records is the view of teams. It is of the teams' own events alone, which carry the names of tournaments: so it is right
// whichever of the two sides is heard of first.
var Records = es.Project(
	"teams",
	es.Upon(Aggregate, func(_ Record, e Created, m es.Meta) Record {
		return Record{ID: m.Stream.ID(), Name: e.Name, Owner: e.Owner, Available: true, CreatedAt: m.Time}
	}),
	es.Upon(Aggregate, func(r Record, e PlayerAdded, _ es.Meta) Record {
		r.Players = append(slices.Clip(r.Players), e.Name)
		return r
	}),
	es.Upon(Aggregate, func(r Record, e TournamentJoined, _ es.Meta) Record {
		earlier := r.Tournaments[max(0, len(r.Tournaments)-maxShown+1):]
		r.Tournaments = append(slices.Clip(earlier), e.Tournament)
		return r
	}),
	es.Upon(Aggregate, func(r Record, e AvailabilitySet, _ es.Meta) Record {
		r.Available = e.Available
		return r
	}),
).IndexedBy("all", Record.newestFirst).Searchable(Record.words)

// newestFirst has the id behind the time, so that teams of the same moment have an order too.
func (r Record) newestFirst() []es.Key {
	return []es.Key{{Partition: all, Sort: es.NewestFirst(r.CreatedAt, r.ID)}}
}

func (r Record) words() string { return r.Name + "\n" + strings.Join(r.Players, "\n") }

// The one partition of the index of all teams.
const all = "all"

// The queries of teams.
var (
	GetTeam     = es.Get(Records, "get-team", "GET /teams/{teamId}")
	ListTeams   = es.ListAll(Records, "list-teams", "GET /teams", "all", all)
	SearchTeams = es.Search(Records, "search-teams", "GET /team-search")
)
