package password

import (
	"slices"
	"time"

	"github.com/foldstream/foldstream/es"
)

const (
	maxFailures   = 5
	failurePeriod = 15 * time.Minute
)

// ErrTooManyTries refuses whoever has failed too often of late, the right password too.
var ErrTooManyTries = es.TooMany("TooManyTries", "too many failed logins; try again a quarter of an hour later")

// Failures are the times of failed logins since the last one that succeeded, as far as they count, oldest first.
type Failures []time.Time

// And gives the failures with one more. No more are kept than can count, however long an attacker goes on.
func (f Failures) And(at time.Time) Failures {
	return append(slices.Clone(f[max(0, len(f)-maxFailures+1):]), at)
}

// Until is when another try is allowed: 15 minutes after the first of the last 5 failures. It is the zero time when there
// are fewer.
func (f Failures) Until() time.Time {
	if len(f) < maxFailures {
		return time.Time{}
	}
	return f[len(f)-maxFailures].Add(failurePeriod)
}

// Lock reports whether no try is allowed now.
func (f Failures) Lock(now time.Time) bool { return now.Before(f.Until()) }
