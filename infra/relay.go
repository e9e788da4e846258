package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// relay deploys the function that reads the stream of the events table. A record that fails for good does not hold up its
// shard: a note of it goes to a queue, and the sweeper finds the commit.
func (b *builder) relay(f topology.Function) {
	stream := b.at.tables[setting.EventsTable].stream
	scope := constructs.NewConstruct(b.stack, jsii.String(f.Name+"-failures"))
	failures := awssqs.NewCfnQueue(scope, jsii.String("queue"), &awssqs.CfnQueueProps{
		QueueName:              jsii.String(b.stage.name(f.Name + "-failures")),
		MessageRetentionPeriod: jsii.Number(queueRetention.Seconds()), SqsManagedSseEnabled: jsii.Bool(true),
	})
	made := b.function(
		f,
		statement{[]string{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, []string{stream}},
		statement{[]string{"dynamodb:ListStreams"}, []string{"*"}}, // DynamoDB has no resource for it
		statement{[]string{"sqs:SendMessage"}, []string{*failures.AttrArn()}},
	)
	awslambda.NewCfnEventSourceMapping(made.scope, jsii.String("source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: jsii.String(made.arn), EventSourceArn: jsii.String(stream), StartingPosition: jsii.String("TRIM_HORIZON"),
		BatchSize: jsii.Number(relayBatch), MaximumRetryAttempts: jsii.Number(relayAttempts), BisectBatchOnFunctionError: jsii.Bool(true),
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
	made := b.function(f)
	rule := awsevents.NewCfnRule(made.scope, jsii.String("schedule"), &awsevents.CfnRuleProps{
		ScheduleExpression: jsii.String(sweepEvery),
		Targets:            []*awsevents.CfnRule_TargetProperty{{Id: jsii.String("function"), Arn: jsii.String(made.arn)}},
	})
	made.callable("events", *rule.AttrArn())
}
