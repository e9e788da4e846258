package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
)

// books is a store with wallets, wherever it is.
type books struct {
	run    func(t *testing.T, args ...string) string
	append func(t *testing.T, d es.Draft)
	close  func(t *testing.T, stream es.StreamID) // as the command line does, but long ago
	catch  func(t *testing.T, stream es.StreamID) // has all consumers deal with a stream
}

const longAgo = -90 * 24 * time.Hour

// credit puts money into a wallet so many times, having opened it first.
func (b books) credit(t *testing.T, stream es.StreamID, head es.Head, balance, times int) (es.Head, int) {
	t.Helper()
	events := []es.Recorded{{Type: "WalletOpened", Data: []byte(`{"owner":"ann","currency":"EUR"}`)}}
	if head.Version() > 0 {
		events = nil
	}
	for range times {
		balance++
		events = append(events, es.Recorded{
			Type: "WalletCredited", Data: fmt.Appendf(nil, `{"owner":"ann","amount":"1","currency":"EUR","balance":"%d"}`, balance),
		})
	}
	for _, e := range events {
		d := es.Draft{Stream: stream, After: head, Events: []es.Recorded{e}, Origin: es.Origin{
			CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now().Add(longAgo).UTC().Truncate(time.Millisecond),
		}}
		b.append(t, d)
		head = d.Commit().Head()
	}
	return head, balance
}

// deliver brings a stream to all consumers that listen to it.
func deliver(t *testing.T, consumers map[string]*engine.Consumer, stream es.StreamID) {
	t.Helper()
	for _, q := range topology.Queues(domain.App) {
		c := consumers[q.Name]
		if c == nil || len(q.Categories) > 0 && !slices.Contains(q.Categories, stream.Category()) {
			continue
		}
		if view := domain.App.View(q.Name); view != nil && view.Global {
			stream := engine.FeedStream
			if p, err := c.Retry(t.Context(), stream); err != nil || p != nil {
				t.Fatalf("%s: parked %v, error %v", q.Name, p, err)
			}
			continue
		}
		if p, err := c.Retry(t.Context(), stream); err != nil || p != nil {
			t.Fatalf("%s in %s: parked %v, error %v", q.Name, stream, p, err)
		}
	}
}

func closeLongAgo(t *testing.T, commands *engine.Commands, stream es.StreamID) {
	t.Helper()
	then := *commands
	then.World = engine.World{Now: func() time.Time { return time.Now().Add(longAgo) }}
	if _, err := (&engine.Closer{App: domain.App, Commands: &then}).Close(t.Context(), stream, false); err != nil {
		t.Fatal(err)
	}
}

