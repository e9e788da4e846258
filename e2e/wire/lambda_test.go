package wire

import (
	"context"
	"encoding/json" // as aws-lambda-go does, for payloads
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/emulator"
)

// lambda is a function's own binary in a process of its own, with the test for Lambda's runtime.
type lambda struct {
	t       *testing.T
	folder  string
	work    chan []byte
	answers chan []byte
}

// deploy builds a function and starts it with an environment.
func deploy(t *testing.T, folder string, environment []string) *lambda {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-tags", "lambda.norpc", "-o", binary, "../../functions/"+folder).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	l := &lambda{t: t, folder: folder, work: make(chan []byte), answers: make(chan []byte, 1)}
	api := httptest.NewServer(l)
	process := exec.Command(binary)
	process.Env = slices.Concat(environment, []string{"AWS_LAMBDA_RUNTIME_API=" + api.Listener.Addr().String()})
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait() // it reports the signal
		api.CloseClientConnections()
		api.Close()
	})
	return l
}

// ServeHTTP is Lambda's runtime API (2018-06-01).
func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/invocation/next") {
		select {
		case event := <-l.work:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
			_, _ = w.Write(event)
		case <-r.Context().Done():
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	if strings.HasSuffix(r.URL.Path, "/error") {
		body = nil
	}
	l.answers <- body
	w.WriteHeader(http.StatusAccepted)
}

// invoke hands over an event and reads the answer.
func (l *lambda) invoke(event, into any) {
	l.t.Helper()
	if err := l.try(event, into); err != nil {
		l.t.Fatal(err)
	}
}

// try is invoke for goroutines that cannot end the test.
func (l *lambda) try(event, into any) error {
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	deadline := time.After(30 * time.Second)
	select {
	case l.work <- text:
	case <-deadline:
		return fmt.Errorf("%s does not ask for work", l.folder)
	}
	select {
	case answer := <-l.answers:
		if err := json.Unmarshal(answer, into); err != nil {
			return fmt.Errorf("%s answered %q: %w", l.folder, answer, err)
		}
		return nil
	case <-deadline:
		return fmt.Errorf("%s does not answer", l.folder)
	}
}

// account is what a stack makes, and what it tells its functions.
type account struct {
	cfg         aws.Config
	names       dynamo.Names
	topic       messaging.Topology
	environment []string
}

func provision(t *testing.T) account {
	t.Helper()
	a := account{cfg: emulator.MiniStack(t)}
	name := emulator.Name("lambda")
	a.names = dynamo.Names{
		Events: name + "-events", Feed: name + "-feed", Views: name + "-views",
		Checkpoints: name + "-checkpoints", Traces: name + "-traces", Connections: name + "-connections",
	}
	if err := dynamo.CreateTables(t.Context(), dynamodb.NewFromConfig(a.cfg), a.names); err != nil {
		t.Fatal(err)
	}
	key, err := kms.NewFromConfig(a.cfg).CreateKey(t.Context(), &kms.CreateKeyInput{KeySpec: types.KeySpecRsa2048, KeyUsage: types.KeyUsageTypeSignVerify})
	if err != nil {
		t.Fatal(err)
	}
	a.topic, err = messaging.CreateTopology(t.Context(), sns.NewFromConfig(a.cfg), sqs.NewFromConfig(a.cfg), name, map[string][]string{"users": {"user"}})
	if err != nil {
		t.Fatal(err)
	}
	for variable, value := range map[string]string{
		setting.EventsTable: a.names.Events, setting.FeedTable: a.names.Feed, setting.ViewsTable: a.names.Views,
		setting.CheckpointsTable: a.names.Checkpoints, setting.TracesTable: a.names.Traces, setting.ConnectionsTable: a.names.Connections,
		setting.SigningKey: aws.ToString(key.KeyMetadata.Arn), setting.Issuer: "https://id.example", setting.Topic: a.topic.Topic,
		"AWS_REGION": a.cfg.Region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": aws.ToString(a.cfg.BaseEndpoint),
	} {
		a.environment = append(a.environment, variable+"="+value)
	}
	return a
}

