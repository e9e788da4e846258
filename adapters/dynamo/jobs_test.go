package dynamo_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

func TestJobs(t *testing.T) {
	contract.Jobs(t, func(t *testing.T) engine.Jobs {
		s := tables(t)
		return &dynamo.Jobs{Client: s.client, Table: s.names.Traces}
	})
}

// TestAForgottenJobIsInNobodysWay: items expire each at its own time, a lane perhaps later than its job.
func TestAForgottenJobIsInNobodysWay(t *testing.T) {
	s := tables(t)
	jobs := &dynamo.Jobs{Client: s.client, Table: s.names.Traces}
	view := emulator.Name("view")
	job := func() engine.Job {
		return engine.Job{ID: engine.NewID(), Kind: engine.JobDrop, View: view, State: engine.JobWaiting}
	}
	first, second := job(), job()
	if _, err := jobs.AddJob(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(s.names.Traces), Key: map[string]types.AttributeValue{
		"traceId": &types.AttributeValueMemberS{Value: "#jobs"}, "sk": &types.AttributeValueMemberS{Value: first.ID},
	}}); err != nil {
		t.Fatal(err)
	}
	if there, err := jobs.AddJob(t.Context(), second); err != nil || there.ID != second.ID {
		t.Fatalf("the job in the lane is %+v, error %v", there, err)
	}
	if there, err := jobs.AddJob(t.Context(), job()); err != nil || there.ID != second.ID {
		t.Fatalf("the job in the lane is %+v, error %v", there, err)
	}
}
