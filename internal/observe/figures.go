package observe

import (
	"context"
	"time"
)

// Figure is something that is measured. Its name is that of a metric, and none has more series than there are consumers.
type Figure struct {
	Name string
	Unit string
	Kind Kind
	// Consumer is whose figure it is, for those that are kept for each consumer.
	Consumer string
}

// Kind is what becomes of several values of a figure.
type Kind int

// The kinds of figures.
const (
	Counts  Kind = iota // they are added up
	Samples             // each counts
	Level               // the last one stands
)

// Namespace is where the metrics of a stage are.
func Namespace(stage string) string { return "Foldstream/" + stage }

// ByConsumer is the dimension of figures that are kept for each consumer. There is one for all consumers as well.
const ByConsumer = "Consumer"

// The figures. A command is counted once by what became of it, whether a request, a saga or a timer sent it.
var (
	CommandLatency = Figure{Name: "CommandLatency", Unit: "Milliseconds", Kind: Samples}
	Accepted       = Figure{Name: "CommandsAccepted", Unit: "Count"}
	Rejected       = Figure{Name: "CommandsRejected", Unit: "Count"}
	Contended      = Figure{Name: "CommandsContended", Unit: "Count"} // that lost all their races: HTTP's 409
	Failed         = Figure{Name: "CommandsFailed", Unit: "Count"}
	Conflicts      = Figure{Name: "Conflicts", Unit: "Count"} // appends that came second
	Retries        = Figure{Name: "Retries", Unit: "Count"}   // decisions that were made again
	Lag            = Figure{Name: "Lag", Unit: "Milliseconds", Kind: Samples, Consumer: "*"}
	Parked         = Figure{Name: "Parked", Unit: "Count"}
	RelayBatch     = Figure{Name: "RelayBatch", Unit: "Count", Kind: Samples} // commits that the relay is given at once
	FeedPosition   = Figure{Name: "FeedPosition", Unit: "Count", Kind: Level}
	Swept          = Figure{Name: "Swept", Unit: "Count"} // streams that the relay had left behind
	Pushes         = Figure{Name: "Pushes", Unit: "Count"}
	PushesGone     = Figure{Name: "PushesGone", Unit: "Count"} // to connections that were there no longer
	PushesFailed   = Figure{Name: "PushesFailed", Unit: "Count"}
)

// Of is the figure of one consumer.
func (f Figure) Of(consumer string) Figure {
	f.Consumer = consumer
	return f
}

// Record notes a value.
func (f Figure) Record(ctx context.Context, value float64) {
	if r, ok := ctx.Value(recorderKey{}).(Recorder); ok {
		r.Record(f, value)
	}
}

// Took notes a duration. One below zero, which clocks that differ can make, counts as none.
func (f Figure) Took(ctx context.Context, d time.Duration) {
	f.Record(ctx, float64(max(0, d).Microseconds())/1000)
}
