package posted_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/client/posted"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

// reads asserts that what is posted into an outbox is found where its name says.
func reads(t *testing.T, where string, box engine.Mailer) {
	t.Helper()
	m := es.Mail{Subject: "Welcome", Text: "12345"}
	if err := box.Mail(t.Context(), "1", "ada@example.com", m); err != nil {
		t.Fatal(err)
	}
	opened, err := posted.Open(t.Context(), where)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := opened.To(t.Context(), "ada@example.com"); err != nil || !slices.Equal(found, []es.Mail{m}) {
		t.Fatalf("found %v, %v", found, err)
	}
}

func TestAFolder(t *testing.T) {
	dir := t.TempDir()
	box, err := outbox.Open(dir, "no-reply@example.com")
	if err != nil {
		t.Fatal(err)
	}
	reads(t, dir, box)
}

// TestAStage reads with the environment of whoever runs the tests, as AWS has it.
func TestAStage(t *testing.T) {
	cfg := emulator.MiniStack(t)
	stage := emulator.Name("posted")
	names := dynamo.NamesBy(func(thing string) string { return "foldstream-" + stage + "-" + thing })
	client := dynamodb.NewFromConfig(cfg)
	if err := dynamo.CreateTables(t.Context(), client, names); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": aws.ToString(cfg.BaseEndpoint), "AWS_REGION": cfg.Region,
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
	} {
		t.Setenv(name, value)
	}
	reads(t, posted.OfStage(stage), &dynamo.Outbox{Client: client, Table: names.Outbox})
}
