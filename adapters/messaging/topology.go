package messaging

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/foldstream/foldstream/es"
)

// Topology is a topic with its queues.
type Topology struct {
	Topic  string            // ARN
	Queues map[string]string // URLs by name
}

const (
	visibility  = "30" // seconds that a handler has
	maxReceives = 10   // deliveries until a message goes to its dead-letter queue; consumers park well before
)

// CreateTopology creates a topic, and for each name a queue that gets the commits of some categories, or all when there
// are none, with a dead-letter queue. The prefix begins all names. It is for tests and emulators; stacks do this on AWS.
func CreateTopology(ctx context.Context, topics *sns.Client, queues *sqs.Client, prefix string, categories map[string][]string) (Topology, error) {
	topic, err := topics.CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(prefix + ".fifo"), Attributes: map[string]string{
		"FifoTopic": "true", "ContentBasedDeduplication": "false", "FifoThroughputScope": "MessageGroup",
	}})
	if err != nil {
		return Topology{}, fmt.Errorf("create the topic %s: %w", prefix, err)
	}
	t := Topology{Topic: aws.ToString(topic.TopicArn), Queues: map[string]string{}}
	for name, listens := range categories {
		url, arn, err := createQueue(ctx, queues, prefix+"-"+name, t.Topic)
		if err != nil {
			return Topology{}, fmt.Errorf("create the queue %s: %w", name, err)
		}
		if err := subscribe(ctx, topics, t.Topic, arn, listens); err != nil {
			return Topology{}, fmt.Errorf("subscribe the queue %s: %w", name, err)
		}
		t.Queues[name] = url
	}
	return t, nil
}

// createQueue creates a queue that the topic may send to, and its dead-letter queue.
func createQueue(ctx context.Context, client *sqs.Client, name, topic string) (url, arn string, err error) {
	_, deadARN, err := createFIFO(ctx, client, name+"-dead", nil)
	if err != nil {
		return "", "", err
	}
	redrive, err := es.Encode(map[string]any{"deadLetterTargetArn": deadARN, "maxReceiveCount": maxReceives})
	if err != nil {
		return "", "", err
	}
	policy, err := es.Encode(map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*",
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": topic}},
	}}})
	if err != nil {
		return "", "", err
	}
	return createFIFO(ctx, client, name, map[string]string{
		"VisibilityTimeout": visibility, "RedrivePolicy": string(redrive), "Policy": string(policy),
	})
}

func createFIFO(ctx context.Context, client *sqs.Client, name string, more map[string]string) (url, arn string, err error) {
	attributes := map[string]string{
		"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId",
	}
	for attribute, value := range more {
		attributes[attribute] = value
	}
	created, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(name + ".fifo"), Attributes: attributes})
	if err != nil {
		return "", "", err
	}
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: created.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		return "", "", err
	}
	return aws.ToString(created.QueueUrl), out.Attributes["QueueArn"], nil
}

func subscribe(ctx context.Context, client *sns.Client, topic, queue string, categories []string) error {
	attributes := map[string]string{"RawMessageDelivery": "true"}
	if len(categories) > 0 {
		filter, err := es.Encode(map[string][]string{categoryAttribute: categories})
		if err != nil {
			return err
		}
		attributes["FilterPolicy"] = string(filter)
	}
	_, err := client.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: aws.String(topic), Protocol: aws.String("sqs"), Endpoint: aws.String(queue), Attributes: attributes,
	})
	return err
}
