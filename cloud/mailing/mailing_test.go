package mailing_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/cloud/mailing"
	"github.com/foldstream/foldstream/cloud/setting"
)

func TestAStackWithAnOutboxSendsNoMail(t *testing.T) {
	told := map[string]string{setting.MailFrom: "noreply@example.com"}
	says := func(name string) string { return told[name] }
	if m, ok := mailing.New(aws.Config{}, says).(*ses.Mailer); !ok || m.From != "noreply@example.com" {
		t.Errorf("without one it is %+v", m)
	}
	told[setting.OutboxTable] = "outbox"
	if m, ok := mailing.New(aws.Config{}, says).(*dynamo.Outbox); !ok || m.Table != "outbox" {
		t.Errorf("with one it is %+v", m)
	}
}
