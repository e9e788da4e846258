package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/foldstream/foldstream/engine"
)

// meter shows on a terminal, in one line, how far something long is.
type meter struct {
	w      io.Writer // nil for nobody
	phase  string
	began  time.Time // the phase
	from   engine.Rebuilding
	shown  time.Time
	inLine bool
}

// betweenLines is how often the line changes.
const betweenLines = 100 * time.Millisecond

func newMeter(w io.Writer, quiet bool) *meter {
	if file, ok := w.(*os.File); quiet || !ok || !isatty.IsTerminal(file.Fd()) {
		return &meter{}
	}
	return &meter{w: w}
}

func (m *meter) show(p engine.Rebuilding) {
	now := time.Now()
	if p.Phase != m.phase {
		m.phase, m.began, m.from, m.shown = p.Phase, now, p, time.Time{}
	}
	if m.w == nil || now.Sub(m.shown) < betweenLines {
		return
	}
	m.shown, m.inLine = now, true
	fmt.Fprintf(m.w, "\r\x1b[K%s", m.line(p, now.Sub(m.began)))
}

func (m *meter) line(p engine.Rebuilding, took time.Duration) string {
	switch p.Phase {
	case engine.PhaseFill:
		begin := fmt.Sprintf("%s: %d events, position %d of %d", p.View, p.Events, p.Position, p.Head)
		done := p.Position - m.from.Position
		if done == 0 || took == 0 {
			return begin
		}
		left := time.Duration(float64(took) * float64(p.Head-min(p.Position, p.Head)) / float64(done))
		return fmt.Sprintf("%s, %.0f events/s, %v left", begin, float64(p.Events-m.from.Events)/took.Seconds(), left.Round(time.Second))
	case engine.PhaseCompare:
		return fmt.Sprintf("%s: %d rows compared", p.View, p.Rows)
	case engine.PhaseWait:
		return p.View + ": wait until every process knows"
	default:
		return p.View + ": erase what is not in use any more"
	}
}

// end clears the line.
func (m *meter) end() {
	if m.inLine {
		fmt.Fprint(m.w, "\r\x1b[K")
		m.inLine = false
	}
}
