package scheduling

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Create creates the queue and the group of schedules of a name, and gives timers that use them. It is for tests and
// emulators; stacks do this on AWS.
func Create(ctx context.Context, schedules *scheduler.Client, messages *sqs.Client, name string) (*Timers, error) {
	queue, err := messages.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(name)})
	if err != nil {
		return nil, fmt.Errorf("create the queue %s: %w", name, err)
	}
	out, err := messages.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: queue.QueueUrl, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameQueueArn},
	})
	if err != nil {
		return nil, fmt.Errorf("look at the queue %s: %w", name, err)
	}
	if _, err := schedules.CreateScheduleGroup(ctx, &scheduler.CreateScheduleGroupInput{Name: aws.String(name)}); err != nil {
		return nil, fmt.Errorf("create the schedule group %s: %w", name, err)
	}
	return &Timers{
		Messages: messages, Schedules: schedules, Queue: aws.ToString(queue.QueueUrl), QueueARN: out.Attributes["QueueArn"],
		Group: name, Role: "arn:aws:iam::000000000000:role/" + name,
	}, nil
}
