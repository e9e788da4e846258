// Package setting names the environment variables by which a stack tells its Lambdas where everything is.
package setting

// The environment of a Lambda. Each one has those that its grants need.
const (
	EventsTable       = "FOLDSTREAM_EVENTS_TABLE"
	FeedTable         = "FOLDSTREAM_FEED_TABLE"
	ViewsTable        = "FOLDSTREAM_VIEWS_TABLE"
	CheckpointsTable  = "FOLDSTREAM_CHECKPOINTS_TABLE" // checkpoints and parked streams
	TracesTable       = "FOLDSTREAM_TRACES_TABLE"
	ConnectionsTable  = "FOLDSTREAM_CONNECTIONS_TABLE"
	SnapshotsTable    = "FOLDSTREAM_SNAPSHOTS_TABLE"
	LeasesTable       = "FOLDSTREAM_LEASES_TABLE"
	MovesTable        = "FOLDSTREAM_MOVES_TABLE" // of where the store is moving; none for a stage that cannot move
	DirectoryTable    = "FOLDSTREAM_DIRECTORY_TABLE"
	InboxQueue        = "FOLDSTREAM_INBOX_QUEUE"  // URL of the FIFO queue of commands for single writers
	UpkeepQueue       = "FOLDSTREAM_UPKEEP_QUEUE" // URL of the FIFO queue of jobs
	TimersQueue       = "FOLDSTREAM_TIMERS_QUEUE" // URL of the queue of timers that are due
	TimersQueueARN    = "FOLDSTREAM_TIMERS_QUEUE_ARN"
	TimersDeadLetters = "FOLDSTREAM_TIMERS_DEAD_LETTERS" // ARN of the queue for what no schedule could send
	ScheduleGroup     = "FOLDSTREAM_SCHEDULE_GROUP"      // name of the group of EventBridge schedules
	ScheduleRole      = "FOLDSTREAM_SCHEDULE_ROLE"       // ARN of the role by which schedules send
	KeysTable         = "FOLDSTREAM_KEYS_TABLE"          // of the keys of subjects
	SubjectKey        = "FOLDSTREAM_SUBJECT_KEY"         // id or ARN of the KMS key that these are wrapped by
	Secret            = "FOLDSTREAM_SECRET"              // ARN of the system's secret in Secrets Manager
	Catalogue         = "FOLDSTREAM_CATALOGUE"           // which events there are, and who may hear of them, as JSON
	SearchEndpoint    = "FOLDSTREAM_SEARCH_ENDPOINT"     // https URL of the OpenSearch domain
	Topic             = "FOLDSTREAM_TOPIC"               // ARN of the SNS FIFO topic
	SigningKey        = "FOLDSTREAM_SIGNING_KEY"         // id or ARN of the KMS key
	Issuer            = "FOLDSTREAM_ISSUER"              // URL of who issues the tokens
	Audience          = "FOLDSTREAM_AUDIENCE"            // of tokens that another provider issues; none for our own
	RolesClaim        = "FOLDSTREAM_ROLES_CLAIM"         // the claim of a token that holds the roles; none for scope
	WebSocketEndpoint = "FOLDSTREAM_WEBSOCKET_ENDPOINT"  // https URL of the WebSocket API's stage
	WebSocketURL      = "FOLDSTREAM_WEBSOCKET_URL"       // wss URL that clients connect to
	Stage             = "FOLDSTREAM_STAGE"               // name of the installation
	Searches          = "FOLDSTREAM_SEARCHES"            // "true" when there are routes that search
	ArchiveBucket     = "FOLDSTREAM_ARCHIVE_BUCKET"      // name of the bucket of the archive
	OutboxTable       = "FOLDSTREAM_OUTBOX_TABLE"        // that mails and texts are posted to, where they are not sent
	MailFrom          = "FOLDSTREAM_MAIL_FROM"           // address that mails come from
)
