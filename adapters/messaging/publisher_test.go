package messaging_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// fakeSNS takes batches, but for what a test has it refuse. It answers as SNS's documentation shows.
type fakeSNS struct {
	t      *testing.T
	refuse func(dedup string, attempt int) (code string, sender bool) // an empty code takes the message

	mu       sync.Mutex
	attempts map[string]int
	accepted map[string][]string // deduplication ids by group
	bodies   []string
	calls    int
}

func newFakeSNS(t *testing.T, refuse func(dedup string, attempt int) (string, bool)) (*fakeSNS, *messaging.Publisher) {
	t.Helper()
	f := &fakeSNS{t: t, refuse: refuse, attempts: map[string]int{}, accepted: map[string][]string{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, &messaging.Publisher{Client: clientOf(server.URL), Topic: "arn:aws:sns:us-east-1:000000000000:commits.fifo"}
}

func clientOf(endpoint string) *sns.Client { return sns.NewFromConfig(configOf(endpoint)) }

func configOf(endpoint string) aws.Config {
	return awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint,
		}[name]
	})
}

func (f *fakeSNS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if err := r.ParseForm(); err != nil {
		f.t.Error(err)
	}
	groups, bytes, entries := map[string]bool{}, 0, 0
	var failed, successful strings.Builder
	for n := 1; ; n++ {
		field := func(name string) string {
			return r.PostForm.Get(fmt.Sprintf("PublishBatchRequestEntries.member.%d.%s", n, name))
		}
		if field("Id") == "" {
			break
		}
		group, dedup := field("MessageGroupId"), field("MessageDeduplicationId")
		if groups[group] {
			f.t.Errorf("the group %s is in one call twice", group)
		}
		if len(group) > 128 || len(dedup) > 128 {
			f.t.Errorf("the ids %q and %q are too long", group, dedup)
		}
		groups[group] = true
		entries++
		bytes += len(field("Message")) + len("categoryString") + len(field("MessageAttributes.entry.1.Value.StringValue"))
		f.attempts[dedup]++
		if code, sender := f.refuse(dedup, f.attempts[dedup]); code != "" {
			fmt.Fprintf(&failed, "<member><Id>%s</Id><Code>%s</Code><Message>no</Message><SenderFault>%t</SenderFault></member>", field("Id"), code, sender)
			continue
		}
		f.accepted[group] = append(f.accepted[group], dedup)
		f.bodies = append(f.bodies, field("Message"))
		fmt.Fprintf(&successful, "<member><Id>%s</Id><MessageId>m</MessageId></member>", field("Id"))
	}
	if entries == 0 || entries > 10 || bytes > 256<<10 {
		f.t.Errorf("a call has %d entries of %d bytes", entries, bytes)
	}
	fmt.Fprintf(w, `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult>`+
		`<Failed>%s</Failed><Successful>%s</Successful></PublishBatchResult></PublishBatchResponse>`, failed.String(), successful.String())
}

// commits makes n commits of a stream.
func commits(stream es.StreamID, n, bytes int) []es.Commit {
	var all []es.Commit
	for i := range n {
		all = append(all, es.Commit{Stream: stream, Version: uint64(i + 1), Events: []es.Recorded{
			{Type: "Happened", Data: []byte(`"` + strings.Repeat("x", bytes) + `"`)},
		}})
	}
	return all
}

func ids(stream string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%s#%d", stream, i+1))
	}
	return all
}

func TestPublishKeepsTheOrderOfAStreamThatFails(t *testing.T) {
	f, publisher := newFakeSNS(t, func(dedup string, attempt int) (string, bool) {
		switch {
		case dedup == "a-1#2" && attempt < 4, dedup == "b-1#1" && attempt < 2:
			return "InternalError", false
		default:
			return "", false
		}
	})
	var mixed []es.Commit
	for i := range 4 {
		mixed = append(mixed, commits("a-1", 4, 10)[i], commits("b-1", 4, 10)[i], commits("c-1", 4, 10)[i])
	}
	if err := publisher.Publish(t.Context(), mixed); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"a-1": ids("a-1", 4), "b-1": ids("b-1", 4), "c-1": ids("c-1", 4)}
	if diff := cmp.Diff(want, f.accepted); diff != "" {
		t.Fatalf("what was published (-want +got):\n%s", diff)
	}
}

