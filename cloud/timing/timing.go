// Package timing lets Lambdas set timers, and list them: by SQS for the next minutes, by EventBridge Scheduler for later.
package timing

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/handler"
)

// Timers is for the Lambdas of listeners, and of sagas that set timers.
func Timers() wiring.Option {
	return func(p *wiring.Parts) { p.Timers = New(wiring.Config(), wiring.Environment) }
}

// Agenda is for who verifies the timers that are set.
func Agenda() wiring.Option {
	return func(p *wiring.Parts) { p.Agenda = NewAgenda(wiring.Config(), wiring.Environment) }
}

// Upcoming serves [handler.ListTimers].
func Upcoming() {
	wiring.Route(handler.Timers(NewAgenda(wiring.Config(), wiring.Environment)))
}

// NewAgenda makes the list of timers of what a stack says of them, by the names of package setting.
func NewAgenda(cfg aws.Config, says func(name string) string) *scheduling.Agenda {
	return &scheduling.Agenda{
		Messages: sqs.NewFromConfig(cfg), Schedules: scheduler.NewFromConfig(cfg),
		Queue: says(setting.TimersQueue), Group: says(setting.ScheduleGroup),
	}
}

// New makes timers of what a stack says of them, by the names of package setting.
func New(cfg aws.Config, says func(name string) string) *scheduling.Timers {
	return &scheduling.Timers{
		Messages: sqs.NewFromConfig(cfg), Schedules: scheduler.NewFromConfig(cfg),
		Queue: says(setting.TimersQueue), QueueARN: says(setting.TimersQueueARN),
		Group: says(setting.ScheduleGroup), Role: says(setting.ScheduleRole), DeadLetters: says(setting.TimersDeadLetters),
	}
}
