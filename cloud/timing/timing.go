// Package timing lets Lambdas set timers: by SQS for the next minutes, by EventBridge Scheduler for later.
package timing

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Timers is for the Lambdas of listeners, and of sagas that set timers.
func Timers() wiring.Option {
	return func(p *wiring.Parts) { p.Timers = New(wiring.Config(), wiring.Environment) }
}

// New makes timers of what a stack says of them, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) *scheduling.Timers {
	return &scheduling.Timers{
		Messages: sqs.NewFromConfig(cfg), Schedules: scheduler.NewFromConfig(cfg),
		Queue: says(setting.TimersQueue), QueueARN: says(setting.TimersQueueARN),
		Group: says(setting.ScheduleGroup), Role: says(setting.ScheduleRole), DeadLetters: says(setting.TimersDeadLetters),
	}
}
