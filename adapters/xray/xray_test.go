package xray_test

import (
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/xray"
	"github.com/foldstream/foldstream/internal/observe"
)

const trace = "Root=1-58406520-a006649127e371903a2de979;Parent=4c721bf33e3caf8f;Sampled=1"

// listen is a daemon that hears what is sent to it.
func listen(t *testing.T) (address string, hear func() string) {
	t.Helper()
	socket, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return socket.LocalAddr().String(), func() string {
		t.Helper()
		if err := socket.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		datagram := make([]byte, 1<<16)
		n, _, err := socket.ReadFrom(datagram)
		if err != nil {
			t.Fatal(err)
		}
		return string(datagram[:n])
	}
}

func dial(t *testing.T, address string) *xray.Daemon {
	t.Helper()
	d, err := xray.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// document is a datagram's, behind the header that X-Ray's documentation shows.
func document(t *testing.T, datagram string) map[string]any {
	t.Helper()
	header, text, _ := strings.Cut(datagram, "\n")
	if header != `{"format": "json", "version": 1}` {
		t.Fatalf("the header is %s", header)
	}
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

var id = regexp.MustCompile(`^[0-9a-f]{16}$`)

func TestSegment(t *testing.T) {
	address, hear := listen(t)
	before := time.Now()
	within, end := dial(t, address).Begin(observe.Span{
		Name: "matches", Trace: trace + ";Lineage=1:2:3", About: map[string]any{"stream": "match-1", "version": 7},
	})
	end(observe.Outcome{About: map[string]any{"more": "so"}})
	doc := document(t, hear())

	start, stop := doc["start_time"].(float64), doc["end_time"].(float64)
	if now := float64(time.Now().UnixMicro()) / 1e6; start < float64(before.UnixMicro())/1e6 || stop < start || stop > now {
		t.Errorf("it took from %f to %f", start, stop)
	}
	if !id.MatchString(doc["id"].(string)) || within != "Root=1-58406520-a006649127e371903a2de979;Parent="+doc["id"].(string)+";Sampled=1" {
		t.Errorf("within %v the trace is %s", doc["id"], within)
	}
	for _, name := range []string{"id", "start_time", "end_time"} {
		delete(doc, name)
	}
	want := map[string]any{
		"name": "matches", "trace_id": "1-58406520-a006649127e371903a2de979", "parent_id": "4c721bf33e3caf8f",
		"annotations": map[string]any{"stream": "match-1", "version": 7.0, "more": "so"},
	}
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Errorf("the segment (-want +got):\n%s", diff)
	}
}

type unheardOf struct{}

func (unheardOf) Error() string { return "unheard of" }

func TestHowSpansEnd(t *testing.T) {
	address, hear := listen(t)
	d := dial(t, "tcp:127.0.0.1:1 udp:"+address)
	for _, c := range []struct {
		inner       bool
		outcome     observe.Outcome
		kind        any
		err, fault  any
		causes, why string
	}{
		{outcome: observe.Outcome{}},
		{inner: true, kind: "subsegment", outcome: observe.Outcome{}},
		{outcome: observe.Outcome{Err: fmt.Errorf("take it: %w", unheardOf{})}, fault: true, causes: "xray_test.unheardOf", why: "take it: unheard of"},
		{outcome: observe.Outcome{Err: unheardOf{}, Refused: true}, err: true, causes: "xray_test.unheardOf", why: "unheard of"},
		{
			outcome: observe.Outcome{Err: errors.New(strings.Repeat("é", 40_000))}, fault: true,
			causes: "*errors.errorString", why: strings.Repeat("é", 500),
		},
	} {
		_, end := d.Begin(observe.Span{Name: "matches", Trace: trace, Inner: c.inner})
		end(c.outcome)
		doc := document(t, hear())
		if doc["type"] != c.kind || doc["error"] != c.err || doc["fault"] != c.fault {
			t.Errorf("%+v: type %v, error %v, fault %v", c.outcome, doc["type"], doc["error"], doc["fault"])
		}
		cause, _ := doc["cause"].(map[string]any)
		if c.why == "" {
			if cause != nil {
				t.Errorf("a cause of nothing: %v", cause)
			}
			continue
		}
		e := cause["exceptions"].([]any)[0].(map[string]any)
		if !id.MatchString(e["id"].(string)) || e["type"] != c.causes || e["message"] != c.why {
			t.Errorf("the cause is %.100v", e)
		}
	}
}

// What is not recorded is not sent, and neither is what has no place in a trace.
func TestOnlyWhatIsSampledIsSent(t *testing.T) {
	address, hear := listen(t)
	d := dial(t, address)
	for _, header := range []string{"", "Root=1", strings.Replace(trace, "Sampled=1", "Sampled=0", 1), strings.TrimSuffix(trace, ";Sampled=1")} {
		within, end := d.Begin(observe.Span{Name: "nobody", Trace: header})
		end(observe.Outcome{})
		if within != header {
			t.Errorf("%q became %q", header, within)
		}
	}
	_, end := d.Begin(observe.Span{Name: "too large", Trace: trace, About: map[string]any{"x": strings.Repeat("x", 1<<16)}})
	end(observe.Outcome{})
	_, end = d.Begin(observe.Span{Name: "last", Trace: trace})
	end(observe.Outcome{})
	if doc := document(t, hear()); doc["name"] != "last" {
		t.Errorf("%v was sent", doc["name"])
	}
}

func TestNobodyListens(t *testing.T) {
	d := dial(t, "127.0.0.1:1")
	for range 3 { // the second datagram learns that the first was refused
		_, end := d.Begin(observe.Span{Name: "matches", Trace: trace})
		end(observe.Outcome{})
	}
	if _, err := xray.Dial("nowhere"); err == nil {
		t.Error("an address without a port was taken")
	}
}
