package org

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// SignInRecord is how often a user has signed in, and when.
type SignInRecord struct {
	UserID  string    `json:"userId"`
	Count   int       `json:"count"`
	FirstAt time.Time `json:"firstAt"`
	LastAt  time.Time `json:"lastAt"`
}

// SignInRecords is the view of sign-ins by user.
var SignInRecords = es.Project(
	"sign-ins",
	es.Upon(SignInAggregate, func(r SignInRecord, e SignedIn, _ es.Meta) SignInRecord {
		if r.Count == 0 {
			r.UserID, r.FirstAt = e.UserID, e.At
		}
		r.Count++
		r.LastAt = e.At
		return r
	}),
).IndexedBy("user", func(r SignInRecord) []es.Key { return []es.Key{{Partition: r.UserID}} })

// ErrNotYourSignIns refuses whoever asks for another's.
var ErrNotYourSignIns = es.Forbidden("NotYourSignIns", "only the owner may see when they signed in")

// Own lists the sign-ins of a user, which is one record or none. It is a listing because these know who asks.
type Own struct {
	UserID  string `path:"userId"`
	Invoker string `from:"invoker"`
}

// Validate gives [ErrNotYourSignIns] to anybody but the user.
func (q Own) Validate() error {
	if q.UserID != q.Invoker {
		return ErrNotYourSignIns
	}
	return nil
}

// Page implements [es.Listing].
func (q Own) Page() (index, partition string) { return "user", q.UserID }

// ListSignIns declares the query for a user's sign-ins.
var ListSignIns = es.List[Own](SignInRecords, "list-sign-ins", "GET /sign-ins/{userId}")
