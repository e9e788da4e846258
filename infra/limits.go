package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// What a stack alone must keep to; the times that Lambdas know as well are in package limits.
const (
	memoryMB = 256

	queueBatch = 10 // all that a FIFO queue gives at once

	// inboxAge is when somebody has waited too long.
	inboxAge = time.Minute
	// timersAge has room for the 15 minutes by which messages are delayed, which may count.
	timersAge = 15*time.Minute + 2*time.Minute
	// upkeepAge has room for a job that takes all of a function's time, and for another try at it.
	upkeepAge = 2 * limits.UpkeepHidden

	// An HTTP API takes this many routes, and as many integrations.
	maxRoutes = 300
	// A Lambda's name has at most this many letters.
	maxFunctionName = 64
)

// sweepEvery is the sweeper's schedule. A sweep scans the events table, which costs.
var sweepEvery = rate(limits.SweepEvery)

func rate(every time.Duration) string { return fmt.Sprintf("rate(%d minutes)", every/time.Minute) }

// throttle is how many requests a second a route takes, and how many at once.
type throttle struct{ rate, burst int }

var (
	// usual is for each route whose callers are known.
	usual = throttle{rate: 200, burst: 400}
	// open is for each route that anybody can call, some of which hash passwords.
	open = throttle{rate: 20, burst: 40}
)

func timeout(f topology.Function) time.Duration {
	switch {
	case f.Queue != nil:
		return limits.Consumer
	case f.Errands == engine.UpkeepName:
		return limits.Upkeep
	case f.Errands != "":
		return limits.Errand
	case f.Stream:
		return limits.Relay
	case f.Schedule:
		return limits.Sweeper
	default:
		return limits.Request
	}
}

// check refuses what AWS would refuse halfway through a deployment.
func check(c config, functions []topology.Function) error {
	s := c.stage
	errs := []error{s.check(), checkEncryption(c.encryption), checkFirewall(c), c.web.check(), c.front.check(c.region), checkCanary(c.canary), checkOutbox(c.outbox), checkArchive(c.archive), checkMoves(c.moves)}
	if c.search != "" && c.search != openSearch {
		errs = append(errs, fmt.Errorf("search is %q: there is %s, or nothing", c.search, openSearch))
	}
	routes := 0
	for _, f := range functions {
		if slices.Contains(ownStacks, f.Context) {
			errs = append(errs, fmt.Errorf("a context cannot be called %s: a stack is", f.Context))
		}
		if f.Route != "" {
			routes++
		}
		if name := s.name(f.Name); len(name) > maxFunctionName {
			errs = append(errs, fmt.Errorf("the function's name %s is longer than %d letters", name, maxFunctionName))
		}
	}
	if routes > maxRoutes {
		errs = append(errs, fmt.Errorf("%d routes: an HTTP API takes %d", routes, maxRoutes))
	}
	return errors.Join(errs...)
}
