package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudfront"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/web"
)

// cachingOptimized is CloudFront's own cache policy that goes by what a file's Cache-Control says.
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

// hsts is how long browsers insist on TLS, in seconds: a year.
const hsts = 365 * 24 * 60 * 60

// newWebStack has the web pages served by CloudFront from a bucket that nobody else reaches. The pages themselves are
// uploaded by `foldstream publish`. It goes with the stack, as they are made from the repository again.
func newWebStack(b *builder, s *shared) {
	files := b.secureBucket(b.stack, "pages", 0)
	files.made.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	control := awscloudfront.NewCfnOriginAccessControl(b.stack, jsii.String("access"), &awscloudfront.CfnOriginAccessControlProps{
		OriginAccessControlConfig: &awscloudfront.CfnOriginAccessControl_OriginAccessControlConfigProperty{
			Name: jsii.String(b.worldwide("web")), OriginAccessControlOriginType: jsii.String("s3"),
			SigningBehavior: jsii.String("always"), SigningProtocol: jsii.String("sigv4"),
		},
	})
	origin := &awscloudfront.CfnDistribution_OriginProperty{
		Id: jsii.String("pages"), DomainName: files.made.AttrRegionalDomainName(), OriginAccessControlId: control.AttrId(),
		S3OriginConfig: &awscloudfront.CfnDistribution_S3OriginConfigProperty{OriginAccessIdentity: jsii.String("")},
	}
	made := awscloudfront.NewCfnDistribution(b.stack, jsii.String("distribution"), &awscloudfront.CfnDistributionProps{
		DistributionConfig: &awscloudfront.CfnDistribution_DistributionConfigProperty{
			Enabled: jsii.Bool(true), Comment: jsii.String(b.stage.name("web")), Ipv6Enabled: jsii.Bool(true),
			HttpVersion: jsii.String("http2and3"), PriceClass: jsii.String("PriceClass_100"), DefaultRootObject: jsii.String("index.html"),
			Origins: []any{origin},
			DefaultCacheBehavior: &awscloudfront.CfnDistribution_DefaultCacheBehaviorProperty{
				TargetOriginId: origin.Id, ViewerProtocolPolicy: jsii.String("redirect-to-https"), Compress: jsii.Bool(true),
				CachePolicyId: jsii.String(cachingOptimized), ResponseHeadersPolicyId: b.webHeaders(s).AttrId(),
			},
			CustomErrorResponses: []any{&awscloudfront.CfnDistribution_CustomErrorResponseProperty{
				ErrorCode: jsii.Number(404), ResponseCode: jsii.Number(404), ResponsePagePath: jsii.String("/404.html"),
				ErrorCachingMinTtl: jsii.Number(10),
			}},
			Aliases: b.webAliases(), ViewerCertificate: b.webCertificate(), WebAclId: b.webACL(),
		},
	})
	distribution := fmt.Sprintf("arn:%s:cloudfront::%s:distribution/%s", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID(), *made.Ref())
	files.allow(service("cloudfront", "s3:GetObject", *files.made.AttrArn()+"/*", distribution))
	// Without it S3 says of a file that is not there that it is forbidden. All files are public, so that a list tells nothing.
	files.allow(service("cloudfront", "s3:ListBucket", *files.made.AttrArn(), distribution))
	for _, output := range [][2]string{
		{"WebUrl", "https://" + b.webHost(made)},
		{"WebDomain", *made.AttrDomainName()},
		{"WebBucket", *files.made.Ref()},
		{"ApiUrl", b.front.url(s.main.url)},
		{"SocketUrl", b.front.socketURL(s.at.socketURL)},
		{"Issuer", s.at.provider.Issuer}, // that pages go by
	} {
		awscdk.NewCfnOutput(b.stack, jsii.String(output[0]), &awscdk.CfnOutputProps{Value: jsii.String(output[1])})
	}
}

