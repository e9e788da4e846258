package awsconfig_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewaymanagementapi"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
)

// at is the configuration of clients of an endpoint, with the values of more variables.
func at(endpoint string, more ...string) aws.Config {
	variables := map[string]string{
		"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint,
	}
	for i := 0; i < len(more); i += 2 {
		variables[more[i]] = more[i+1]
	}
	return awsconfig.From(func(name string) string { return variables[name] })
}

// refusal is an error as a service's documentation has it, in the service's protocol.
type refusal struct {
	status       int
	header, body string
}

// json is one of the services that put the code into the body, xml of SNS, and rest of those that put it into a header.
func json(status int, code string) refusal {
	return refusal{status, "", fmt.Sprintf(`{"__type":%q,"message":"as documented"}`, code)}
}

func xml(status int, code string) refusal {
	return refusal{status, "", fmt.Sprintf(`<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>`+
		`<Code>%s</Code><Message>Rate exceeded</Message></Error><RequestId>r</RequestId></ErrorResponse>`, code)}
}

func rest(status int, code string) refusal {
	return refusal{status, code, `{"message":"Rate exceeded"}`}
}

// refusing is a service that refuses the first so many requests.
func refusing(t *testing.T, r refusal, times int64) (endpoint string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		if requests.Add(1) > times {
			fmt.Fprint(w, "{}")
			return
		}
		if r.header != "" {
			w.Header().Set("X-Amzn-Errortype", r.header)
		}
		w.WriteHeader(r.status)
		fmt.Fprint(w, r.body)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests
}

// The calls that Lambdas make, of each service one.
var (
	getItem = func(ctx context.Context, cfg aws.Config) error {
		_, err := dynamodb.NewFromConfig(cfg).GetItem(ctx, &dynamodb.GetItemInput{
			TableName: aws.String("events"), Key: map[string]dynamotypes.AttributeValue{"k": &dynamotypes.AttributeValueMemberS{Value: "v"}},
		})
		return err
	}
	publish = func(ctx context.Context, cfg aws.Config) error {
		_, err := sns.NewFromConfig(cfg).Publish(ctx, &sns.PublishInput{Message: aws.String("m"), TopicArn: aws.String("arn")})
		return err
	}
	sendMessage = func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).SendMessage(ctx, &sqs.SendMessageInput{MessageBody: aws.String("m"), QueueUrl: aws.String(*cfg.BaseEndpoint + "/q")})
		return err
	}
	receiveMessage = func(ctx context.Context, cfg aws.Config) error {
		_, err := sqs.NewFromConfig(cfg).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(*cfg.BaseEndpoint + "/q")})
		return err
	}
	sign = func(ctx context.Context, cfg aws.Config) error {
		_, err := kms.NewFromConfig(cfg).Sign(ctx, &kms.SignInput{KeyId: aws.String("k"), Message: []byte("m"), SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256"})
		return err
	}
	createSchedule = func(ctx context.Context, cfg aws.Config) error {
		_, err := scheduler.NewFromConfig(cfg).CreateSchedule(ctx, &scheduler.CreateScheduleInput{
			Name: aws.String("s"), ScheduleExpression: aws.String("at(2051-01-01T00:00:00)"),
			FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
			Target:             &schedulertypes.Target{Arn: aws.String("arn"), RoleArn: aws.String("arn")},
		})
		return err
	}
	sendEmail = func(ctx context.Context, cfg aws.Config) error {
		_, err := sesv2.NewFromConfig(cfg).SendEmail(ctx, &sesv2.SendEmailInput{Content: &sestypes.EmailContent{}})
		return err
	}
	getSecret = func(ctx context.Context, cfg aws.Config) error {
		_, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String("s")})
		return err
	}
	post = func(ctx context.Context, cfg aws.Config) error {
		_, err := apigatewaymanagementapi.NewFromConfig(cfg).PostToConnection(ctx, &apigatewaymanagementapi.PostToConnectionInput{
			ConnectionId: aws.String("c"), Data: []byte("m"),
		})
		return err
	}
)

