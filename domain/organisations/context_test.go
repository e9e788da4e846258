package organisations_test

import (
	"testing"

	"github.com/foldstream/foldstream/domain/organisations"
	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
)

func TestContext(t *testing.T) {
	app := es.NewApp(organisations.Context)
	for _, category := range []string{"otp", "org", "signin"} {
		if known, _ := app.Catalogue().Streams(category); !known {
			t.Errorf("there are no streams of %s", category)
		}
	}
	if !app.Catalogue().IsPrivate(otp.Aggregate.Category()) {
		t.Error("phone numbers are told to others")
	}
	if organisations.Context.Name != "organisations" || len(app.Commands()) != 5 || len(app.Queries()) != 5 || len(app.Views()) != 3 || len(app.Sagas()) != 1 {
		t.Error("the context is another")
	}
}
