package es

import "time"

// The commands of [Audiences]. Sagas and the engine send them.
var (
	DoStartListening  = Internal[StartListening](Audiences, "start-listening")
	DoStopListening   = Internal[StopListening](Audiences, "stop-listening")
	DoCountHeard      = Internal[CountHeard](Audiences, "count-heard")
	listeningCommands = []*CommandDecl{DoStartListening, DoStopListening, DoCountHeard}
)

// StartListening begins to listen.
type StartListening struct {
	Listener string        `json:"listener"`
	Target   string        `json:"target"`
	ID       string        `json:"id"`
	Count    int           `json:"count,omitzero"`
	Timeout  time.Duration `json:"timeout,omitzero,format:nano"`
}

// Stream implements [Command].
func (c StartListening) Stream() string { return c.Listener + "." + c.Target }

// Validate implements [Command].
func (c StartListening) Validate() error { return checkListening(c.Target, c.ID) }

// Decide gives [ListeningStarted], or nothing to who listens or has done so.
func (c StartListening) Decide(a Audience, env Env) ([]Event[Audience], error) {
	if _, known := a[c.ID]; known {
		return nil, nil
	}
	e := ListeningStarted{ID: c.ID, Count: c.Count, Since: env.Cause}
	if c.Timeout > 0 {
		e.Until = env.Cause.Add(c.Timeout)
	}
	return []Event[Audience]{e}, nil
}

// StopListening ends it.
type StopListening struct {
	Listener string `json:"listener"`
	Target   string `json:"target"`
	ID       string `json:"id"`
	Reason   string `json:"reason"`
}

// Stream implements [Command].
func (c StopListening) Stream() string { return c.Listener + "." + c.Target }

// Validate implements [Command].
func (c StopListening) Validate() error { return checkListening(c.Target, c.ID) }

// Decide gives [ListeningEnded], once.
func (c StopListening) Decide(a Audience, _ Env) ([]Event[Audience], error) {
	if a[c.ID].Ended {
		return nil, nil
	}
	return []Event[Audience]{ListeningEnded{ID: c.ID, Reason: c.Reason}}, nil
}

// CountHeard counts an event for who listens to so many.
type CountHeard struct {
	Listener string `json:"listener"`
	Target   string `json:"target"`
	ID       string `json:"id"`
	Event    string `json:"event"` // "stream@version"
}

// Stream implements [Command].
func (c CountHeard) Stream() string { return c.Listener + "." + c.Target }

// Validate implements [Command].
func (c CountHeard) Validate() error { return checkListening(c.Target, c.ID) }

// Decide gives [ListeningCounted], with [ListeningEnded] when that is enough; nothing when it is counted already, or nobody
// listens any more.
func (c CountHeard) Decide(a Audience, _ Env) ([]Event[Audience], error) {
	l, known := a[c.ID]
	if !known || l.Ended || l.Nth(c.Event) > 0 {
		return nil, nil
	}
	events := []Event[Audience]{ListeningCounted{ID: c.ID, Event: c.Event}}
	if len(l.Heard)+1 == l.Count {
		events = append(events, ListeningEnded{ID: c.ID, Reason: "counted"})
	}
	return events, nil
}

// Nth is the place of an event among those that were counted, from 1; 0 if it was not.
func (l Listens) Nth(event string) int {
	for i, heard := range l.Heard {
		if heard == event {
			return i + 1
		}
	}
	return 0
}

func checkListening(target, id string) error {
	switch {
	case target == "" || target == eventTarget:
		return Invalid("target", "what is there to be listened to?")
	case id == "":
		return Invalid("id", "who listens?")
	}
	return nil
}
