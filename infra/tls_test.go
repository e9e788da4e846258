package main

import (
	"slices"
	"strings"
	"testing"
)

// Whatever has a policy of its own refuses who comes without TLS; the APIs and the tables have nothing else.
func TestTLSOnly(t *testing.T) {
	for kind, c := range map[string]struct{ policy, names, action string }{
		"AWS::SQS::Queue": {"AWS::SQS::QueuePolicy", "Queues", "sqs:*"},
		"AWS::SNS::Topic": {"AWS::SNS::TopicPolicy", "Topics", "sns:Publish"},
		"AWS::S3::Bucket": {"AWS::S3::BucketPolicy", "Bucket", "s3:*"},
	} {
		refusing := map[string]int{}
		for _, r := range dev.all(c.policy) {
			for _, name := range r.strings(r.Properties[c.names]) {
				refusing[name] += refusals(r, c.action)
			}
		}
		for _, r := range dev.all(kind) {
			if name := r.in.name(r.id); refusing[name] != 1 {
				t.Errorf("%s: %d policies refuse who comes without TLS", name, refusing[name])
			}
		}
		if len(refusing) == 0 {
			t.Errorf("there is no %s", kind)
		}
	}
}

// refusals counts the statements that refuse everybody without TLS.
func refusals(r resource, action string) int {
	n := 0
	for _, s := range stated(r.Properties["PolicyDocument"]) {
		if s["Effect"] == "Deny" && s["Principal"] == "*" && s["Action"] == action &&
			strings.Contains(r.in.text(s["Condition"]), `"aws:SecureTransport":"false"`) {
			n++
		}
	}
	return n
}

func TestBucketsAreClosed(t *testing.T) {
	for _, w := range []*world{dev, prod} {
		for _, r := range w.all("AWS::S3::Bucket") {
			for _, property := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				if r.text("PublicAccessBlockConfiguration."+property) != "true" {
					t.Errorf("%s: %s is not set", r.id, property)
				}
			}
			if !strings.Contains(r.text("BucketEncryption"), "AES256") || !strings.Contains(r.text("OwnershipControls"), "BucketOwnerEnforced") {
				t.Errorf("%s is not encrypted, or has ACLs", r.id)
			}
			if kept := r.text("VersioningConfiguration.Status") == "Enabled"; kept != w.stage.keeps() {
				t.Errorf("%s: %s keeps old versions: %v", w.stage, r.id, kept)
			}
			if !strings.Contains(r.text("LifecycleConfiguration"), "AbortIncompleteMultipartUpload") {
				t.Errorf("%s keeps broken uploads", r.id)
			}
		}
	}
}

// Nothing that CloudFormation keeps or shows is secret: a secret is read by its name, when it is needed.
func TestTemplatesHoldNoSecrets(t *testing.T) {
	for _, w := range []*world{dev, prod} {
		for name, tmpl := range w.templates {
			parameters, _ := (*tmpl.ToJSON())["Parameters"].(map[string]any)
			for parameter := range parameters {
				if parameter != "BootstrapVersion" {
					t.Errorf("%s has the parameter %s", name, parameter)
				}
			}
			for output, o := range tmpl.Outputs {
				if text := tmpl.text(o.Value); strings.Contains(text, "resolve:") {
					t.Errorf("%s puts out %s: %s", name, output, text)
				}
			}
		}
		for _, r := range w.all("AWS::Lambda::Function") {
			variables, _ := r.Properties["Environment"].(map[string]any)
			text := r.in.text(variables["Variables"])
			if strings.Contains(text, "resolve:") {
				t.Errorf("%s is told a secret: %s", r.id, text)
			}
		}
		for _, r := range w.all("AWS::SecretsManager::Secret") {
			if r.Properties["SecretString"] != nil || r.Properties["GenerateSecretString"] == nil {
				t.Errorf("%s stands in the template", r.id)
			}
		}
	}
}

// The access log is written by API Gateway, so that nobody takes out of it what callers write.
func TestAccessLogHoldsNothingThatCallersWrite(t *testing.T) {
	harmless := []string{
		"requestTimeEpoch", "requestId", "routeKey", "status", "responseLatency", "integrationLatency", "responseLength",
		"authorizer.claims.sub", "identity.sourceIp", "error.message", "integrationErrorMessage", "authorizer.error",
	}
	logs := 0
	for _, r := range dev.all("AWS::ApiGatewayV2::Stage") {
		for word := range strings.FieldsFuncSeq(r.text("AccessLogSettings.Format"), func(c rune) bool { return strings.ContainsRune(`{}",: `, c) }) {
			variable, ok := strings.CutPrefix(word, "$context.")
			if ok && !slices.Contains(harmless, variable) {
				t.Errorf("%s is logged", variable)
			}
			logs++
		}
	}
	if logs == 0 {
		t.Error("there is no access log")
	}
}