func localBooks(t *testing.T) books {
	data := t.TempDir()
	with := func(t *testing.T, do func(s *local.System)) {
		t.Helper()
		s, err := local.Open(local.Config{App: domain.App, Data: data}, false)
		if err != nil {
			t.Fatal(err)
		}
		do(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return books{
		run: func(t *testing.T, args ...string) string { return foldstream(t, append(args, "--data", data)...) },
		append: func(t *testing.T, d es.Draft) {
			with(t, func(s *local.System) {
				if err := s.Store.Append(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			})
		},
		close: func(t *testing.T, stream es.StreamID) {
			with(t, func(s *local.System) { closeLongAgo(t, s.Commands, stream) })
		},
		catch: func(t *testing.T, stream es.StreamID) {
			with(t, func(s *local.System) { deliver(t, s.Consumers, stream) })
		},
	}
}

func stageBooks(t *testing.T) books {
	d := deploy(t)
	bucket := emulator.Name("archive")
	if _, err := s3.NewClient(d.cfg).CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
		t.Fatal(err)
	}
	d.stack(t, "shared", map[string]string{"ArchiveBucket": bucket})
	system, err := remote.Open(t.Context(), domain.App, d.stage)
	if err != nil {
		t.Fatal(err)
	}
	client, names := dynamodb.NewFromConfig(d.cfg), dynamo.NamesBy(d.stage.Name)
	feed := &dynamo.Feed{Client: client, Table: names.Feed, Events: d.store}
	directory := &dynamo.Directory{Client: client, Table: names.Directory}
	relay := func(ctx context.Context, stream es.StreamID) error {
		var commits []es.Commit
		for c, err := range d.store.Load(ctx, stream, 0) {
			if err != nil {
				return err
			}
			commits = append(commits, c)
		}
		if err := feed.Append(ctx, commits); err != nil {
			return err
		}
		return directory.Note(ctx, commits)
	}
	return books{
		run: d.run,
		append: func(t *testing.T, draft es.Draft) {
			if err := d.store.Append(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
		},
		close: func(t *testing.T, stream es.StreamID) { closeLongAgo(t, system.Commands, stream) },
		catch: func(t *testing.T, stream es.StreamID) {
			if err := relay(t.Context(), stream); err != nil {
				t.Fatal(err)
			}
			deliver(t, system.Consumers, stream)
		},
	}
}

// TestCloseTheBooks closes streams, moves what is closed to the archive, and looks at it as if it were still there.
func TestCloseTheBooks(t *testing.T) {
	for name, open := range map[string]func(*testing.T) books{"local": localBooks, "stage": stageBooks} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			const long, short es.StreamID = "wallet-long", "wallet-short"
			head, balance := b.credit(t, long, es.Head{}, 0, 4)
			b.credit(t, short, es.Head{}, 0, 1)
			b.catch(t, long)
			b.catch(t, short)

			says(t, b.run(t, "close"), "failed: ", "name a stream, or a category")
			says(t, b.run(t, "close", "wallet-none"), "nothing has happened since it began", "0 streams are closed")
			b.append(t, es.Draft{Stream: "match-m1", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}})
			says(t, b.run(t, "close", "match-m1"), "failed: ", "1 streams stay as they are")
			rule := []string{"close", "--category", "wallet", "--longer-than", "3", "--older-than", "720h"}
			says(t, b.run(t, append(rule, "--dry-run")...), "wallet-long: would be closed at version 6, after 5 commits; era 1 begins", "1 streams would be closed")
			says(t, b.run(t, "archive", "closed", "--category", "wallet", "--patience", "1ms"), "0 eras are archived")

			b.close(t, long)
			says(t, b.run(t, "archive", "closed", string(long), "--patience", "1ms"), "failed: ", "1 streams stay as they are")
			b.catch(t, long)
			before := b.run(t, "replay", string(long), "--json")
			says(t, before, `"type":"StreamClosed"`, `"type":"WalletBalanceCarried"`)
			says(t, b.run(t, "archive", "closed", string(long), "--dry-run"), "wallet-long: era 0, 6 commits: would be moved to closed-manifests/category=wallet/long~0.json")
			says(t, b.run(t, "archive", "closed", "--category", "wallet"), "wallet-long: era 0, 6 commits: moved", "1 eras are archived, of 6 commits")
			says(t, b.run(t, "archive", "closed", "--category", "wallet", "--json"), "")

			if after := b.run(t, "replay", string(long), "--json"); after != before {
				t.Errorf("a replay says\n%s\nand said before\n%s", after, before)
			}
			head = es.HeadAt(head.Version()+3, 1)
			b.credit(t, long, head, balance, 1)
			b.catch(t, long)
			for _, view := range []string{"wallets", "button-creditors"} {
				says(t, b.run(t, "rebuild", view, "--compare-only"), "none differs")
			}
			says(t, b.run(t, "close", string(long), "--json"), `{"stream":"wallet-long","era":2,"version":10,"commits":1,`)
			says(t, b.run(t, "close", string(long)), "nothing has happened since it began")
		})
	}
}

// TestStageKeepsYoungEras waits for a day before what is closed leaves the table.
func TestStageKeepsYoungEras(t *testing.T) {
	b := stageBooks(t)
	b.credit(t, "wallet-w", es.Head{}, 0, 2)
	says(t, b.run(t, "close", "wallet-w"), "wallet-w: closed at version 4, after 3 commits")
	b.catch(t, "wallet-w")
	says(t, b.run(t, "archive", "closed", "wallet-w", "--patience", "1ms"), "failed: ", "1 streams stay as they are", "0 eras are archived")
	b.catch(t, "wallet-w")
}
