package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// newEntryStack opens the main API for all routes that there are, and shows how the whole system does.
func newEntryStack(b *builder, s *shared, functions []topology.Function) {
	awsapigatewayv2.NewCfnStage(b.stack, jsii.String("stage"), &awsapigatewayv2.CfnStageProps{
		ApiId: jsii.String(s.main.id), StageName: jsii.String(defaultStage), AutoDeploy: jsii.Bool(true),
		DefaultRouteSettings: usual.settings(), RouteSettings: routeSettings(functions), AccessLogSettings: b.logged(b.stack, "main"),
	})
	b.alarmAPI("http-5xx", s.main.id)
	b.dashboard(s.main.id, functions)
}
