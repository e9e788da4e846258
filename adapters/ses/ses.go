// Package ses posts mails with Amazon SES.
package ses

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Mailer implements [engine.Mailer]. SES sends again what is posted again: the mail's id is in the header X-Entity-Ref-ID,
// by which mail programs can tell, and in the tag mail-id of SES's own events.
type Mailer struct {
	Client *sesv2.Client
	From   string // a verified address
}

var _ engine.Mailer = (*Mailer)(nil)

// Mail implements [engine.Mailer]. Errors do not name the address.
func (m *Mailer) Mail(ctx context.Context, id, address string, mail es.Mail) error {
	_, err := m.Client.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(m.From),
		Destination:      &types.Destination{ToAddresses: []string{address}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: utf8(mail.Subject), Body: &types.Body{Text: utf8(mail.Text)},
			Headers: []types.MessageHeader{{Name: aws.String("X-Entity-Ref-ID"), Value: aws.String(id)}},
		}},
		EmailTags: []types.MessageTag{{Name: aws.String("mail-id"), Value: aws.String(id)}},
	})
	if err != nil {
		return fmt.Errorf("post mail %s: %w", id, err)
	}
	return nil
}

func utf8(text string) *types.Content {
	return &types.Content{Data: aws.String(text), Charset: aws.String("UTF-8")}
}
