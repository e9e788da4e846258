package sns_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssns "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/sns"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

var message = es.SMS{Number: "+6281234567890", Text: "Your code is 12345"}

func TestText(t *testing.T) {
	for name, engineOf := range map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack} {
		t.Run(name, func(t *testing.T) {
			texter := &sns.Texter{Client: awssns.NewFromConfig(engineOf(t))}
			if err := texter.Text(t.Context(), emulator.Name("text"), message); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// answer makes a texter whose SNS answers like this, and keeps the last request.
func answer(t *testing.T, status int, body string) (*sns.Texter, *url.Values) {
	t.Helper()
	var got url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		got = r.PostForm
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return &sns.Texter{Client: awssns.NewFromConfig(awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL,
		}[name]
	}))}, &got
}

func TestTextIsTransactional(t *testing.T) {
	texter, got := answer(t, http.StatusOK, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>`+
		`<MessageId>m</MessageId></PublishResult></PublishResponse>`)
	if err := texter.Text(t.Context(), "text-1", message); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"Action": {"Publish"}, "Version": {"2010-03-31"}, "PhoneNumber": {message.Number}, "Message": {message.Text},
		"MessageAttributes.entry.1.Name":              {"AWS.SNS.SMS.SMSType"},
		"MessageAttributes.entry.1.Value.DataType":    {"String"},
		"MessageAttributes.entry.1.Value.StringValue": {"Transactional"},
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Errorf("the request (-want +got):\n%s", diff)
	}
}

func TestErrorsAreDiscreet(t *testing.T) {
	for _, m := range []es.SMS{message, {Number: "nonsense"}} {
		texter, _ := answer(t, http.StatusBadRequest, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type>`+
			`<Code>InvalidParameter</Code><Message>Invalid parameter: PhoneNumber Reason: `+m.Number+` (`+strings.TrimPrefix(m.Number, "+")+
			`) is not valid to publish `+m.Text+` to</Message></Error></ErrorResponse>`)
		err := texter.Text(t.Context(), "text-1", m)
		var invalid *types.InvalidParameterException
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), "text-1") || !strings.Contains(err.Error(), "is not valid to publish") {
			t.Errorf("got error %v, want SNS's, that names the message", err)
		}
		if said := fmt.Sprintf("%v %+v", err, err); strings.Contains(said, "81234567890") || strings.Contains(said, "12345") || strings.Contains(said, "nonsense") {
			t.Errorf("the error tells: %s", said)
		}
	}
}
