package emulator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// Fire does what EventBridge Scheduler would have done by some time: it sends the input of each one-off schedule of a group
// that is due to its queue, and deletes the schedule. moto never does that, and MiniStack does it by its own clock alone,
// every ten seconds.
func Fire(ctx context.Context, cfg aws.Config, group string, now time.Time) error {
	f := firing{schedules: scheduler.NewFromConfig(cfg), messages: sqs.NewFromConfig(cfg)}
	var all []types.ScheduleSummary
	pages := scheduler.NewListSchedulesPaginator(f.schedules, &scheduler.ListSchedulesInput{GroupName: aws.String(group)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the schedules of %s: %w", group, err)
		}
		all = append(all, page.Schedules...)
	}
	for _, s := range all {
		if err := f.fire(ctx, s, now); err != nil {
			return fmt.Errorf("fire the schedule %s: %w", aws.ToString(s.Name), err)
		}
	}
	return nil
}

type firing struct {
	schedules *scheduler.Client
	messages  *sqs.Client
}

func (f firing) fire(ctx context.Context, s types.ScheduleSummary, now time.Time) error {
	schedule, err := f.schedules.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: s.Name, GroupName: s.GroupName})
	if err != nil {
		return unlessGone(err)
	}
	due, err := time.Parse("at(2006-01-02T15:04:05)", aws.ToString(schedule.ScheduleExpression))
	if err != nil || now.Before(due) {
		return err
	}
	arn := aws.ToString(schedule.Target.Arn)
	queue, err := f.messages.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String(arn[strings.LastIndex(arn, ":")+1:])})
	if err != nil {
		return err
	}
	if _, err := f.messages.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: queue.QueueUrl, MessageBody: schedule.Target.Input}); err != nil {
		return err
	}
	_, err = f.schedules.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: s.Name, GroupName: s.GroupName})
	return unlessGone(err)
}

// unlessGone is no error when somebody else has fired the schedule.
func unlessGone(err error) error {
	var gone *types.ResourceNotFoundException
	if errors.As(err, &gone) {
		return nil
	}
	return err
}
