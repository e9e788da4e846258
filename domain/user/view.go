package user

import "github.com/foldstream/foldstream/es"

// Profile is what everybody may know of a user.
type Profile struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Avatar string `json:"avatar"`
	Color  string `json:"color"`
}

// Profiles is the view of users by id.
var Profiles = es.Project(
	"users",
	es.Upon(Aggregate, func(_ Profile, e Created, m es.Meta) Profile {
		return Profile{ID: m.Stream.ID(), Name: e.Name, Avatar: e.Avatar, Color: e.Color}
	}),
	es.Upon(Aggregate, func(p Profile, e NameSet, _ es.Meta) Profile {
		p.Name = e.Name
		return p
	}),
).Searchable(func(p Profile) string { return p.Name })

// The queries of users.
var (
	GetUser     = es.Get(Profiles, "get-user", "GET /users/{userId}")
	SearchUsers = es.Search(Profiles, "search-users", "GET /user-search")
)
