package wire

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/topology"
)

// untried is what roles allow and no story here comes to, by the reason.
var untried = map[string]string{
	"sqs:GetQueueUrl arn:Partition:sqs:Region:AccountId:trials.fifo": "the stacks' own tests have a view more than the app",
	"s3:GetObject archivefilesF8CD4B6A.Arn/commits/*":                "read when a run broke off before it had noted how far it came",
	"s3:GetObject archivefilesF8CD4B6A.Arn/manifests/*":              "likewise",
	"ses:SendEmail arn:Partition:ses:Region:AccountId:identity/noreply@example.com": "SES checks this one when the address is " +
		"verified by itself, and not by its domain",
}

// byLambda is what Lambda itself does by a function's role, to hand it its events.
var byLambda = []string{
	"sqs:ReceiveMessage ", "sqs:DeleteMessage ", "sqs:GetQueueAttributes ", "sqs:SendMessage relay-failures",
	"dynamodb:DescribeStream ", "dynamodb:GetRecords ", "dynamodb:GetShardIterator ", "dynamodb:ListStreams ",
}

// rolesFit makes sure that every kind of role has been tried, and that none allows what nobody needs.
func rolesFit(t *testing.T, ran []*guards) {
	t.Helper()
	kinds, done := map[string]bool{}, map[string]bool{}
	for _, deployed := range ran {
		for _, g := range deployed.all {
			kinds[fmt.Sprint(g.f.Grants)] = true
			for _, call := range g.calls() {
				done[call] = true
			}
		}
	}
	may, allowed := policies(t), map[string]bool{}
	for _, f := range topology.Functions(domain.App) {
		if !kinds[fmt.Sprint(f.Grants)] {
			t.Errorf("no function with the grants of %s has been run", f.Name)
		}
		for _, call := range may[f.Name] {
			allowed[call] = true
		}
	}
	for _, call := range slices.Sorted(maps.Keys(allowed)) {
		isLambdas := slices.ContainsFunc(byLambda, func(own string) bool { return strings.HasPrefix(call, own) })
		if needed := done[call] || isLambdas; needed == (untried[call] != "") {
			t.Errorf("%s: done %v, a reason why not: %q", call, needed, untried[call])
		}
	}
}
