package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
)

func TestCreationAndReadingBack(t *testing.T) {
	c, issued := newcomer(t)
	answer, err := c.Do(t.Context(), "POST", "/users", map[string]string{"name": "Ada"}, "Idempotency-Key", engine.NewID())
	if err != nil {
		t.Fatal(err)
	}
	location := answer.Header.Get("Location")
	if answer.Status != http.StatusCreated || location != "/users/"+issued.UserID || answer.Header.Get("ETag") != `"1"` {
		t.Fatalf("%d, Location %q, ETag %q", answer.Status, location, answer.Header.Get("ETag"))
	}
	read, err := c.Do(t.Context(), "GET", location+"?min-version=1", nil)
	if err != nil || read.Header.Get("ETag") != `"1"` || !strings.Contains(string(read.Body), "Ada") {
		t.Fatalf("read %s, %v", read.Body, err)
	}
	again, err := c.Do(t.Context(), "GET", location, nil, "If-None-Match", `"1"`)
	if err != nil || again.Status != http.StatusNotModified || len(again.Body) != 0 {
		t.Fatalf("what the caller has already came as %d %s, %v", again.Status, again.Body, err)
	}
	_, err = c.Do(t.Context(), "GET", location+"?min-version=99", nil)
	refused(t, err, http.StatusConflict, "VersionNotReached")
}

func TestIdempotencyKey(t *testing.T) {
	c, id := newPlayer(t, "Ada")
	path := "/users/" + id + "/match-requests"
	small := map[string]string{"size": "small"}
	var first, second, other struct {
		MatchID string `json:"matchId"`
	}
	one := command(t, c, "POST", path, small, &first, "Idempotency-Key", "k1")
	two := command(t, c, "POST", path, small, &second, "Idempotency-Key", "k1")
	if one.TraceID != two.TraceID || one.Version != two.Version || first != second {
		t.Fatalf("a repetition gave %+v %v, the first gave %+v %v", two, second, one, first)
	}
	command(t, c, "POST", path, small, &other, "Idempotency-Key", "k2")
	if other == first {
		t.Fatal("another key gave the first outcome")
	}
}

func TestIdempotencyKeysOfStrangers(t *testing.T) {
	c := &client.Client{Base: server.url}
	register := func(email, password string) (string, error) {
		accepted, err := c.Command(t.Context(), "POST", "/register", map[string]string{"email": email, "password": password}, nil, "Idempotency-Key", "1")
		return accepted.ID, err
	}
	ada, bob := engine.NewID()+"@example.com", engine.NewID()+"@example.com"
	first, err := register(ada, password)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := register(ada, password); err != nil || again != first {
		t.Fatalf("a repetition gave %s, %v; want %s", again, err, first)
	}
	if other, err := register(bob, password); err != nil || other == first {
		t.Fatalf("another's registration with the same key gave %s, %v", other, err)
	}
	login := func(password string) error {
		_, err := c.Command(t.Context(), "POST", "/login", map[string]string{"email": ada, "password": password}, nil, "Idempotency-Key", "1")
		return err
	}
	if err := login(password); err != nil {
		t.Fatal(err)
	}
	refused(t, login("not the password"), 401, "InvalidLogin")
}

func TestEmailIsUnique(t *testing.T) {
	c := &client.Client{Base: server.url}
	address := "Unique." + engine.NewID() + "@Example.com"
	won := together(t, 8, http.StatusConflict, "EmailTaken", func(i int) error {
		who := map[string]string{"email": address, "password": password}
		if i%2 == 0 {
			who["email"] = strings.ToUpper(address)
		}
		_, err := c.Command(t.Context(), "POST", "/register", who, nil)
		return err
	})
	if won != 1 {
		t.Fatalf("%d of 8 got the address", won)
	}
}

func TestPages(t *testing.T) {
	ada, adaID := newPlayer(t, "Ada")
	var want []string
	for range 3 {
		want = append([]string{newMatch(t, ada, adaID)}, want...)
	}
	var got []string
	for path, next := "/users/"+adaID+"/matches?limit=2", ""; ; {
		p := get[page](t, ada, path+next)
		if len(p.Items) > 2 {
			t.Fatalf("a page of 2 has %d items", len(p.Items))
		}
		for _, m := range p.Items {
			got = append(got, m.ID)
		}
		if p.Next == "" {
			break
		}
		next = "&cursor=" + p.Next
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("got %v, want the newest first: %v", got, want)
	}
	t.Run("open matches, without mine", func(t *testing.T) {
		listed := func(query string) bool {
			next := ""
			for {
				p := get[page](t, ada, "/matches?limit=100"+query+next)
				for _, m := range p.Items {
					if m.ID == want[0] {
						return true
					}
				}
				if p.Next == "" {
					return false
				}
				next = "&cursor=" + p.Next
			}
		}
		if !listed("") || listed("&exclude-me=true") {
			t.Fatal("exclude-me does not leave out what is mine, and only that")
		}
		command(t, ada, "POST", "/matches/"+want[0]+"/cancellation", nil, nil)
		eventually(t, "the cancelled match leaves the list", func() bool { return !listed("") })
	})
	t.Run("a cursor is for its own list", func(t *testing.T) {
		p := get[page](t, ada, "/users/"+adaID+"/matches?limit=1")
		_, err := ada.Do(t.Context(), "GET", "/matches?cursor="+p.Next, nil)
		refused(t, err, http.StatusBadRequest, "InvalidInput")
	})
}
