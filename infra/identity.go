package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// isIdentity reports whether a function is part of the token authority. Those have an API of their own: the main API's
// authorizer can only be created when its issuer answers.
func isIdentity(f topology.Function) bool {
	_, path := split(f.Route)
	return strings.HasPrefix(path, "/.well-known/")
}

// identityAPI is where our own token authority is found.
type identityAPI struct {
	*httpAPI
	scope constructs.Construct
}

// identity settles who issues the tokens. For our own authority it makes the key and the API; for a provider nothing.
func (b *builder) identity() *identityAPI {
	if b.provider.Named() {
		b.at.provider = b.provider
		return nil
	}
	b.at.signingKey = b.key()
	scope := constructs.NewConstruct(b.stack, jsii.String("identity"))
	api := newHTTPAPI(scope, "api", b.stage.name("identity"))
	b.at.provider = token.Provider{Issuer: api.url, Audience: token.Audience}
	b.alarmAPI("identity-5xx", api.id)
	return &identityAPI{httpAPI: api, scope: scope}
}

// issuer tells a function who issues the tokens, and of a provider whom they are for.
func (b *builder) issuer() map[string]string {
	told := map[string]string{setting.Issuer: b.at.provider.Issuer}
	if b.provider.Named() {
		told[setting.Audience] = b.provider.Audience
	}
	return told
}

// roles tells a function which claim holds the roles, unless that is the usual one.
func (b *builder) roles() map[string]string {
	if claim := b.provider.Roles; claim != "" && claim != token.Scope {
		return map[string]string{setting.RolesClaim: claim}
	}
	return nil
}

// checkProvider refuses a stage to which nobody, or two, issue tokens.
func checkProvider(c config) error {
	p := c.provider
	if err := p.Check(); err != nil {
		return err
	}
	switch {
	case p.Named() && !strings.HasPrefix(p.Issuer, "https://"):
		return fmt.Errorf("the issuer %s is not an https URL, which API Gateway asks for", p.Issuer)
	case p.Named() && c.app.SignsIn():
		return errors.New("an issuer is named for an app whose people sign in to it")
	case !p.Named() && !c.app.SignsIn():
		return errors.New("nobody issues tokens: the app does not, and no issuer is named")
	}
	return nil
}

// publish opens the identity API for these routes, and gives the stage that must be there before the issuer answers.
//
// Its deployment is explicit, not automatic, because that one is over when its resource is: an automatic one may still be
// on its way when the authorizer is created.
func (b *builder) publish(api *identityAPI, functions []*function) awsapigatewayv2.CfnStage {
	scope := api.scope
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
