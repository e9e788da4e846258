package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// playMatch has two players sign up, meet and play to the end.
func playMatch(ctx context.Context, s stage) error {
	fmt.Println("Two players sign up.")
	ada, err := joinLobby(ctx, s, "Ada")
	if err != nil {
		return err
	}
	grace, err := joinLobby(ctx, s, "Grace")
	if err != nil {
		return err
	}
	fmt.Println("\nAda asks for a small match; the match-creation saga makes it and lets her in.")
	id, err := ada.request(ctx)
	if err != nil {
		return err
	}
	fmt.Println("\nGrace joins it, and the match starts.")
	if err := grace.join(ctx, id); err != nil {
		return err
	}
	for _, p := range []*player{ada, grace} {
		if err := p.watch(ctx, id); err != nil {
			return err
		}
	}
	final, err := match(ctx, id, map[string]*player{ada.id: ada, grace.id: grace})
	if err != nil {
		return err
	}
	for _, p := range []*player{ada, grace} {
		if err := p.ended(ctx); err != nil {
			return err
		}
	}
	return judge(final, ada, grace)
}

// match lets whoever's turn it is play, until somebody has won.
func match(ctx context.Context, id string, players map[string]*player) (view, error) {
	fmt.Println("\nThey play.")
	var version uint64
	for {
		var m view
		var anyone *player
		for _, p := range players {
			anyone = p
		}
		if err := anyone.Get(ctx, fmt.Sprintf("/matches/%s?min-version=%d", id, version), &m); err != nil {
			return m, err
		}
		m.replay()
		if m.Status == "finished" {
			return m, nil
		}
		next, known := players[m.Next]
		if !known {
			return m, fmt.Errorf("it is the turn of %q, who does not play", m.Next)
		}
		accepted, err := next.Command(ctx, http.MethodPost, "/matches/"+id+"/turns", m.choose(), nil)
		if err != nil {
			return m, err
		}
		version = accepted.Version
	}
}

// judge prints the end of the match, and holds its scores against a count of its own.
func judge(m view, players ...*player) error {
	letters, scores := map[string]string{}, map[string]int{}
	for _, p := range players {
		letters[p.id] = p.name[:1]
	}
	for _, p := range m.Players {
		scores[p.ID] = p.Score
	}
	fmt.Printf("\n%s\n", m.draw(letters))
	owned := m.owned()
	for _, p := range players {
		fmt.Printf("%-6s %d cells\n", p.name, owned[p.id])
		if scores[p.id] != owned[p.id] {
			return fmt.Errorf("the match says that %s has %d cells, the board shows %d", p.name, scores[p.id], owned[p.id])
		}
		if m.Winner == p.id {
			fmt.Printf("%s has won.\n", p.name)
		}
		if owned[p.id] > owned[m.Winner] {
			return fmt.Errorf("%s has more cells than the winner", p.name)
		}
	}
	if m.Winner == "" {
		return errors.New("nobody has won")
	}
	return nil
}

// player is somebody who plays matches.
type player struct {
	*person
	over chan error // told when the match has finished, or the connection has
}

func joinLobby(ctx context.Context, s stage, name string) (*player, error) {
	who, err := s.signUp(ctx, name)
	if err != nil {
		return nil, err
	}
	p := &player{person: who, over: make(chan error, 1)}
	go p.listen(ctx)
	_, err = p.Command(ctx, http.MethodPost, "/users", map[string]string{"name": name}, nil)
	return p, err
}

// listen prints what the player hears, until the match is over.
func (p *player) listen(ctx context.Context) {
	defer p.socket.Close()
	_, err := p.hear(ctx, "MatchFinished", everything)
	p.over <- err
}

// watch subscribes to the match, so that the player hears the other's turns as well.
func (p *player) watch(ctx context.Context, matchID string) error {
	return p.socket.Send(ctx, handler.Message{Action: "subscribe", AggregateID: es.NewStreamID("match", matchID), After: 5})
}

// ended waits until the player has heard that the match is over.
func (p *player) ended(ctx context.Context) error {
	select {
	case err := <-p.over:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *player) request(ctx context.Context) (matchID string, err error) {
	var asked struct {
		MatchID string `json:"matchId"`
	}
	_, err = p.Command(ctx, http.MethodPost, "/users/"+p.id+"/match-requests", map[string]string{"size": "small"}, &asked)
	if err != nil {
		return "", err
	}
	// The saga creates the match and joins its creator: two events.
	return asked.MatchID, p.Get(ctx, "/matches/"+asked.MatchID+"?min-version=2", new(view))
}

func (p *player) join(ctx context.Context, matchID string) error {
	accepted, err := p.Command(ctx, http.MethodPost, "/matches/"+matchID+"/join-requests", nil, nil)
	if err != nil {
		return err
	}
	// The join that fills the match starts it: two events more.
	return p.Get(ctx, fmt.Sprintf("/matches/%s?min-version=%d", matchID, accepted.Version+2), new(view))
}
