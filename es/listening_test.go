package es_test

import (
	"slices"
	"testing"
	"time"

	"github.com/foldstream/foldstream/es"
)

func TestListenerDeclaration(t *testing.T) {
	l := es.NewListener("ear", doHear, es.Hears[opened](doors), es.Hears[opened](es.Of("gate", es.On[opened]("GateOpened"))))
	if !slices.Equal(l.Listens, []string{"listener", "door", "gate"}) || !slices.Equal(l.Events, []string{"Opened", "GateOpened"}) {
		t.Fatalf("it listens to %v for %v", l.Listens, l.Events)
	}
	if got := l.Hear(es.Listening{ID: "u"}, es.Heard{Version: 7}); got.(hear).ID != "u" || got.(hear).What.Version != 7 {
		t.Fatalf("it sends %+v", got)
	}
	for target, who := range map[string]es.Listening{
		"door-1": {ID: "u", Stream: "door-1", Count: 2, Timeout: time.Minute}, "event:Opened": {ID: "u", Event: "Opened", Count: 2, Timeout: time.Minute},
	} {
		start, stop := l.Listen(who), l.Stop(who)
		if want := (es.StartListening{Listener: "ear", Target: target, ID: "u", Count: 2, Timeout: time.Minute}); start.Command != any(want) {
			t.Errorf("it begins with %+v", start.Command)
		}
		if want := (es.StopListening{Listener: "ear", Target: target, ID: "u", Reason: "stopped"}); stop.Command != any(want) {
			t.Errorf("it ends with %+v", stop.Command)
		}
		for _, act := range []es.Act{start, stop} {
			if got := act.Send.StreamOf(act.Command); got != l.AudienceOf(target) || !slices.Contains(es.Targets("door-1", "Opened"), target) {
				t.Errorf("%+v is of %s", act.Command, got)
			}
		}
	}
}

func TestAudience(t *testing.T) {
	cause := time.Unix(1000, 0).UTC()
	start := es.StartListening{Listener: "ear", Target: "door-1", ID: "u", Count: 2, Timeout: time.Minute}
	stop := es.StopListening{Listener: "ear", Target: "door-1", ID: "u", Reason: "stopped"}
	hears := func(event string) es.CountHeard {
		return es.CountHeard{Listener: "ear", Target: "door-1", ID: "u", Event: event}
	}
	began := es.ListeningStarted{ID: "u", Count: 2, Since: cause, Until: cause.Add(time.Minute)}
	counted := func(event string) es.ListeningCounted { return es.ListeningCounted{ID: "u", Event: event} }
	ended := func(reason string) es.ListeningEnded { return es.ListeningEnded{ID: "u", Reason: reason} }
	type events = []es.Event[es.Audience]
	for name, c := range map[string]struct {
		given events
		when  es.Command[es.Audience]
		want  events
	}{
		"it begins":                          {nil, start, events{began}},
		"it begins once":                     {events{began}, start, nil},
		"it does not begin after the end":    {events{began, ended("stopped")}, start, nil},
		"nor after an end before":            {events{ended("stopped")}, start, nil},
		"it ends":                            {events{began}, stop, events{ended("stopped")}},
		"it ends before":                     {nil, stop, events{ended("stopped")}},
		"it ends once":                       {events{began, ended("counted")}, stop, nil},
		"it counts":                          {events{began}, hears("a@1"), events{counted("a@1")}},
		"it counts each event once":          {events{began, counted("a@1")}, hears("a@1"), nil},
		"it has counted enough":              {events{began, counted("a@1")}, hears("a@2"), events{counted("a@2"), ended("counted")}},
		"it does not count more than enough": {events{began, counted("a@1"), counted("a@2"), ended("counted")}, hears("a@3"), nil},
		"nobody counts":                      {nil, hears("a@1"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var a es.Audience
			for _, e := range c.given {
				a = e.Evolve(a)
			}
			got, err := c.when.Decide(a, es.Env{Cause: cause, Now: cause.Add(time.Hour)})
			if err != nil || !slices.Equal(got, c.want) {
				t.Fatalf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
	t.Run("needs a target and a name", func(t *testing.T) {
		for _, c := range []es.Command[es.Audience]{
			es.StartListening{ID: "u"}, es.StopListening{ID: "u", Target: "event:"}, es.CountHeard{Target: "door-1"},
		} {
			if c.Validate() == nil {
				t.Errorf("%+v is valid", c)
			}
		}
	})
	t.Run("an event leaves the audience before it as it was", func(t *testing.T) {
		before := began.Evolve(nil)
		after := counted("a@1").Evolve(before)
		_ = ended("stopped").Evolve(after)
		if len(before["u"].Heard) > 0 || after["u"].Ended || after["u"].Nth("a@1") != 1 {
			t.Fatalf("%+v, then %+v", before, after)
		}
	})
}
