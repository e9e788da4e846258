package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// front is the name of the system's own by which clients reach a stage, as `cdk -c front=api.example.com -c front-zone=Z…
// -c front-certificate=arn…`. The WebSocket API has a name below it: API Gateway has no name for both kinds of API.
//
// A name belongs to one stage of a region at a time: API Gateway has no two of the same there. So without a weight a stage
// takes the name over from the one that had it. With a weight it shares the name with stages in other regions, and Route 53
// tells so many of the clients to come here.
type front struct {
	domain      string // empty for none
	zone        string // id of the hosted zone
	certificate string // ARN, in the stage's region, of one for the domain and all names below it
	weight      string // 0 to 255, of all that the stages have together; empty to have the name alone
}

// mostWeight is what Route 53 counts to.
const mostWeight = 255

func (f front) check(region string) error {
	if f.domain == "" {
		if f != (front{}) {
			return errors.New("front-zone, front-certificate and front-weight are about the name that front gives")
		}
		return nil
	}
	var errs []error
	if f.zone == "" || f.certificate == "" {
		errs = append(errs, fmt.Errorf("front=%s takes front-zone and front-certificate", f.domain))
	}
	if parts := strings.Split(f.certificate, ":"); f.certificate != "" && (len(parts) < 6 || parts[2] != "acm" || region != "" && parts[3] != region) {
		errs = append(errs, fmt.Errorf("front-certificate is %s: it must be one of ACM in the region of the stage, %s", f.certificate, region))
	}
	if weight, err := strconv.Atoi(f.weight); f.weight != "" && (err != nil || weight < 0 || weight > mostWeight) {
		errs = append(errs, fmt.Errorf("front-weight is %q: it is a number from 0 to %d, or nothing to have the name alone", f.weight, mostWeight))
	}
	return errors.Join(errs...)
}

// socketDomain is the name of the WebSocket API.
func (f front) socketDomain() string { return "ws." + f.domain }

// url is where clients find the HTTP API that has an address already.
func (f front) url(otherwise string) string {
	if f.domain == "" {
		return otherwise
	}
	return "https://" + f.domain
}

// socketURL is likewise for the WebSocket API.
func (f front) socketURL(otherwise string) string {
	if f.domain == "" {
		return otherwise
	}
	return "wss://" + f.socketDomain()
}

// stack is what the front's stack is called. A name that stages take over from each other is in a stack that is none's.
func (f front) stack(s stage) string {
	if f.weight != "" {
		return s.name(frontStack)
	}
	return "foldstream-front-" + strings.ReplaceAll(f.domain, ".", "-")
}

// newFrontStack puts a stage's APIs behind the front's names.
func newFrontStack(b *builder, s *shared) {
	b.name("http", b.front.domain, s.main.id, defaultStage)
	b.name("websocket", b.front.socketDomain(), s.socket.id, socketStage)
	for _, output := range [][2]string{{"FrontUrl", b.front.url("")}, {"FrontWebSocketUrl", b.front.socketURL("")}, {"FrontStage", string(b.stage)}} {
		awscdk.NewCfnOutput(b.stack, jsii.String(output[0]), &awscdk.CfnOutputProps{Value: jsii.String(output[1])})
	}
}

// name gives an API's stage a name, and has Route 53 lead there.
func (b *builder) name(id, domain, api, apiStage string) {
	scope := constructs.NewConstruct(b.stack, jsii.String(id))
	made := awsapigatewayv2.NewCfnDomainName(scope, jsii.String("domain"), &awsapigatewayv2.CfnDomainNameProps{
		DomainName: jsii.String(domain),
		DomainNameConfigurations: []any{&awsapigatewayv2.CfnDomainName_DomainNameConfigurationProperty{
			CertificateArn: jsii.String(b.front.certificate), EndpointType: jsii.String("REGIONAL"), SecurityPolicy: jsii.String("TLS_1_2"),
		}},
	})
	awsapigatewayv2.NewCfnApiMapping(scope, jsii.String("mapping"), &awsapigatewayv2.CfnApiMappingProps{
		ApiId: jsii.String(api), DomainName: made.Ref(), Stage: jsii.String(apiStage),
	})
	props := &awsroute53.CfnRecordSetProps{
		HostedZoneId: jsii.String(b.front.zone), Name: jsii.String(domain), Type: jsii.String("A"),
		AliasTarget: &awsroute53.CfnRecordSet_AliasTargetProperty{DnsName: made.AttrRegionalDomainName(), HostedZoneId: made.AttrRegionalHostedZoneId()},
	}
	if weight, err := strconv.Atoi(b.front.weight); err == nil { // else the stage has the name alone: see check
		props.SetIdentifier, props.Weight = jsii.String(b.worldwide("front")), jsii.Number(weight)
	}
	awsroute53.NewCfnRecordSet(scope, jsii.String("record"), props)
}
