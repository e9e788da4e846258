package engine

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/es"
)

// Loader reads streams. It is safe for concurrent use.
type Loader interface {
	// Load yields a stream's commits that begin behind a version, in order, however many there are, across its eras. Those of
	// archived eras are left out. It reads what was appended before the call. It ends after the first error.
	Load(ctx context.Context, stream es.StreamID, after uint64) iter.Seq2[es.Commit, error]
}

// EventStore keeps the commits of all streams. It is safe for concurrent use.
type EventStore interface {
	Loader
	// Tail gives the last n commits of a stream's last era, in order, in one round trip where it was never closed; fewer when
	// there are no more, or when they are large (1 MB), but at least the last one.
	Tail(ctx context.Context, stream es.StreamID, n int) ([]es.Commit, error)
	// Append adds one commit, or up to 100 of different streams in one transaction: all are durable when it returns nil,
	// and none is there when it fails, but for a fault of the network after which one cannot know. Of one stream there may be
	// two, of two eras, in their order: see [es.Closing]. A stream that is no
	// longer where the draft says gives a [*Conflict]; a commit that cannot be stored for its size [ErrTooLarge]; a draft
	// whose fencing token is not that of its stream's lease any more [ErrDeposed].
	Append(ctx context.Context, drafts ...es.Draft) error
}

// Conflict is the error of an append to a stream that has moved on.
type Conflict struct {
	Stream es.StreamID
	Commit es.Commit // the commit that stands in the way, when the store can tell; else zero
}

func (c *Conflict) Error() string { return fmt.Sprintf("%s has moved on", c.Stream) }

var (
	// ErrTooLarge is the error of an append of more than [MaxCommitBytes].
	ErrTooLarge = errors.New("the commit is too large")
	// ErrStale is the error of a conditional write whose condition no longer holds: somebody else was first.
	ErrStale = errors.New("somebody else was first")
	// ErrDeposed is the error of an append by a writer whose lease another one has taken.
	ErrDeposed = errors.New("another writer has taken over")
	// ErrHeld is the error of asking for a lease that another writer holds.
	ErrHeld = errors.New("another writer holds the lease")
	// ErrArchived is in the error of reading commits that have been archived, and are not in the store any more.
	ErrArchived = errors.New("the commits have been archived")
	// ErrTooYoung is the error of taking out an era that was closed too short a time ago.
	ErrTooYoung = errors.New("it was closed too short a time ago")
	// ErrGone is the error of a push to a connection that is no longer there.
	ErrGone = errors.New("the connection is gone")
	// ErrBusy is the error of a store that cannot take more just now; the same call may succeed later.
	ErrBusy = errors.New("the store is busy")
)

// MaxCommitBytes bounds a commit as JSON, so that it fits a queue's message with its envelope (256 KiB).
const MaxCommitBytes = 240 << 10

// MaxCommitEvents bounds how many events one commit holds.
const MaxCommitEvents = 100

// Feed is all commits of all streams in one order that keeps each stream's own.
type Feed interface {
	// Read gives up to limit commits behind a position, in order; none when there are no more yet.
	Read(ctx context.Context, after uint64, limit int) ([]es.Positioned, error)
	// End is the position of the last commit; 0 when there is none.
	End(ctx context.Context) (uint64, error)
}

// Publisher brings commits to every queue that listens to their category, in each stream's order, at least once.
type Publisher interface {
	Publish(ctx context.Context, commits []es.Commit) error
}

// Row is a view's document for one stream.
type Row struct {
	Version uint64         // of the last event that is folded in; 0 when there is no row
	Doc     jsontext.Value // absent when no event had anything to say yet
	Keys    []es.Key       // the places of the document in the view's indexes
}

// ListedRow is a row in a page.
type ListedRow struct {
	ID     string
	Cursor string // continues behind this row
	Row
}

// Page asks for rows of one partition of an index, in order of their keys' Sort.
type Page struct {
	Index, Partition string
	After            string // a Cursor; empty to begin
	Limit            int
}

// Reader reads the documents of views. It is safe for concurrent use.
type Reader interface {
	// Row reads the document of an aggregate's id; a zero Row when there is none.
	Row(ctx context.Context, view, id string) (Row, error)
	// List reads a page. Rows may be as old as the last Save that finished before the call began, never older.
	List(ctx context.Context, view string, page Page) ([]ListedRow, error)
}

// Views keeps the documents of views. It is safe for concurrent use.
type Views interface {
	Reader
	// Save replaces a row and its places in the indexes, as one. It gives [ErrStale] when the stored row's version is not was.Version.
	Save(ctx context.Context, view, id string, was, now Row) error
}

// Checkpoints keeps how far each consumer got in each stream.
type Checkpoints interface {
	// Applied is the version of the last event that the consumer is done with, 0 for none.
	Applied(ctx context.Context, consumer string, stream es.StreamID) (uint64, error)
	// Advance moves it from one version to another; [ErrStale] when it is not at was.
	Advance(ctx context.Context, consumer string, stream es.StreamID, was, now uint64) error
}