// TestBusy has each service refuse as its documentation says: what time mends is tried again, and is an ErrBusy in the end.
func TestBusy(t *testing.T) {
	const dynamo = "com.amazonaws.dynamodb.v20120810#"
	for name, test := range map[string]struct {
		call    func(context.Context, aws.Config) error
		refusal refusal
	}{
		"DynamoDB: the account's requests":     {getItem, json(400, "com.amazon.coral.availability#ThrottlingException")},
		"DynamoDB: a partition's throughput":   {getItem, json(400, dynamo+"ProvisionedThroughputExceededException")},
		"DynamoDB: the account's throughput":   {getItem, json(400, dynamo+"RequestLimitExceeded")},
		"DynamoDB: a transaction is under way": {getItem, json(400, dynamo+"TransactionInProgressException")},
		"DynamoDB: internal error":             {getItem, json(500, dynamo+"InternalServerError")},
		"DynamoDB: unavailable":                {getItem, json(503, "com.amazon.coral.availability#ServiceUnavailable")},
		"SNS: throttled":                       {publish, xml(429, "Throttled")},
		"SNS: throttling":                      {publish, xml(400, "Throttling")},
		"SNS: internal error":                  {publish, xml(500, "InternalError")},
		"SQS: throttled":                       {sendMessage, json(400, "com.amazonaws.sqs#RequestThrottled")},
		"SQS: KMS is throttled":                {sendMessage, json(400, "com.amazonaws.sqs#ThrottlingException")},
		"SQS: 120,000 in flight":               {receiveMessage, json(400, "com.amazonaws.sqs#OverLimit")},
		"KMS: throttled":                       {sign, json(400, "ThrottlingException")},
		"KMS: internal error":                  {sign, json(500, "KMSInternalException")},
		"Scheduler: throttled":                 {createSchedule, rest(429, "ThrottlingException")},
		"Scheduler: internal error":            {createSchedule, rest(500, "InternalServerException")},
		"SES: the rate or the day's quota":     {sendEmail, rest(429, "TooManyRequestsException")},
		"Secrets Manager: throttled":           {getSecret, json(400, "ThrottlingException")},
		"Secrets Manager: internal error":      {getSecret, json(500, "InternalServiceError")},
		"API Gateway: a connection's rate":     {post, rest(429, "LimitExceededException")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint, requests := refusing(t, test.refusal, limits.Attempts)
			if err := test.call(t.Context(), at(endpoint)); !errors.Is(err, engine.ErrBusy) {
				t.Errorf("got error %v, want %v", err, engine.ErrBusy)
			}
			if n := requests.Load(); n != limits.Attempts {
				t.Errorf("it took %d requests", n)
			}
		})
	}
}

// TestRecovers: what is refused twice succeeds the third time, and nobody hears of it.
func TestRecovers(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"standard", "adaptive"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			endpoint, requests := refusing(t, json(400, "com.amazon.coral.availability#ThrottlingException"), 2)
			begun := time.Now()
			if err := getItem(t.Context(), at(endpoint, "AWS_RETRY_MODE", mode)); err != nil || requests.Load() != 3 {
				t.Errorf("after %d requests: %v", requests.Load(), err)
			}
			t.Logf("it took %v", time.Since(begun))
		})
	}
}

// TestNotBusy: what no time mends is tried once, and is no ErrBusy.
func TestNotBusy(t *testing.T) {
	for name, test := range map[string]struct {
		call    func(context.Context, aws.Config) error
		refusal refusal
	}{
		"a wrong request":     {getItem, json(400, "com.amazon.coral.validate#ValidationException")},
		"no permission":       {getItem, json(400, "com.amazon.coral.service#AccessDeniedException")},
		"no such table":       {getItem, json(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException")},
		"a wrong key":         {getItem, json(400, "com.amazon.coral.service#UnrecognizedClientException")},
		"no such topic":       {publish, xml(404, "NotFound")},
		"a message too large": {sendMessage, json(400, "com.amazonaws.sqs#InvalidMessageContents")},
		"a disabled key":      {sign, json(400, "DisabledException")},
		"a mail is rejected":  {sendEmail, rest(400, "MessageRejected")},
		"a connection's end":  {post, rest(410, "GoneException")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint, requests := refusing(t, test.refusal, 1000)
			if err := test.call(t.Context(), at(endpoint)); err == nil || errors.Is(err, engine.ErrBusy) || requests.Load() != 1 {
				t.Errorf("after %d requests: %v", requests.Load(), err)
			}
		})
	}
}

// TestTheQuotaOfRetries uses up what the SDK allows a client of retries: its calls fail at their first try then, and still
// say why.
func TestTheQuotaOfRetries(t *testing.T) {
	t.Parallel()
	endpoint, requests := refusing(t, json(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"), 1_000_000)
	client := dynamodb.NewFromConfig(at(endpoint))
	call := func() error {
		_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
		return err
	}
	var calling sync.WaitGroup
	for range 40 {
		calling.Go(func() {
			if err := call(); !errors.Is(err, engine.ErrBusy) {
				t.Errorf("got error %v, want %v", err, engine.ErrBusy)
			}
		})
	}
	calling.Wait()
	before := requests.Load()
	if err := call(); !errors.Is(err, engine.ErrBusy) || requests.Load() != before+1 {
		t.Errorf("after %d requests more: %v", requests.Load()-before, err)
	}
}
