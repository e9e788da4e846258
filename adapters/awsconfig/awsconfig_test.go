package awsconfig_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/internal/limits"
)

func TestFrom(t *testing.T) {
	environment := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
	}
	cfg := awsconfig.From(func(name string) string { return environment[name] })
	credentials, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret", SessionToken: "token", Source: "environment"}
	if credentials != want || cfg.Region != "eu-central-1" {
		t.Errorf("got %+v in %s, want %+v", credentials, cfg.Region, want)
	}
	if cfg.BaseEndpoint != nil {
		t.Errorf("without AWS_ENDPOINT_URL the endpoint is %s, want AWS's own", *cfg.BaseEndpoint)
	}

	environment["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566"
	cfg = awsconfig.From(func(name string) string { return environment[name] })
	if got := aws.ToString(cfg.BaseEndpoint); got != environment["AWS_ENDPOINT_URL"] {
		t.Errorf("the endpoint is %q", got)
	}
}

func TestRetriesAreThoseOfTheLimits(t *testing.T) {
	for _, mode := range []string{"", "standard", "adaptive"} {
		retryer := awsconfig.From(func(name string) string { return map[string]string{"AWS_RETRY_MODE": mode}[name] }).Retryer()
		if n := retryer.MaxAttempts(); n != limits.Attempts {
			t.Errorf("%q: %d attempts", mode, n)
		}
		for range 200 {
			total := limits.Attempts * limits.Attempt
			for attempt := 1; attempt < limits.Attempts; attempt++ {
				pause, err := retryer.RetryDelay(attempt, nil)
				if err != nil || pause < 0 {
					t.Fatalf("%q: pause %d is %v, error %v", mode, attempt, pause, err)
				}
				total += pause
			}
			if total > limits.Call {
				t.Fatalf("%q: a call takes %v, more than %v", mode, total, limits.Call)
			}
		}
	}
}

// body is a request's body as the SDK leaves it when the answer begins: at its end, and refusing to be written out.
type body struct{ io.Reader }

func (body) Close() error { return nil }

func (body) WriteTo(io.Writer) (int64, error) { return 0, io.EOF }

func TestBodiesAreOnlyRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	defer server.Close()
	const message = "hello"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, body{strings.NewReader(message)})
	if err != nil {
		t.Fatal(err)
	}
	request.ContentLength = int64(len(message))
	response, err := awsconfig.From(func(string) string { return "" }).HTTPClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || string(got) != message {
		t.Fatalf("got %q, error %v", got, err)
	}
}
