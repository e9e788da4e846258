package main

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

// TestMigrateAStage moves one stage into another, back, and then all the way.
func TestMigrateAStage(t *testing.T) {
	blue, green := deploy(t), deploy(t)
	for _, d := range []deployed{blue, green} {
		d.equip(t)
		if _, err := messaging.CreateInbox(t.Context(), sqs.NewFromConfig(d.cfg), d.stage.Name(engine.InboxName)); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "store.jsonl")
	says(t, foldstream(t, "export", file, "--data", lived(t, 4)), "14 commits", "1 timers")
	says(t, blue.run(t, "import", file), "Imported 14 commits")

	to := string(green.stage)
	says(t, blue.run(t, "migrate", "start", "leaner", "--to-stage", to, "--dry-run"), "14 commits with 14 events would become 14 events", "Nothing is written.")
	says(t, blue.run(t, "migrate", "start", "leaner", "--to-stage", string(blue.stage)), "failed: a store cannot be moved into itself")
	says(t, blue.run(t, "migrate", "start", "leaner", "--to-stage", to), "failed: ", "is it deployed?")
	blue.heeds(t, "")
	green.heeds(t, green.stage.Name("leases"))
	says(t, blue.run(t, "migrate", "start", "leaner", "--to-stage", to), "failed: the functions of stage "+string(blue.stage)+" are not told of moves")
	blue.heeds(t, blue.stage.Name("leases"))
	says(t, blue.run(t, "migrate", "start", "leaner", "--to-stage", to, "--to-url", "https://green.example"), "stage "+to+" has 14 of blue's 14 commits")
	for _, view := range []string{"wallets", "matches", "button-creditors"} { // as green's projectors do
		says(t, green.run(t, "rebuild", view, "--patience", "1ms"), "is live")
	}
	says(t, green.run(t, "appoint-admin", "ada"), "failed: ")
	says(t, blue.run(t, "migrate", "compare", "--patience", "1s"), "wallets: of 4 rows none differs", "matches: of 2 rows none differs")
	says(t, blue.run(t, "migrate", "cut-reads"), "Queries are answered by green.")
	says(t, blue.run(t, "migrate", "stop-writes"), "Blue's writes have stopped")
	says(t, blue.run(t, "appoint-admin", "ada"), "failed: ")
	says(t, blue.run(t, "migrate", "catch-up"), "Green has everything.")
	says(t, blue.run(t, "migrate", "cut-writes"), "which has been given 1 timers")
	says(t, blue.run(t, "migrate", "back"), "Blue takes writes.")
	says(t, blue.run(t, "migrate", "stop-writes"), "Blue's writes have stopped")
	says(t, blue.run(t, "migrate", "catch-up"), "Green has everything.")
	says(t, blue.run(t, "migrate", "cut-writes"), "which has been given 1 timers")
	second := filepath.Join(t.TempDir(), "green.jsonl")
	says(t, green.run(t, "export", second), "14 commits", "1 timers")
	says(t, blue.run(t, "migrate", "status", "--json"), `"phase":"writes-cut"`, `"own":0`)
	says(t, blue.run(t, "migrate", "destroy", "--yes"), "make destroy STAGE="+string(blue.stage))
	says(t, blue.run(t, "migrate", "back"), "failed: the migration has ended")
	says(t, green.run(t, "migrate", "status"), "failed: nothing moves")
}

// heeds says to the stage's commands where they read of moves.
func (d deployed) heeds(t *testing.T, table string) {
	t.Helper()
	all := topology.Functions(domain.App)
	n := slices.IndexFunc(all, func(f topology.Function) bool { return slices.Contains(f.Grants, topology.AppendEvents) })
	client, name := lambda.NewFromConfig(d.cfg), d.stage.Name(all[n].Name)
	_, err := client.DeleteFunction(t.Context(), &lambda.DeleteFunctionInput{FunctionName: aws.String(name)})
	if missing := (*types.ResourceNotFoundException)(nil); err != nil && !errors.As(err, &missing) {
		t.Fatal(err)
	}
	if _, err := client.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
		FunctionName: aws.String(name), Runtime: types.RuntimeProvidedal2023, Handler: aws.String("bootstrap"),
		Role: aws.String("arn:aws:iam::000000000000:role/none"), Code: &types.FunctionCode{ZipFile: zipped(t)},
		Environment: &types.Environment{Variables: map[string]string{setting.MovesTable: table}},
	}); err != nil {
		t.Fatal(err)
	}
}
