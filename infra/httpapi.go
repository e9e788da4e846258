package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// httpAPI is an HTTP API that functions are put behind.
type httpAPI struct {
	id         string
	url        string
	authorizer string // id; empty for an API that anybody may call
	scoped     bool   // whether the authorizer knows the callers' roles
	made       awsapigatewayv2.CfnApi
}

func newHTTPAPI(scope constructs.Construct, id, name string) *httpAPI {
	made := awsapigatewayv2.NewCfnApi(scope, jsii.String(id), &awsapigatewayv2.CfnApiProps{
		Name: jsii.String(name), ProtocolType: jsii.String("HTTP"),
		CorsConfiguration: &awsapigatewayv2.CfnApi_CorsProperty{
			AllowOrigins:  jsii.Strings("*"),
			AllowMethods:  jsii.Strings(topology.CrossOrigin.Methods...),
			AllowHeaders:  jsii.Strings(topology.CrossOrigin.Headers...),
			ExposeHeaders: jsii.Strings(topology.CrossOrigin.Exposed...),
			MaxAge:        jsii.Number(topology.CrossOrigin.MaxAge.Seconds()),
		},
	})
	return &httpAPI{id: *made.Ref(), url: *made.AttrApiEndpoint(), made: made}
}

// authorize makes the API check a provider's tokens. API Gateway asks the issuer for its keys there and then.
func (a *httpAPI) authorize(scope constructs.Construct, p token.Provider) awsapigatewayv2.CfnAuthorizer {
	made := awsapigatewayv2.NewCfnAuthorizer(scope, jsii.String("authorizer"), &awsapigatewayv2.CfnAuthorizerProps{
		ApiId: jsii.String(a.id), Name: jsii.String("tokens"), AuthorizerType: jsii.String("JWT"),
		IdentitySource: jsii.Strings("$request.header.Authorization"),
		JwtConfiguration: &awsapigatewayv2.CfnAuthorizer_JWTConfigurationProperty{
			Audience: jsii.Strings(p.Audience), Issuer: jsii.String(p.Issuer),
		},
	})
	a.authorizer, a.scoped = *made.Ref(), p.InScope()
	return made
}

// route puts a function behind its route. It gives all that must be there before the route answers.
func (a *httpAPI) route(f *function) []constructs.Construct {
	integration := awsapigatewayv2.NewCfnIntegration(f.scope, jsii.String("integration"), &awsapigatewayv2.CfnIntegrationProps{
		ApiId: jsii.String(a.id), IntegrationType: jsii.String("AWS_PROXY"), IntegrationUri: jsii.String(f.arn),
		PayloadFormatVersion: jsii.String("2.0"), TimeoutInMillis: jsii.Number(limits.Integration.Milliseconds()),
	})
	props := &awsapigatewayv2.CfnRouteProps{
		ApiId: jsii.String(a.id), RouteKey: jsii.String(f.Route), Target: jsii.String("integrations/" + *integration.Ref()),
		AuthorizationType: jsii.String("NONE"),
	}
	if f.Role != "" {
		props.AuthorizationType, props.AuthorizerId = jsii.String("JWT"), jsii.String(a.authorizer)
	}
	if f.Role != "" && a.scoped { // else only the function knows: it checks the role in any case
		props.AuthorizationScopes = jsii.Strings(f.Role)
	}
	route := awsapigatewayv2.NewCfnRoute(f.scope, jsii.String("route"), props)
	permission := f.callable("apigateway", a.source(f.Route))
	return []constructs.Construct{route, permission}
}

// source is the ARN that API Gateway calls a route's function for, in any stage.
func (a *httpAPI) source(route string) string {
	method, path := split(route)
	return arn("execute-api", a.id+"/*/"+method+path)
}
