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
	var errs []error
	for _, list := range []func(context.Context, aws.Config) ([]string, error){tables, queues, topics, functions, buckets} {
		names, err := list(ctx, cfg)
		errs = append(errs, err)
		for _, name := range names {
			if strings.Contains(name, stage.Name("")) {
				errs = append(errs, fmt.Errorf("there is %s", name))
			}
		}
	}
	return errors.Join(errs...)
}

func tables(ctx context.Context, cfg aws.Config) (names []string, err error) {
	pages := dynamodb.NewListTablesPaginator(dynamodb.NewFromConfig(cfg), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the tables: %w", err)
		}
		names = append(names, page.TableNames...)
	}
	return names, nil
}

func queues(ctx context.Context, cfg aws.Config) (names []string, err error) {
	pages := sqs.NewListQueuesPaginator(sqs.NewFromConfig(cfg), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the queues: %w", err)
		}
		names = append(names, page.QueueUrls...)
	}
	return names, nil
}

func topics(ctx context.Context, cfg aws.Config) (names []string, err error) {
	pages := sns.NewListTopicsPaginator(sns.NewFromConfig(cfg), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the topics: %w", err)
		}
		for _, topic := range page.Topics {
			names = append(names, aws.ToString(topic.TopicArn))
		}
	}
	return names, nil
}

func functions(ctx context.Context, cfg aws.Config) (names []string, err error) {
	pages := lambda.NewListFunctionsPaginator(lambda.NewFromConfig(cfg), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the functions: %w", err)
		}
		for _, function := range page.Functions {
			names = append(names, aws.ToString(function.FunctionName))
		}
	}
	return names, nil
}

func buckets(ctx context.Context, cfg aws.Config) (names []string, err error) {
	pages := s3.NewListBucketsPaginator(s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), nil)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the buckets: %w", err)
		}
		for _, bucket := range page.Buckets {
			names = append(names, aws.ToString(bucket.Name))
		}
	}
	return names, nil
}
