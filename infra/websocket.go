package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/internal/limits"
)

// socketStage is the stage of the WebSocket API: the last part of its URL.
const socketStage = "live"

// socketAPI is the WebSocket API.
type socketAPI struct {
	scope  constructs.Construct
	id     string
	url    string // that clients connect to
	routes []constructs.Construct
}

func (b *builder) socketAPI() *socketAPI {
	scope := constructs.NewConstruct(b.stack, jsii.String("websocket"))
	made := awsapigatewayv2.NewCfnApi(scope, jsii.String("api"), &awsapigatewayv2.CfnApiProps{
		Name: jsii.String(b.stage.name("websocket")), ProtocolType: jsii.String("WEBSOCKET"),
		RouteSelectionExpression: jsii.String("$request.body.action"),
	})
	a := &socketAPI{scope: scope, id: *made.Ref(), url: *made.AttrApiEndpoint() + "/" + socketStage}
	b.at.socketURL, b.at.socketID = a.url, a.id
	b.at.socketEndpoint = fmt.Sprintf("https://%s.execute-api.%s.%s/%s", a.id, *awscdk.Aws_REGION(), *awscdk.Aws_URL_SUFFIX(), socketStage)
	// The ids of connections are API Gateway's.
	b.at.socketConnections = arn("execute-api", a.id+"/"+socketStage+"/POST/@connections/*")
	return a
}

// route puts a function behind its route. What it answers to a message goes nowhere: the function pushes.
func (a *socketAPI) route(f *function) {
	integration := awsapigatewayv2.NewCfnIntegration(f.scope, jsii.String("integration"), &awsapigatewayv2.CfnIntegrationProps{
		ApiId: jsii.String(a.id), IntegrationType: jsii.String("AWS_PROXY"), IntegrationUri: jsii.String(invocation(f.arn)),
		TimeoutInMillis: jsii.Number(limits.Integration.Milliseconds()),
	})
	route := awsapigatewayv2.NewCfnRoute(f.scope, jsii.String("route"), &awsapigatewayv2.CfnRouteProps{
		ApiId: jsii.String(a.id), RouteKey: jsii.String(f.Socket), Target: jsii.String("integrations/" + *integration.Ref()),
		AuthorizationType: jsii.String("NONE"), // the function behind $connect verifies the token
	})
	a.routes = append(a.routes, route, f.callable("apigateway", arn("execute-api", a.id+"/"+socketStage+"/"+f.Socket)))
}

// open opens the API when its routes are there. It has no access log: for one of a WebSocket API, API Gateway wants a role
// that belongs to the whole account and not to a stage.
func (a *socketAPI) open() {
	stage := awsapigatewayv2.NewCfnStage(a.scope, jsii.String("stage"), &awsapigatewayv2.CfnStageProps{
		ApiId: jsii.String(a.id), StageName: jsii.String(socketStage), AutoDeploy: jsii.Bool(true), DefaultRouteSettings: usual.settings(),
	})
	after(stage, a.routes)
}

// invocation is the ARN by which a WebSocket API calls a function.
func invocation(function string) string {
	return fmt.Sprintf("arn:%s:apigateway:%s:lambda:path/2015-03-31/functions/%s/invocations", *awscdk.Aws_PARTITION(), *awscdk.Aws_REGION(), function)
}
