package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	sum = "Sum"
	top = "Maximum"
)

func functionMetric(function, name, statistic string) metric {
	return metric{"AWS/Lambda", name, "FunctionName", function, statistic}
}

func queueMetric(queue, name string) metric {
	return metric{"AWS/SQS", name, "QueueName", queue, top}
}

func apiMetric(id, name, statistic string) metric {
	return metric{"AWS/ApiGateway", name, "ApiId", id, statistic}
}

// parkedMetric counts what consumers log when they park a stream.
func (b *builder) parkedMetric() metric {
	return metric{namespace: "Foldstream/" + string(b.stage), name: "Parked", statistic: sum}
}

func (b *builder) alarmFunction(scope constructs.Construct, function string) {
	own := function[len(b.stage.name("")):]
	b.alarm(scope, alarm{
		name: own + "-errors", metric: functionMetric(function, "Errors", sum), minutes: 1,
		why: "The function ends in errors or runs out of time. Its log says why.",
	})
	b.alarm(scope, alarm{
		name: own + "-throttles", metric: functionMetric(function, "Throttles", sum), minutes: 1,
		why: "Lambda does not run the function as often as it is called: the account's concurrency is used up.",
	})
}

func (b *builder) alarmRelay(scope constructs.Construct, function, failures string) {
	b.alarm(scope, alarm{
		name: "relay-age", metric: functionMetric(function, "IteratorAge", top), above: 60_000, minutes: 3,
		why: "Events reach their consumers a minute late or later. After 24 hours the stream forgets them.",
	})
	b.alarm(scope, alarm{
		name: "relay-failures", metric: queueMetric(failures, "ApproximateNumberOfMessagesVisible"), minutes: 1,
		why: "The relay gave up on records. The sweeper brings their commits to the feed once the cause is mended.",
	})
}

func (b *builder) alarmQueue(scope constructs.Construct, queue, reader string, old time.Duration) {
	b.alarm(scope, alarm{
		name: "queue-" + reader + "-age", metric: queueMetric(queue, "ApproximateAgeOfOldestMessage"), above: old.Seconds(), minutes: 1,
		why: "Who reads the queue does not keep up, or keeps failing at a message.",
	})
}

func (b *builder) alarmDead(scope constructs.Construct, queue, name, why string) {
	b.alarm(scope, alarm{name: name, metric: queueMetric(queue, "ApproximateNumberOfMessagesVisible"), minutes: 1, why: why})
}

func (b *builder) alarmTopic(topic string) {
	b.alarm(b.stack, alarm{
		name: "topic-failures", metric: metric{"AWS/SNS", "NumberOfNotificationsFailed", "TopicName", topic, sum}, minutes: 1,
		why: "The topic cannot bring messages to a queue. They are in the queue's dead-letter queue.",
	})
}

func (b *builder) alarmAPI(name, api string) {
	b.alarm(b.stack, alarm{
		name: name, metric: apiMetric(api, "5xx", sum), minutes: 1,
		why: "The API answers with server errors. The access log says which routes.",
	})
}

func (b *builder) alarmSocket(api string) {
	b.alarm(b.stack, alarm{
		name: "websocket-errors", metric: apiMetric(api, "ExecutionError", sum), minutes: 1,
		why: "The WebSocket API cannot call its functions.",
	})
}

// alarmTable watches reads and writes together: what is throttled waits, and then fails.
func (b *builder) alarmTable(scope constructs.Construct, name string) {
	own := name[len(b.stage.name("")):]
	props := b.alarmProps(alarm{
		name: "table-" + own + "-throttles", minutes: 1, why: "DynamoDB throttles the table: a partition is too hot, or the account's limit is reached.",
	})
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

// countParked counts the lines by which package engine logs that a consumer parks a stream.
func (b *builder) countParked(f *function) {
	m := b.parkedMetric()
	awslogs.NewCfnMetricFilter(f.scope, jsii.String("parked"), &awslogs.CfnMetricFilterProps{
		LogGroupName: jsii.String(f.log), FilterPattern: jsii.String(`{ $.msg = "parked" }`),
		MetricTransformations: []*awslogs.CfnMetricFilter_MetricTransformationProperty{{
			MetricNamespace: jsii.String(m.namespace), MetricName: jsii.String(m.name), MetricValue: jsii.String("1"), Unit: jsii.String("Count"),
		}},
	})
}

func (b *builder) alarmParked() {
	b.alarm(b.stack, alarm{
		name: "parked", metric: b.parkedMetric(), minutes: 1,
		why: "A consumer parked a stream that it cannot get on with: see `foldstream parked list`.",
	})
}
