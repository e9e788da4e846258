package topology

// Grant is a permission that a function needs.
type Grant int

// The grants, named by what they allow.
const (
	LoadEvents      Grant = iota + 1 // read streams
	NoteStreams                      // add to the directory of streams
	ListStreams                      // list streams from the directory
	FindEnd                          // read where the feed ends
	ListTimers                       // list timers, and count those that are due soon
	AppendEvents                     // read and append to streams
	SweepEvents                      // read the whole events table, and what the directory has
	ReadSnapshots                    // read snapshots
	WriteSnapshots                   // save snapshots
	HoldLeases                       // take and release leases, and append under them
	ReadViews                        // read rows and pages
	WriteViews                       // read and save rows
	SearchViews                      // find documents by their words
	IndexViews                       // index documents by their words
	ReadFeed                         // read the feed
	WriteFeed                        // append to the feed
	Checkpoint                       // read and advance checkpoints
	Park                             // note and remove parked streams
	NoteTraces                       // add outcomes to traces
	ReadTraces                       // read traces
	HoldConnections                  // add, find and remove connections and subscriptions
	PushMessages                     // send to WebSocket connections
	PublishCommits                   // publish to the topic
	PostInbox                        // queue commands for single writers
	SetTimers                        // set timers
	SignTokens                       // sign with the key
	ReadKey                          // read the key's public half
	ReadSecret                       // read the system's secret
	KnowStreams                      // be told the app's catalogue
	KnowIssuer                       // be told who issues the tokens
	KnowRoles                        // be told which claim of a token holds the roles
	KnowSystem                       // be told what a client needs to know of the system
	KeepArchive                      // add to the archive, and read it
	ReadClosed                       // read closed eras from the archive
	SendMail                         // send e-mail
	SendText                         // send text messages
	ReadStandings                    // read which generations views have
	ReadCheckpoints                  // read how far consumers are
	CountQueues                      // count what waits for views
	RebuildViews                     // read all rows of a generation, and erase them
	RebuildTexts                     // erase documents
	ReadParked                       // list parked streams
	NoteJobs                         // read and note jobs
	EndJobs                          // have a job leave its lane
	ReadJobs                         // list jobs
	QueueJobs                        // queue jobs
	OpenPersonal                     // open what is personal, by the keys of subjects
	SealPersonal                     // seal it too, and make keys
	HeedMove                         // read where the store is moving
	AppendGated                      // append to streams on condition that the store takes it, wherever it is moving
	ForgetPersons                    // delete keys, and note that
	TakeInventory                    // list all commits, snapshots and subscriptions
)
