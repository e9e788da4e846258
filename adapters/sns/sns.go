// Package sns sends text messages to phones with Amazon SNS.
package sns

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Texter implements [engine.Texter]. SNS has no ids for text messages: it sends again what is sent again.
type Texter struct {
	Client *sns.Client
}

var _ engine.Texter = (*Texter)(nil)

// Text implements [engine.Texter]. The message is sent as a transactional one, which operators deliver first. Errors do not
// tell the number, nor the text.
func (t *Texter) Text(ctx context.Context, id string, m es.SMS) error {
	_, err := t.Client.Publish(ctx, &sns.PublishInput{
		PhoneNumber: aws.String(m.Number), Message: aws.String(m.Text),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"AWS.SNS.SMS.SMSType": {DataType: aws.String("String"), StringValue: aws.String("Transactional")},
		},
	})
	if err != nil {
		return fmt.Errorf("send text message %s: %w", id, discreet{err, m})
	}
	return nil
}

// discreet is an error that leaves out what SNS repeats of a message.
type discreet struct {
	error
	m es.SMS
}

func (d discreet) Error() string {
	said := d.error.Error()
	for _, secret := range []string{d.m.Text, d.m.Number, strings.TrimPrefix(d.m.Number, "+")} {
		if secret != "" {
			said = strings.ReplaceAll(said, secret, "…")
		}
	}
	return said
}

func (d discreet) Unwrap() error { return d.error }
