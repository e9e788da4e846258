package apidoc_test

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// A small app with one of everything that is described.

type door struct{ Open bool }

type opened struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Note *string   `json:"note"`
}

func (opened) Evolve(door) door { return door{Open: true} }

type shut struct{}

func (shut) Evolve(door) door { return door{} }

type keyCut struct {
	Secret string `json:"secret"`
}

func (keyCut) Evolve(d door) door { return d }

var (
	doors = es.Of("door", es.On[opened]("DoorOpened"), es.On[shut]("DoorShut"))
	keys  = es.Of("key", es.On[keyCut]("KeyCut")).Private()
)

// blank is what the commands of the tests have in common.
type blank struct{}

func (blank) Stream() string                                { return "1" }
func (blank) Validate() error                               { return nil }
func (blank) Decide(door, es.Env) ([]es.Event[door], error) { return []es.Event[door]{shut{}}, nil }

type visitor struct {
	Name string   `json:"name"`
	Bags []string `json:"bags,omitempty"`
}

type open struct {
	blank
	DoorID  string  `json:"-" path:"doorId"`
	Caller  string  `json:"-" from:"invoker"`
	Visitor visitor `json:"visitor"`
	Wide    bool    `json:"wide,omitzero"`
}

type build struct {
	blank
	ID string `json:"-" from:"id"`
}

type unlock struct {
	blank
	Code string `json:"code" jsonschema:"minLength=4"`
}

type inspect struct{ blank }

type inspection struct {
	Findings map[string]int `json:"findings"`
}

type sweep struct{ blank }

type record struct {
	ID    string    `json:"id"`
	Open  bool      `json:"open"`
	Seen  []visitor `json:"seen"`
	Twin  *record   `json:"twin,omitempty"`
	Since time.Time `json:"since"`
}

var records = es.Project("doors", es.Upon(doors, func(r record, _ shut, _ es.Meta) record { return r })).
	IndexedBy("all", func(record) []es.Key { return nil }).
	Searchable(func(r record) string { return r.ID })

type byHouse struct {
	HouseID string `path:"houseId"`
	Me      string `from:"invoker"`
	Open    bool   `query:"only-open"`
	Color   string `query:"color"`
}

func (byHouse) Validate() error                 { return nil }
func (byHouse) Page() (index, partition string) { return "all", "all" }
func (byHouse) Keep(record) bool                { return true }

var (
	doOpen    = es.Handles[open](doors, "open-door", "POST /doors/{doorId}/openings")
	doInspect = es.Handles[inspect](doors, "inspect-door", "PUT /inspection", es.Requires(es.RoleAdmin), es.Answers[inspection]())
	small     = es.NewApp(
		es.Context{
			Name: "doors", Aggregates: []es.Folder{doors}, Views: []*es.ViewDecl{records.ViewDecl},
			Commands: []*es.CommandDecl{
				doOpen, doInspect, es.Internal[sweep](doors, "sweep-door"),
				es.Handles[build](doors, "build-door", "POST /doors", es.Creates("/doors/{id}")),
			},
			Queries: []*es.QueryDecl{
				es.Get(records, "get-door", "GET /doors/{doorId}"),
				es.List[byHouse](records, "list-doors", "GET /houses/{houseId}/doors"),
				es.Search(records, "search-doors", "GET /door-search"),
			},
		},
		es.Context{
			Name: "locks", Aggregates: []es.Folder{keys},
			Commands: []*es.CommandDecl{es.Handles[unlock](doors, "unlock", "POST /unlock", es.Public(), es.Answers[es.Grant]())},
		},
	)
)
