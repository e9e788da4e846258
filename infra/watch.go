package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/internal/observe"
)

// figure is a figure of the whole stage, which its functions write into their logs.
func (b *builder) figure(f observe.Figure, statistic string) metric {
	return metric{namespace: observe.Namespace(string(b.stage)), name: f.Name, statistic: statistic}
}

// failedMetric counts invocations that failed, of all functions.
func (b *builder) failedMetric() metric {
	return metric{namespace: observe.Namespace(string(b.stage)), name: "FunctionsFailed", statistic: sum}
}

// countFailures counts what Lambda reports of invocations that end in an error, time out or crash, in one metric for all
// functions: an alarm for each would cost ten dollars a month where nothing happens.
func (b *builder) countFailures(scope constructs.Construct, log string) {
	m := b.failedMetric()
	awslogs.NewCfnMetricFilter(scope, jsii.String("failed"), &awslogs.CfnMetricFilterProps{
		LogGroupName: jsii.String(log), FilterPattern: jsii.String(`{ $.type = "platform.report" && $.record.status != "success" }`),
		MetricTransformations: []*awslogs.CfnMetricFilter_MetricTransformationProperty{{
			MetricNamespace: jsii.String(m.namespace), MetricName: jsii.String(m.name), MetricValue: jsii.String("1"), Unit: jsii.String("Count"),
		}},
	})
}

// alarmFunctions watches all functions together. Which one it is the dashboard shows.
func (b *builder) alarmFunctions() {
	b.alarm(b.stack, alarm{
		kind: "functions-failed", metric: b.failedMetric(), minutes: 1, always: true,
		why: "A function ends in errors, runs out of time or crashes.",
	})
	b.alarm(b.stack, alarm{
		kind: "functions-throttled", metric: metric{namespace: "AWS/Lambda", name: "Throttles", statistic: sum}, minutes: 1,
		why: "Lambda does not run functions as often as they are called: the account's concurrency is used up.",
	})
}

// alarmConsumers watches what consumers say of themselves.
func (b *builder) alarmConsumers() {
	b.alarm(b.stack, alarm{
		kind: "parked", metric: b.figure(observe.Parked, sum), minutes: 1, always: true,
		why: "A consumer parked a stream that it cannot get on with.",
	})
	b.alarm(b.stack, alarm{
		kind: "lag", metric: b.figure(observe.Lag, top), above: float64((2 * limits.Visibility).Milliseconds()), minutes: 1, always: true,
		why: "A consumer took commits minutes after they had been made.",
	})
}

func (b *builder) alarmRelay(scope constructs.Construct, function, failures string) {
	b.alarm(scope, alarm{
		kind: "relay-age", metric: functionMetric(function, "IteratorAge", top), above: 60_000, minutes: 3, always: true,
		why: "Events reach their consumers a minute late or later. After 24 hours the stream forgets them.",
	})
	b.alarm(scope, alarm{
		kind: "relay-failures", metric: queueMetric(failures, "ApproximateNumberOfMessagesVisible"), minutes: 1, always: true,
		why: "The relay gave up on records. The sweeper brings their commits to the feed once the cause is mended.",
	})
}

func (b *builder) alarmQueue(scope constructs.Construct, queue, reader string, old time.Duration) {
	b.alarm(scope, alarm{
		kind: "queue-age", name: "queue-" + reader + "-age", minutes: 1,
		metric: queueMetric(queue, "ApproximateAgeOfOldestMessage"), above: old.Seconds(),
		why: "Who reads the queue does not keep up, or keeps failing at a message.",
	})
}

func (b *builder) alarmDead(scope constructs.Construct, queue, name, why string) {
	b.alarm(scope, alarm{
		kind: "dead-letters", name: name, metric: queueMetric(queue, "ApproximateNumberOfMessagesVisible"), minutes: 1, why: why,
	})
}

func (b *builder) alarmTopic(topic string) {
	b.alarm(b.stack, alarm{
		kind: "topic-failures", metric: topicMetric(topic, "NumberOfNotificationsFailed"), minutes: 1,
		why: "The topic cannot bring messages to a queue. They are in the queue's dead-letter queue.",
	})
}

func (b *builder) alarmAPI(name, api string) {
	b.alarm(b.stack, alarm{
		kind: "server-errors", name: name, metric: apiMetric(api, "5xx", sum), minutes: 1, always: true,
		why: "The API answers with server errors. The access log says which routes.",
	})
}

func (b *builder) alarmSocket(api string) {
	b.alarm(b.stack, alarm{
		kind: "websocket-errors", metric: apiMetric(api, "ExecutionError", sum), minutes: 1,
		why: "The WebSocket API cannot call its functions.",
	})
}

// alarmTable watches reads and writes together: what is throttled waits, and then fails.
func (b *builder) alarmTable(scope constructs.Construct, name string) {
	own := name[len(b.stage.name("")):]
	a := alarm{
		kind: "table-throttles", name: "table-" + own + "-throttles", minutes: 1,
		why: "DynamoDB throttles the table: a partition is too hot, or the account's limit is reached.",
	}
	if !b.wants(a) {
		return
	}
	props := b.alarmProps(a)
	props.Metrics = []*awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		{Id: jsii.String("all"), Expression: jsii.String("FILL(reads, 0) + FILL(writes, 0)"), ReturnData: jsii.Bool(true)},
		tableQuery("reads", name, "ReadThrottleEvents"),
		tableQuery("writes", name, "WriteThrottleEvents"),
	}
	awscloudwatch.NewCfnAlarm(scope, jsii.String("alarm-"+own), props)
}

func tableQuery(id, table, name string) *awscloudwatch.CfnAlarm_MetricDataQueryProperty {
	return &awscloudwatch.CfnAlarm_MetricDataQueryProperty{
		Id: jsii.String(id), ReturnData: jsii.Bool(false), MetricStat: &awscloudwatch.CfnAlarm_MetricStatProperty{
			Stat: jsii.String(sum), Period: jsii.Number(60), Metric: &awscloudwatch.CfnAlarm_MetricProperty{
				Namespace: jsii.String("AWS/DynamoDB"), MetricName: jsii.String(name),
				Dimensions: []*awscloudwatch.CfnAlarm_DimensionProperty{{Name: jsii.String("TableName"), Value: jsii.String(table)}},
			},
		},
	}
}
