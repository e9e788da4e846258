package org

import "github.com/foldstream/foldstream/es"

// Create makes the caller's organisation.
type Create struct {
	OrgID       string `json:"-" from:"invoker"`
	Name        string `json:"name"`
	Location    string `json:"location"`
	Description string `json:"description,omitzero"`
}

// DoCreate declares [Create].
var DoCreate = es.Handles[Create](Aggregate, "create-org", "POST /orgs", es.Requires(role), es.Creates("/orgs/{id}"))

// Stream implements [es.Command].
func (c Create) Stream() string { return c.OrgID }

func (c Create) profile() Profile {
	return Profile{Name: c.Name, Location: c.Location, Description: c.Description}.trimmed()
}

// Validate implements [es.Command].
func (c Create) Validate() error { return c.profile().check() }

// Decide gives [Created], or [ErrOrgExists].
func (c Create) Decide(o Org, _ es.Env) ([]es.Event[Org], error) {
	if o.exists() {
		return nil, ErrOrgExists
	}
	return []es.Event[Org]{Created{c.profile()}}, nil
}
