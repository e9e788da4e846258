package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// metric is a metric of CloudWatch with at most one dimension.
type metric struct {
	namespace, name  string
	dimension, value string
	statistic        string
}

// alarm goes off when a metric is above a threshold for some minutes on end.
type alarm struct {
	name    string // within the stage
	why     string // what it means, and what to do
	metric  metric
	above   float64
	minutes int
}

func (b *builder) alarm(scope constructs.Construct, a alarm) {
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
		AlarmName: jsii.String(b.stage.name(a.name)), AlarmDescription: jsii.String(a.why), AlarmActions: jsii.AnyStrings(b.at.pager),
		Threshold: jsii.Number(a.above), ComparisonOperator: jsii.String("GreaterThanThreshold"),
		EvaluationPeriods: jsii.Number(a.minutes), TreatMissingData: jsii.String("notBreaching"),
	}
}
