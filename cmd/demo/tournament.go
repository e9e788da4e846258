package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// championship is the story of a tournament.
type championship struct {
	*person
	tag   string
	id    string            // of the tournament
	teams []string          // ids of the eight
	ninth string            // a team too many
	names map[string]string // of teams
	cup   cup               // as last read
}

// cup is a tournament as the API shows it.
type cup struct {
	Status string `json:"status"`
	Teams  []struct {
		ID        string `json:"id"`
		Name      string `json:"name"`
		Confirmed bool   `json:"confirmed"`
	} `json:"teams"`
	Fixture  bracket `json:"fixture"`
	Champion string  `json:"champion"`
}

type result struct {
	Local      string `json:"localTeamId"`
	LocalGoals int    `json:"localGoals"`
	Away       string `json:"awayTeamId"`
	AwayGoals  int    `json:"awayGoals"`
}

func playTournament(ctx context.Context, s stage) error {
	olga, err := s.signUp(ctx, "Olga")
	if err != nil {
		return err
	}
	defer olga.socket.Close()
	c := &championship{person: olga, tag: s.tag, names: map[string]string{}}
	return inTurn(ctx, c.found, c.refuseStrangers, c.invite, c.compensate, c.overfill, c.start, c.playAll, c.celebrate)
}

var (
	clubs  = []string{"Badgers", "Comets", "Dynamos", "Foxes", "Herons", "Lynxes", "Otters", "Ravens", "Wolves"}
	people = []string{"Ada", "Alan", "Barbara", "Edsger", "Grace"}
)

// found makes the teams and the tournament.
func (c *championship) found(ctx context.Context) error {
	fmt.Println("Olga, the organiser, founds teams and a tournament.")
	for _, club := range clubs {
		name := club + " " + c.tag
		made, err := c.Command(ctx, http.MethodPost, "/teams", map[string]string{"name": name}, nil)
		if err != nil {
			return err
		}
		players := make([]string, len(people))
		for i, p := range people {
			players[i] = p + " of the " + club
		}
		if _, err := c.Command(ctx, http.MethodPost, "/teams/"+made.ID+"/players", map[string][]string{"names": players}, nil); err != nil {
			return err
		}
		fmt.Printf("  %-16s with %s\n", name, strings.Join(people, ", "))
		c.teams, c.names[made.ID] = append(c.teams, made.ID), club
	}
	last := len(c.teams) - 1
	c.teams, c.ninth = c.teams[:last], c.teams[last]
	made, err := c.Command(ctx, http.MethodPost, "/tournaments", map[string]string{"name": "Cup " + c.tag}, nil)
	c.id = made.ID
	return err
}

func (c *championship) add(ctx context.Context, team string) (traceID string, err error) {
	added, err := c.Command(ctx, http.MethodPost, "/tournaments/"+c.id+"/teams", map[string]string{"teamId": team}, nil)
	return added.TraceID, err
}

func (c *championship) refuseStrangers(ctx context.Context) error {
	fmt.Println("\nA team that does not exist can't be added, and without teams there is nothing to start.")
	_, err := c.add(ctx, "nobody")
	if err := refused(err, "TeamDoesNotExist"); err != nil {
		return err
	}
	_, err = c.Command(ctx, http.MethodPost, "/tournaments/"+c.id+"/start", nil, nil)
	return refused(err, "NotEnoughTeams")
}

// invite adds seven teams and has them confirmed by the saga.
func (c *championship) invite(ctx context.Context) error {
	fmt.Println("\nSeven teams are added. The joining saga asks each of them.")
	for _, team := range c.teams[:7] {
		if _, err := c.add(ctx, team); err != nil {
			return err
		}
	}
	_, err := c.add(ctx, c.teams[0])
	if err := refused(err, "TeamAlreadyAdded"); err != nil {
		return err
	}
	return c.confirmed(ctx, 7)
}

// confirmed waits until so many teams have joined.
func (c *championship) confirmed(ctx context.Context, want int) error {
	return until(ctx, fmt.Sprintf("%d teams are confirmed", want), func() (bool, error) {
		if err := c.read(ctx, 0); err != nil {
			return false, err
		}
		joined := 0
		for _, t := range c.cup.Teams {
			if t.Confirmed {
				joined++
			}
		}
		return joined == want && len(c.cup.Teams) == want, nil
	})
}

func (c *championship) read(ctx context.Context, version uint64) error {
	c.cup = cup{}
	return c.Get(ctx, fmt.Sprintf("/tournaments/%s?min-version=%d", c.id, version), &c.cup)
}

