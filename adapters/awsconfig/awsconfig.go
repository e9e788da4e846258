// Package awsconfig makes the configuration of AWS clients from the environment that Lambda gives a function. Reading
// profiles, SSO caches and instance metadata, as the SDK's LoadDefaultConfig does, would cost every cold start.
package awsconfig

import (
	"context"
	"io"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/foldstream/foldstream/internal/limits"
)

// From makes a configuration of the variables AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and,
// to talk to an emulator, AWS_ENDPOINT_URL; AWS_RETRY_MODE is as in [Tune]. Pass it os.Getenv. A call without region or credentials
// fails when it is made. The variables are read again for each call, so that credentials are never older than Lambda's own.
func From(getenv func(string) string) aws.Config {
	cfg := aws.Config{
		Region: getenv("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID: getenv("AWS_ACCESS_KEY_ID"), SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken: getenv("AWS_SESSION_TOKEN"), Source: "environment",
			}, nil
		}),
	}
	Tune(&cfg, aws.RetryMode(getenv("AWS_RETRY_MODE")))
	if endpoint := getenv("AWS_ENDPOINT_URL"); endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	return cfg
}

// Tune sets how calls are made, how often they are tried, and what their failures are: one that time alone may mend is an
// [engine.ErrBusy], whatever the service. Adapters rely on that. In the mode adaptive a client that is throttled also makes fewer calls, which suits
// who has much to do and nobody waiting; in any other mode it only waits between its tries.
func Tune(cfg *aws.Config, mode aws.RetryMode) {
	cfg.HTTPClient = client{awshttp.NewBuildableClient().WithTimeout(limits.Attempt).WithDialerOptions(func(d *net.Dialer) { d.Timeout = limits.Dial })}
	cfg.Retryer = func() aws.Retryer { return retry.NewStandard(standard) }
	if mode == aws.RetryModeAdaptive {
		cfg.Retryer = func() aws.Retryer {
			return retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
				o.StandardOptions = append(o.StandardOptions, standard)
				o.Throttles = append(o.Throttles, retry.ThrottleErrorCode{Codes: throttles})
			})
		}
	}
	cfg.APIOptions = append(cfg.APIOptions, tellBusy)
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
