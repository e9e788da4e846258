package domain

import (
	"time"

	"github.com/foldstream/foldstream/domain/org"
	"github.com/foldstream/foldstream/es"
)

// Leaner is the history with less in it: no request to join a match once it has been answered, which says nothing that the
// answer does not say, and of a sign-in the day, which is all that is asked of it. The views stay as they are, but for the
// times of sign-ins.
var Leaner = es.NewRewrite(
	"leaner", "Requests to join are left out, and sign-ins are kept by the day.",
	es.Drop("match", "JoinRequested"),
	es.ChangeMembers("signin", "UserSignedIn", "kept by the day", byTheDay),
).Differing(org.SignInRecords.Name, "firstAt", "lastAt")

// byTheDay takes the time of day away.
func byTheDay(members es.Members) error {
	var at time.Time
	if err := es.Decode(members["at"], &at); err != nil {
		return err
	}
	day, err := es.Encode(at.UTC().Truncate(24 * time.Hour))
	members["at"] = day
	return err
}
