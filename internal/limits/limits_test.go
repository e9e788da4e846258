package limits_test

import (
	"math/bits"
	"testing"
	"time"

	"github.com/foldstream/foldstream/internal/limits"
)

// TestTimes states what must hold between the times, and why. Left is less than right, or at most as long.
func TestTimes(t *testing.T) {
	const working = limits.Request - limits.ToAnswer // what a request has until it must answer
	for why, times := range map[string][2]time.Duration{
		"a connection is made within one try of a call":                                     {limits.Dial, limits.Attempt},
		"two usual calls fit one try many times, so that only what hangs is tried again":    {20 * limits.UsualCall, limits.Attempt},
		"a command that has to try its read and its write as often as may be still answers": {2 * limits.Call, working},
		"a command that loses every race still answers 409": {
			limits.Decisions*(2*limits.UsualCall+limits.LongestPause) + limits.Call, working,
		},
		"a command whose write meets transactions all along still answers 503": {
			limits.Writes*(limits.UsualCall+limits.LongestPause) + limits.Call, working,
		},
		"a query that waits for a version, and whose last read has to be tried as often as may be, still answers": {
			limits.QueryWait + limits.Call, working,
		},
		"a saga's command that waits for a lease still tells what came of it": {
			limits.LeasePatience + limits.Call, limits.Consumer - limits.ToAnswer,
		},
		"a function answers before its API gives up":                    {limits.Request + time.Second, limits.Integration},
		"an HTTP API takes no longer timeout of an integration":         {limits.Integration, limits.APITimeout},
		"a WebSocket API takes no longer timeout of an integration":     {limits.Integration, limits.SocketTimeout},
		"a connection is open, or never will be, when $connect is over": {limits.Integration, limits.Handshake},

		"a consumer reads how far it is and saves how far it got, however often it tries": {2 * limits.Call, limits.Consumer - limits.ToAnswer},
		"AWS asks for six times the function's time, for a throttled function":            {6 * limits.Consumer, limits.Visibility},
		"SQS hides messages no longer": {limits.Visibility, limits.MostHidden},
		"a message rides out the outage that a stream's records do, but for one delivery": {
			limits.Outage - limits.Visibility, time.Duration(limits.Receives) * limits.Visibility,
		},
		"a message gets to the dead-letter queue before its queue forgets it": {
			time.Duration(limits.Receives) * limits.Visibility, limits.QueueRetention,
		},

		"a writer has time for a command of usual calls behind a lease that it waited for": {
			limits.LeasePatience + 10*limits.UsualCall, limits.Errand - limits.ToAnswer,
		},
		"a lease outlives a command that is decided again and again, so that writers are seldom deposed": {
			limits.Decisions * 2 * limits.UsualCall, limits.Lease,
		},
		"the next writer waits until a dead one's lease is over":                 {limits.Lease + limits.UsualCall, limits.LeasePatience},
		"a lease is given up within what is left to answer":                      {limits.LeaseRelease, limits.ToAnswer},
		"Lambda reads no queue that hands out a message while its function runs": {limits.Errand, limits.ErrandHidden},
		"a dead writer's lease is over when its messages are seen again":         {limits.Lease, limits.ErrandHidden},
		"another writer goes on within seconds":                                  {limits.ErrandHidden, 10 * time.Second},
		"a timer is kept aside before its queue forgets it":                      {limits.TimerReceives * limits.ErrandHidden, limits.QueueRetention},

		"the relay rides out an hour of trouble": {limits.Insists, time.Duration(limits.RelayAttempts) * limits.Relay},
		"a record that cannot be read is out of the way, with all the cuts of its batch, before its stream forgets what is behind it": {
			time.Duration(limits.RelayAttempts+1) * limits.Relay * time.Duration(1+bits.Len(limits.RelayBatch)), limits.StreamRetention,
		},
		"a sweep looks back over all that a stream could have lost since the last": {limits.StreamRetention + limits.SweepEvery, limits.SweepFrom},
		"the relay has had a few runs before the sweeper steps in":                 {limits.Deduplication, limits.SweepUntil},
		"a sweep is over when the next begins":                                     {limits.Sweeper, limits.SweepEvery},
		"Lambda runs nothing longer":                                               {limits.Sweeper, limits.LambdaTimeout},

		"a job that is broken off is noted and queued again, however often both have to be tried": {2 * limits.Call, limits.UpkeepStops - limits.ToAnswer},
		"most of a run is spent on the job":                       {10 * limits.UpkeepStops, limits.Upkeep},
		"Lambda runs no job longer":                               {limits.Upkeep, limits.LambdaTimeout},
		"nobody else is handed out a job while its function runs": {limits.Upkeep + time.Second, limits.UpkeepHidden},
		"a job is kept aside before its queue forgets it":         {limits.UpkeepReceives * limits.UpkeepHidden, limits.QueueRetention},
	} {
		if times[0] > times[1] {
			t.Errorf("%s: %v is more than %v", why, times[0], times[1])
		}
	}
}

func TestCounts(t *testing.T) {
	for why, counts := range map[string][2]int{
		"a commit that no time mends is parked before its message is given up": {limits.ParkAfter + 1, limits.Receives},
		"a redrive policy counts no further":                                   {limits.Receives, limits.MostReceives},
		"likewise for timers":                                                  {limits.TimerReceives, limits.MostReceives},
		"a job is given up before its message is":                              {limits.UpkeepTries + 1, limits.UpkeepReceives},
	} {
		if counts[0] > counts[1] {
			t.Errorf("%s: %d is more than %d", why, counts[0], counts[1])
		}
	}
}

// TestSeconds: stacks tell AWS the times of functions and queues in whole seconds.
func TestSeconds(t *testing.T) {
	for name, d := range map[string]time.Duration{
		"Request": limits.Request, "Integration": limits.Integration, "Consumer": limits.Consumer, "Visibility": limits.Visibility,
		"Errand": limits.Errand, "ErrandHidden": limits.ErrandHidden, "Relay": limits.Relay, "Sweeper": limits.Sweeper,
		"Upkeep": limits.Upkeep, "UpkeepHidden": limits.UpkeepHidden,
	} {
		t.Logf("%s: %v", name, d)
		if d%time.Second != 0 {
			t.Errorf("%s is %v, which is no number of seconds", name, d)
		}
	}
}
