package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// relay deploys the function that reads the stream of the events table. A record that fails for good does not hold up its
// shard: a note of it goes to a queue, and the sweeper finds the commit.
func (b *builder) relay(f topology.Function) {
	stream := b.at.tables[setting.EventsTable].stream
	scope := constructs.NewConstruct(b.stack, jsii.String(f.Name+"-failures"))
	failures := b.queue(scope, "queue", netOf(f.Nets()[0]))
	made := b.function(
		f,
		statement{
			actions: []string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, resources: []string{stream},
		},
		statement{actions: []string{"dynamodb:ListStreams"}, resources: []string{"*"}, wild: "ListStreamsHasNoResource"},
		statement{actions: []string{"sqs:SendMessage"}, resources: []string{*failures.AttrArn()}},
	)
	awslambda.NewCfnEventSourceMapping(made.scope, jsii.String("source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: jsii.String(made.arn), EventSourceArn: jsii.String(stream), StartingPosition: jsii.String("TRIM_HORIZON"),
		BatchSize: jsii.Number(limits.RelayBatch), MaximumRetryAttempts: jsii.Number(limits.RelayAttempts), BisectBatchOnFunctionError: jsii.Bool(true),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
		// Batches of one shard that run side by side keep the order of each item only. Our items are commits, so that the
		// commits of one stream would overtake each other.
		ParallelizationFactor: jsii.Number(1),
		FilterCriteria: &awslambda.CfnEventSourceMapping_FilterCriteriaProperty{
			Filters: []*awslambda.CfnEventSourceMapping_FilterProperty{{Pattern: jsii.String(`{"eventName":["INSERT"]}`)}},
		},
		DestinationConfig: &awslambda.CfnEventSourceMapping_DestinationConfigProperty{
			OnFailure: &awslambda.CfnEventSourceMapping_OnFailureProperty{Destination: failures.AttrArn()},
		},
	})
	b.alarmRelay(scope, made.name, *failures.AttrQueueName())
}

// sweeper deploys the function that looks for commits that the relay never got to the feed.
func (b *builder) sweeper(f topology.Function) {
	b.scheduled(f, sweepEvery)
}

// scheduled deploys a function that runs now and then.
func (b *builder) scheduled(f topology.Function, every string) {
	made := b.function(f)
	rule := awsevents.NewCfnRule(made.scope, jsii.String("schedule"), &awsevents.CfnRuleProps{
		ScheduleExpression: jsii.String(every),
		Targets:            []*awsevents.CfnRule_TargetProperty{{Id: jsii.String("function"), Arn: jsii.String(made.arn)}},
	})
	made.callable("events", *rule.AttrArn())
}
