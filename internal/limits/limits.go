// Package limits says how long things may take. Lambdas and stacks both go by it, because most of these times follow from
// others: its test says what follows from what, and why.
package limits

import "time"

// What AWS allows.
const (
	APITimeout      = 30 * time.Second // of an integration of an HTTP API
	SocketTimeout   = 29 * time.Second // of an integration of a WebSocket API
	LambdaTimeout   = 15 * time.Minute
	StreamRetention = 24 * time.Hour      // of DynamoDB's streams
	QueueRetention  = 14 * 24 * time.Hour // the longest of SQS
	MostHidden      = 12 * time.Hour      // the longest visibility timeout
	MostReceives    = 1000                // the most that a redrive policy counts to
	Deduplication   = 5 * time.Minute     // of FIFO topics and queues
	AnswerBytes     = 6_291_556           // of a Lambda's answer, as JSON
)

// A call of AWS.
const (
	// Attempts is how often a call is tried.
	Attempts = 5
	// Attempt is how long one try takes at most, until its answer has been read. Usual ones take milliseconds.
	Attempt = 2 * time.Second
	// Dial is how much of it may go by until there is a connection.
	Dial = Attempt / 2
	// FirstPause is the longest pause before the second try; each further one is twice as long.
	FirstPause = 50 * time.Millisecond
	// Call is how long a call takes at most, with all of its tries and pauses.
	Call = Attempts*Attempt + FirstPause*(1<<(Attempts-1)-1)
	// UsualCall is what a slow but usual one takes: the 99th percentile of a transaction is 93 ms.
	UsualCall = 100 * time.Millisecond
)

// A write that meets others.
const (
	// Decisions is how often one command is decided, when others change its stream meanwhile.
	Decisions = 10
	// Writes is how often one write is made again, when it meets transactions that are under way.
	Writes = 12
	// LongestPause is the longest one between two decisions, or two writes.
	LongestPause = 200 * time.Millisecond
)

// A request.
const (
	// ToAnswer is kept free at the end of a function's time, to say that the time was too short: a function that is ended by
	// Lambda answers nothing, and all of a batch comes again.
	ToAnswer = 500 * time.Millisecond
	// Request is how long a function behind a route may run: a command reads and writes, and each may need all its tries.
	Request = 2*Call + ToAnswer
	// Integration is how long an API waits: longer, so that the function's own answer is what is told.
	Integration = Request + time.Second
	// QueryWait is how long a query waits for a version that its view has not reached.
	QueryWait = 5 * time.Second
	// Handshake is how long after its $connect route was called a connection may be said to be gone because it is not there
	// yet: API Gateway opens it when the route has answered.
	Handshake = Integration
)

// A consumer of commits.
const (
	// Consumer is how long the function may run: it reads how far it is, and saves how far it got.
	Consumer = 2*Call + ToAnswer
	// Visibility is how long a message that was handed out stays hidden: AWS asks for six times the function's time, so that
	// retries of a throttled function fit in.
	Visibility = 6 * Consumer
	// ParkAfter is the delivery at which a commit that still fails is parked, unless time alone will mend it.
	ParkAfter = 5
	// Outage is how long one may last until messages are given up, as a stream does with its records.
	Outage = StreamRetention
	// Receives is the deliveries after which a message goes to the dead-letter queue.
	Receives = int(Outage / Visibility)
)

// An errand.
const (
	// Lease is how long the single writer of a stream may take. One that dies is followed by another after that time.
	Lease = 3 * time.Second
	// LeasePatience is how long a lease that somebody holds is waited for: longer than one that has died can hold it.
	LeasePatience = Lease + 500*time.Millisecond
	// LeaseRelease is how long may be spent on giving a lease up, which expires anyhow.
	LeaseRelease = ToAnswer / 2
	// Errand is how long the function may run: it waits for a lease, and then executes a command in a few hundredths of a
	// second. What takes longer is brought again.
	Errand = LeasePatience + 10*UsualCall + ToAnswer
	// ErrandHidden is how long an errand that was handed out stays hidden. It is not the six times that AWS asks for: when a
	// writer dies, its messages stay hidden, and with them all that wait behind them in their streams. So somebody else goes
	// on as soon as the dead one's time and lease are over. The price is that a throttled function uses up deliveries, which
	// is why an errand is never given up for want of time.
	ErrandHidden = Errand + time.Second
	// ErrandTries is the delivery at which a command from the inbox that still fails is given up, unless time alone will
	// mend it: those behind it wait.
	ErrandTries = 5
	// TimerReceives is the deliveries after which a timer that fails is kept aside.
	TimerReceives = MostReceives
)

// The relay.
const (
	// Relay is how long it may run. While it can do nothing but wait it goes on trying until then.
	Relay = time.Minute
	// Insists is how long the relay tries on before its records are noted as failures: others wait behind them.
	Insists = time.Hour
	// RelayAttempts is how often a batch is retried: what is over by then needs nobody.
	RelayAttempts = int(Insists / Relay)
	// SweepEvery is how often the sweeper looks for what the relay never got to the feed. It reads the whole events table,
	// which costs; after an outage it can be called by hand.
	SweepEvery = 24 * time.Hour
	// RelayBatch is how many records the relay gets at once. A batch that fails is cut in two, again and again.
	RelayBatch = 100
	// SweepFrom is how far back a sweep looks: to what a stream could have lost since the last one.
	SweepFrom = StreamRetention + SweepEvery
	// SweepUntil is how old what a sweep brings on is at least: the relay has had its chance by then.
	SweepUntil = 10 * Relay
	// Sweeper is how long it may run.
	Sweeper = LambdaTimeout
)

// ArchiveEvery is how often the archivist adds to the archive. Each run that finds something writes a file for each category,
// and few large files are searched faster than many small ones.
const ArchiveEvery = time.Hour

// The upkeep: jobs that admins ask for, such as the rebuild of a view.
const (
	// Upkeep is how long the function may run.
	Upkeep = LambdaTimeout
	// UpkeepStops is how long before its end a job is broken off: how far it is has to be noted, and the rest to be queued.
	UpkeepStops = 2*Call + ToAnswer
	// UpkeepHidden is how long a job that was handed out stays hidden. It is carried out by one function at a time, so that
	// there is nothing to throttle.
	UpkeepHidden = Upkeep + time.Second
	// UpkeepTries is the deliveries after which a job is given up whose function ends each time without a word.
	UpkeepTries = 3
	// UpkeepReceives is the deliveries after which it is kept aside, because not even that could be noted.
	UpkeepReceives = 2 * UpkeepTries
	// UpkeepRuns is how often a job is queued again that does not come to its end in time.
	UpkeepRuns = 50
)
