package main

import (
	"fmt"

	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// errandQueue is a queue of errands as functions and alarms are told of it.
type errandQueue struct {
	url, arn, name string
	scope          constructs.Construct
}

// errandQueues creates the queues that the app's functions of errands read, which others post to. What is in them stands
// nowhere else: they are kept as tables are.
func (b *builder) errandQueues(functions []topology.Function) {
	for _, f := range functions {
		switch f.Errands {
		case engine.InboxName:
			b.at.inbox = b.inbox()
		case engine.TimersName:
			b.at.timers = b.timers()
			b.at.schedules = b.schedule(b.at.timers)
		case engine.UpkeepName:
			b.at.upkeep = b.upkeep()
		}
	}
}

// inbox is the queue of commands for single writers, in order for each stream. It has no dead-letter queue: a command that
// went there would be overtaken by those behind it, and the function itself gives up what cannot be executed.
func (b *builder) inbox() errandQueue {
	scope := constructs.NewConstruct(b.stack, jsii.String(engine.InboxName+"-queue"))
	return b.errandQueue(scope, queue{name: engine.InboxName, fifo: true, hidden: limits.ErrandHidden})
}

// timers is the queue of timers that are due, or will be in some minutes. Each stands for itself, and SQS delays single
// messages of standard queues only.
func (b *builder) timers() errandQueue {
	scope := constructs.NewConstruct(b.stack, jsii.String(engine.TimersName+"-queue"))
	dead := b.queue(scope, "dead", netOf(topology.TimersNet))
	dead.ApplyRemovalPolicy(b.stage.removal(), nil)
	b.alarmDead(scope, *dead.AttrQueueName(), "queue-"+topology.TimersNet.Name,
		"There are timers whose commands keep failing. Once the cause is mended, SQS can move them back to their queue.")
	return b.errandQueue(scope, queue{name: engine.TimersName, hidden: limits.ErrandHidden, dead: dead, receives: limits.TimerReceives})
}

// upkeep is the queue of jobs, in order for what they are about. There is one at a time in each order, so that none overtakes
// one that is kept aside.
func (b *builder) upkeep() errandQueue {
	scope := constructs.NewConstruct(b.stack, jsii.String(engine.UpkeepName+"-queue"))
	dead := b.queue(scope, "dead", netOf(topology.UpkeepNet))
	dead.ApplyRemovalPolicy(b.stage.removal(), nil)
	b.alarmDead(scope, *dead.AttrQueueName(), "queue-"+topology.UpkeepNet.Name,
		"There are jobs of admins of which not even a failure could be noted. Once the cause is mended, SQS can move them back to their queue.")
	return b.errandQueue(scope, queue{
		name: engine.UpkeepName, fifo: true, hidden: limits.UpkeepHidden, dead: dead, receives: limits.UpkeepReceives,
	})
}

func (b *builder) errandQueue(scope constructs.Construct, q queue) errandQueue {
	made := b.queue(scope, "queue", q)
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	return errandQueue{url: *made.Ref(), arn: *made.AttrArn(), name: *made.AttrQueueName(), scope: scope}
}

// errands deploys the function of a queue of errands.
func (b *builder) errands(f topology.Function) {
	switch f.Errands {
	case engine.InboxName:
		b.reader(f, b.at.inbox.arn, queueBatch)
		b.alarmQueue(b.at.inbox.scope, b.at.inbox.name, f.Errands, inboxAge)
	case engine.TimersName:
		b.reader(f, b.at.timers.arn, queueBatch)
		b.alarmQueue(b.at.timers.scope, b.at.timers.name, f.Errands, timersAge)
	case engine.UpkeepName:
		b.reader(f, b.at.upkeep.arn, 1) // each has all of the function's time
		b.alarmQueue(b.at.upkeep.scope, b.at.upkeep.name, f.Errands, upkeepAge)
	default:
		panic(fmt.Sprintf("function %s runs errands of %q, which is no queue that the stacks know", f.Name, f.Errands))
	}
}
