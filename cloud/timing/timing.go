// Package timing lets Lambdas set timers: by SQS for the next minutes, by EventBridge Scheduler for later.
package timing

import (
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
)

// Timers is for the Lambdas of listeners, and of sagas that set timers.
func Timers() wiring.Option {
	return func(p *wiring.Parts) {
		p.Timers = &scheduling.Timers{
			Messages: sqs.NewFromConfig(wiring.Config()), Schedules: scheduler.NewFromConfig(wiring.Config()),
			Queue: wiring.Environment(setting.TimersQueue), QueueARN: wiring.Environment(setting.TimersQueueARN),
			Group: wiring.Environment(setting.ScheduleGroup), Role: wiring.Environment(setting.ScheduleRole),
			DeadLetters: wiring.Environment(setting.TimersDeadLetters),
		}
	}
}