// compensate adds a team that does not want to join.
func (c *championship) compensate(ctx context.Context) error {
	shy := c.teams[7]
	fmt.Printf("\nThe %s join no tournaments at the moment. They are added all the same; the team refuses, and is removed again.\n", c.names[shy])
	available := func(yes bool) error {
		_, err := c.Command(ctx, http.MethodPut, "/teams/"+shy+"/availability", map[string]bool{"available": yes}, nil)
		return err
	}
	if err := available(false); err != nil {
		return err
	}
	traceID, err := c.add(ctx, shy)
	if err != nil {
		return err
	}
	if err := c.trace(ctx, traceID, "TeamAdded", "CommandRejected", "TeamRemoved"); err != nil {
		return err
	}
	if err := c.confirmed(ctx, 7); err != nil {
		return err
	}
	fmt.Println("Asked again, they join.")
	if err := available(true); err != nil {
		return err
	}
	if traceID, err = c.add(ctx, shy); err != nil {
		return err
	}
	if err := c.trace(ctx, traceID, "TeamAdded", "TeamJoinedTournament", "TeamConfirmed"); err != nil {
		return err
	}
	return c.confirmed(ctx, 8)
}

func (c *championship) overfill(ctx context.Context) error {
	fmt.Printf("\nThe %s come too late.\n", c.names[c.ninth])
	_, err := c.add(ctx, c.ninth)
	return refused(err, "TournamentFull")
}

func (c *championship) start(ctx context.Context) error {
	started, err := c.Command(ctx, http.MethodPost, "/tournaments/"+c.id+"/start", nil, nil)
	if err != nil {
		return err
	}
	fmt.Println("\nThe tournament starts: the teams are drawn by lot.")
	if err := c.read(ctx, started.Version); err != nil {
		return err
	}
	drawn := teamsOf(c.cup.Fixture.Quarter)
	if err := is("the number of quarter-finals", len(c.cup.Fixture.Quarter), 4); err != nil {
		return err
	}
	for _, team := range c.teams {
		if !slices.Contains(drawn, team) {
			return fmt.Errorf("the %s are not among those who were drawn", c.names[team])
		}
	}
	return nil
}

// playAll plays every match of the fixture, as it comes to be.
func (c *championship) playAll(ctx context.Context) error {
	set := func(r result) (uint64, error) {
		done, err := c.Command(ctx, http.MethodPost, "/tournaments/"+c.id+"/results", r, nil)
		return done.Version, err
	}
	for n := 0; ; n++ {
		next, over := c.cup.Fixture.next()
		if over {
			return is("the number of matches", n, 7)
		}
		r := result{Local: next.Local, LocalGoals: 1, Away: next.Away, AwayGoals: 1}
		if n == 0 {
			_, err := set(r)
			if err := refused(err, "DrawNotAllowed"); err != nil {
				return err
			}
		}
		r.LocalGoals, r.AwayGoals = score()
		version, err := set(r)
		if err != nil {
			return err
		}
		if n == 0 {
			_, err := set(r)
			if err := refused(err, "MatchAlreadyPlayed"); err != nil {
				return err
			}
		}
		if err := c.read(ctx, version); err != nil {
			return err
		}
	}
}

// celebrate prints the bracket, and holds the champion against its own reading of it.
func (c *championship) celebrate(ctx context.Context) error {
	f := c.cup.Fixture
	fmt.Printf("\n%s\n", f.draw(c.names))
	if err := errors.Join(
		is("the status", c.cup.Status, "finished"),
		is("the semi-finalists", strings.Join(teamsOf(f.Semi), " "), strings.Join(winners(f.Quarter), " ")),
		is("the finalists", strings.Join(teamsOf(f.Final), " "), strings.Join(winners(f.Semi), " ")),
		is("the champion", c.cup.Champion, strings.Join(winners(f.Final), " ")),
	); err != nil {
		return err
	}
	var team struct {
		Players     []string `json:"players"`
		Tournaments []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"tournaments"`
	}
	if err := c.Get(ctx, "/teams/"+c.cup.Champion, &team); err != nil {
		return err
	}
	if len(team.Tournaments) != 1 || team.Tournaments[0].ID != c.id || len(team.Players) != len(people) {
		return fmt.Errorf("the champion's team is shown as %+v", team)
	}
	fmt.Printf("The %s are the champions of the %s.\n", c.names[c.cup.Champion], team.Tournaments[0].Name)
	return nil
}
