package e2e

import (
	"fmt"
	"iter"
	"math"
	"testing"
	"time"

	"github.com/foldstream/foldstream/client"
)

// newOrg is somebody who has signed in as an organisation.
func newOrg(t *testing.T) (*client.Client, string) {
	t.Helper()
	email := newEmail()
	return front().signedIn(t, email, email, "SG", "org")
}

type orgView struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version uint64 `json:"version"`
}

func org(name string) map[string]string {
	return map[string]string{"name": name, "location": "Jakarta"}
}

// early is a name that comes before those that were given before, so that a list of names need not be read to its end.
func early(name string) string {
	return fmt.Sprintf("%d %s", math.MaxInt64-time.Now().UnixNano(), name)
}

func TestAnOrgIsItsOwners(t *testing.T) {
	ada, id := newOrg(t)
	eve, eveID := newOrg(t)
	phone := newPhone()
	worker, _ := front().signedIn(t, phone, "+62"+phone[1:], "ID", "worker")
	visitor, _ := newcomer(t)
	adas, eves := early("Ada's"), early("Eve's")

	_, err := ada.Command(t.Context(), "PUT", "/orgs/"+id, org(adas), nil)
	refused(t, err, 404, "NoSuchOrg")
	for _, c := range []*client.Client{worker, visitor} {
		_, err = c.Command(t.Context(), "POST", "/orgs", org("Mine"), nil)
		forbidden(t, err)
	}
	made := command(t, ada, "POST", "/orgs", org(adas), nil, "Idempotency-Key", "once")
	if again := command(t, ada, "POST", "/orgs", org(adas), nil, "Idempotency-Key", "once"); again.Version != made.Version || made.ID != id {
		t.Fatalf("a repetition gave %+v, the first gave %+v; want %s", again, made, id)
	}
	_, err = ada.Command(t.Context(), "POST", "/orgs", org(adas), nil)
	refused(t, err, 409, "OrgAlreadyExists")
	command(t, eve, "POST", "/orgs", org(eves), nil)
	_, err = eve.Command(t.Context(), "PUT", "/orgs/"+id, org("Eve's now"), nil)
	refused(t, err, 403, "NotYourOrg")
	_, err = ada.Command(t.Context(), "PUT", "/orgs/"+id, org(" "), nil)
	refused(t, err, 400, "InvalidInput")

	if got := get[orgView](t, worker, "/orgs/"+id+"?min-version=1"); got.Name != adas || got.Version != 1 {
		t.Fatalf("read %+v", got)
	}
	unchanged(t, worker, "/orgs/"+id)
	get[orgView](t, worker, "/orgs/"+eveID+"?min-version=1")
	missing := map[string]bool{id: true, eveID: true}
	for o := range eachOf[orgView](t, worker, "/orgs?limit=1") {
		if delete(missing, o.ID); len(missing) == 0 {
			break
		}
	}
	if len(missing) > 0 {
		t.Fatalf("the list lacks %v", missing)
	}
}

// eachOf reads a list page by page, as far as it is asked for.
func eachOf[D any](t *testing.T, c *client.Client, path string) iter.Seq[D] {
	return func(yield func(D) bool) {
		t.Helper()
		for next := ""; ; {
			p := get[listed[D]](t, c, path+next)
			for _, d := range p.Items {
				if !yield(d) {
					return
				}
			}
			if p.Next == "" {
				return
			}
			next = "&cursor=" + p.Next
		}
	}
}

type signIns struct {
	Count int `json:"count"`
}

func TestSignInsAreOnesOwn(t *testing.T) {
	ada, id := newOrg(t)
	eve, _ := newOrg(t)
	for range 2 {
		command(t, ada, "POST", "/sign-ins", nil, nil)
	}
	eventually(t, "both are counted", func() bool {
		p := get[listed[signIns]](t, ada, "/sign-ins/"+id)
		return len(p.Items) == 1 && p.Items[0].Count == 2
	})
	_, err := eve.Do(t.Context(), "GET", "/sign-ins/"+id, nil)
	refused(t, err, 403, "NotYourSignIns")
}
