package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

func appendTo(t *testing.T, feed *dynamo.Feed, commits ...es.Commit) {
	t.Helper()
	if err := feed.Append(t.Context(), commits); err != nil {
		t.Fatalf("append to the feed: %v", err)
	}
}

func TestFeedKeepsTheOrderWhateverArrives(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	for name, arrivals := range map[string][][]int{
		"in order":                  {{0, 1, 2, 3}},
		"one by one":                {{0}, {1}, {2}, {3}},
		"twice":                     {{0, 1}, {0, 1}, {2, 3}},
		"twice in one batch":        {{0, 0, 1, 0, 1, 2, 3, 3}},
		"a later one again":         {{0, 1, 2, 3}, {1}, {2, 3}},
		"overlapping":               {{0, 1, 2}, {1, 2, 3}},
		"the last one first":        {{3}, {0}, {1}, {2}},
		"backwards in one batch":    {{3, 2, 1, 0}},
		"with one that never comes": {{0}, {2, 3}},
		"only the last":             {{3}},
	} {
		t.Run(name, func(t *testing.T) {
			feed := set.feed()
			begin := len(read(t, feed, 0, 1000))
			commits := store(t, set.events(), chain(stream("match"), 4)...)
			other := store(t, set.events(), chain(stream("user"), 1)...)
			for _, arrival := range arrivals {
				batch := []es.Commit{other[0]}
				for _, i := range arrival {
					batch = append(batch, commits[i])
				}
				appendTo(t, set.feed(), batch...) // by another relay each time
			}
			byStream := map[es.StreamID][]es.Commit{}
			for _, c := range read(t, feed, uint64(begin), 3) {
				byStream[c.Stream] = append(byStream[c.Stream], c)
			}
			same(t, "the feed", byStream, map[es.StreamID][]es.Commit{commits[0].Stream: commits, other[0].Stream: other})
		})
	}
}

// TestFeedWithManyRelays lets relays compete, each with its own idea of what arrives when.
func TestFeedWithManyRelays(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	want := map[es.StreamID][]es.Commit{}
	var all []es.Commit
	for range 6 {
		commits := store(t, set.events(), chain(stream("match"), 8)...)
		want[commits[0].Stream] = commits
		all = append(all, commits...)
	}
	const relays = 4
	var running sync.WaitGroup
	failures := make(chan error, relays)
	for relay := range relays {
		running.Go(func() {
			random, feed := rand.New(rand.NewPCG(1, uint64(relay))), set.feed()
			mine := make([]es.Commit, len(all))
			for to, from := range random.Perm(len(all)) {
				mine[to] = all[from]
			}
			for len(mine) > 0 {
				size := min(len(mine), 1+random.IntN(12))
				if err := patiently(func() error { return feed.Append(t.Context(), mine[:size]) }); err != nil {
					failures <- err
					return
				}
				mine = mine[size:]
			}
		})
	}
	running.Wait()
	close(failures)
	for err := range failures {
		t.Fatal(err)
	}
	got := map[es.StreamID][]es.Commit{}
	for _, c := range read(t, set.feed(), 0, 7) {
		got[c.Stream] = append(got[c.Stream], c)
	}
	same(t, "the feed", got, want)
}

// patiently calls again while the store is busy.
func patiently(call func() error) error {
	for {
		if err := call(); !errors.Is(err, engine.ErrBusy) {
			return err
		}
	}
}

func TestFeedTakesMoreThanABatch(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	long := store(t, set.events(), chain(stream("match"), 130)...)
	var all []es.Commit
	for i := range 120 {
		all = append(all, store(t, set.events(), chain(stream(fmt.Sprintf("user%c", 'a'+i%26)), 1)...)...)
	}
	appendTo(t, set.feed(), long[129])   // 129 of it are missing
	appendTo(t, set.feed(), all[:60]...) // in one batch
	appendTo(t, set.feed(), all...)      // 60 of them again
	same(t, "the feed", read(t, set.feed(), 0, 1000), append(long, all...))
	for _, after := range []uint64{1, 97, 98, 99, 130, 189, 190, 249} {
		same(t, fmt.Sprintf("the feed behind %d", after), read(t, set.feed(), after, 17), append(long, all...)[after:])
	}
}

