package main

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// isIdentity reports whether a function is part of the token authority. Those have an API of their own: the main API's
// authorizer can only be created when its issuer answers.
func isIdentity(f topology.Function) bool {
	_, path := split(f.Route)
	return strings.HasPrefix(path, "/.well-known/")
}

// publish opens the identity API for these routes, and gives the stage that must be there before the issuer answers.
//
// Its deployment is explicit, not automatic, because that one is over when its resource is: an automatic one may still be
// on its way when the authorizer is created.
func (b *builder) publish(scope constructs.Construct, api *httpAPI, functions []*function) awsapigatewayv2.CfnStage {
	var routes []constructs.Construct
	keys := sha256.New()
	for _, f := range functions {
		routes = append(routes, api.route(f)...)
		keys.Write([]byte(f.Route + "\n"))
	}
	// A deployment never changes: other routes make another one.
	name := "deployment-" + hex.EncodeToString(keys.Sum(nil)[:4])
	deployment := awsapigatewayv2.NewCfnDeployment(scope, jsii.String(name), &awsapigatewayv2.CfnDeploymentProps{ApiId: jsii.String(api.id)})
	after(deployment, routes)
	return awsapigatewayv2.NewCfnStage(scope, jsii.String("stage"), &awsapigatewayv2.CfnStageProps{
		ApiId: jsii.String(api.id), StageName: jsii.String(defaultStage), DeploymentId: deployment.Ref(),
		DefaultRouteSettings: usual.settings(), AccessLogSettings: b.logged(scope, "identity"),
	})
}
