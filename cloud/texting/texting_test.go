package texting_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/sns"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/cloud/texting"
)

func TestAStackWithAnOutboxSendsNoText(t *testing.T) {
	told := map[string]string{}
	says := func(name string) string { return told[name] }
	if m, ok := texting.New(aws.Config{}, says).(*sns.Texter); !ok {
		t.Errorf("without one it is %+v", m)
	}
	told[setting.OutboxTable] = "outbox"
	if m, ok := texting.New(aws.Config{}, says).(*dynamo.Outbox); !ok || m.Table != "outbox" {
		t.Errorf("with one it is %+v", m)
	}
}