// TestFeedCrossesChunks begins just below the end of a partition of the feed table.
func TestFeedCrossesChunks(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	const begin = 9_990
	_, err := set.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(set.names.Feed), Item: map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: "head"}, "position": &types.AttributeValueMemberN{Value: "0"},
		"last": &types.AttributeValueMemberN{Value: fmt.Sprint(begin)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	commits := store(t, set.events(), chain(stream("match"), 60)...)
	feed := set.feed()
	appendTo(t, feed, commits[:4]...)
	appendTo(t, feed, commits[4:30]...) // begins in one chunk and ends in the next
	appendTo(t, feed, commits[30:]...)
	for _, limit := range []int{1, 5, 100} {
		same(t, fmt.Sprintf("the feed in pieces of %d", limit), read(t, feed, begin, limit), commits)
	}
	same(t, "the feed from inside of a batch", read(t, feed, begin+12, 100), commits[12:])
}

func TestFeedIsBusyWhenItNeverGetsItsTurn(t *testing.T) {
	f, client := newFake(t, func(operation string, call int, _ map[string]any) answer {
		if operation == "GetItem" {
			return answer{}
		}
		moved := reason("ConditionalCheckFailed")
		moved["Item"] = map[string]any{"last": n(uint64(call))}
		return cancelled(moved, reason("None"), reason("None"))
	})
	feed := &dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	if err := feed.Append(ctx, []es.Commit{draft(stream("match"), es.Head{}, 1).Commit()}); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
	if made := f.made(); strings.Count(made, "GetItem") != 1 || strings.Count(made, "TransactWriteItems") < 10 {
		t.Errorf("the calls are %s", made)
	}
}

func TestFeedReadsWhatDynamoDBHandsBack(t *testing.T) {
	commits := []es.Commit{draft("match-1", es.Head{}, 1).Commit(), draft("match-2", es.Head{}, 1).Commit()}
	key := func(c es.Commit) map[string]any {
		return map[string]any{"aggregateId": s(string(c.Stream)), "version": n(c.Version)}
	}
	reply := func(more bool) func(string, int, map[string]any) answer {
		return func(operation string, call int, input map[string]any) answer {
			from := input
			if operation == "BatchGetItem" {
				from = input["RequestItems"].(map[string]any)["events"].(map[string]any)
			}
			if from["ConsistentRead"] != true {
				t.Errorf("the %s is not consistent", operation)
			}
			if operation == "Query" {
				return answer{body: map[string]any{"Items": []any{map[string]any{
					"pk": s("chunk/0"), "position": n(2), "commits": map[string]any{"L": []any{s("match-1@1"), s("match-2@1")}},
				}}}}
			}
			left := map[string]any{"events": map[string]any{"Keys": []any{key(commits[0]), key(commits[1])}}}
			switch {
			case !more:
				return answer{body: map[string]any{"Responses": map[string]any{}, "UnprocessedKeys": left}}
			case call == 1:
				left["events"] = map[string]any{"Keys": []any{key(commits[0])}}
				return answer{body: map[string]any{"Responses": map[string]any{"events": []any{wire(commits[1])}}, "UnprocessedKeys": left}}
			default:
				return answer{body: map[string]any{"Responses": map[string]any{"events": []any{wire(commits[0])}}}}
			}
		}
	}
	f, client := newFake(t, reply(true))
	page, err := (&dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}).Read(t.Context(), 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the page", page, []es.Positioned{{Position: 1, Commit: commits[0]}, {Position: 2, Commit: commits[1]}})
	same(t, "the calls", f.made(), "Query BatchGetItem BatchGetItem")

	_, client = newFake(t, reply(false))
	if _, err := (&dynamo.Feed{Client: client, Table: "feed", Events: storeAt(client)}).Read(t.Context(), 0, 2); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("when all is handed back for ever: got error %v, want %v", err, engine.ErrBusy)
	}
}

func TestFeedNeverPassesOverAMissingCommit(t *testing.T) {
	set := create(t, emulator.MiniStack(t))
	ghosts := chain(stream("match"), 3)
	var fault *es.Fault
	if err := set.feed().Append(t.Context(), []es.Commit{ghosts[2].Commit()}); !errors.As(err, &fault) {
		t.Fatalf("append what has no beginning: got error %v, want a fault", err)
	}
	appendTo(t, set.feed(), ghosts[0].Commit())
	if _, err := set.feed().Read(t.Context(), 0, 10); !errors.As(err, &fault) || !strings.Contains(err.Error(), "position 1") {
		t.Fatalf("read what is not in the store: got error %v, want a fault at position 1", err)
	}
}
