package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// category is the message attribute that the publisher sets to the category of a commit's stream.
const category = "category"

// queue is a queue to create.
type queue struct {
	name     string          // within the stage
	fifo     bool            // whether it orders and deduplicates
	hidden   time.Duration   // how long a message is that was handed out; zero for a queue that only operators read
	dead     awssqs.CfnQueue // where messages go that were handed out too often; nil for nowhere
	receives int             // that are too often
}

// netOf is a last net as a queue to create.
func netOf(n engine.Net) queue { return queue{name: n.Name, fifo: n.FIFO} }

// queue creates a queue that only the account's roles send to.
func (b *builder) queue(scope constructs.Construct, id string, q queue) awssqs.CfnQueue {
	made := b.newQueue(scope, id, q)
	guardQueue(made)
	return made
}

// guardQueue says who may use a queue beside the account's roles, and that it takes TLS. A queue has just one.
func guardQueue(queue awssqs.CfnQueue, statements ...any) awssqs.CfnQueuePolicy {
	return awssqs.NewCfnQueuePolicy(queue, jsii.String("policy"), &awssqs.CfnQueuePolicyProps{
		Queues: &[]*string{queue.Ref()},
		PolicyDocument: map[string]any{
			"Version": "2012-10-17", "Statement": append(statements, tlsOnly("sqs:*", *queue.AttrArn())),
		},
	})
}

// newQueue creates a queue. A FIFO queue orders and deduplicates by group, so that its throughput is not one group's.
func (b *builder) newQueue(scope constructs.Construct, id string, q queue) awssqs.CfnQueue {
	props := &awssqs.CfnQueueProps{
		QueueName:              jsii.String(b.stage.name(q.name)),
		MessageRetentionPeriod: jsii.Number(limits.QueueRetention.Seconds()),
	}
	b.encryptQueue(props)
	if q.fifo {
		props.QueueName, props.FifoQueue = jsii.String(b.stage.name(q.name)+".fifo"), jsii.Bool(true)
		props.DeduplicationScope, props.FifoThroughputLimit = jsii.String("messageGroup"), jsii.String("perMessageGroupId")
	}
	if q.hidden > 0 {
		props.VisibilityTimeout = jsii.Number(q.hidden.Seconds())
	}
	if q.dead != nil {
		props.RedrivePolicy = map[string]any{"deadLetterTargetArn": q.dead.AttrArn(), "maxReceiveCount": q.receives}
	}
	return awssqs.NewCfnQueue(scope, jsii.String(id), props)
}

// reader deploys a function that reads a queue, so many messages at once.
func (b *builder) reader(f topology.Function, queue string, batch int) {
	made := b.function(f, statement{
		actions:   []string{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"},
		resources: []string{queue},
	})
	awslambda.NewCfnEventSourceMapping(made.scope, jsii.String("source"), &awslambda.CfnEventSourceMappingProps{
		FunctionName: jsii.String(made.arn), EventSourceArn: jsii.String(queue), BatchSize: jsii.Number(batch),
		FunctionResponseTypes: jsii.Strings("ReportBatchItemFailures"),
	})
}

// consumer deploys a function with its queue: topic, subscription, queue, function.
func (b *builder) consumer(f topology.Function) {
	scope := constructs.NewConstruct(b.stack, jsii.String(f.Name+"-queue"))
	dead := b.newQueue(scope, "dead", netOf(f.Nets()[0]))
	live := b.newQueue(scope, "queue", queue{
		name: f.Queue.Name, fifo: true, hidden: limits.Visibility, dead: dead, receives: limits.Receives,
	})
	b.subscribe(scope, f.Queue, live, dead)
	b.reader(f, *live.AttrArn(), queueBatch)
	b.alarmQueue(scope, *live.AttrQueueName(), f.Queue.Name, 2*limits.Visibility)
	b.alarmDead(scope, *dead.AttrQueueName(), "queue-"+f.Nets()[0].Name,
		"There are messages that the consumer cannot even read, or could not take for a day. Their commits are in the event store.")
}

// subscribe brings the topic's messages to a queue: those of its categories, or all commits. A message that SNS cannot
// bring there goes to the dead-letter queue.
func (b *builder) subscribe(scope constructs.Construct, q *topology.Queue, queue, dead awssqs.CfnQueue) {
	var open []constructs.Construct
	for _, target := range []awssqs.CfnQueue{queue, dead} {
		open = append(open, guardQueue(target, service("sns", "sqs:SendMessage", *target.AttrArn(), b.at.topic)))
	}
	props := &awssns.CfnSubscriptionProps{
		TopicArn: jsii.String(b.at.topic), Protocol: jsii.String("sqs"), Endpoint: queue.AttrArn(),
		RawMessageDelivery: jsii.Bool(true), RedrivePolicy: map[string]any{"deadLetterTargetArn": dead.AttrArn()},
	}
	if filter := b.filter(q); filter != nil {
		props.FilterPolicy = map[string]any{category: filter}
		props.FilterPolicyScope = jsii.String("MessageAttributes")
	}
	after(awssns.NewCfnSubscription(scope, jsii.String("subscription"), props), open)
}

// filter is what the category of a queue's messages must match; nil for anything. Who is about all categories does not
// get what only tells followers that the feed goes on, unless it heralds that: it is no commit.
func (b *builder) filter(q *topology.Queue) any {
	switch categories := q.Filter(); {
	case len(categories) > 0:
		return categories
	case q.Heralds:
		return nil
	default:
		return []any{map[string]any{"anything-but": []string{engine.FeedStream.Category()}}}
	}
}
