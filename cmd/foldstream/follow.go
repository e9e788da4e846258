package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/subscription"
)

// following is a subscription from outside, by the public API.
type following struct {
	filter     subscription.Filter
	checkpoint string
	email      string
	ends       bool // at the end of the feed
}

func follow() *cobra.Command {
	var how following
	c := &cobra.Command{
		Use:   "follow URL",
		Short: "Follow a system's feed from outside, by its API, from where it was left",
		Long: "Follow a system's feed from outside, by its API: what has happened since the checkpoint, and then what happens, a line of JSON\n" +
			"for each commit, at least once and in the feed's order. It takes no access to the store, but the role \"follow\" or \"admin\".\n" +
			"Whoever it is stands in FOLDSTREAM_TOKEN, or in FOLDSTREAM_PASSWORD with --email, with which it logs in again when the token\n" +
			"runs out. A connection that is lost is made again. A checkpoint is that of one URL: another is refused, since positions mean\n" +
			"something else there. Programs in Go have package subscription for this.",
		Example: "  FOLDSTREAM_PASSWORD=… foldstream follow https://api.example --email reports@example.com --checkpoint position --category wallet",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return how.run(c, strings.TrimSuffix(args[0], "/"))
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&how.filter.Categories, "category", nil, "only streams of this category; may be given more than once")
	flags.StringArrayVar(&how.filter.Events, "type", nil, "only commits with an event of this type; may be given more than once")
	flags.StringVar(&how.checkpoint, "checkpoint", "", "file that keeps how far it is; none to begin with the first commit each time")
	flags.StringVar(&how.email, "email", "", "of the account that follows")
	flags.BoolVar(&how.ends, "no-follow", false, "end at the end of the feed")
	return c
}

func (how following) run(c *cobra.Command, base string) error {
	token, err := how.token(base)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	var checkpoint subscription.Checkpoint = forgetful{}
	if how.checkpoint != "" {
		checkpoint = subscription.File(how.checkpoint).Of(base)
	}
	return subscription.Run(ctx, subscription.Options{
		Source: &subscription.WebSocket{Base: base, Token: token}, Checkpoint: checkpoint, Filter: how.filter,
		Progress: func(p subscription.Progress) {
			if p.Err != nil {
				fmt.Fprintf(c.ErrOrStderr(), "held up at position %d: %v\n", p.Position, p.Err)
			} else if how.ends && p.Lag() == 0 {
				stop()
			}
		},
	}, func(_ context.Context, commit es.Positioned) error { return line(c.OutOrStdout(), commit) })
}

// token gives the token that there is, or logs in for one.
func (how following) token(base string) (func(context.Context) (string, error), error) {
	token, password := os.Getenv("FOLDSTREAM_TOKEN"), os.Getenv("FOLDSTREAM_PASSWORD")
	switch {
	case how.email != "" && password != "":
		return func(ctx context.Context) (string, error) {
			_, issued, err := (&client.Client{Base: base}).LogIn(ctx, how.email, password)
			return issued.Token, err
		}, nil
	case token != "":
		return func(context.Context) (string, error) { return token, nil }, nil
	default:
		return nil, errors.New("who follows? Set FOLDSTREAM_TOKEN, or FOLDSTREAM_PASSWORD and --email")
	}
}

// forgetful is the checkpoint of who begins anew each time.
type forgetful struct{}

func (forgetful) Load(context.Context) (uint64, error) { return 0, nil }
func (forgetful) Save(context.Context, uint64) error   { return nil }
