package ses_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/foldstream/foldstream/adapters/ses"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
)

func TestMail(t *testing.T) {
	cfg := emulator.Moto(t)
	client := sesv2.NewFromConfig(cfg)
	from := emulator.Name("from") + "@example.com"
	mailer := &ses.Mailer{Client: client, From: from}
	mail := es.Mail{Subject: "Your turn, Zoë", Text: "Make a move.\nNow!"}
	id := emulator.Name("mail")

	err := mailer.Mail(t.Context(), id, "zoe@example.com", mail)
	if err == nil || !strings.Contains(err.Error(), id) || strings.Contains(err.Error(), "zoe") {
		t.Fatalf("from an address that is not verified: got error %v, want one that names the mail and not the address", err)
	}
	if _, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(from)}); err != nil {
		t.Fatal(err)
	}
	if err := mailer.Mail(t.Context(), id, "zoe@example.com", mail); err != nil {
		t.Fatal(err)
	}
	want := message{Source: from, Subject: mail.Subject, Body: mail.Text}
	if got := sent(t, *cfg.BaseEndpoint); !slices.Contains(got, want) {
		t.Fatalf("sent is %+v, want %+v", got, want)
	}
}

type message struct{ Source, Subject, Body string }

// sent asks moto for what it has sent.
func sent(t *testing.T, endpoint string) []message {
	t.Helper()
	response, err := http.Get(endpoint + "/moto-api/data.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var data struct {
		SES struct {
			Message []message
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&data); err != nil {
		t.Fatal(err)
	}
	return data.SES.Message
}
