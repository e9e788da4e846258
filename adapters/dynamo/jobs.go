package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Jobs keeps jobs in the table of traces, for a year: all in one partition, and in another one who is in which lane. Neither
// is a trace's id.
type Jobs struct {
	Client *dynamodb.Client
	Table  string
}

var _ engine.Jobs = (*Jobs)(nil)

const (
	jobsPartition  = "#jobs"
	lanesPartition = "#lanes"
	jobLife        = 365 * 24 * time.Hour
	jobEnded       = "ended" // present in a job that has ended
)

func jobKey(id string) item { return item{"traceId": text(jobsPartition), sk: text(id)} }

func laneKey(j engine.Job) item {
	return item{"traceId": text(lanesPartition), sk: text(string(j.Lane()))}
}

// jobItem encodes a job.
func jobItem(j engine.Job) (item, error) {
	encoded, err := es.Encode(j)
	if err != nil {
		return nil, err
	}
	i := jobKey(j.ID)
	i["job"], i[expires] = text(string(encoded)), jobExpires()
	if j.Ended() {
		i[jobEnded] = text(j.State)
	}
	return i, nil
}

func jobExpires() types.AttributeValue { return number(time.Now().Add(jobLife).Unix()) }

// AddJob implements [engine.Jobs]. It costs a TransactWriteItems of two items, and a GetItem for a job in the way.
func (s *Jobs) AddJob(ctx context.Context, j engine.Job) (engine.Job, error) {
	doing := "add the job " + j.ID
	i, err := jobItem(j)
	if err != nil {
		return engine.Job{}, &es.Fault{Doing: doing, Err: err}
	}
	lane, ended := laneKey(j), "" // a job that has ended, or is forgotten, is in nobody's way
	lane["id"], lane[expires] = text(j.ID), jobExpires()
	for {
		refused, err := transact(ctx, s.Client, []types.TransactWriteItem{
			{Put: &types.Put{TableName: aws.String(s.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(traceId)")}},
			{Put: &types.Put{
				TableName: aws.String(s.Table), Item: lane, ConditionExpression: aws.String("attribute_not_exists(traceId) OR id = :ended"),
				ExpressionAttributeValues:           item{":ended": text(ended)},
				ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
			}},
		})
		if err != nil {
			return engine.Job{}, failed(doing, err)
		}
		if len(refused) == 0 {
			return j, nil
		}
		ended = textOf(refused[1], "id")
		there, err := s.Job(ctx, ended)
		if err != nil || there.ID != "" && !there.Ended() {
			return there, err
		}
	}
}

// SaveJob implements [engine.Jobs]. It costs a PutItem, for a job that ends a TransactWriteItems of two items.
func (s *Jobs) SaveJob(ctx context.Context, j engine.Job) error {
	doing := "save the job " + j.ID
	i, err := jobItem(j)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	p := &types.Put{
		TableName: aws.String(s.Table), Item: i, ConditionExpression: aws.String("attribute_exists(traceId) AND attribute_not_exists(ended)"),
	}
	if !j.Ended() {
		_, refused, err := put(ctx, s.Client, p)
		return saved(doing, refused, err)
	}
	refused, err := transact(ctx, s.Client, []types.TransactWriteItem{{Put: p}, {Delete: &types.Delete{
		TableName: aws.String(s.Table), Key: laneKey(j), ConditionExpression: aws.String("attribute_not_exists(traceId) OR id = :id"),
		ExpressionAttributeValues: item{":id": text(j.ID)},
	}}})
	return saved(doing, len(refused) > 0, err)
}

// Job implements [engine.Jobs]. It costs a GetItem.
func (s *Jobs) Job(ctx context.Context, id string) (engine.Job, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true), Key: jobKey(id),
	})
	if err != nil {
		return engine.Job{}, failed("get the job "+id, err)
	}
	if len(out.Item) == 0 {
		return engine.Job{}, nil
	}
	return decodeJob(out.Item)
}

// Jobs implements [engine.Jobs]. It costs a Query for each megabyte.
func (s *Jobs) Jobs(ctx context.Context, limit int) ([]engine.Job, error) {
	pages := dynamodb.NewQueryPaginator(s.Client, &dynamodb.QueryInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression: aws.String("traceId = :jobs"), ExpressionAttributeValues: item{":jobs": text(jobsPartition)},
	})
	var all []engine.Job
	for pages.HasMorePages() && len(all) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failed("list the jobs", err)
		}
		for _, i := range page.Items {
			j, err := decodeJob(i)
			if err != nil {
				return nil, err
			}
			all = append(all, j)
		}
	}
	return all[:min(limit, len(all))], nil
}

func decodeJob(i item) (j engine.Job, err error) {
	if err := es.Decode([]byte(textOf(i, "job")), &j); err != nil {
		return j, &es.Fault{Doing: fmt.Sprintf("read the job %s", textOf(i, sk)), Err: err}
	}
	return j, nil
}
