// Package awsconfig makes the configuration of AWS clients from the environment that Lambda gives a function. Reading
// profiles, SSO caches and instance metadata, as the SDK's LoadDefaultConfig does, would cost every cold start.
package awsconfig

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

const (
	attempts       = 5
	firstBackoff   = 25 * time.Millisecond // half of it on average; doubled each time
	longestBackoff = time.Second
	dialTimeout    = 2 * time.Second
	callTimeout    = 10 * time.Second // of one attempt, until its answer has been read
)

// From makes a configuration of the variables AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and,
// to talk to an emulator, AWS_ENDPOINT_URL. Pass it os.Getenv. A call without region or credentials fails when it is made.
func From(getenv func(string) string) aws.Config {
	cfg := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
			}, nil
		}),
		HTTPClient: client{awshttp.NewBuildableClient().WithTimeout(callTimeout).WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout })},
		Retryer:    retryer,
	}
	if endpoint := getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg
}

// client keeps a fault of the SDK (aws-sdk-go-v2#2737, in smithy-go v1.28.8) from losing answers. The SDK closes a request's
// body as soon as the answer begins. If net/http has yet to see that the body has ended, it asks the body to write out the
// rest, which a closed one refuses with an error; so the connection is broken before the answer has been read. A body that
// can only be read just ends.
type client struct{ aws.HTTPClient }

// Do implements aws.HTTPClient.
func (c client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.HTTPClient.Do(r)
}

// retryer is the SDK's standard one, but that its first pauses suit calls that take milliseconds: the SDK's are a second.
func retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = attempts
		// What SNS says, and the SDK does not know.
		o.Retryables = append(o.Retryables, retry.RetryableErrorCode{Codes: map[string]struct{}{"Throttled": {}}})
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
			return rand.N(min(longestBackoff, firstBackoff<<min(attempt, 10))), nil
		})
	})
}
