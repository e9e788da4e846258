// Command left tells what a stage has left behind that was destroyed: its tables, queues, topics, functions and buckets. It
// fails when there is anything.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: left STAGE")
		os.Exit(2)
	}
	if err := run(context.Background(), topology.Stage(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, "left:", err)
		os.Exit(1)
	}
	fmt.Printf("Nothing is left of the stage %s.\n", os.Args[1])
}

func run(ctx context.Context, stage topology.Stage) error {
	if err := stage.Check(); err != nil {
		return err
	}
	cfg, err := remote.Environment(ctx)
	if err != nil {
		return err
	}
	there, err := everything(ctx, cfg)
	errs := []error{err}
	for _, name := range there {
		if strings.Contains(name, stage.Name("")) {
			errs = append(errs, fmt.Errorf("there is %s", name))
		}
	}
	return errors.Join(errs...)
}

// everything is the names of what there is in the account and region, or their ARNs or URLs.
func everything(ctx context.Context, cfg aws.Config) ([]string, error) {
	var names []string
	add := func(name *string) { names = append(names, aws.ToString(name)) }
	err := errors.Join(
		each(ctx, "tables", dynamodb.NewListTablesPaginator(dynamodb.NewFromConfig(cfg), nil), func(page *dynamodb.ListTablesOutput) {
			names = append(names, page.TableNames...)
		}),
		each(ctx, "queues", sqs.NewListQueuesPaginator(sqs.NewFromConfig(cfg), nil), func(page *sqs.ListQueuesOutput) {
			names = append(names, page.QueueUrls...)
		}),
		each(ctx, "topics", sns.NewListTopicsPaginator(sns.NewFromConfig(cfg), nil), func(page *sns.ListTopicsOutput) {
			for _, topic := range page.Topics {
				add(topic.TopicArn)
			}
		}),
		each(ctx, "functions", lambda.NewListFunctionsPaginator(lambda.NewFromConfig(cfg), nil), func(page *lambda.ListFunctionsOutput) {
			for _, function := range page.Functions {
				add(function.FunctionName)
			}
		}),
		each(ctx, "buckets", s3.NewListBucketsPaginator(s3.NewFromConfig(cfg, pathStyle), nil), func(page *s3.ListBucketsOutput) {
			for _, bucket := range page.Buckets {
				add(bucket.Name)
			}
		}),
	)
	return names, err
}

func pathStyle(o *s3.Options) { o.UsePathStyle = true } // an engine has no name for each bucket

// paginator is one of any service.
type paginator[Options, Page any] interface {
	HasMorePages() bool
	NextPage(context.Context, ...func(*Options)) (Page, error)
}

func each[Options, Page any](ctx context.Context, what string, pages paginator[Options, Page], take func(Page)) error {
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the %s: %w", what, err)
		}
		take(page)
	}
	return nil
}