func TestPublishLeavesOutWhatComesBehindAFailure(t *testing.T) {
	for name, test := range map[string]struct {
		code   string
		sender bool
		tries  int
	}{
		"for good":    {"InvalidParameter", true, 1},
		"for the day": {"InternalError", false, 6},
	} {
		t.Run(name, func(t *testing.T) {
			f, publisher := newFakeSNS(t, func(dedup string, _ int) (string, bool) {
				if dedup == "a-1#2" {
					return test.code, test.sender
				}
				return "", false
			})
			err := publisher.Publish(t.Context(), append(commits("a-1", 4, 10), commits("b-1", 9, 10)...))
			if err == nil || !strings.Contains(err.Error(), "a-1@2") {
				t.Errorf("got error %v, want one that names a-1@2", err)
			}
			if errors.Is(err, engine.ErrBusy) == test.sender {
				t.Errorf("got error %v", err)
			}
			if got := f.attempts["a-1#2"]; got != test.tries {
				t.Errorf("it was tried %d times, want %d", got, test.tries)
			}
			if diff := cmp.Diff(map[string][]string{"a-1": ids("a-1", 1), "b-1": ids("b-1", 9)}, f.accepted); diff != "" {
				t.Errorf("what was published (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPublishFillsCalls(t *testing.T) {
	f, publisher := newFakeSNS(t, func(string, int) (string, bool) { return "", false })
	var small, large []es.Commit
	for i := range 25 {
		small = append(small, commits(es.StreamID(fmt.Sprintf("small-%d", i)), 1, 10)...)
		large = append(large, commits(es.StreamID(fmt.Sprintf("large-%d", i)), 1, 100<<10)...)
	}
	if err := publisher.Publish(t.Context(), small); err != nil {
		t.Fatal(err)
	}
	if f.calls != 3 {
		t.Errorf("25 small commits took %d calls, want 3", f.calls)
	}
	f.calls = 0
	if err := publisher.Publish(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	if f.calls != 13 {
		t.Errorf("25 commits of 100 KB took %d calls, want 13", f.calls)
	}
	if len(f.accepted) != 50 {
		t.Errorf("%d commits were published, want 50", len(f.accepted))
	}
	f.calls = 0
	if err := publisher.Publish(t.Context(), nil); err != nil || f.calls != 0 {
		t.Errorf("no commits took %d calls, error %v", f.calls, err)
	}
}

func TestPublishHashesIllegalIDs(t *testing.T) {
	f, publisher := newFakeSNS(t, func(string, int) (string, bool) { return "", false })
	streams := []es.StreamID{
		"match-short", es.StreamID("match-" + strings.Repeat("x", 122)), es.StreamID("match-" + strings.Repeat("x", 123)), "match-é", "match-a b",
	}
	var all []es.Commit
	for _, stream := range streams {
		all = append(all, commits(stream, 2, 10)...)
	}
	if err := publisher.Publish(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	if len(f.accepted) != len(streams) {
		t.Fatalf("%d groups for %d streams", len(f.accepted), len(streams))
	}
	seen := map[string]bool{}
	for group, dedups := range f.accepted {
		for _, dedup := range dedups {
			if seen[dedup] || strings.ContainsAny(group+dedup, "é ") {
				t.Errorf("the ids %q and %q will not do", group, dedup)
			}
			seen[dedup] = true
		}
	}
	if !seen["match-short#1"] || f.accepted[string(streams[1])] == nil {
		t.Error("ids that are legal are not as they were")
	}
}

func TestPublishEscapesWhatQueuesDoNotTake(t *testing.T) {
	f, publisher := newFakeSNS(t, func(string, int) (string, bool) { return "", false })
	c := commits("a-1", 1, 10)[0]
	c.Events[0].Data = []byte("\"\uFFFE, \uFFFF and \uFFFD\"")
	if err := publisher.Publish(t.Context(), []es.Commit{c}); err != nil {
		t.Fatal(err)
	}
	if body := f.bodies[0]; strings.ContainsAny(body, "\uFFFE\uFFFF") || !strings.Contains(body, `"\ufffe, \uffff and `+"\uFFFD") {
		t.Errorf("the message is %s", body)
	}
}

func TestPublishIsBusyWhenThrottled(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>Throttled</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`)
	}))
	defer server.Close()
	publisher := &messaging.Publisher{Client: clientOf(server.URL), Topic: "arn:aws:sns:us-east-1:000000000000:commits.fifo"}
	if err := publisher.Publish(t.Context(), commits("a-1", 1, 10)); !errors.Is(err, engine.ErrBusy) {
		t.Fatalf("got error %v, want %v", err, engine.ErrBusy)
	}
}

func TestPollOfAnUnknownQueue(t *testing.T) {
	if _, err := (&messaging.Receiver{}).Poll(t.Context(), "nobody", 0, nil); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Fatalf("got error %v, want one that names the queue", err)
	}
}
