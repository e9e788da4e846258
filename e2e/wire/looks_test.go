package wire

import (
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain/user"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// ofLooks has an admin look at events, streams and timers, and the sweeper find a stream that the relay never noted.
func ofLooks(t *testing.T) *guards {
	a := provision(t, "query/list-events", "query/list-streams", "query/get-stream", "query/list-timers", "relay", "sweeper")
	old := a.commands()
	old.World = engine.World{Now: func() time.Time { return time.Date(2021, time.March, 4, 5, 6, 7, 0, time.UTC) }}
	a.doing(old)(user.DoCreate, user.Create{UserID: "eve", Name: "Eve"}) // while there was no relay
	var behind int
	a.deploy("sweeper").invoke(map[string]string{"since": "2020-01-01T00:00:00Z"}, &behind)
	if behind != 1 {
		t.Fatalf("%d streams were behind", behind)
	}
	a.trigger(nil)
	a.doing(a.commands())(user.DoCreate, user.Create{UserID: "ann", Name: "Ann"})

	var streams handler.StreamsAnswer
	eventually(t, "both streams are in the directory", func() bool {
		a.look("query/list-streams", map[string]string{"reverse": "true", "prefix": "user-"}, nil, &streams)
		return len(streams.Items) == 2
	})
	if streams.Items[0].Stream != "user-eve" || streams.Items[0].Since.Year() != 2021 || streams.Items[1].Stream != "user-ann" {
		t.Errorf("the streams are %+v", streams.Items)
	}
	var log handler.EventsAnswer
	eventually(t, "the feed has both", func() bool {
		a.look("query/list-events", map[string]string{"after": "0", "wait": "true"}, nil, &log)
		return len(log.Items) == 2
	})
	if log.Items[0].AggregateID != "user-eve" || log.Items[1].Events[0].Type != "UserCreated" || len(log.Items[1].Events[0].Data) == 0 {
		t.Errorf("the feed has %+v", log.Items)
	}
	var stream handler.StreamAnswer
	a.look("query/get-stream", nil, map[string]string{"stream": "user-ann"}, &stream)
	if len(stream.Items) != 1 || len(stream.Items[0].States["user.User"]) == 0 {
		t.Errorf("the stream has %+v", stream.Items)
	}

	timers := scheduling.Timers{
		Messages: sqs.NewFromConfig(a.cfg), Schedules: scheduler.NewFromConfig(a.cfg), Queue: a.told[setting.TimersQueue],
		QueueARN: a.told[setting.TimersQueueARN], Group: a.told[setting.ScheduleGroup], Role: a.told[setting.ScheduleRole],
	}
	due := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	if err := timers.Set(t.Context(), engine.Errand{ID: "e1", Command: "forfeit", Stream: "match-m1", Due: due, Input: []byte(`{"secret":1}`)}); err != nil {
		t.Fatal(err)
	}
	var agenda handler.TimersAnswer
	a.look("query/list-timers", nil, nil, &agenda)
	if len(agenda.Items) != 1 || agenda.Items[0] != (handler.Timer{ID: "e1", At: due, Command: "forfeit", AggregateID: "match-m1"}) {
		t.Errorf("the timers are %+v", agenda)
	}
	return a.guards
}

// look calls the Lambda of a route that reads in an admin's name.
func (a deployment) look(folder string, query, parameters map[string]string, into any) {
	a.t.Helper()
	a.asAdmin(folder, events.APIGatewayV2HTTPRequest{QueryStringParameters: query, PathParameters: parameters}, into)
}