// webHeaders are the headers that keep pages to themselves, as [web.Policy] says, and to the stage's APIs.
func (b *builder) webHeaders(s *shared) awscloudfront.CfnResponseHeadersPolicy {
	on := jsii.Bool(true)
	return awscloudfront.NewCfnResponseHeadersPolicy(b.stack, jsii.String("headers"), &awscloudfront.CfnResponseHeadersPolicyProps{
		ResponseHeadersPolicyConfig: &awscloudfront.CfnResponseHeadersPolicy_ResponseHeadersPolicyConfigProperty{
			Name: jsii.String(b.worldwide("web")),
			SecurityHeadersConfig: &awscloudfront.CfnResponseHeadersPolicy_SecurityHeadersConfigProperty{
				ContentSecurityPolicy: &awscloudfront.CfnResponseHeadersPolicy_ContentSecurityPolicyProperty{
					ContentSecurityPolicy: jsii.String(web.Policy(b.front.url(s.main.url), b.front.socketURL(s.at.socketURL), s.at.provider.Issuer)), Override: on,
				},
				ContentTypeOptions: &awscloudfront.CfnResponseHeadersPolicy_ContentTypeOptionsProperty{Override: on},
				FrameOptions: &awscloudfront.CfnResponseHeadersPolicy_FrameOptionsProperty{
					FrameOption: jsii.String("DENY"), Override: on, // for browsers that do not know frame-ancestors
				},
				ReferrerPolicy: &awscloudfront.CfnResponseHeadersPolicy_ReferrerPolicyProperty{
					ReferrerPolicy: jsii.String("no-referrer"), Override: on,
				},
				StrictTransportSecurity: &awscloudfront.CfnResponseHeadersPolicy_StrictTransportSecurityProperty{
					AccessControlMaxAgeSec: jsii.Number(hsts), Override: on,
				},
			},
		},
	})
}

// webAliases are the names of its own that the distribution has, beside what CloudFront calls it.
func (b *builder) webAliases() *[]*string {
	if b.web.domain == "" {
		return nil
	}
	return jsii.Strings(b.web.domain)
}

// webCertificate is what the pages' TLS goes by. Under a name of CloudFront's, it is CloudFront that says which versions
// there are, whatever a distribution asks for.
func (b *builder) webCertificate() *awscloudfront.CfnDistribution_ViewerCertificateProperty {
	if b.web.domain == "" {
		return &awscloudfront.CfnDistribution_ViewerCertificateProperty{CloudFrontDefaultCertificate: jsii.Bool(true)}
	}
	return &awscloudfront.CfnDistribution_ViewerCertificateProperty{
		AcmCertificateArn: jsii.String(b.web.certificate), SslSupportMethod: jsii.String("sni-only"), MinimumProtocolVersion: jsii.String("TLSv1.2_2021"),
	}
}

// webHost is where browsers find the pages.
func (b *builder) webHost(made awscloudfront.CfnDistribution) string {
	if b.web.domain != "" {
		return b.web.domain
	}
	return *made.AttrDomainName()
}

// worldwide is the name of a thing of a service that has no regions.
func (b *builder) worldwide(thing string) string {
	return b.stage.name(thing) + "-" + *awscdk.Aws_REGION()
}

// pages are what is said about the web pages, as `cdk -c web-domain=www.example.com -c web-certificate=arn…`.
type pages struct {
	domain      string // name of their own; empty for that which CloudFront gives them
	certificate string // ARN, for the domain
}

// check refuses a name of the pages' own without the certificate for it. CloudFront takes certificates of one region only.
func (p pages) check() error {
	switch {
	case (p.domain == "") != (p.certificate == ""):
		return errors.New("web-domain and web-certificate: one does not go without the other")
	case p.certificate != "" && !strings.Contains(p.certificate, ":acm:us-east-1:"):
		return fmt.Errorf("web-certificate is %s: CloudFront takes certificates of ACM in us-east-1 only", p.certificate)
	default:
		return nil
	}
}
