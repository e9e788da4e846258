package es

import (
	"fmt"
	"reflect"
)

// Listing is a query for a page of a view's documents. Its fields are strings or booleans, filled by struct tag:
// `path:"userId"` from the route, `query:"exclude-me"` from the query string, `from:"invoker"` with the caller's user id,
// `from:"now"` with the time, as [Sortable] writes it.
type Listing interface {
	// Validate checks the shape of the input.
	Validate() error
	// Page names the index and the partition to list.
	Page() (index, partition string)
}

// Keeping is a [Listing] that leaves a document out of the list when Keep answers false.
type Keeping[D any] interface{ Keep(D) bool }

// QueryDecl is a declared query, with its types erased.
type QueryDecl struct {
	Name  string // kebab-case; names the Lambda and its folder
	Route string
	View  *ViewDecl
	Role  string       // that the caller needs
	Input reflect.Type // the listing type; nil for a query by id and for a search
	Finds bool         // whether it is a search
	Page  func(q any) (index, partition string)
	Keep  func(q, doc any) bool
	Check func(q any) error
}

// IsList reports whether the query answers a page of documents.
func (d *QueryDecl) IsList() bool { return d.Input != nil }

// Get declares a query for one document of a view by the id of its aggregate: the route's one parameter.
func Get[D any](v View[D], name, route string) *QueryDecl {
	if len(PathParameters(route)) != 1 {
		panic(fmt.Sprintf("es.Get(%q): the route %q must have one parameter", name, route))
	}
	return &QueryDecl{Name: name, Route: route, View: v.ViewDecl, Role: RoleRead}
}

// List declares a query for pages of a view's documents. An input with a method Keep must be a [Keeping] of them.
func List[Q Listing, D any](v View[D], name, route string) *QueryDecl {
	d := &QueryDecl{
		Name: name, Route: route, View: v.ViewDecl, Role: RoleRead, Input: reflect.TypeFor[Q](),
		Page:  func(q any) (string, string) { return q.(Q).Page() },
		Keep:  keepAll,
		Check: func(q any) error { return q.(Q).Validate() },
	}
	if d.Input.Implements(reflect.TypeFor[Keeping[D]]()) {
		d.Keep = func(q, doc any) bool { return q.(Keeping[D]).Keep(doc.(D)) }
	} else if _, other := d.Input.MethodByName("Keep"); other {
		panic(fmt.Sprintf("es.List(%q): %v keeps other documents than %v", name, d.Input, reflect.TypeFor[D]()))
	}
	if err := checkTags(d.Input, route); err != nil {
		panic(fmt.Sprintf("es.List(%q): %v", name, err))
	}
	return d
}

// ListAll declares a query for pages of one partition of an index, the same for everybody.
func ListAll[D any](v View[D], name, route, index, partition string) *QueryDecl {
	if len(PathParameters(route)) > 0 {
		panic(fmt.Sprintf("es.ListAll(%q): the route %q has parameters", name, route))
	}
	return &QueryDecl{
		Name: name, Route: route, View: v.ViewDecl, Role: RoleRead, Input: reflect.TypeFor[struct{}](),
		Page:  func(any) (string, string) { return index, partition },
		Keep:  keepAll,
		Check: func(any) error { return nil },
	}
}

func keepAll(any, any) bool { return true }

// Search declares a full-text query for documents of a view declared with [View.Searchable]: the words come as "q".
func Search[D any](v View[D], name, route string) *QueryDecl {
	switch {
	case !v.IsSearchable():
		panic(fmt.Sprintf("es.Search(%q): the view %s is not searchable", name, v.Name))
	case len(PathParameters(route)) > 0:
		panic(fmt.Sprintf("es.Search(%q): the route %q has parameters", name, route))
	}
	return &QueryDecl{Name: name, Route: route, View: v.ViewDecl, Role: RoleRead, Finds: true}
}
