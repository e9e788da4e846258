package cost

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Use is how a system is used, as far as its cost goes by it.
type Use struct {
	CommitBytes  int     `json:"commitBytes"`  // of a commit, as it is stored
	RowBytes     int     `json:"rowBytes"`     // of a view's document
	Events       float64 `json:"events"`       // of a commit
	Stream       int     `json:"stream"`       // commits of the stream that a cold command reads
	Cold         float64 `json:"cold"`         // share of the commands that find no remembered state
	Batch        float64 `json:"batch"`        // messages that a consumer gets at once: 1 to 10
	RelayBatch   float64 `json:"relayBatch"`   // commits that the relay gets at once: 1 to 100
	MemoryMB     float64 `json:"memoryMB"`     // of a Lambda
	CommandMS    float64 `json:"commandMS"`    // of a Lambda that decides a command
	ConsumerMS   float64 `json:"consumerMS"`   // of a Lambda for each commit that it consumes
	LogBytes     float64 `json:"logBytes"`     // that an invocation leaves in the log
	AccessBytes  float64 `json:"accessBytes"`  // that a request leaves in the API's log
	Traced       float64 `json:"traced"`       // share of the requests of which X-Ray records a trace
	Sealed       float64 `json:"sealed"`       // share of the commits with something personal, of aggregates that have such
	Connections  float64 `json:"connections"`  // WebSockets that hear of a commit
	LongPollings float64 `json:"longPollings"` // that Lambda keeps open at each queue
}

// measured is what the stories of the demo come to. A test holds it against them, and writes it anew with -update.
//
//go:embed measured.json
var measured []byte

// Measured is of the commits and the documents that the stories of the demo make.
type Measured struct {
	Commits     int     `json:"commits"`
	CommitBytes int     `json:"commitBytes"` // the mean
	Events      float64 `json:"events"`      // of a commit, the mean
	RowBytes    int     `json:"rowBytes"`    // the mean of the documents, at their last version
	Rows        int     `json:"rows"`
	Sealed      float64 `json:"sealed"` // share of the commits with something personal, of aggregates that have such
}

// FromTheDemo is what was measured.
func FromTheDemo() Measured {
	var m Measured
	decode("measured.json", measured, &m)
	return m
}

func decode(name string, text []byte, into any) {
	if err := json.Unmarshal(text, into); err != nil {
		panic(fmt.Sprintf("cost: %s: %v", name, err)) // it is part of the program
	}
}

// Usual is the use that is assumed unless something else is said: sizes as measured, and the rest on the dear side: nothing
// is batched, and each second command is cold.
func Usual() Use {
	m := FromTheDemo()
	return Use{
		CommitBytes: m.CommitBytes, RowBytes: m.RowBytes, Events: m.Events, Stream: 20, Cold: 0.5, Batch: 1, RelayBatch: 1,
		MemoryMB: 256, CommandMS: 15, ConsumerMS: 20, LogBytes: 1000, AccessBytes: 300, Traced: 0.05, Sealed: m.Sealed, Connections: 1,
		LongPollings: 5,
	}
}

// small is a generous size for items that never come to a KB.
const small = 300

// referenceBytes is what the feed holds of a commit: its stream and its version.
const referenceBytes = 60

// sizes are those of the items of this use.
func (u Use) sizes() Sizes {
	return Sizes{
		Commit: u.CommitBytes, Stretch: u.CommitBytes * u.Stream, Row: u.RowBytes, Small: small,
		Outcome: u.CommitBytes, Snapshot: u.RowBytes, References: int(referenceBytes * u.RelayBatch),
	}
}

// Check refuses a use that there cannot be.
func (u Use) Check() error {
	for _, limit := range []struct {
		what     string
		is       float64
		from, to float64
	}{
		{"the bytes of a commit", float64(u.CommitBytes), 1, 400 << 10},
		{"the bytes of a document", float64(u.RowBytes), 1, 400 << 10},
		{"the events of a commit", u.Events, 1, 100},
		{"the commits of a stream", float64(u.Stream), 0, 1e9},
		{"the share of cold commands", u.Cold, 0, 1},
		{"the batch of a consumer", u.Batch, 1, 10},
		{"the batch of the relay", u.RelayBatch, 1, 100},
		{"the memory of a Lambda in MB", u.MemoryMB, 128, 10_240},
		{"the share of requests that are traced", u.Traced, 0, 1},
		{"the share of commits with something personal", u.Sealed, 0, 1},
		{"the milliseconds of a command", u.CommandMS, 1, 900_000},
		{"the milliseconds of a consumer", u.ConsumerMS, 1, 900_000},
		{"the connections that hear of a commit", u.Connections, 0, 1e9},
		{"the bytes in the log", u.LogBytes, 0, 1e9},
	} {
		if within := limit.is >= limit.from && limit.is <= limit.to; !within { // which what is no number is not
			return fmt.Errorf("%s: %g is not between %g and %g", limit.what, limit.is, limit.from, limit.to)
		}
	}
	return nil
}