// TestTheBinaries runs the Lambdas' own binaries, of each kind one, from registration to a view.
func TestTheBinaries(t *testing.T) {
	a := provision(t)
	call := func(folder, user, body string, parameters map[string]string) events.APIGatewayV2HTTPResponse {
		t.Helper()
		request := events.APIGatewayV2HTTPRequest{Headers: map[string]string{"content-type": "application/json"}, Body: body, PathParameters: parameters}
		if user != "" {
			request.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
				JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{"sub": user, "scope": "read write"}},
			}
		}
		var response events.APIGatewayV2HTTPResponse
		deploy(t, folder, a.environment).invoke(request, &response)
		if response.StatusCode >= http.StatusBadRequest {
			t.Fatalf("%s answered %d %s", folder, response.StatusCode, response.Body)
		}
		return response
	}
	who := `{"email":"ada@example.com","password":"correct horse"}`
	call("command/register", "", who, nil)
	var login map[string]any
	if err := json.Unmarshal([]byte(call("command/log-in", "", who, nil).Body), &login); err != nil {
		t.Fatal(err)
	}
	user, raw := login["userId"].(string), login["token"].(string)
	call("command/create-user", user, `{"name":"Ada"}`, nil)
	if keys := call("query/get-keys", "", "", nil); !strings.Contains(keys.Body, `"kty":"RSA"`) {
		t.Fatalf("keys: %s", keys.Body)
	}

	t.Run("the WebSocket takes the token that KMS signed", func(t *testing.T) {
		var response events.APIGatewayProxyResponse
		request := events.APIGatewayWebsocketProxyRequest{Headers: map[string]string{"Authorization": "Bearer " + raw}}
		request.RequestContext.EventType, request.RequestContext.ConnectionID = "CONNECT", "c1"
		deploy(t, "websocket/connect", a.environment).invoke(request, &response)
		if response.StatusCode != http.StatusOK {
			t.Fatalf("answered %d %s", response.StatusCode, response.Body)
		}
	})
	t.Run("the relay and the projector bring the user to its view", func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		relayed := make(chan error, 1)
		relay := deploy(t, "relay", a.environment)
		go func() {
			relayed <- emulator.Pump(ctx, a.cfg, a.names.Events, func(_ context.Context, batch events.DynamoDBEvent) (r events.DynamoDBEventResponse, err error) {
				return r, relay.try(batch, &r)
			})
		}()
		projector := deploy(t, "projector/users", a.environment)
		receiver := &messaging.Receiver{Client: sqs.NewFromConfig(a.cfg), Queues: a.topic.Queues}
		for n := 0; n == 0; {
			var err error
			n, err = receiver.Poll(t.Context(), "users", 5*time.Second, func(_ context.Context, batch events.SQSEvent) (r events.SQSEventResponse, err error) {
				return r, projector.try(batch, &r)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if err := <-relayed; err != nil {
			t.Fatal(err)
		}
		if got := call("query/get-user", user, "", map[string]string{"userId": user}); !strings.Contains(got.Body, `"Ada"`) || got.Headers["etag"] != `"1"` {
			t.Fatalf("the view shows %s under %s", got.Body, got.Headers["etag"])
		}
		client := dynamodb.NewFromConfig(a.cfg)
		feed := &dynamo.Feed{Client: client, Table: a.names.Feed, Events: &dynamo.EventStore{Client: client, Table: a.names.Events}}
		fed := 0
		for _, err := range engine.CatchUp(t.Context(), feed, 0) {
			if err != nil {
				t.Fatal(err)
			}
			fed++
		}
		if fed < 4 { // an account's registration, its address, its logins and its user
			t.Fatalf("the feed has %d commits", fed)
		}
	})
}
