package main

import (
	"errors"
	"net/http"
	"testing"

	"github.com/foldstream/foldstream/client"
)

// players play a match: with signing in, mails, a timer at each turn, and requests that are dropped from the history.
type players struct {
	t        *testing.T
	ada, bob *client.Client
	names    [2]string // ids
}

func register(t *testing.T, api, name string) (*client.Client, string) {
	t.Helper()
	c, issued, err := (&client.Client{Base: api}).SignUp(t.Context(), name+"@example.com", "correct horse battery staple")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Command(t.Context(), http.MethodPost, "/users", map[string]string{"name": name}, nil); err != nil {
		t.Fatal(err)
	}
	return c, issued.UserID
}

func newPlayers(t *testing.T, api string) *players {
	p := &players{t: t}
	p.ada, p.names[0] = register(t, api, "ada")
	p.bob, p.names[1] = register(t, api, "bob")
	return p
}

// begin has a match begin, and gives its id.
func (p *players) begin() string {
	p.t.Helper()
	var asked struct {
		MatchID string `json:"matchId"`
	}
	if _, err := p.ada.Command(p.t.Context(), http.MethodPost, "/users/"+p.names[0]+"/match-requests", map[string]string{"size": "small"}, &asked); err != nil {
		p.t.Fatal(err)
	}
	p.until(asked.MatchID, func(players, _ int) bool { return players == 1 })
	if _, err := p.bob.Command(p.t.Context(), http.MethodPost, "/matches/"+asked.MatchID+"/join-requests", nil, nil); err != nil {
		p.t.Fatal(err)
	}
	p.until(asked.MatchID, func(players, _ int) bool { return players == 2 })
	return asked.MatchID
}

func (p *players) until(match string, is func(players, turns int) bool) {
	p.t.Helper()
	eventually(p.t, match+" has come so far", func() bool {
		var seen struct {
			Players []any `json:"players"`
			Turns   []any `json:"turns"`
		}
		err := p.ada.Get(p.t.Context(), "/matches/"+match, &seen)
		return err == nil && is(len(seen.Players), len(seen.Turns))
	})
}

// play draws every line of a small board, and gives how many turns were accepted.
func (p *players) play(match string, turn func()) int {
	p.t.Helper()
	who := []*client.Client{p.bob, p.ada} // the last to join begins
	turns := 0
	for _, direction := range []string{"right", "down"} {
		for y := range 4 {
			for x := range 4 {
				if direction == "right" && x == 3 || direction == "down" && y == 3 {
					continue
				}
				line := map[string]any{"from": map[string]int{"x": x, "y": y}, "direction": direction}
				for {
					_, err := who[0].Command(p.t.Context(), http.MethodPost, "/matches/"+match+"/turns", line, nil)
					var refusal *client.Error
					if errors.As(err, &refusal) && refusal.Code == "NotYourTurn" {
						who[0], who[1] = who[1], who[0]
						continue
					}
					if errors.As(err, &refusal) && refusal.Code == "Moving" {
						continue // longer than a client waits
					}
					if err != nil {
						p.t.Fatalf("turn %d: %v", turns, err)
					}
					break
				}
				turns++
				turn()
			}
		}
	}
	return turns
}
