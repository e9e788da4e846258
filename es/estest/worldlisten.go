package estest

import (
	"maps"
	"slices"
	"strings"

	"github.com/foldstream/foldstream/es"
)

// listen has a listener react to the i-th event of the commit, as the engine does.
func (r *reaction) listen(l *es.Listener, i int) (done bool) {
	if r.cause.Stream.Category() == es.Audiences.Category() {
		target, its := strings.CutPrefix(r.cause.Stream.ID(), l.Name+".")
		return !its || r.attend(l, target, i)
	}
	if !l.CanHear(r.cause, i) {
		return true
	}
	for _, target := range es.Targets(r.cause.Stream, r.cause.Events[i].Type) {
		for _, who := range slices.Sorted(maps.Keys(r.audience(l, target))) {
			if !r.tell(l, target, who, r.cause, i) {
				return false
			}
		}
	}
	return true
}

func (r *reaction) audience(l *es.Listener, target string) es.Audience {
	audience, _ := r.state(es.Audiences, l.AudienceOf(target)).(es.Audience)
	return audience
}

// tell tells somebody about an event, if they listen.
func (r *reaction) tell(l *es.Listener, target, who string, c es.Commit, i int) (done bool) {
	listens := r.audience(l, target)[who]
	if c.Time.Before(listens.Since) {
		return true
	}
	if listens.Count > 0 {
		count := es.CountHeard{Listener: l.Name, Target: target, ID: who, Event: eventRef(c, i)}
		if !r.all(eventRef(c, i)+" "+target+" "+who+" count ", []es.Act{es.Send(es.DoCountHeard, count)}) {
			return false
		}
		listens = r.audience(l, target)[who]
	}
	heard, err := l.Heard(c, i)
	if err != nil {
		r.Fatal(err)
	}
	heard.Nth = listens.Nth(eventRef(c, i))
	if listens.Count > 0 && heard.Nth == 0 || listens.Count == 0 && listens.Ended {
		return true
	}
	return r.say(l, target, who, heard)
}

func (r *reaction) say(l *es.Listener, target, who string, heard es.Heard) (done bool) {
	listening := es.Listening{ID: who, Stream: es.StreamID(target)}
	if name, ok := es.EventTarget(target); ok {
		listening = es.Listening{ID: who, Event: name}
	}
	acts := []es.Act{{Send: l.Tells, Command: l.Hear(listening, heard)}}
	if err := validate(acts); err != nil {
		r.Fatalf("%s: %v", l.Name, err)
	}
	return r.all(string(heard.Stream)+" "+target+" "+who+" ", acts)
}

// attend follows an audience: it catches up for who has begun to listen, and tells who waited in vain.
func (r *reaction) attend(l *es.Listener, target string, i int) (done bool) {
	event, err := es.Audiences.Read(r.cause, i)
	if err != nil {
		r.Fatal(err)
	}
	switch e := event.(type) {
	case es.ListeningEnded:
		return e.Reason != es.TimedOut || r.say(l, target, e.ID, es.Heard{TimedOut: true, Time: r.cause.Time})
	case es.ListeningStarted:
		if !e.Until.IsZero() {
			end := es.StopListening{Listener: l.Name, Target: target, ID: e.ID, Reason: es.TimedOut}
			if !r.all("until ", []es.Act{es.Send(es.DoStopListening, end).At(e.Until)}) {
				return false
			}
		}
		return r.catchUp(l, target, e)
	}
	return true
}

// catchUp tells who has begun to listen to a stream what it has done since the event that made them listen.
func (r *reaction) catchUp(l *es.Listener, target string, e es.ListeningStarted) (done bool) {
	for _, past := range r.Commits(es.StreamID(target)) { // of an event's name there are none
		for i := range past.Events {
			if !l.CanHear(past, i) {
				continue
			}
			if !r.tell(l, target, e.ID, past, i) {
				return false
			}
		}
	}
	return true
}
