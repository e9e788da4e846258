// Package emf writes figures into the log in CloudWatch's embedded metric format, of which CloudWatch makes metrics: no call,
// no client, and a line that says what it was about.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
package emf

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/foldstream/foldstream/internal/observe"
)

// Meter keeps figures until they are written. It implements [observe.Recorder].
type Meter struct {
	Namespace string
	Now       func() time.Time // nil for the real time

	mu      sync.Mutex
	order   []observe.Figure
	values  map[observe.Figure][]float64
	written time.Time
}

var _ observe.Recorder = (*Meter)(nil)

const (
	// mostValues is how many values CloudWatch takes of one metric in a line.
	mostValues = 100
	// patience is how long samples and levels may wait for a line: at a line for each of a consumer's invocations, their log
	// would cost more than their work. A process that ends takes what waits with it, so nothing that is counted does.
	patience = 10 * time.Second
)

// Record implements [observe.Recorder].
func (m *Meter) Record(f observe.Figure, value float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[observe.Figure][]float64{}
	}
	was, known := m.values[f]
	switch {
	case !known:
		m.order = append(m.order, f)
		m.values[f] = []float64{value}
	case f.Kind == observe.Counts:
		was[0] += value
	case f.Kind == observe.Level:
		was[0] = value
	default:
		m.values[f] = append(was, value)
	}
}

// Flush writes what is there, unless it can wait for a later call.
func (m *Meter) Flush(ctx context.Context) {
	if m.canWait() {
		return
	}
	for a := m.Figures(); !a.Equal(slog.Attr{}); a = m.Figures() {
		slog.LogAttrs(ctx, slog.LevelInfo, "figures", a)
	}
}

func (m *Meter) canWait() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, f := range m.order {
		if f.Kind == observe.Counts || len(m.values[f]) >= mostValues {
			return false
		}
	}
	return m.now().Sub(m.written) < patience
}

func (m *Meter) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

// metric is a metric in a directive.
type metric struct {
	Name string
	Unit string
}

// directive says of a line which of its members are metrics.
type directive struct {
	Namespace  string
	Dimensions [][]string
	Metrics    []metric
}

type metadata struct {
	Timestamp         int64 // Unix milliseconds
	CloudWatchMetrics []directive
}

// Figures takes as much of what is there as one line holds: the figures of one consumer at most, and 100 values of each. It
// is an empty attribute when nothing is there.
func (m *Meter) Figures() slog.Attr {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.order) == 0 {
		return slog.Attr{}
	}
	all := directive{Namespace: m.Namespace, Dimensions: [][]string{{}}}
	one := directive{Namespace: m.Namespace, Dimensions: [][]string{{observe.ByConsumer}, {}}}
	var consumer string
	var members []any
	var left []observe.Figure
	for _, f := range m.order {
		switch {
		case f.Consumer == "":
			all.Metrics = append(all.Metrics, metric{f.Name, f.Unit})
		case consumer == "" || consumer == f.Consumer:
			consumer = f.Consumer
			one.Metrics = append(one.Metrics, metric{f.Name, f.Unit})
		default:
			left = append(left, f)
			continue
		}
		values := m.values[f]
		n := min(len(values), mostValues)
		members = append(members, slog.Any(f.Name, member(values[:n])))
		if n < len(values) {
			m.values[f] = values[n:]
			left = append(left, f)
		} else {
			delete(m.values, f)
		}
	}
	m.order, m.written = left, m.now()
	about := metadata{Timestamp: m.written.UnixMilli()}
	if len(all.Metrics) > 0 {
		about.CloudWatchMetrics = append(about.CloudWatchMetrics, all)
	}
	if consumer != "" {
		about.CloudWatchMetrics = append(about.CloudWatchMetrics, one)
		members = append(members, slog.String(observe.ByConsumer, consumer))
	}
	return slog.Group("", append(members, slog.Any("_aws", about))...)
}

// member is a metric's value, or its values.
func member(values []float64) any {
	if len(values) == 1 {
		return values[0]
	}
	return values
}
