package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/engine"
)

type teamView struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Players     []string `json:"players"`
	Tournaments []struct {
		ID string `json:"id"`
	} `json:"tournaments"`
}

// TestATeamsNameIsUnique has eight take the same name, in many spellings, at the same moment.
func TestATeamsNameIsUnique(t *testing.T) {
	ada, _ := newcomer(t)
	name := "Straße " + engine.NewID()
	for path, code := range map[string]string{"/teams": "TeamAlreadyExists", "/tournaments": "TournamentAlreadyExists"} {
		won := together(t, 8, http.StatusConflict, code, func(i int) error {
			spelling := strings.Repeat(" ", i) + name
			if i%2 == 0 {
				spelling = strings.ToLower(spelling)
			}
			_, err := ada.Command(t.Context(), "POST", path, map[string]string{"name": spelling}, nil)
			return err
		})
		if won != 1 {
			t.Fatalf("%d of 8 got the name", won)
		}
	}
}

func TestPlayersAreAddedTogether(t *testing.T) {
	ada, _ := newcomer(t)
	team := made(t, ada, "/teams", "Team")
	path := "/teams/" + team + "/players"
	add := func(names ...string) error {
		_, err := ada.Command(t.Context(), "POST", path, map[string][]string{"names": names}, nil)
		return err
	}
	for range 2 {
		added := command(t, ada, "POST", path, map[string][]string{"names": {"Bob", "Cat"}}, nil, "Idempotency-Key", "k")
		if added.Version != 3 {
			t.Fatalf("two players make version %d", added.Version)
		}
	}
	refused(t, add("Dan", "BOB"), 409, "PlayerAlreadyAdded")
	if p := refused(t, add("Dan", " dan"), 400, "InvalidInput"); p.Field != "names/1" {
		t.Fatalf("the fault is at %q", p.Field)
	}
	refused(t, add(), 400, "InvalidInput")
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprint("Player ", i)
	}
	if err := add(many...); err != nil {
		t.Fatal(err)
	}
	for i := range many {
		many[i] = fmt.Sprint("Reserve ", i)
	}
	refused(t, add(many...), 429, "TooManyPlayers")
	got := get[teamView](t, ada, "/teams/"+team+"?min-version=53")
	if len(got.Players) != 52 || !slices.Equal(got.Players[:3], []string{"Bob", "Cat", "Player 0"}) {
		t.Fatalf("the team has %d players: %v", len(got.Players), got.Players)
	}
	unchanged(t, ada, "/teams/"+team)
}

func TestListsOfTeamsAndTournaments(t *testing.T) {
	ada, _ := newcomer(t)
	for _, path := range []string{"/teams", "/tournaments"} {
		var want []string
		for range 3 {
			want = append([]string{made(t, ada, path, "Zebra")}, want...)
		}
		var got []string
		for v := range eachOf[teamView](t, ada, path+"?limit=2") {
			if slices.Contains(want, v.ID) {
				got = append(got, v.ID)
			}
			if len(got) == len(want) {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s gave %v, want the newest first: %v", path, got, want)
		}
		p := get[listed[teamView]](t, ada, path+"?limit=1")
		_, err := ada.Do(t.Context(), "GET", "/rooms?cursor="+p.Next, nil)
		refused(t, err, 400, "InvalidInput")
	}
}

func TestSearchOfTeamsAndTournaments(t *testing.T) {
	searches(t)
	ada, _ := newcomer(t)
	for _, path := range []string{"/teams", "/tournaments"} {
		word := "Zebra" + strings.ReplaceAll(engine.NewID(), "-", "")
		for range 3 {
			made(t, ada, path, word)
		}
		search := strings.TrimSuffix(path, "s") + "-search?q=" + strings.ToLower(word)
		eventually(t, "they are found", func() bool { return len(get[listed[teamView]](t, ada, search).Items) == 3 })
		if one := get[listed[teamView]](t, ada, search+"&limit=1"); len(one.Items) != 1 || !strings.HasPrefix(one.Items[0].Name, word) {
			t.Fatalf("found %+v", one)
		}
	}
}
