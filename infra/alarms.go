package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// alarm goes off when a metric is above a threshold for some minutes on end.
type alarm struct {
	kind    string // its heading in the runbook
	name    string // within the stage; empty for a kind's only one
	why     string // what it means
	metric  metric
	above   float64
	minutes int
	// always is set for what somebody must know of any stage. Others tell sooner or closer what these tell as well, and cost
	// a dime a month for each metric, which only a stage that keeps its data is worth.
	always bool
}

// runbook is where an operator reads what to do about a kind of alarm.
func runbook(kind string) string { return "docs/runbook.md#" + kind }

func (b *builder) wants(a alarm) bool { return a.always || b.stage.keeps() }

func (b *builder) alarm(scope constructs.Construct, a alarm) {
	if !b.wants(a) {
		return
	}
	if a.name == "" {
		a.name = a.kind
	}
	props := b.alarmProps(a)
	props.Namespace, props.MetricName = jsii.String(a.metric.namespace), jsii.String(a.metric.name)
	props.Statistic, props.Period = jsii.String(a.metric.statistic), jsii.Number(60)
	if a.metric.dimension != "" {
		props.Dimensions = []*awscloudwatch.CfnAlarm_DimensionProperty{{Name: jsii.String(a.metric.dimension), Value: jsii.String(a.metric.value)}}
	}
	awscloudwatch.NewCfnAlarm(scope, jsii.String("alarm-"+a.name), props)
}

func (b *builder) alarmProps(a alarm) *awscloudwatch.CfnAlarmProps {
	return &awscloudwatch.CfnAlarmProps{
		AlarmName: jsii.String(b.stage.name(a.name)), AlarmDescription: jsii.String(a.why + " See " + runbook(a.kind)), AlarmActions: jsii.AnyStrings(b.at.pager),
		Threshold: jsii.Number(a.above), ComparisonOperator: jsii.String("GreaterThanThreshold"),
		EvaluationPeriods: jsii.Number(a.minutes), TreatMissingData: jsii.String("notBreaching"),
	}
}
