package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"

	"github.com/foldstream/foldstream/engine"
)

// progress shows on a terminal how far something long is: a bar for one task after the other, with its rate and the time that
// is left. It is safe for concurrent use.
type progress struct {
	w io.Writer // nil for nobody

	mu    sync.Mutex
	task  string
	total uint64
	bar   *progressbar.ProgressBar // nil between tasks
}

// betweenLines is how often a bar changes at most.
const betweenLines = 100 * time.Millisecond

// newProgress shows nothing when it is to be quiet, nor to whoever is not a terminal.
func newProgress(w io.Writer, quiet bool) *progress {
	if file, ok := w.(*os.File); quiet || !ok || !isatty.IsTerminal(file.Fd()) {
		return &progress{}
	}
	return &progress{w: w}
}

// at tells that so many units of a task are done. A total of 0 is one that is not known.
func (p *progress) at(task, unit string, done, total uint64) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil || p.task != task {
		p.clear()
		p.task, p.total, p.bar = task, total, p.begin(task, unit, total)
	}
	if total != p.total {
		p.total = total
		p.bar.ChangeMax64(most(total))
	}
	_ = p.bar.Set64(int64(done)) // a terminal that is gone hears nothing
}

func (p *progress) begin(task, unit string, total uint64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(most(total), progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(task),
		progressbar.OptionThrottle(betweenLines), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
		progressbar.OptionSetItsString(unit), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionUseANSICodes(true), progressbar.OptionSetWidth(20))
}

// most is a bar's end: -1 for one that is not known, which an empty task is shown as too.
func most(total uint64) int64 {
	if total == 0 {
		return -1
	}
	return int64(total)
}

// end clears the line.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
}

func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}

// rebuild shows a view's rebuild.
func (p *progress) rebuild(r engine.Rebuilding) {
	switch r.Phase {
	case engine.PhaseFill:
		p.at(r.View+": fill", "commits", r.Position, r.Head)
	case engine.PhaseCompare:
		p.at(r.View+": compare", "rows", r.Rows, 0)
	case engine.PhaseWait:
		p.at(r.View+": wait until every process knows", "times", 0, 0)
	case engine.PhaseErase:
		p.at(r.View+": erase what is not in use any more", "times", 0, 0)
	}
}

// forget shows a forgetting.
func (p *progress) forget(w engine.Working) { p.at(w.Doing, w.Unit, w.Done, w.Total) }