// Parked is a stream that one consumer cannot get on with. The stream's commits wait in the event store.
type Parked struct {
	Consumer string      `json:"consumer"`
	Stream   es.StreamID `json:"stream"`
	Version  uint64      `json:"version"` // of the commit that failed
	Error    string      `json:"error"`
	Attempts int         `json:"attempts"`
	Time     time.Time   `json:"time"`
	History  []Failed    `json:"history,omitempty"` // the times before that it was parked there, the oldest first; see [Parked.Behind]
}

// ParkingLot keeps what is parked.
type ParkingLot interface {
	// Park notes a parked stream, in place of an earlier note of the same consumer and stream, which it keeps the history of.
	Park(ctx context.Context, p Parked) error
	// Unpark removes a note; it is no error if there is none.
	Unpark(ctx context.Context, consumer string, stream es.StreamID) error
	// Parked lists the notes by consumer and stream.
	Parked(ctx context.Context) ([]Parked, error)
}

// Outcome is one thing that came of a request: an event, or a refusal.
type Outcome struct {
	Type        string         `json:"type"` // an event's wire name, or CommandRejected
	TraceID     string         `json:"traceId"`
	AggregateID es.StreamID    `json:"aggregateId"`
	Version     uint64         `json:"version,omitzero"`
	Payload     jsontext.Value `json:"payload,omitzero"`
	Schema      int            `json:"schema,omitzero"`       // version of the payload's shape, as it was recorded
	CommandID   string         `json:"commandId,omitempty"`   // that gave it; outcomes of one decision share it
	CausationID string         `json:"causationId,omitempty"` // the event that the command was sent upon, as "stream@version"
	Time        time.Time      `json:"time"`
	Invoker     string         `json:"-"`
}

// Traces keeps the outcomes of each trace.
type Traces interface {
	// Note adds outcomes of one trace; the same outcome (aggregate, version, type) twice is kept once.
	Note(ctx context.Context, traceID string, outcomes []Outcome) error
	// Trace gives the outcomes of a trace with their invokers, by time and then version; none if it is not known.
	Trace(ctx context.Context, traceID string) ([]Outcome, error)
}

// Connection is a client's WebSocket connection.
type Connection struct {
	ID      string
	User    string
	Roles   []string
	Expires time.Time // of the token it was opened with
	Opened  time.Time
}

// Topic is what a client can subscribe to: a stream, or all events of a name.
type Topic string

// StreamTopic is the topic of a stream's events.
func StreamTopic(stream es.StreamID) Topic { return Topic(stream) }

// EventTopic is the topic of all events with a wire name, of whatever stream.
func EventTopic(name string) Topic { return Topic("event:" + name) }

// Connections keeps who is connected, and who is subscribed to what.
type Connections interface {
	Connect(ctx context.Context, c Connection) error
	// Disconnect forgets a connection and its subscriptions; it is no error if it is not there.
	Disconnect(ctx context.Context, id string) error
	// Connection finds one by id; [ErrGone] if it is not there.
	Connection(ctx context.Context, id string) (Connection, error)
	// OfUser are the connections of a user.
	OfUser(ctx context.Context, user string) ([]Connection, error)
	// Subscribe and Unsubscribe add and remove a topic; doing so twice is no error.
	Subscribe(ctx context.Context, id string, topic Topic) error
	Unsubscribe(ctx context.Context, id string, topic Topic) error
	// OfTopic are the connections that are subscribed to a topic.
	OfTopic(ctx context.Context, topic Topic) ([]Connection, error)
}

// Pusher sends a message to a connection.
type Pusher interface {
	// Push gives [ErrGone] when the connection is not there any more.
	Push(ctx context.Context, connectionID string, message []byte) error
}

// Mailer posts mails. The id is the same when a mail is posted again.
type Mailer interface {
	Mail(ctx context.Context, id, address string, m es.Mail) error
}

// Texter sends text messages to phones. The id is the same when a message is sent again.
type Texter interface {
	Text(ctx context.Context, id string, m es.SMS) error
}

// Secrets keeps the system's secret: at least 32 random bytes, the same for ever.
type Secrets interface {
	Secret(ctx context.Context) ([]byte, error)
}

// Finder finds views' documents by their words. Words are matched whatever their case and accents; the last word of a
// query may be the beginning of one.
type Finder interface {
	// Find gives the ids of up to limit documents that have all the words of a query, the best first. No query is an
	// error, whatever characters it has; one without any word finds nothing.
	Find(ctx context.Context, view, query string, limit int) ([]string, error)
}

// Search is a full-text index of views' documents.
type Search interface {
	Finder
	// Index sets the text of a document at a version; an older version than the one that is there changes nothing. An empty
	// text takes the document out.
	Index(ctx context.Context, view, id string, version uint64, text string) error
}

// Signer signs with an RSA key that it keeps to itself.
type Signer interface {
	// Sign gives the RS256 signature (PKCS #1 v1.5 over SHA-256) of a message.
	Sign(ctx context.Context, message []byte) ([]byte, error)
	// Public is the key's id and public half.
	Public(ctx context.Context) (keyID string, key *rsa.PublicKey, err error)
}
