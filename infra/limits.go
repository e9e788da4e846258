package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/foldstream/foldstream/topology"
)

// Every time and size that one function, queue or API must keep to stands here, because most follow from others.
const (
	memoryMB = 256

	// A request gets less than the 30 s after which an HTTP API gives up, and far more than the 5 s that a query waits for
	// a version.
	requestTimeout = 15 * time.Second
	// integrationTimeout is longer than the function's, so that the function's own error is what is reported.
	integrationTimeout = requestTimeout + time.Second
	// A consumer's is short: a message that failed comes back after the visibility timeout, and is parked at its fifth
	// delivery.
	consumerTimeout = 20 * time.Second
	relayTimeout    = time.Minute
	sweeperTimeout  = 15 * time.Minute

	// visibilityTimeout is how long a message that was handed out stays hidden: AWS asks for six times the function's time,
	// so that retries of a throttled function fit in.
	visibilityTimeout = 6 * consumerTimeout
	// maxReceives is more than the deliveries after which the engine parks a stream: what gets to the dead-letter queue
	// cannot be read at all.
	maxReceives    = 10
	queueBatch     = 10 // all that a FIFO queue gives at once
	queueRetention = 14 * day

	// An errand is one command, which takes a few hundredths of a second.
	errandTimeout = 5 * time.Second
	// errandHidden is not the six times that AWS asks for: when a writer dies, its messages stay hidden, and with them all
	// that wait behind them in their streams. So somebody else goes on after six seconds, when the lease that the dead one
	// held is over as well. The price is that a throttled function uses up tries of its messages.
	errandHidden = errandTimeout + time.Second
	// inboxAge is when somebody has waited too long.
	inboxAge = time.Minute
	// timersAge has room for the 15 minutes by which messages are delayed, which may count.
	timersAge = 15*time.Minute + 2*time.Minute
	// timerReceives is the most that SQS counts to: a timer that fails is tried for an hour and a half, and then kept aside.
	timerReceives = 1000

	// A stream keeps its records for 24 hours. A batch that fails this often is cut down to the records that are at fault,
	// and those go to the queue of failures; the sweeper brings them to the feed later.
	relayBatch    = 100
	relayAttempts = 20
	// A sweep scans the events table, which costs, and looks back over the 25 hours that a stream could have lost.
	sweepEvery = "rate(1 hour)"

	// An HTTP API takes this many routes, and as many integrations.
	maxRoutes = 300
	// A Lambda's name has at most this many letters.
	maxFunctionName = 64
)

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
		return consumerTimeout
	case f.Errands != "":
		return errandTimeout
	case f.Stream:
		return relayTimeout
	case f.Schedule:
		return sweeperTimeout
	default:
		return requestTimeout
	}
}

// check refuses what AWS would refuse halfway through a deployment.
func check(c config, functions []topology.Function) error {
	s := c.stage
	errs := []error{s.check()}
	if c.search != "" && c.search != openSearch {
		errs = append(errs, fmt.Errorf("search is %q: there is %s, or nothing", c.search, openSearch))
	}
	routes := 0
	for _, f := range functions {
		if f.Context == sharedStack || f.Context == entryStack {
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
