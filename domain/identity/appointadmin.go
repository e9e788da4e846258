package identity

import "github.com/foldstream/foldstream/es"

// AppointAdmin makes an admin, as the operator of the system does for the first one: there is nobody yet to grant the role.
type AppointAdmin struct {
	UserID string `json:"userId"`
}

// DoAppointAdmin declares [AppointAdmin]. It is not to be had over HTTP.
var DoAppointAdmin = es.Internal[AppointAdmin](Aggregate, "appoint-admin")

// Stream implements [es.Command].
func (c AppointAdmin) Stream() string { return c.UserID }

// Validate implements [es.Command].
func (c AppointAdmin) Validate() error {
	if c.UserID == "" {
		return es.Invalid("userId", "whom?")
	}
	return nil
}

// Decide gives [RoleGranted], nothing when the account has the role, or [ErrNoSuchAccount].
func (c AppointAdmin) Decide(a Account, _ es.Env) ([]es.Event[Account], error) {
	return a.grant(es.RoleAdmin)
}
