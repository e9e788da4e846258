package org

import "github.com/foldstream/foldstream/es"

// Update says anew all that an organisation is; what it leaves out is gone.
type Update struct {
	OrgID       string `json:"-" path:"orgId"`
	Name        string `json:"name"`
	Location    string `json:"location"`
	Description string `json:"description,omitzero"`
}

// DoUpdate declares [Update].
var DoUpdate = es.Handles[Update](Aggregate, "update-org", "PUT /orgs/{orgId}", es.Requires(role))

// Stream implements [es.Command].
func (c Update) Stream() string { return c.OrgID }

func (c Update) profile() Profile {
	return Profile{Name: c.Name, Location: c.Location, Description: c.Description}.trimmed()
}

// Validate implements [es.Command].
func (c Update) Validate() error { return c.profile().check() }

// Decide gives [Updated], nothing when all is as it was, or [ErrNotYours], [ErrNoSuchOrg].
func (c Update) Decide(o Org, env es.Env) ([]es.Event[Org], error) {
	profile := c.profile()
	switch {
	case c.OrgID != env.Invoker.User:
		return nil, ErrNotYours
	case !o.exists():
		return nil, ErrNoSuchOrg
	case o == Org(profile):
		return nil, nil
	}
	return []es.Event[Org]{Updated{profile}}, nil
}
