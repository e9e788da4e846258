package tournament

import (
	"slices"
	"strings"
	"time"

	"github.com/foldstream/foldstream/domain/fixture"
	"github.com/foldstream/foldstream/es"
)

// Record is all that can be known of a tournament.
type Record struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Organiser  string          `json:"organiser"`
	Status     Status          `json:"status"`
	Teams      []Team          `json:"teams"` // in order of being added
	Fixture    fixture.Fixture `json:"fixture"`
	Champion   string          `json:"champion,omitempty"` // team id
	CreatedAt  time.Time       `json:"createdAt"`
	StartedAt  *time.Time      `json:"startedAt,omitempty"`
	FinishedAt *time.Time      `json:"finishedAt,omitempty"`
}

// Team is a team in a tournament; it is confirmed a moment after being added.
type Team struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Confirmed bool   `json:"confirmed"`
}

// Records is the view of tournaments. It is of the tournaments' own events alone, which carry the names of teams: so it is
// right whichever of the two sides is heard of first.
var Records = es.Project(
	"tournaments",
	es.Upon(Aggregate, func(_ Record, e Created, m es.Meta) Record {
		return Record{ID: m.Stream.ID(), Name: e.Name, Organiser: e.Organiser, Status: StatusOpen, CreatedAt: m.Time}
	}),
	es.Upon(Aggregate, func(r Record, e TeamAdded, _ es.Meta) Record {
		r.Teams = append(slices.Clip(r.Teams), Team{ID: e.TeamID, Name: e.Name})
		return r
	}),
	es.Upon(Aggregate, func(r Record, e TeamConfirmed, _ es.Meta) Record {
		r.Teams = slices.Clone(r.Teams)
		for i, t := range r.Teams {
			r.Teams[i].Confirmed = t.Confirmed || t.ID == e.TeamID
		}
		return r
	}),
	es.Upon(Aggregate, func(r Record, e TeamRemoved, _ es.Meta) Record {
		r.Teams = slices.DeleteFunc(slices.Clone(r.Teams), func(t Team) bool { return t.ID == e.TeamID })
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Started, m es.Meta) Record {
		r.Status, r.StartedAt, r.Fixture = StatusStarted, &m.Time, fixture.New(e.Teams, e.Seed)
		return r
	}),
	es.Upon(Aggregate, func(r Record, e MatchResultSet, _ es.Meta) Record {
		r.Fixture = e.play(r.Fixture)
		return r
	}),
	es.Upon(Aggregate, func(r Record, e Finished, m es.Meta) Record {
		r.Status, r.FinishedAt, r.Champion = StatusFinished, &m.Time, e.Champion
		return r
	}),
).IndexedBy("all", Record.newestFirst).Searchable(Record.words)

// newestFirst has the id behind the time, so that tournaments of the same moment have an order too.
func (r Record) newestFirst() []es.Key {
	return []es.Key{{Partition: all, Sort: es.NewestFirst(r.CreatedAt, r.ID)}}
}

func (r Record) words() string {
	words := []string{r.Name}
	for _, t := range r.Teams {
		words = append(words, t.Name)
	}
	return strings.Join(words, "\n")
}

// The one partition of the index of all tournaments.
const all = "all"

// The queries of tournaments.
var (
	GetTournament     = es.Get(Records, "get-tournament", "GET /tournaments/{tournamentId}")
	ListTournaments   = es.ListAll(Records, "list-tournaments", "GET /tournaments", "all", all)
	SearchTournaments = es.Search(Records, "search-tournaments", "GET /tournament-search")
)
