package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

// schedules is where timers wait that are due later than SQS delays messages.
type schedules struct {
	group string // name
	role  string // ARN of what they send by
	dead  string // ARN of the queue for what they could not send
}

// schedule creates the group that functions put schedules into, one for each timer, and the role by which these send to the
// queue. Schedules stand nowhere else, and go with their group, which is kept as tables are.
func (b *builder) schedule(timers errandQueue) schedules {
	scope := constructs.NewConstruct(b.stack, jsii.String("schedules"))
	dead := b.queue(scope, "dead", netOf(topology.SchedulesNet)) // Scheduler takes no FIFO queue for it
	dead.ApplyRemovalPolicy(b.stage.removal(), nil)
	b.alarmDead(scope, *dead.AttrQueueName(), topology.SchedulesNet.Name,
		"Schedules could not send timers for a day. Once the cause is mended, send them to the queue of timers by hand.")
	group := awsscheduler.NewCfnScheduleGroup(scope, jsii.String("group"), &awsscheduler.CfnScheduleGroupProps{
		Name: jsii.String(b.stage.name(engine.TimersName)),
	})
	group.ApplyRemovalPolicy(b.stage.removal(), nil)
	// Scheduler checks a group against its own ARN, never against a schedule's.
	ours := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID(), "aws:SourceArn": group.AttrArn()}}
	role := b.role(scope, trust("scheduler", ours), []statement{
		{actions: []string{"sqs:SendMessage"}, resources: []string{timers.arn, *dead.AttrArn()}},
	})
	role.ApplyRemovalPolicy(b.stage.removal(), nil) // schedules that stay need it
	return schedules{group: *group.Ref(), role: *role.AttrArn(), dead: *dead.AttrArn()}
}

// allowance lets a function set timers: send to the queue, and create schedules that do so by the role. The role can be
// handed to nobody but Scheduler.
func (s schedules) allowance(timers errandQueue) allowance {
	return allowance{
		statements: []statement{
			{actions: []string{"sqs:SendMessage"}, resources: []string{timers.arn}},
			{
				actions: []string{"scheduler:CreateSchedule"}, resources: []string{arn("scheduler", "schedule/"+s.group+"/*")},
				wild: "SchedulesAreNamedByTimers",
			},
			{
				actions: []string{"iam:PassRole"}, resources: []string{s.role},
				condition: map[string]any{"StringEquals": map[string]any{"iam:PassedToService": "scheduler.amazonaws.com"}},
			},
		},
		environment: map[string]string{
			setting.TimersQueue: timers.url, setting.TimersQueueARN: timers.arn, setting.TimersDeadLetters: s.dead,
			setting.ScheduleGroup: s.group, setting.ScheduleRole: s.role,
		},
	}
}

// listing lets a function list timers: the schedules, and the number of messages.
func (s schedules) listing(timers errandQueue) allowance {
	return allowance{
		statements: []statement{
			{actions: []string{"sqs:GetQueueAttributes"}, resources: []string{timers.arn}},
			{
				actions: []string{"scheduler:GetSchedule"}, resources: []string{arn("scheduler", "schedule/"+s.group+"/*")},
				wild: "SchedulesAreNamedByTimers",
			},
			{
				actions: []string{"scheduler:ListSchedules"}, resources: []string{arn("scheduler", "schedule/*/*")},
				wild: "ListsAreCheckedAgainstAllGroups", // whichever group is asked for
			},
		},
		environment: map[string]string{setting.TimersQueue: timers.url, setting.ScheduleGroup: s.group},
	}
}
