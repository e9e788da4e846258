package observe

import (
	"context"
	"encoding/hex"
	"strings"
)

// TraceHeader is a place in a trace of X-Ray, as the header X-Amzn-Trace-Id has it.
type TraceHeader struct {
	Root    string // id of the trace
	Parent  string // id of the segment that what comes belongs below
	Sampled bool   // whether the trace is recorded
}

// ParseTrace reads a header, of which it leaves out what is not needed. It is not ok without a root and a parent as X-Ray
// has them: SQS refuses messages with any other.
func ParseTrace(header string) (t TraceHeader, ok bool) {
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Root":
			t.Root = value
		case "Parent":
			t.Parent = value
		case "Sampled":
			t.Sampled = value == "1"
		}
	}
	root := strings.Split(t.Root, "-")
	return t, len(root) == 3 && root[0] == "1" && isHex(root[1], 8) && isHex(root[2], 24) && isHex(t.Parent, 16)
}

func isHex(s string, digits int) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == digits
}

func (t TraceHeader) String() string {
	sampled := "0"
	if t.Sampled {
		sampled = "1"
	}
	return "Root=" + t.Root + ";Parent=" + t.Parent + ";Sampled=" + sampled
}

// Span is a piece of work in a trace.
type Span struct {
	Name  string
	Trace string // header of what it belongs below; a span of a trace that is not recorded is none
	Inner bool   // whether it is part of what its parent does, and not somebody else's work upon it
	About map[string]any
}

// Outcome is how a span ended.
type Outcome struct {
	Err     error
	Refused bool // the error is the caller's
	About   map[string]any
}

// Begin begins a span. It gives the header for what is done within, and what ends it.
func Begin(ctx context.Context, s Span) (trace string, end func(Outcome)) {
	if t, ok := ctx.Value(tracerKey{}).(Tracer); ok && s.Trace != "" {
		return t.Begin(s)
	}
	return s.Trace, func(Outcome) {}
}
