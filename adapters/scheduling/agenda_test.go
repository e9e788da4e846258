package scheduling_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

func agendaOf(cfg aws.Config, timers *scheduling.Timers) *scheduling.Agenda {
	return &scheduling.Agenda{
		Messages: sqs.NewFromConfig(cfg), Schedules: scheduler.NewFromConfig(cfg), Queue: timers.Queue, Group: timers.Group,
	}
}

func TestAgenda(t *testing.T) {
	for name, engineOf := range map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			contract.Agenda(t, time.Now(), false, func(t *testing.T) (engine.Timers, engine.Agenda) {
				cfg := engineOf(t)
				timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(cfg), sqs.NewFromConfig(cfg), emulator.Name("timers"))
				if err != nil {
					t.Fatal(err)
				}
				return timers, agendaOf(cfg, timers)
			})
		})
	}
}

// TestWhatIsDueSoonIsCounted has timers that wait as delayed messages, which no call lists.
func TestWhatIsDueSoonIsCounted(t *testing.T) {
	cfg := emulator.MiniStack(t)
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(cfg), sqs.NewFromConfig(cfg), emulator.Name("timers"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := timers.Set(t.Context(), engine.Errand{ID: fmt.Sprintf("soon-%d", i), Due: time.Now().Add(10 * time.Minute)}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := agendaOf(cfg, timers).Upcoming(t.Context(), "", 10)
	if err != nil || page.Soon != 3 || len(page.Errands) > 0 {
		t.Fatalf("found %+v, error %v", page, err)
	}
}

// TestAgendaPages answers as AWS does: with pages, schedules that are gone, and refusals of cursors.
func TestAgendaPages(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := `{"Attributes":{"ApproximateNumberOfMessagesDelayed":"7"}}`
		switch {
		case r.URL.Path == "/schedules" && r.URL.Query().Get("NextToken") == "bad":
			w.Header().Set("X-Amzn-Errortype", "ValidationException")
			w.WriteHeader(http.StatusBadRequest)
			answer = `{"Message":"no"}`
		case r.URL.Path == "/schedules":
			asked = append(asked, r.URL.RawQuery)
			answer = `{"Schedules":[{"Name":"late"},{"Name":"gone"},{"Name":"early"}],"NextToken":"t2"}`
		case r.URL.Path == "/schedules/gone":
			w.Header().Set("X-Amzn-Errortype", "ResourceNotFoundException")
			w.WriteHeader(http.StatusNotFound)
			answer = `{"Message":"no"}`
		case strings.HasPrefix(r.URL.Path, "/schedules/"):
			id := path.Base(r.URL.Path)
			due := map[string]time.Time{"late": noon.Add(time.Hour), "early": noon}[id]
			text, err := es.Encode(engine.Errand{ID: id, Due: due, Input: []byte(`{}`)})
			if err != nil {
				t.Error(err)
			}
			answer = fmt.Sprintf(`{"Name":%q,"Target":{"Arn":"a","RoleArn":"r","Input":%q}}`, id, text)
		}
		fmt.Fprint(w, answer)
	}))
	t.Cleanup(server.Close)
	cfg := awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL,
		}[name]
	})
	agenda := agendaOf(cfg, &scheduling.Timers{Queue: server.URL + "/000000000000/timers", Group: "ours"})
	for cursor, soon := range map[string]int{"": 7, "t1": 0} {
		asked = nil
		page, err := agenda.Upcoming(t.Context(), cursor, 3)
		if err != nil || len(page.Errands) != 2 || page.Errands[0].ID != "early" || page.Next != "t2" || page.Soon != soon {
			t.Fatalf("behind %q: %+v, error %v", cursor, page, err)
		}
		for _, part := range []string{"ScheduleGroup=ours", "MaxResults=3"} {
			if !strings.Contains(asked[0], part) || strings.Contains(asked[0], "NextToken=t1") != (cursor != "") {
				t.Errorf("behind %q it asks %v", cursor, asked)
			}
		}
	}
	if _, err := agenda.Upcoming(t.Context(), "bad", 3); err == nil || !strings.Contains(err.Error(), "cursor") {
		t.Errorf("a bad cursor gives %v", err)
	}
}
