package cost

// AsOf is when the prices were last looked at: those of us-east-1, on the public pages that they name, without taxes, free
// tiers and discounts for volume unless that is said.
const AsOf = "2026-06"

// Price is what one unit of something costs.
type Price struct {
	Component string  `json:"component"` // what a bill calls it
	Of        string  `json:"of"`        // what is paid for
	Per       float64 `json:"per"`       // units that the dollars are for
	Dollars   float64 `json:"dollars"`
	Page      string  `json:"page"` // of AWS, that says so
}

// Each gives what one unit costs.
func (p Price) Each() float64 { return p.Dollars / p.Per }

const (
	million  = 1e6
	gigabyte = 1 << 30
	// month is in hours, as AWS's examples count it.
	month = 730
)

// The prices of what is used.
var (
	HTTPRequest     = Price{"API Gateway", "requests of an HTTP API, each up to 512 KB", million, 1.00, "API Gateway pricing"}
	SocketMessage   = Price{"API Gateway", "WebSocket messages, each up to 32 KB", million, 1.00, "API Gateway pricing"}
	SocketMinute    = Price{"API Gateway", "minutes of WebSocket connections", million, 0.25, "API Gateway pricing"}
	Invocation      = Price{"Lambda", "invocations", million, 0.20, "AWS Lambda pricing"}
	GBSecond        = Price{"Lambda", "GB-seconds on arm64", million, 13.3334, "AWS Lambda pricing"}
	WriteUnit       = Price{"DynamoDB", "write units on demand", million, 0.625, "Amazon DynamoDB pricing for on-demand capacity"}
	ReadUnit        = Price{"DynamoDB", "read units on demand", million, 0.125, "Amazon DynamoDB pricing for on-demand capacity"}
	TableStorage    = Price{"DynamoDB", "GB-months of tables", 1, 0.25, "Amazon DynamoDB pricing for on-demand capacity"}
	TableBackup     = Price{"DynamoDB", "GB-months of point-in-time recovery", 1, 0.20, "Amazon DynamoDB pricing for on-demand capacity"}
	TopicPublish    = Price{"SNS", "publish requests of FIFO topics", million, 0.30, "Amazon SNS pricing"}
	TopicPayload    = Price{"SNS", "GB published to FIFO topics", 1, 0.017, "Amazon SNS pricing"}
	TopicDelivery   = Price{"SNS", "messages from FIFO topics to queues", million, 0.01, "Amazon SNS pricing"}
	TopicDelivered  = Price{"SNS", "GB from FIFO topics to queues", 1, 0.001, "Amazon SNS pricing"}
	FIFORequest     = Price{"SQS", "requests of FIFO queues, each up to 64 KB", million, 0.50, "Amazon SQS pricing"}
	StandardRequest = Price{"SQS", "requests of standard queues, each up to 64 KB", million, 0.40, "Amazon SQS pricing"}
	LogIngestion    = Price{"CloudWatch", "GB of logs taken in", 1, 0.50, "Amazon CloudWatch pricing"}
	LogStorage      = Price{"CloudWatch", "GB-months of logs", 1, 0.03, "Amazon CloudWatch pricing"}
	TraceRecorded   = Price{"X-Ray", "traces recorded", million, 5.00, "AWS X-Ray pricing"}
	Signature       = Price{"KMS", "requests with RSA 2048 keys", 10_000, 0.03, "AWS KMS pricing"}
	KeyUse          = Price{"KMS", "requests with symmetric keys", 10_000, 0.03, "AWS KMS pricing"}
	Schedule        = Price{"Scheduler", "invocations of schedules", million, 1.00, "Amazon EventBridge pricing"}
	Mail            = Price{"SES", "mails", 1000, 0.10, "Amazon SES pricing"}
)

// The prices of what stands there, for a month.
var (
	AlarmMetric   = Price{"CloudWatch", "metrics that alarms watch", 1, 0.10, "Amazon CloudWatch pricing"}
	CustomMetric  = Price{"CloudWatch", "metrics of one's own", 1, 0.30, "Amazon CloudWatch pricing"}
	Dashboard     = Price{"CloudWatch", "dashboards", 1, 3.00, "Amazon CloudWatch pricing"}
	Key           = Price{"KMS", "keys", 1, 1.00, "AWS KMS pricing"}
	Secret        = Price{"Secrets Manager", "secrets", 1, 0.40, "AWS Secrets Manager pricing"}
	FirewallACL   = Price{"WAF", "web ACLs", 1, 5.00, "AWS WAF pricing"}
	FirewallRule  = Price{"WAF", "rules", 1, 1.00, "AWS WAF pricing"}
	SearchNode    = Price{"OpenSearch", "hours of a t3.small.search node", 1, 0.036, "Amazon OpenSearch Service pricing"}
	SearchStorage = Price{"OpenSearch", "GB-months of gp3 storage", 1, 0.122, "Amazon OpenSearch Service pricing"}
)
