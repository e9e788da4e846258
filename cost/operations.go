package cost

import "math"

// Item is a kind of item in the tables.
type Item int

// The kinds of items.
const (
	Commit     Item = iota // one commit of a stream
	Stretch                // the commits of a stream that one load reads, together
	Row                    // a view's document
	Small                  // a checkpoint, a lease, an entry of an index or of the feed, a connection: less than 1 KB
	Outcome                // one outcome in a trace
	Snapshot               // the state of a stream
	References             // what one batch adds to the feed: 60 bytes for each commit
)

// Sizes are those of items, in bytes.
type Sizes map[Item]int

// Capacity is DynamoDB's, in units.
type Capacity struct {
	Write float64 `json:"write"`
	Read  float64 `json:"read"`
}

// Plus adds capacities.
func (c Capacity) Plus(other Capacity) Capacity {
	return Capacity{c.Write + other.Write, c.Read + other.Read}
}

// Times multiplies a capacity.
func (c Capacity) Times(n float64) Capacity { return Capacity{c.Write * n, c.Read * n} }

// Written is what a write of an item takes: a unit for each KB that is begun.
func Written(bytes int) Capacity { return Capacity{Write: begun(bytes, 1<<10)} }

// Together is what a write of an item, or a condition on it, takes in a transaction: twice as much.
func Together(bytes int) Capacity { return Written(bytes).Times(2) }

// Read is what a consistent read takes, of an item or of all that a query goes over: a unit for each 4 KB that is begun, and
// one when there is nothing.
func Read(bytes int) Capacity { return Capacity{Read: begun(bytes, 4<<10)} }

func begun(bytes, chunk int) float64 { return max(1, math.Ceil(float64(bytes)/float64(chunk))) }

// Operation is a use of the tables: the calls that it makes, by their names in DynamoDB's API, and the items that these
// touch. The adapter's tests hold it against what is called, and against the capacity of what is sent and comes back.
type Operation struct {
	Name  string
	Calls string
	Takes []Take
}

// Take is how an operation touches an item.
type Take struct {
	How  func(bytes int) Capacity
	What Item
}

// Capacity is what an operation takes with items of these sizes.
func (o Operation) Capacity(s Sizes) Capacity {
	var all Capacity
	for _, t := range o.Takes {
		all = all.Plus(t.How(s[t.What]))
	}
	return all
}

// The operations on the tables.
var (
	AppendCommit   = Operation{"append a commit", "PutItem", []Take{{Written, Commit}}}
	AppendTwo      = Operation{"append two commits as one", "TransactWriteItems", []Take{{Together, Commit}, {Together, Commit}}}
	AppendFenced   = Operation{"append under a lease", "TransactWriteItems", []Take{{Together, Commit}, {Together, Small}}}
	AppendGated    = Operation{"append where the store can move", "TransactWriteItems", []Take{{Together, Commit}, {Together, Small}}}
	LoadStream     = Operation{"load a stream", "Query", []Take{{Read, Stretch}}}
	LoadSnapshot   = Operation{"read a snapshot", "GetItem", []Take{{Read, Snapshot}}}
	SaveSnapshot   = Operation{"save a snapshot", "PutItem", []Take{{Written, Snapshot}}}
	TakeLease      = Operation{"take a lease", "UpdateItem", []Take{{Written, Small}}}
	ReleaseLease   = Operation{"give a lease up", "UpdateItem", []Take{{Written, Small}}}
	FeedBatch      = Operation{"feed a batch", "TransactWriteItems", []Take{{Together, Small}, {Together, References}}}
	FeedStream     = Operation{"feed a batch, for each stream in it", "", []Take{{Together, Small}}}
	NoteStream     = Operation{"note a stream that begins", "BatchWriteItem", []Take{{Written, Small}}}
	FeedEnd        = Operation{"read the end of the feed", "GetItem", []Take{{Read, Small}}}
	FeedRead       = Operation{"read a commit of the feed", "Query BatchGetItem", []Take{{Read, References}, {Read, Commit}}}
	FeedNothing    = Operation{"read behind the end of the feed", "Query", []Take{{Read, Small}}}
	ReadRow        = Operation{"read a row", "GetItem", []Take{{Read, Row}}}
	ListRow        = Operation{"read a page of one row", "Query BatchGetItem", []Take{{Read, Small}, {Read, Row}}}
	SaveRow        = Operation{"save a row in its place", "PutItem", []Take{{Written, Row}}}
	CreateRow      = Operation{"save a row with a place in an index", "TransactWriteItems", []Take{{Together, Small}, {Together, Row}}}
	MoveRow        = Operation{"move a row in an index", "TransactWriteItems", []Take{{Together, Small}, {Together, Small}, {Together, Row}}}
	ReadStanding   = Operation{"read which generation of a view is live", "GetItem", []Take{{Read, Small}}}
	ReadCheckpoint = Operation{"read a checkpoint", "GetItem", []Take{{Read, Small}}}
	Advance        = Operation{"advance a checkpoint", "PutItem", []Take{{Written, Small}}}
	NoteOutcome    = Operation{"note an outcome", "BatchWriteItem", []Take{{Written, Outcome}}}
	FindListeners  = Operation{"find who is connected", "Query", []Take{{Read, Small}}}
	ReadKey        = Operation{"read the key of a person", "BatchGetItem", []Take{{Read, Small}}}
	KeepKey        = Operation{"keep the key of a person", "PutItem", []Take{{Written, Small}}}
)

// Operations are all of them.
func Operations() []Operation {
	return []Operation{
		AppendCommit, AppendTwo, AppendFenced, AppendGated, LoadStream, LoadSnapshot, SaveSnapshot, TakeLease, ReleaseLease, FeedBatch,
		FeedStream, NoteStream, FeedEnd, FeedRead, FeedNothing, ReadRow, ReadStanding, ListRow, SaveRow, CreateRow, MoveRow, ReadCheckpoint, Advance, NoteOutcome, FindListeners, ReadKey, KeepKey,
	}
}
