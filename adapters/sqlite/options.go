package sqlite

import "time"

// Option changes how a [DB] is opened.
type Option func(*settings)

type settings struct {
	now          func() time.Time
	queues       map[string][]string
	guest        bool
	relaxed      bool
	visibility   time.Duration
	firstPause   time.Duration
	longestPause time.Duration
}

// Queue declares a queue of the commits of some categories, of all when none is named. A queue begins with what is saved
// after its first declaration; one that was not declared for a while goes on where it was.
func Queue(name string, categories ...string) Option {
	return func(s *settings) { s.queues[name] = categories }
}

// Clock replaces the clock that says when timers are due, and when messages and errands come again.
func Clock(now func() time.Time) Option { return func(s *settings) { s.now = now } }

// Guest opens the folder beside the process that serves it, as command-line tools do. A guest reads and writes everything,
// but it does not fill or poll queues, timers or the inbox: what it gives to them is received within about a second, by the server.
func Guest() Option { return func(s *settings) { s.guest = true } }

// Relaxed acknowledges appends before they have reached the disk. They survive the end of the process in any way, but a loss
// of power can take the last ones although views show them: it is for tests, and for data that can be made again.
func Relaxed() Option { return func(s *settings) { s.relaxed = true } }

// Visibility sets how long a handler may take for a batch of messages; 30 s unless set. After that its context ends, and
// the messages are given to another.
func Visibility(d time.Duration) Option { return func(s *settings) { s.visibility = d } }

// Retry sets after how long a failed message comes again: at first, doubled with each failure, and at most. Unless set that
// is 250 ms and 30 s.
func Retry(first, longest time.Duration) Option {
	return func(s *settings) { s.firstPause, s.longestPause = first, longest }
}
