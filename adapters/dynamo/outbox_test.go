package dynamo_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func TestOutbox(t *testing.T) {
	s := tables(t)
	box := &dynamo.Outbox{Client: s.client, Table: s.names.Outbox}
	ada, bob, phone := engine.NewID()+"@example.com", engine.NewID()+"@example.com", "+62812"+engine.NewID()
	holds := func(to string, want ...es.Mail) {
		t.Helper()
		got, err := box.To(t.Context(), to)
		slices.SortFunc(got, func(a, b es.Mail) int { return strings.Compare(a.Text, b.Text) })
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("to %s: %v, %v; want %v", to, got, err, want)
		}
	}
	first, second := es.Mail{Subject: "Zoë 🂡", Text: "1: 日本語"}, es.Mail{Text: "2"}
	for range 2 { // posted again it is the same
		for id, m := range map[string]es.Mail{"match-1@3": first, "match-1@4": second} {
			if err := box.Mail(t.Context(), id, ada, m); err != nil {
				t.Fatal(err)
			}
		}
		if err := box.Mail(t.Context(), "match-1@3", bob, es.Mail{}); err != nil {
			t.Fatal(err)
		}
		if err := box.Text(t.Context(), "match-1@3", es.SMS{Number: phone, Text: "12345 is your code"}); err != nil {
			t.Fatal(err)
		}
	}
	holds(ada, first, second)
	holds(bob, es.Mail{})
	holds(phone, es.Mail{Text: "12345 is your code"})
	holds("nobody@example.com")
}

// TestOutboxErrorsKeepSecrets makes sure that what is logged of a failure tells neither the code nor to whom it was.
func TestOutboxErrorsKeepSecrets(t *testing.T) {
	s := tables(t)
	box := &dynamo.Outbox{Client: s.client, Table: s.names.Outbox + "-nowhere"}
	err := box.Text(t.Context(), "otp-1@2", es.SMS{Number: "+6281234567890", Text: "54321"})
	if err == nil || strings.Contains(err.Error(), "54321") || strings.Contains(err.Error(), "81234567890") {
		t.Fatalf("got %v", err)
	}
}
