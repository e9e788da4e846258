package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

func TestPagesAreServedByCloudFrontAlone(t *testing.T) {
	made := dev.templates[webStack]
	distribution := dev.one(t, "AWS::CloudFront::Distribution", "DistributionConfig.Comment", "foldstream-dev-web")
	for property, want := range map[string]string{
		"DefaultRootObject": "index.html", "HttpVersion": "http2and3", "PriceClass": "PriceClass_100",
		"DefaultCacheBehavior.ViewerProtocolPolicy": "redirect-to-https", "DefaultCacheBehavior.Compress": "true",
		"ViewerCertificate.CloudFrontDefaultCertificate": "true", "Aliases": "",
	} {
		if got := distribution.text("DistributionConfig." + property); got != want {
			t.Errorf("%s is %q, not %q", property, got, want)
		}
	}
	made.HasResourceProperties(jsii.String("AWS::CloudFront::OriginAccessControl"), map[string]any{
		"OriginAccessControlConfig": map[string]any{"SigningBehavior": "always", "SigningProtocol": "sigv4", "OriginAccessControlOriginType": "s3"},
	})
	bucket := dev.all("AWS::S3::Bucket")[slices.IndexFunc(dev.all("AWS::S3::Bucket"), func(r resource) bool { return r.in == made })]
	if bucket.DeletionPolicy != "Delete" {
		t.Errorf("the pages' bucket: %s", bucket.DeletionPolicy)
	}
	var allowed []string
	for _, r := range dev.all("AWS::S3::BucketPolicy") {
		if r.in != made {
			continue
		}
		for _, s := range r.Properties["PolicyDocument"].(map[string]any)["Statement"].([]any) {
			statement := s.(map[string]any)
			if statement["Effect"] != "Allow" {
				continue
			}
			source := r.in.text(statement["Condition"].(map[string]any)["ArnEquals"].(map[string]any)["aws:SourceArn"])
			if source != "arn:Partition:cloudfront::AccountId:distribution/"+distribution.id {
				t.Errorf("%s may %v", source, statement["Action"])
			}
			allowed = append(allowed, statement["Action"].(string)+" by "+r.in.text(statement["Principal"].(map[string]any)["Service"]))
		}
	}
	if want := []string{"s3:GetObject by cloudfront.amazonaws.com", "s3:ListBucket by cloudfront.amazonaws.com"}; !slices.Equal(allowed, want) {
		t.Errorf("the bucket allows %v, not %v", allowed, want)
	}
}

func TestPagesHaveTheHeadersThatKeepThemSafe(t *testing.T) {
	policy := dev.all("AWS::CloudFront::ResponseHeadersPolicy")[0]
	const headers = "ResponseHeadersPolicyConfig.SecurityHeadersConfig."
	for property, want := range map[string]string{
		"StrictTransportSecurity.AccessControlMaxAgeSec": "31536000", "ContentTypeOptions.Override": "true",
		"FrameOptions.FrameOption": "DENY", "ReferrerPolicy.ReferrerPolicy": "no-referrer",
	} {
		if got := policy.text(headers + property); got != want {
			t.Errorf("%s is %q, not %q", property, got, want)
		}
	}
	csp := policy.text(headers + "ContentSecurityPolicy.ContentSecurityPolicy")
	for _, part := range []string{
		"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'",
		"connect-src 'self' foldstream-dev-main.ApiEndpoint foldstream-dev-websocket.ApiEndpoint/live foldstream-dev-identity.ApiEndpoint;",
	} {
		if !strings.Contains(csp, part) {
			t.Errorf("the policy %q has no %q", csp, part)
		}
	}
	if distribution := dev.all("AWS::CloudFront::Distribution")[0]; distribution.text("DistributionConfig.DefaultCacheBehavior.ResponseHeadersPolicyId") != policy.id+".Id" {
		t.Error("the distribution does not send the headers")
	}
}

// Under its own name the site takes nothing older than TLS 1.2.
func TestPagesUnderTheirOwnName(t *testing.T) {
	c := small(t, "dev")
	c.web = pages{domain: "www.example.com", certificate: "arn:aws:acm:us-east-1:1:certificate/x"}
	made, err := newSystem(newTestApp(), c)
	if err != nil {
		t.Fatal(err)
	}
	web := assertions.Template_FromStack(made.beside[0], nil)
	web.HasResourceProperties(jsii.String("AWS::CloudFront::Distribution"), map[string]any{"DistributionConfig": map[string]any{
		"Aliases":           []any{"www.example.com"},
		"ViewerCertificate": map[string]any{"AcmCertificateArn": c.web.certificate, "MinimumProtocolVersion": "TLSv1.2_2021", "SslSupportMethod": "sni-only"},
	}})
	web.HasOutput(jsii.String("WebUrl"), map[string]any{"Value": "https://www.example.com"})
	for _, p := range []pages{{domain: "www.example.com"}, {certificate: "arn"}, {domain: "www.example.com", certificate: "arn:aws:acm:eu-west-1:1:certificate/x"}} {
		c.web = p
		if _, err := newSystem(newTestApp(), c); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}
