// Package org is the organisations, and that somebody signed in.
//
// There is one organisation for each who signs in as one; its id is theirs, which is the subject of their tokens. Nobody
// but the owner may change it.
package org

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/foldstream/foldstream/es"
)

const (
	maxName        = 120 // characters
	maxLocation    = 150
	maxDescription = 1200

	// role is the one that organisations sign in with.
	role = "org"
)

// Org is the state of an organisation; the zero value is one that does not exist.
type Org struct {
	Name        string
	Location    string
	Description string
}

func (o Org) exists() bool { return o.Name != "" }

// Aggregate is the fold of organisations.
var Aggregate = es.Of(
	"org",
	es.On[Created]("OrgCreated"),
	es.On[Updated]("OrgUpdated"),
).Latest()

// The refusals of organisations.
var (
	ErrNoSuchOrg = es.NotFound("NoSuchOrg", "there is no such organisation; create it first")
	ErrOrgExists = es.Conflict("OrgAlreadyExists", "you have created your organisation before; update it instead")
	ErrNotYours  = es.Forbidden("NotYourOrg", "only the owner may update an organisation")
)

// Profile is all that an organisation says of itself.
type Profile struct {
	Name        string `json:"name"`
	Location    string `json:"location"`
	Description string `json:"description"` // may be empty
}

// Created says that an organisation came to be.
type Created struct{ Profile }

// Evolve implements [es.Event].
func (e Created) Evolve(Org) Org { return Org(e.Profile) }

// Updated says what an organisation is from now on, all of it.
type Updated struct{ Profile }

// Evolve implements [es.Event].
func (e Updated) Evolve(Org) Org { return Org(e.Profile) }

// trimmed is the profile as it is kept: without space around its texts.
func (p Profile) trimmed() Profile {
	return Profile{
		Name:        strings.TrimSpace(p.Name),
		Location:    strings.TrimSpace(p.Location),
		Description: strings.TrimSpace(p.Description),
	}
}

func (p Profile) check() error {
	if err := checkText("name", p.Name, 1, maxName); err != nil {
		return err
	}
	if err := checkText("location", p.Location, 1, maxLocation); err != nil {
		return err
	}
	// A description may have several lines.
	return checkText("description", strings.ReplaceAll(p.Description, "\n", " "), 0, maxDescription)
}

func checkText(field, text string, least, most int) error {
	if n := utf8.RuneCountInString(text); n < least || n > most {
		return es.Invalid(field, "a %s has %d to %d characters", field, least, most)
	}
	if strings.ContainsFunc(text, unicode.IsControl) {
		return es.Invalid(field, "a %s has no control characters", field)
	}
	return nil
}
