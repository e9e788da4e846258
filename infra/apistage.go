package main

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// defaultStage is the stage of an HTTP API that needs no prefix in its URLs.
const defaultStage = "$default"

// accessLog is what is kept of each request. It names the caller, but holds nothing that callers write: no token, no body,
// and no path, which may have a name or an address in it.
var accessLog = map[string]string{
	"time": "$context.requestTimeEpoch", "requestId": "$context.requestId", "route": "$context.routeKey",
	"status": "$context.status", "ms": "$context.responseLatency", "functionMs": "$context.integrationLatency",
	"bytes": "$context.responseLength", "user": "$context.authorizer.claims.sub", "ip": "$context.identity.sourceIp",
	"error": "$context.error.message", "integrationError": "$context.integrationErrorMessage", "authorizerError": "$context.authorizer.error",
}

// logged are the settings of an access log.
func (b *builder) logged(scope constructs.Construct, api string) *awsapigatewayv2.CfnStage_AccessLogSettingsProperty {
	// Below /aws/vendedlogs the logs of many APIs do not use up the one resource policy that an account has for them.
	log := b.log(scope, "access-log", "/aws/vendedlogs/"+b.stage.name(api))
	// AttrArn ends in ":*", which API Gateway does not take.
	return &awsapigatewayv2.CfnStage_AccessLogSettingsProperty{
		DestinationArn: jsii.String(arn("logs", "log-group:"+*log.Ref())), Format: b.stack.ToJsonString(accessLog, nil),
	}
}

func (t throttle) settings() *awsapigatewayv2.CfnStage_RouteSettingsProperty {
	return &awsapigatewayv2.CfnStage_RouteSettingsProperty{
		ThrottlingRateLimit: jsii.Number(t.rate), ThrottlingBurstLimit: jsii.Number(t.burst), DetailedMetricsEnabled: jsii.Bool(true),
	}
}

// routeSettings are the throttles of the routes that anybody may call. All others have the stage's default, which holds for
// each route on its own.
//
// They are few for a reason. CloudFormation does not take the settings of a route away with the route, and API Gateway
// then refuses every change of the stage. Who removes such a route or its Public() must remove its settings first, with
// `aws apigatewayv2 delete-route-settings`.
func routeSettings(functions []topology.Function) map[string]any {
	settings := map[string]any{}
	for _, f := range functions {
		if f.Route != "" && f.Role == "" && !isIdentity(f) {
			settings[f.Route] = routeSetting(open)
		}
	}
	return settings
}

// routeSetting is spelled as CloudFormation does: this property is JSON to CDK.
func routeSetting(t throttle) map[string]any {
	return map[string]any{"ThrottlingRateLimit": t.rate, "ThrottlingBurstLimit": t.burst, "DetailedMetricsEnabled": true}
}

// after makes a resource wait for others.
func after(resource awscdk.CfnResource, others []constructs.Construct) {
	for _, other := range others {
		if needed, ok := other.(awscdk.CfnResource); ok {
			resource.AddResourceDependency(needed, nil)
		}
	}
}

// split gives the method and path of a route.
func split(route string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	return method, path
}
