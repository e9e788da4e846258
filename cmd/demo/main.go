// Command demo plays stories through the public API alone: HTTPS commands and queries, outcomes by WebSocket. Each story
// checks how it ends. It runs a server of its own unless -url names one.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/client/posted"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/local"
)

// story is something that happens in one of the systems.
type story struct {
	name  string
	about string
	play  func(context.Context, stage) error
}

var stories = []story{
	{"match", "two players sign up and play a 3×3 match of Dots and Boxes", playMatch},
	{"otp", "a worker and an organisation sign in with a code, and the organisation presents itself", playOTP},
	{"room", "players meet in a room, come back for a life, and leave", playRoom},
	{"tournament", "eight teams play for the championship", playTournament},
	{"wallet", "money is transferred, and comes back when it is not taken", playWallet},
}

func main() { os.Exit(demo()) }

func demo() (status int) {
	name := flag.String("story", "match", "what to play: all, "+names())
	url := flag.String("url", "", "API to play on; empty for a server of the demo's own")
	socket := flag.String("ws", "", "its WebSocket, if it is not where the API says")
	outbox := flag.String("outbox", "", "with -url: where it posts its mails and texts, which the story otp reads: a folder, or dynamodb:TABLE")
	patience := flag.Duration("patience", time.Minute, "how long one story may take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	chosen, err := choose(*name)
	switch {
	case err != nil:
	case *url == "":
		err = playAtHome(ctx, chosen, *patience)
	default:
		err = visit(ctx, chosen, *patience, *url, *socket, *outbox)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return 1
	}
	return 0
}

// choose finds the stories of a name; none is the first.
func choose(name string) ([]story, error) {
	switch name {
	case "":
		return stories[:1], nil
	case "all":
		return stories, nil
	}
	for _, s := range stories {
		if s.name == name {
			return []story{s}, nil
		}
	}
	return nil, fmt.Errorf("there is no story %q; there are: all, %s", name, names())
}

func names() string {
	all := make([]string, len(stories))
	for i, s := range stories {
		all[i] = s.name
	}
	return strings.Join(all, ", ")
}

// visit plays on a system that is there.
func visit(ctx context.Context, chosen []story, patience time.Duration, url, socket, outbox string) error {
	there := stage{url: strings.TrimSuffix(url, "/"), patience: patience}
	about, err := client.Discover(ctx, there.url)
	if err != nil {
		return err
	}
	there.socket, there.searches = cmp.Or(socket, about.WebSocketURL), about.Search
	if outbox != "" {
		if there.outbox, err = posted.Open(ctx, outbox); err != nil {
			return err
		}
	}
	return play(ctx, chosen, there)
}

// playAtHome plays on a server of the demo's own, which is gone afterwards.
func playAtHome(ctx context.Context, chosen []story, patience time.Duration) error {
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
	err = visit(ctx, chosen, patience, "http://"+listener.Addr().String(), "", filepath.Join(folder, "outbox"))
	stop()
	return errors.Join(err, <-served, system.Close())
}

func play(ctx context.Context, chosen []story, on stage) error {
	for i, s := range chosen {
		if i > 0 {
			fmt.Println()
		}
		fmt.Printf("%s: %s.\n\n", s.name, s.about)
		if err := s.on(ctx, on); err != nil {
			return fmt.Errorf("the story %s: %w", s.name, err)
		}
	}
	return nil
}

func (s story) on(ctx context.Context, on stage) error {
	ctx, cancel := context.WithTimeout(ctx, on.patience)
	defer cancel()
	return s.play(ctx, on.anew())
}
