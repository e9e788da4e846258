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
	Topic             = "FOLDSTREAM_TOPIC"              // ARN of the SNS FIFO topic
	SigningKey        = "FOLDSTREAM_SIGNING_KEY"        // id or ARN of the KMS key
	Issuer            = "FOLDSTREAM_ISSUER"             // URL of the token authority
	WebSocketEndpoint = "FOLDSTREAM_WEBSOCKET_ENDPOINT" // https URL of the WebSocket API's stage
	MailFrom          = "FOLDSTREAM_MAIL_FROM"          // address that mails come from
)
