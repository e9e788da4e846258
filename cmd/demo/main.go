// Command demo plays a match of Dots and Boxes between two players, through the public API alone: HTTPS commands and
// queries, outcomes by WebSocket. It runs a server of its own unless -url names one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/local"
)

func main() { os.Exit(demo()) }

func demo() (status int) {
	url := flag.String("url", "", "API to play on; empty for a server of the demo's own")
	socket := flag.String("ws", "", "its WebSocket; empty for /ws of the API")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *url, *socket); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return 1
	}
	return 0
}

func run(ctx context.Context, url, socket string) error {
	if url != "" {
		if socket == "" {
			socket = "ws" + strings.TrimPrefix(url, "http") + "/ws"
		}
		return play(ctx, url, socket)
	}
	slog.SetLogLoggerLevel(slog.LevelWarn)
	folder, err := os.MkdirTemp("", "foldstream-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	system, err := local.Open(local.Config{App: domain.App, Address: "127.0.0.1:0", Data: folder}, true)
	if err != nil {
		return err
	}
	listener, err := system.Listen(ctx)
	if err != nil {
		return errors.Join(err, system.Close())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- system.Serve(serving, listener) }()
	address := listener.Addr().String()
	err = play(ctx, "http://"+address, "ws://"+address+"/ws")
	stop()
	return errors.Join(err, <-served, system.Close())
}

// play has two players sign up, meet and play to the end.
func play(ctx context.Context, url, socket string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	fmt.Println("Two players sign up.")
	ada, err := join(ctx, url, socket, "Ada")
	if err != nil {
		return err
	}
	grace, err := join(ctx, url, socket, "Grace")
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

// player is somebody who plays: a client of the API that hears its outcomes.
type player struct {
	*client.Client
	id, name string
	socket   *client.Socket
	over     chan error // told when the match has finished, or the connection has
}

func join(ctx context.Context, url, socket, name string) (*player, error) {
	c := &client.Client{Base: url}
	email := fmt.Sprintf("%s.%d@example.com", strings.ToLower(name), time.Now().UnixNano())
	c, issued, err := c.SignUp(ctx, email, "correct horse battery staple")
	if err != nil {
		return nil, err
	}
	p := &player{Client: c, id: issued.UserID, name: name, over: make(chan error, 1)}
	if p.socket, err = c.Connect(ctx, socket); err != nil {
		return nil, err
	}
	go p.listen(ctx)
	_, err = c.Command(ctx, "POST", "/users", map[string]string{"name": name}, nil)
	return p, err
}

// listen prints what the player hears, until the match is over.
func (p *player) listen(ctx context.Context) {
	defer p.socket.Close()
	for {
		m, err := p.socket.Next(ctx)
		if err != nil {
			p.over <- err
			return
		}
		fmt.Printf("  %-6s hears %-16s v%-3d %.110s\n", p.name, m.Type, m.Version, m.Payload)
		if m.Type == "MatchFinished" {
			p.over <- nil
			return
		}
	}
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
	_, err = p.Command(ctx, "POST", "/users/"+p.id+"/match-requests", map[string]string{"size": "small"}, &asked)
	if err != nil {
		return "", err
	}
	// The saga creates the match and joins its creator: two events.
	return asked.MatchID, p.Get(ctx, "/matches/"+asked.MatchID+"?min-version=2", new(view))
}

func (p *player) join(ctx context.Context, matchID string) error {
	accepted, err := p.Command(ctx, "POST", "/matches/"+matchID+"/join-requests", nil, nil)
	if err != nil {
		return err
	}
	// The join that fills the match starts it: two events more.
	return p.Get(ctx, fmt.Sprintf("/matches/%s?min-version=%d", matchID, accepted.Version+2), new(view))
}
