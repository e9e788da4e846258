package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// category is the message attribute that the publisher sets to the category of a commit's stream.
const category = "category"

// consumer deploys a function with its queue: topic, subscription, queue, function.
func (b *builder) consumer(f topology.Function) {
	scope := constructs.NewConstruct(b.stack, jsii.String(f.Name+"-queue"))
	dead := b.fifo(scope, "dead", f.Queue.Name+"-dead", nil)
	queue := b.fifo(scope, "queue", f.Queue.Name, dead)
	b.subscribe(scope, f.Queue, queue, dead)
	made := b.function(f, statement{
		actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		resources: []string{*queue.AttrArn()},
	})
	awslambda.NewCfnEventSourceMapping(made.scope, jsii.String("source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: jsii.String(made.arn), EventSourceArn: queue.AttrArn(), BatchSize: jsii.Number(queueBatch),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
	})
	b.alarmQueue(scope, *queue.AttrQueueName(), *dead.AttrQueueName(), f.Queue.Name)
	b.countParked(made)
}

// fifo creates a FIFO queue that orders and deduplicates by stream, so that its throughput is not one stream's. Without a
// dead-letter queue it is one.
func (b *builder) fifo(scope constructs.Construct, id, name string, dead awssqs.CfnQueue) awssqs.CfnQueue {
	props := &awssqs.CfnQueueProps{
		QueueName: jsii.String(b.stage.name(name) + ".fifo"), FifoQueue: jsii.Bool(true),
		DeduplicationScope: jsii.String("messageGroup"), FifoThroughputLimit: jsii.String("perMessageGroupId"),
		MessageRetentionPeriod: jsii.Number(queueRetention.Seconds()), SqsManagedSseEnabled: jsii.Bool(true),
	}
	if dead != nil {
		props.VisibilityTimeout = jsii.Number(visibilityTimeout.Seconds())
		props.RedrivePolicy = map[string]any{"deadLetterTargetArn": dead.AttrArn(), "maxReceiveCount": maxReceives}
	}
	return awssqs.NewCfnQueue(scope, jsii.String(id), props)
}

// subscribe brings the topic's messages to a queue: those of its categories, or all. A message that SNS cannot bring
// there goes to the dead-letter queue.
func (b *builder) subscribe(scope constructs.Construct, q *topology.Queue, queue, dead awssqs.CfnQueue) {
	var open []constructs.Construct
	for _, target := range []awssqs.CfnQueue{queue, dead} {
		open = append(open, awssqs.NewCfnQueuePolicy(target, jsii.String("policy"), &awssqs.CfnQueuePolicyProps{
			Queues: &[]*string{target.Ref()},
			PolicyDocument: map[string]any{
				"Version": "2012-10-17", "Statement": []any{service("sns", "sqs:SendMessage", *target.AttrArn(), b.at.topic)},
			},
		}))
	}
	props := &awssns.CfnSubscriptionProps{
		TopicArn: jsii.String(b.at.topic), Protocol: jsii.String("sqs"), Endpoint: queue.AttrArn(),
		RawMessageDelivery: jsii.Bool(true), RedrivePolicy: map[string]any{"deadLetterTargetArn": dead.AttrArn()},
	}
	if len(q.Categories) > 0 {
		props.FilterPolicy = map[string]any{category: q.Categories}
		props.FilterPolicyScope = jsii.String("MessageAttributes")
	}
	after(awssns.NewCfnSubscription(scope, jsii.String("subscription"), props), open)
}
