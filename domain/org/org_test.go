package org_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/org"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

var (
	profile = org.Profile{Name: "Warung Ann", Location: "Jakarta", Description: "Noodles"}
	created = org.Created{Profile: profile}
	state   = org.Org(profile)
	moved   = org.Updated{Profile: org.Profile{Name: "Warung Ann", Location: "Bandung"}}

	nobody = estest.Given(org.Aggregate)
)

func given(events ...es.Event[org.Org]) estest.Past[org.Org] {
	return estest.Given(org.Aggregate, append([]es.Event[org.Org]{created}, events...)...)
}

func create(name, location, description string) org.Create {
	return org.Create{OrgID: "ann", Name: name, Location: location, Description: description}
}

func update(name, location, description string) org.Update {
	return org.Update{OrgID: "ann", Name: name, Location: location, Description: description}
}

func TestCreate(t *testing.T) {
	right := create(" Warung Ann ", "\tJakarta", "Noodles\n")
	t.Run("OK", func(t *testing.T) {
		nobody.When(right, estest.By("ann")).Then(t, created).AndState(t, state)
	})
	t.Run("a description is optional", func(t *testing.T) {
		nobody.When(create("A", "B", ""), estest.By("ann")).Then(t, org.Created{Profile: org.Profile{Name: "A", Location: "B"}})
	})
	t.Run("once", func(t *testing.T) {
		given().When(right, estest.By("ann")).ThenRejected(t, org.ErrOrgExists)
		given(moved).When(right, estest.By("ann")).ThenRejected(t, org.ErrOrgExists)
	})
	t.Run("by organisations alone", func(t *testing.T) {
		if org.DoCreate.Role != "org" || org.DoUpdate.Role != "org" {
			t.Errorf("by %q and %q", org.DoCreate.Role, org.DoUpdate.Role)
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Run("OK", func(t *testing.T) {
		given().When(update("Warung Ann", " Bandung ", ""), estest.By("ann")).
			Then(t, moved).AndState(t, org.Org{Name: "Warung Ann", Location: "Bandung"})
	})
	t.Run("that changes nothing", func(t *testing.T) {
		given().When(update("Warung Ann ", "Jakarta", " Noodles"), estest.By("ann")).ThenNothing(t)
		given(moved).When(update("Warung Ann", "Bandung", ""), estest.By("ann")).ThenNothing(t)
	})
	t.Run("that changes one thing", func(t *testing.T) {
		for _, p := range []org.Profile{
			{Name: "Warung", Location: "Jakarta", Description: "Noodles"},
			{Name: "Warung Ann", Location: "jakarta", Description: "Noodles"},
			{Name: "Warung Ann", Location: "Jakarta", Description: "Rice"},
		} {
			given().When(update(p.Name, p.Location, p.Description), estest.By("ann")).Then(t, org.Updated{Profile: p}).AndState(t, org.Org(p))
		}
	})
	t.Run("only after it was created", func(t *testing.T) {
		nobody.When(update("A", "B", ""), estest.By("ann")).ThenRejected(t, org.ErrNoSuchOrg)
	})
	t.Run("only by the owner", func(t *testing.T) {
		given().When(update("A", "B", ""), estest.By("bob", "org", es.RoleWrite)).ThenRejected(t, org.ErrNotYours)
		given().When(update("A", "B", "")).ThenRejected(t, org.ErrNotYours)
		nobody.When(update("A", "B", ""), estest.By("bob", "org")).ThenRejected(t, org.ErrNotYours)
	})
}

// limits are how many characters a field has at least and at most.
var limits = map[string][2]int{"name": {1, 120}, "location": {1, 150}, "description": {0, 1200}}

func TestInput(t *testing.T) {
	for field, limit := range limits {
		try := func(text string) []error {
			p := profile
			*map[string]*string{"name": &p.Name, "location": &p.Location, "description": &p.Description}[field] = text
			return []error{create(p.Name, p.Location, p.Description).Validate(), update(p.Name, p.Location, p.Description).Validate()}
		}
		for name, c := range map[string]struct {
			text string
			ok   bool
		}{
			"none":                         {"", limit[0] == 0},
			"space":                        {" \t\n\u3000", limit[0] == 0},
			"the fewest":                   {"ü", true},
			"the most":                     {strings.Repeat("x", limit[1]), true},
			"the most, of whatever length": {strings.Repeat("日", limit[1]), true},
			"the most, and space around":   {"  " + strings.Repeat("🍜", limit[1]) + "  ", true},
			"one more":                     {strings.Repeat("x", limit[1]+1), false},
			"one more of another length":   {strings.Repeat("日", limit[1]+1), false},
			"a control character":          {"a\x07b", false},
			"a line break":                 {"a\nb", field == "description"},
			"a C1 control character":       {"a\u0085b", false},
		} {
			t.Run(field+": "+name, func(t *testing.T) {
				for _, err := range try(c.text) {
					var refusal *es.Rejection
					if c.ok && err != nil {
						t.Error(err)
					}
					if !c.ok && (!errors.As(err, &refusal) || refusal.Code != "InvalidInput" || refusal.Field != field) {
						t.Errorf("is answered %v", err)
					}
				}
			})
		}
	}
}

func TestWhateverIsAcceptedIsKeptTrimmedAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ \t]?[a-zü日]{0,3}[ \n]?`))
		c := update(text.Draw(t, "name"), text.Draw(t, "location"), text.Draw(t, "description"))
		if c.Validate() != nil {
			return
		}
		events, err := c.Decide(state, es.Env{Invoker: es.Identity{User: "ann"}})
		if err != nil || len(events) != 1 {
			t.Fatal(events, err)
		}
		after := events[0].Evolve(org.Org{Description: "of before"})
		want := org.Org{Name: strings.TrimSpace(c.Name), Location: strings.TrimSpace(c.Location), Description: strings.TrimSpace(c.Description)}
		if after != want {
			t.Fatalf("%+v is kept as %+v", c, after)
		}
		if events, err := c.Decide(after, es.Env{Invoker: es.Identity{User: "ann"}}); err != nil || len(events) > 0 {
			t.Fatalf("the same again is decided: %v, %v", events, err)
		}
	})
}

func TestLatest(t *testing.T) {
	if !org.Aggregate.Traits().Latest {
		t.Error("all of a stream is loaded for its last event")
	}
	for _, e := range []es.Event[org.Org]{created, moved} {
		if e.Evolve(org.Org{}) != e.Evolve(org.Org{Name: "x", Location: "y", Description: "z"}) {
			t.Errorf("%T does not carry the whole state", e)
		}
	}
}

func TestRecords(t *testing.T) {
	of := func(id string, events ...es.Event[org.Org]) estest.Commit {
		return estest.Committed(org.Aggregate, id, events...)
	}
	fresh := org.Record{ID: "ann", Profile: profile, Version: 1, CreatedAt: estest.Noon, UpdatedAt: estest.Noon}
	t.Run("created", func(t *testing.T) {
		estest.View(org.Records, of("ann", created)).Is(t, fresh).
			ListedIn(t, es.Key{Index: "name", Partition: "all", Sort: "warung ann"})
	})
	t.Run("updated: with version and time", func(t *testing.T) {
		renamed := org.Updated{Profile: org.Profile{Name: "Ärzte", Location: "Bandung"}}
		want := fresh
		want.Profile, want.Version, want.UpdatedAt = renamed.Profile, 3, estest.Noon.Add(time.Hour)
		estest.View(org.Records, of("ann", created, moved), of("ann", renamed).At(estest.Noon.Add(time.Hour))).Is(t, want).
			ListedIn(t, es.Key{Index: "name", Partition: "all", Sort: "ärzte"})
	})
	t.Run("found by name, location and description", func(t *testing.T) {
		text := org.Records.Text(fresh)
		for _, word := range []string{profile.Name, profile.Location, profile.Description} {
			if !strings.Contains(text, word) {
				t.Errorf("%q has no %q", text, word)
			}
		}
		if !org.SearchOrgs.Finds || org.SearchOrgs.View != org.Records.ViewDecl {
			t.Error("another query finds them")
		}
	})
	t.Run("the query reads what the view lists", func(t *testing.T) {
		if index, partition := org.ListOrgs.Page(nil); index != "name" || partition != "all" {
			t.Error(index, partition)
		}
		if err := org.ListOrgs.Check(nil); err != nil || !org.ListOrgs.Keep(nil, fresh) {
			t.Error("an organisation is left out", err)
		}
	})
}
