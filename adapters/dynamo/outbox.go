package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Outbox posts mails and text messages into a table, for stages that do not send to people: an item for each, by whom it is
// to. It is safe for concurrent use.
type Outbox struct {
	Client *dynamodb.Client
	Table  string
}

var (
	_ engine.Mailer = (*Outbox)(nil)
	_ engine.Texter = (*Outbox)(nil)
)

// outboxLife is how long something posted stays at least.
const outboxLife = 24 * time.Hour

// Mail implements [engine.Mailer]. It costs a PutItem. A mail that is posted again is the same item.
func (o *Outbox) Mail(ctx context.Context, id, address string, m es.Mail) error {
	return o.post(ctx, address, "mail "+id, m)
}

// Text implements [engine.Texter], as [Outbox.Mail] does.
func (o *Outbox) Text(ctx context.Context, id string, m es.SMS) error {
	return o.post(ctx, m.Number, "text message "+id, es.Mail{Text: m.Text})
}

func (o *Outbox) post(ctx context.Context, to, id string, m es.Mail) error {
	_, _, err := put(ctx, o.Client, &types.Put{TableName: aws.String(o.Table), Item: item{
		"recipient": text(to), "id": text(id), "subject": text(m.Subject), "text": text(m.Text),
		expires: number(time.Now().Add(outboxLife).Unix()),
	}})
	if err != nil {
		return failed("post "+id, err)
	}
	return nil
}

// To gives what was posted to an address or a phone number, in no order. A text message comes as a mail without a subject.
// It costs a Query for each megabyte.
func (o *Outbox) To(ctx context.Context, address string) ([]es.Mail, error) {
	items, err := queryAll(ctx, o.Client, o.Table, "recipient", address)
	if err != nil {
		return nil, failed("read the outbox", err)
	}
	var found []es.Mail
	for _, i := range items {
		found = append(found, es.Mail{Subject: textOf(i, "subject"), Text: textOf(i, "text")})
	}
	return found, nil
}
