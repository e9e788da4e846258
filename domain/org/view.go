package org

import (
	"strings"
	"time"

	"github.com/foldstream/foldstream/es"
)

// Record is all that can be known of an organisation.
type Record struct {
	ID string `json:"id"`
	Profile
	Version   uint64    `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// The one partition of the index of names.
const everyOrg = "all"

// Records is the view of organisations: by id, by name, and by the words that they are described with.
var Records = es.Project(
	"orgs",
	es.Upon(Aggregate, func(_ Record, e Created, m es.Meta) Record {
		return Record{ID: m.Stream.ID(), Profile: e.Profile, Version: m.Version, CreatedAt: m.Time, UpdatedAt: m.Time}
	}),
	es.Upon(Aggregate, func(r Record, e Updated, m es.Meta) Record {
		r.Profile, r.Version, r.UpdatedAt = e.Profile, m.Version, m.Time
		return r
	}),
).IndexedBy("name", Record.byName).Searchable(Record.words)

// byName does not mind capitals. Namesakes stand in the order of their ids.
func (r Record) byName() []es.Key {
	return []es.Key{{Partition: everyOrg, Sort: strings.ToLower(r.Name)}}
}

func (r Record) words() string { return r.Name + "\n" + r.Location + "\n" + r.Description }

// The queries of organisations.
var (
	GetOrg     = es.Get(Records, "get-org", "GET /orgs/{orgId}")
	ListOrgs   = es.ListAll(Records, "list-orgs", "GET /orgs", "name", everyOrg)
	SearchOrgs = es.Search(Records, "search-orgs", "GET /org-search")
)
