package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// tailing is what of the feed is shown, and from where.
type tailing struct {
	engine.LogQuery
	stream      string
	from        uint64
	since       time.Duration
	last        int
	stays, json bool // at the end of the feed, instead of following it; lines of JSON
}

// How often to look whether the feed goes on: here that is a read of what is in memory, of a stage a request.
var (
	lookHere    = engine.Backoff{First: 50 * time.Millisecond, Longest: 100 * time.Millisecond}
	lookAtStage = engine.Backoff{First: 500 * time.Millisecond, Longest: 8 * time.Second}
	whileBusy   = engine.Backoff{First: 200 * time.Millisecond, Longest: 10 * time.Second}
)

func tail(at *site) *cobra.Command {
	var how tailing
	c := &cobra.Command{
		Use:   "tail",
		Short: "Follow the feed of all events",
		Long: "Follow the feed of all events, as they happen; Ctrl-C ends it. It begins with the last 10 commits that are wanted, unless\n" +
			"--from or --since says otherwise. A line is an event: its position in the feed, its time, the stream and the version, its\n" +
			"type, who has caused it, and the trace. Its data, which may be personal, is in --json only.\n\n" +
			"Of a stage each look costs a read unit, twice a second while there is much to see, and every 8 seconds while there is nothing:\n" +
			"11,000 to 170,000 a day. What comes costs a Query, and a read unit for each 4 KB of what is wanted; commits of other streams and categories are passed over unread, those without the type or the trace are not. To find\n" +
			"the last ones of a type or a trace may take to read all of the feed.",
		Example: "  foldstream tail --category match\n  foldstream tail --type MatchStarted --type MatchEnded -n 50\n" +
			"  foldstream tail --since 10m --no-follow --json | jq .data\n  foldstream tail --stream match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --from 0",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return at.open(c.Context(), func(s *station) error { return how.run(c, s, at.stage != "") })
		},
	}
	flags := c.Flags()
	flags.StringArrayVar(&how.Categories, "category", nil, "only streams of this category; may be given more than once")
	flags.StringVar(&how.stream, "stream", "", "only this stream")
	flags.StringArrayVar(&how.Types, "type", nil, "only events of this type; may be given more than once")
	flags.StringVar(&how.TraceID, "trace", "", "only this trace")
	flags.Uint64Var(&how.from, "from", 0, "begin behind this position")
	flags.DurationVar(&how.since, "since", 0, "begin with what happened so long ago")
	flags.IntVarP(&how.last, "last", "n", 10, "begin with so many of the last commits")
	flags.BoolVar(&how.stays, "no-follow", false, "end where the feed ends")
	flags.BoolVar(&how.json, "json", false, "one line of JSON for each event")
	c.MarkFlagsMutuallyExclusive("from", "since", "last")
	c.MarkFlagsMutuallyExclusive("stream", "category")
	completes(c, at, map[string]completion{"category": categories, "stream": streams, "type": eventTypes})
	return c
}

func (how tailing) run(c *cobra.Command, s *station, remote bool) error {
	how.Stream = es.StreamID(how.stream)
	following := engine.Following{LogQuery: how.LogQuery, Ends: how.stays, Look: lookHere, WhileBusy: whileBusy}
	if remote {
		following.Look = lookAtStage
	}
	oldest := time.Time{}
	var err error
	switch {
	case c.Flags().Changed("from"):
		following.After = how.from
	case how.since > 0:
		oldest = time.Now().Add(-how.since)
		following.After, err = engine.Since(c.Context(), s.Log, oldest)
	default:
		following.After, err = engine.Last(c.Context(), s.Log, how.LogQuery, how.last)
	}
	if err != nil {
		return ended(c.Context(), err)
	}
	for commit, err := range engine.Follow(c.Context(), s.Log, following) {
		if err == nil && !commit.Time.Before(oldest) {
			err = how.show(c.OutOrStdout(), commit)
		}
		if err != nil {
			return ended(c.Context(), err)
		}
	}
	return nil
}

// ended makes nothing of the end of who looks on: it is how to leave.
func ended(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// happened is an event as lines of JSON have it.
type happened struct {
	Position uint64         `json:"position"`
	Stream   es.StreamID    `json:"stream"`
	Version  uint64         `json:"version"`
	Type     string         `json:"type"`
	Schema   int            `json:"schema,omitzero"`
	Data     jsontext.Value `json:"data"`
	es.Origin
}

func (how tailing) show(w io.Writer, c es.Positioned) error {
	for i, e := range how.Only(c.Commit) {
		version := c.Version + uint64(i)
		var err error
		if how.json {
			err = line(w, happened{
				Position: c.Position, Stream: c.Stream, Version: version, Type: e.Type, Schema: e.Schema, Data: e.Data, Origin: c.Origin,
			})
		} else {
			_, err = fmt.Fprintf(w, "%8d  %s  %-24s  %s@%d  by %s  trace %s\n",
				c.Position, c.Time.Local().Format("2006-01-02 15:04:05.000"), orSigns(e.Type), orSigns(string(c.Stream)), version, orSigns(orNobody(c.Invoker)), orSigns(c.TraceID))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// orSigns is a text on a terminal, which an id of somebody else's making must not steer.
func orSigns(text string) string {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return fmt.Sprintf("%q", text)
	}
	return text
}
