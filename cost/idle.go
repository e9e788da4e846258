package cost

import (
	_ "embed"
	"time"

	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// stacks counts what stands in the templates of a stage. A test of the stacks holds it against them, and writes it anew with
// -update.
//
//go:embed stacks.json
var stacks []byte

// Standing is what a stage has that is paid for whether it is used or not, as numbers of things.
type Standing struct {
	AlarmMetrics   int `json:"alarmMetrics"` // that alarms watch, some two each
	Alarms         int `json:"alarms"`
	Dashboards     int `json:"dashboards"`
	Keys           int `json:"keys"`
	Secrets        int `json:"secrets"`
	FIFOQueues     int `json:"fifoQueues"`     // that Lambdas read
	StandardQueues int `json:"standardQueues"` // likewise
	Firewalls      int `json:"firewalls"`
	FirewallRules  int `json:"firewallRules"`
	SearchNodes    int `json:"searchNodes"`
	SearchGB       int `json:"searchGB"`
}

// Stages are kinds of stages.
type Stages struct {
	Try        Standing `json:"try"`        // whose data goes with it
	Production Standing `json:"production"` // which keeps its data
	Everything Standing `json:"everything"` // production with all that can be asked for
}

// Counted is what the templates come to.
func Counted() Stages {
	var s Stages
	decode("stacks.json", stacks, &s)
	return s
}

// The parts of an idle stage.
const (
	Watching  = "alarms and the dashboard"
	Polling   = "Lambda's polling of empty queues"
	Keeping   = "keys and secrets"
	Guarding  = "the firewall"
	Searching = "full-text search"
	Stored    = "storage"
	Backup    = "recovery to any time of 35 days"
	Sweeping  = "the sweeper"
)

// polling is how long Lambda waits at an empty queue before it asks again.
const polling = 20 * time.Second

// Idle is what a stage costs in a month in which nothing happens.
func (e *Estimator) Idle(s Standing) Bill {
	var b Bill
	b.add(Watching, AlarmMetric, float64(s.AlarmMetrics))
	b.add(Watching, Dashboard, float64(s.Dashboards))
	b.add(Keeping, Key, float64(s.Keys))
	b.add(Keeping, Secret, float64(s.Secrets))
	asked := e.LongPollings * month * float64(time.Hour/polling)
	b.add(Polling, FIFORequest, asked*float64(s.FIFOQueues))
	b.add(Polling, StandardRequest, asked*float64(s.StandardQueues))
	b.add(Guarding, FirewallACL, float64(s.Firewalls))
	b.add(Guarding, FirewallRule, float64(s.FirewallRules))
	b.add(Searching, SearchNode, month*float64(s.SearchNodes))
	b.add(Searching, SearchStorage, float64(s.SearchGB))
	return b
}

// Kept is what a GB in the events table costs in a month.
func (e *Estimator) Kept() Bill {
	var b Bill
	b.add(Stored, TableStorage, 1)
	b.add(Backup, TableBackup, 1)
	const half = 0.5 // a scan need not be consistent
	sweeps := month * float64(time.Hour) / float64(limits.SweepEvery)
	b.add(Sweeping, ReadUnit, half*gigabyte/4096*sweeps)
	return b
}

// Left is the GB that a million commits leave in the events table.
func (e *Estimator) Left() float64 { return million * float64(e.CommitBytes) / gigabyte }

// figures is how many metrics package observe has that are one for the whole system. A test counts them.
const figures = 15

// Metrics are those of the system's own, at most, each paid for by the hours in which it gets values.
func (e *Estimator) Metrics() Bill {
	var b Bill
	b.add(Watching, CustomMetric, float64(figures+len(topology.Queues(e.app))))
	return b
}
