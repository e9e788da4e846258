// Package xray sends spans to X-Ray's daemon, which Lambda runs beside each function that it traces.
//
// https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
package xray

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"strings"
	"time"

	"github.com/foldstream/foldstream/internal/observe"
)

// Daemon is X-Ray's daemon. It implements [observe.Tracer].
type Daemon struct{ to net.Conn }

var _ observe.Tracer = (*Daemon)(nil)

// header comes before each document.
const header = `{"format": "json", "version": 1}` + "\n"

// mostBytes is how large a datagram is that the daemon reads, and a document that X-Ray takes.
const mostBytes = 64_000

// Dial finds the daemon by the value of AWS_XRAY_DAEMON_ADDRESS: an address for both of its protocols, or one for each, as
// "tcp:127.0.0.1:2000 udp:127.0.0.2:2001".
func Dial(address string) (*Daemon, error) {
	for part := range strings.FieldsSeq(address) {
		if udp, ok := strings.CutPrefix(part, "udp:"); ok {
			address = udp
		}
	}
	to, err := net.Dial("udp", address) //nolint:noctx // no packet goes out, and no name is looked up: the address is a number
	if err != nil {
		return nil, fmt.Errorf("find X-Ray's daemon at %q: %w", address, err)
	}
	return &Daemon{to}, nil
}

// document is a segment, or a subsegment that is sent for itself.
type document struct {
	Name        string         `json:"name"`
	ID          string         `json:"id"`
	TraceID     string         `json:"trace_id"`
	ParentID    string         `json:"parent_id"`
	Type        string         `json:"type,omitempty"`
	Start       float64        `json:"start_time"`
	End         float64        `json:"end_time"`
	Error       bool           `json:"error,omitempty"`
	Fault       bool           `json:"fault,omitempty"`
	Cause       *cause         `json:"cause,omitempty"`
	Annotations map[string]any `json:"annotations,omitempty"`
}

type cause struct {
	Exceptions []exception `json:"exceptions"`
}

type exception struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Message string `json:"message"`
}

// Begin implements [observe.Tracer]. A datagram that gets lost is lost: tracing is no one's reason to fail.
func (d *Daemon) Begin(s observe.Span) (trace string, end func(observe.Outcome)) {
	parent, ok := observe.ParseTrace(s.Trace)
	if !ok || !parent.Sampled {
		return s.Trace, func(observe.Outcome) {}
	}
	doc := document{
		Name: s.Name, ID: newID(), TraceID: parent.Root, ParentID: parent.Parent, Start: seconds(time.Now()),
		Annotations: maps.Clone(s.About),
	}
	if s.Inner {
		doc.Type = "subsegment"
	}
	within := observe.TraceHeader{Root: parent.Root, Parent: doc.ID, Sampled: true}
	return within.String(), func(o observe.Outcome) {
		doc.End = seconds(time.Now())
		if doc.Annotations == nil {
			doc.Annotations = map[string]any{}
		}
		maps.Copy(doc.Annotations, o.About)
		if o.Err != nil {
			doc.Error, doc.Fault, doc.Cause = o.Refused, !o.Refused, causeOf(o.Err)
		}
		d.send(doc)
	}
}

func (d *Daemon) send(doc document) {
	text, err := json.Marshal(doc)
	if err != nil || len(header)+len(text) > mostBytes {
		return
	}
	_, _ = d.to.Write(append([]byte(header), text...)) // nobody listening is no error of the work
}

// mostMessage bounds what is told of an error. The log has all of it.
const mostMessage = 1000

// causeOf describes an error by the type of what is at its bottom.
func causeOf(err error) *cause {
	inner := err
	for next := errors.Unwrap(inner); next != nil; next = errors.Unwrap(inner) {
		inner = next
	}
	message := err.Error()
	return &cause{[]exception{{
		ID: newID(), Type: fmt.Sprintf("%T", inner), Message: strings.ToValidUTF8(message[:min(len(message), mostMessage)], ""),
	}}}
}

func newID() string {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
