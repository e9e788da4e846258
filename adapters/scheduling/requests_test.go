package scheduling_test

import (
	"crypto/md5"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// noon is a time between two seconds.
var noon = time.Date(2026, time.June, 1, 12, 0, 0, 250_000_000, time.UTC)

// recorder keeps what is requested of AWS, and answers with a refusal if there is one.
type recorder struct {
	requests []string // path and body
	status   int
	refusal  string
}

func record(t *testing.T) (*recorder, *scheduling.Timers) {
	t.Helper()
	r := &recorder{}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	cfg := awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL,
		}[name]
	})
	return r, &scheduling.Timers{
		Messages: sqs.NewFromConfig(cfg), Schedules: scheduler.NewFromConfig(cfg), Queue: server.URL + "/000000000000/timers",
		QueueARN: "arn:aws:sqs:us-east-1:000000000000:timers", Group: "foldstream",
		Role: "arn:aws:iam::000000000000:role/timers", DeadLetters: "arn:aws:sqs:us-east-1:000000000000:dead",
		World: engine.World{Now: func() time.Time { return noon }},
	}
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.requests = append(r.requests, request.URL.Path+" "+string(body))
	if r.status != 0 {
		w.Header().Set("X-Amzn-Errortype", r.refusal)
		w.WriteHeader(r.status)
		fmt.Fprint(w, `{"Message":"no"}`)
		return
	}
	if request.Header.Get("X-Amz-Target") != "" {
		var message struct{ MessageBody string }
		_ = json.Unmarshal(body, &message)
		_ = json.NewEncoder(w).Encode(map[string]string{"MessageId": "m", "MD5OfMessageBody": fmt.Sprintf("%x", md5.Sum([]byte(message.MessageBody)))})
		return
	}
	fmt.Fprint(w, `{"ScheduleArn":"arn"}`)
}

func TestTimesAreRoundedUp(t *testing.T) {
	for after, want := range map[time.Duration]string{
		-time.Hour:                          "0",
		0:                                   "0",
		time.Millisecond:                    "1",
		time.Second:                         "1",
		time.Second + time.Millisecond:      "2",
		15*time.Minute - time.Millisecond:   "900",
		15 * time.Minute:                    "900",
		15*time.Minute + time.Millisecond:   "at(2026-06-01T12:15:01)", // due at 12:15:00.251
		15*time.Minute + 750_000_000:        "at(2026-06-01T12:15:01)",
		15*time.Minute + 750_000_001:        "at(2026-06-01T12:15:02)",
		1000*24*time.Hour - 250_000_000:     "at(2029-02-25T12:00:00)",
		1000*24*time.Hour - 250_000_000 + 1: "at(2029-02-25T12:00:01)",
	} {
		r, timers := record(t)
		zone := time.FixedZone("elsewhere", 5*60*60)
		if err := timers.Set(t.Context(), engine.Errand{ID: "command-1", Due: noon.Add(after).In(zone)}); err != nil {
			t.Fatal(err)
		}
		var got struct {
			DelaySeconds       int
			ScheduleExpression string
		}
		_, body, _ := strings.Cut(r.requests[0], " ")
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if got.ScheduleExpression == "" {
			got.ScheduleExpression = fmt.Sprint(got.DelaySeconds)
		}
		if got.ScheduleExpression != want || len(r.requests) != 1 {
			t.Errorf("due after %v: got %s in %d requests, want %s", after, got.ScheduleExpression, len(r.requests), want)
		}
	}
}

func TestScheduleIsAsAmazonHasIt(t *testing.T) {
	r, timers := record(t)
	e := engine.Errand{ID: "0192d3c8-5b1f", Command: "Act", Input: jsontext.Value("\"\uFFFF <aws.scheduler.execution-id> <b>\""), Stream: "room-1", Due: noon.Add(time.Hour)}
	if err := timers.Set(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	path, body, _ := strings.Cut(r.requests[0], " ")
	var got map[string]any
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "ClientToken") // the SDK's own, for its retries
	want := map[string]any{
		"GroupName": "foldstream", "ScheduleExpression": "at(2026-06-01T13:00:01)", "ScheduleExpressionTimezone": "UTC",
		"FlexibleTimeWindow": map[string]any{"Mode": "OFF"}, "ActionAfterCompletion": "DELETE",
		"Target": map[string]any{
			"Arn": timers.QueueARN, "RoleArn": timers.Role, "DeadLetterConfig": map[string]any{"Arn": timers.DeadLetters},
			"RetryPolicy": map[string]any{"MaximumEventAgeInSeconds": 86400.0, "MaximumRetryAttempts": 185.0},
			"Input": `{"id":"0192d3c8-5b1f","command":"Act","input":"\uffff \u003caws.scheduler.execution-id> <b>","stream":"room-1","due":"2026-06-01T13:00:00.25Z",` +
				`"traceId":"","invoker":{"user":""}}`,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || path != "/schedules/0192d3c8-5b1f" {
		t.Errorf("the request to %s (-want +got):\n%s", path, diff)
	}
}

func TestNamesOfSchedulesAreLegal(t *testing.T) {
	seen := map[string]bool{}
	for id, asItIs := range map[string]bool{
		"0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f": true, "A_b.c-1": true, strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false, "saga:1": false, "é": false, "a/b": false, "": false,
	} {
		r, timers := record(t)
		if err := timers.Set(t.Context(), engine.Errand{ID: id, Due: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		path, _, _ := strings.Cut(r.requests[0], " ")
		name := strings.TrimPrefix(path, "/schedules/")
		if (name == id) != asItIs || seen[name] || len(name) > 64 || strings.Trim(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") != "" {
			t.Errorf("the schedule of %q is named %q", id, name)
		}
		seen[name] = true
	}
}

func TestRefusals(t *testing.T) {
	later := engine.Errand{ID: "command-1", Due: noon.Add(time.Hour)}
	r, timers := record(t)
	r.status, r.refusal = http.StatusConflict, "ConflictException"
	if err := timers.Set(t.Context(), later); err != nil {
		t.Errorf("a schedule that is there: got error %v", err)
	}
	r.status, r.refusal = http.StatusNotFound, "ResourceNotFoundException"
	for _, e := range []engine.Errand{later, {ID: "command-1"}} {
		if err := timers.Set(t.Context(), e); err == nil || !strings.Contains(err.Error(), "command-1") {
			t.Errorf("a group or queue that is not there: got error %v, want one that names the errand", err)
		}
	}
}

func TestLargeErrands(t *testing.T) {
	for _, due := range []time.Time{{}, noon.Add(time.Hour)} {
		e := engine.Errand{ID: "command-1", Due: due, Input: jsontext.Value(`""`)}
		empty, err := es.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		r, timers := record(t)
		e.Input = jsontext.Value(`"` + strings.Repeat("x", scheduling.MaxBytes-len(empty)) + `"`)
		if err := timers.Set(t.Context(), e); err != nil || len(r.requests) != 1 {
			t.Errorf("%d bytes: got error %v after %d requests", scheduling.MaxBytes, err, len(r.requests))
		}
		e.Input = jsontext.Value(`"` + strings.Repeat("x", scheduling.MaxBytes-len(empty)+1) + `"`)
		err = timers.Set(t.Context(), e)
		var fault *es.Fault
		if !errors.Is(err, engine.ErrTooLarge) || !errors.As(err, &fault) || len(r.requests) != 1 {
			t.Errorf("one byte more: got error %v after %d requests, want a fault for its size", err, len(r.requests))
		}
	}
}
