package otp

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Status is how far somebody has come in signing in. An id can be guessed by who knows the primary, so that it tells
// nothing else: neither the primary, nor the key, nor the hash of the code.
type Status struct {
	ID          string     `json:"id"`
	Status      string     `json:"status" jsonschema:"enum=requested,enum=verified"`
	RequestedAt time.Time  `json:"requestedAt"`
	ExpiresAt   time.Time  `json:"expiresAt"`
	VerifiedAt  *time.Time `json:"verifiedAt,omitempty"`
	Tries       int        `json:"tries"` // wrong ones, of [MaxTries]
}

// What [Status] says.
const (
	StatusRequested = "requested"
	StatusVerified  = "verified"
)

// Statuses is the view of one-time passwords by id.
var Statuses = es.Project(
	"otp-statuses",
	es.Upon(Aggregate, func(_ Status, e SMSRequested, m es.Meta) Status { return Issued(e).status(m) }),
	es.Upon(Aggregate, func(_ Status, e EmailRequested, m es.Meta) Status { return Issued(e).status(m) }),
	es.Upon(Aggregate, func(s Status, _ Verified, m es.Meta) Status {
		s.Status, s.VerifiedAt = StatusVerified, &m.Time
		return s
	}),
	es.Upon(Aggregate, func(s Status, e Rejected, _ es.Meta) Status {
		s.Tries = e.Tries
		return s
	}),
)

func (e Issued) status(m es.Meta) Status {
	return Status{ID: m.Stream.ID(), Status: StatusRequested, RequestedAt: e.RequestedAt, ExpiresAt: e.ExpiresAt}
}

// GetStatus declares the query for how a one-time password fares.
var GetStatus = es.Get(Statuses, "get-otp-status", "GET /otps/{otpId}")
