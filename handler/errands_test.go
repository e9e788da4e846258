package handler_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

var noon = time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)

// errand makes a message. Without a group it is one of a standard queue. A command of another name than draw and paint
// cannot be executed.
func errand(t *testing.T, id, command string, due time.Time, group string) events.SQSMessage {
	t.Helper()
	e := engine.Errand{
		ID: engine.NewID(), Command: command, Stream: "drawing-" + es.StreamID(id), Due: due, TraceID: "t", Invoker: es.Identity{User: "ann"},
	}
	input, err := doDraw.Encode(draw{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	e.Input = input
	body, err := es.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	m := events.SQSMessage{
		MessageId: fmt.Sprintf("%s %s", command, id), Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": "1"},
	}
	if group != "" {
		m.Attributes["MessageGroupId"] = group
	}
	return m
}

// TestErrands holds partial batches of both kinds of queue against what AWS documents: of a FIFO queue a failed message
// comes back with all later ones of its group, of a standard queue for itself alone.
func TestErrands(t *testing.T) {
	unreadable := errand(t, "u", "draw", time.Time{}, "")
	unreadable.MessageId, unreadable.Body = "unreadable", "not an errand"
	lost := unreadable
	lost.Attributes = map[string]string{"MessageGroupId": "g1"}
	for _, c := range []struct {
		name  string
		batch []events.SQSMessage
		want  []string // that come back
		drawn []string
		log   string
	}{
		{
			name: "all is well", batch: []events.SQSMessage{errand(t, "a", "draw", time.Time{}, "g1"), errand(t, "b", "draw", noon, "")},
			drawn: []string{"a", "b"},
		},
		{
			name: "a failure of a FIFO queue holds up its group, and no other",
			batch: []events.SQSMessage{
				errand(t, "a", "draw", time.Time{}, "g1"), errand(t, "b", "nothing", time.Time{}, "g1"),
				errand(t, "c", "draw", time.Time{}, "g2"), errand(t, "d", "draw", time.Time{}, "g1"),
			},
			want: []string{"nothing b", "draw d"}, drawn: []string{"a", "c"}, log: "errand failed",
		},
		{
			name: "a failure of a standard queue holds up nothing",
			batch: []events.SQSMessage{
				errand(t, "a", "nothing", time.Time{}, ""), errand(t, "b", "draw", time.Time{}, ""), errand(t, "c", "draw", time.Time{}, ""),
			},
			want: []string{"nothing a"}, drawn: []string{"b", "c"}, log: "errand failed",
		},
		{
			name: "a timer that is early comes back, without a word",
			batch: []events.SQSMessage{
				errand(t, "a", "draw", noon.Add(time.Millisecond), ""), errand(t, "b", "draw", noon, ""),
				errand(t, "c", "draw", noon.Add(-time.Hour), ""),
			},
			want: []string{"draw a"}, drawn: []string{"b", "c"},
		},
		{
			name:  "what cannot be read is dropped, and said",
			batch: []events.SQSMessage{unreadable, lost, errand(t, "a", "draw", time.Time{}, "g1")},
			drawn: []string{"a"}, log: "a message is not an errand",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			was := slog.Default()
			slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
			defer slog.SetDefault(was)
			db := open(t)
			h := handler.Errands{Errands: &engine.Errands{
				Commands: &engine.Commands{Store: db, Leases: db, World: engine.World{Now: func() time.Time { return noon }}},
				Find:     es.NewApp(studio).Command,
			}}
			response, err := h.Handle(t.Context(), events.SQSEvent{Records: c.batch})
			if err != nil {
				t.Fatal(err)
			}
			if response.BatchItemFailures == nil {
				t.Fatal("null for no failures makes Lambda take the whole batch for failed")
			}
			var got, drawn []string
			for _, f := range response.BatchItemFailures {
				got = append(got, f.ItemIdentifier)
			}
			for _, id := range []string{"a", "b", "c", "d"} {
				commits, err := db.Tail(t.Context(), es.NewStreamID("drawing", id), 1)
				if err != nil {
					t.Fatal(err)
				}
				if len(commits) > 0 {
					drawn = append(drawn, id)
				}
			}
			if diff := cmp.Diff(c.want, got) + cmp.Diff(c.drawn, drawn); diff != "" {
				t.Error(diff)
			}
			if said := log.String(); !strings.Contains(said, c.log) || c.log == "" && said != "" {
				t.Errorf("the log says %q, want %q", said, c.log)
			}
		})
	}
}

// A command that fails again and again is refused in the end, so that those behind it have their turn.
func TestAnErrandThatKeepsFailing(t *testing.T) {
	db := open(t)
	h := handler.Errands{Errands: &engine.Errands{Commands: &engine.Commands{Store: db, Leases: db}, Find: es.NewApp(studio).Command}}
	stuck, behind := errand(t, "a", "nothing", time.Time{}, "g1"), errand(t, "b", "draw", time.Time{}, "g1")
	for _, receive := range []string{"1", "2", "3", "4", "5"} {
		stuck.Attributes["ApproximateReceiveCount"] = receive
		response, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{stuck, behind}})
		if err != nil {
			t.Fatal(err)
		}
		if back := len(response.BatchItemFailures); (receive == "5") != (back == 0) {
			t.Fatalf("receive %s: %d come back", receive, back)
		}
	}
	commits, err := db.Tail(t.Context(), "drawing-b", 9)
	if err != nil || len(commits) != 1 {
		t.Fatalf("behind it %d were executed, %v", len(commits), err)
	}
	refused, err := db.Read(t.Context(), 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(refused, func(p es.Positioned) bool {
		return strings.Contains(string(p.Events[0].Data), engine.ErrNotExecuted.Code) && p.TraceID == "t"
	}) {
		t.Fatalf("its invoker is never told: %+v", refused)
	}
}
