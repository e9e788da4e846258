package main

import (
	"strings"
	"testing"
)

// data are the kinds of resources that hold what users entrust to the system, with the property that names their key.
var data = map[string]string{
	"AWS::DynamoDB::Table": "SSESpecification.KMSMasterKeyId", "AWS::SQS::Queue": "KmsMasterKeyId", "AWS::SNS::Topic": "KmsMasterKeyId",
	"AWS::Logs::LogGroup": "KmsKeyId", "AWS::SecretsManager::Secret": "KmsKeyId",
}

// own is a system with a key of its own, and a firewall.
func own(t *testing.T) *world {
	t.Helper()
	c := dev.config
	c.encryption, c.waf, c.stage, c.outbox = ownKey, firewall, "own", outboxOn
	return synthesize(c)
}

func TestEverythingIsEncrypted(t *testing.T) {
	for _, r := range dev.all("AWS::DynamoDB::Table") {
		if r.text("SSESpecification.SSEEnabled") != "true" || r.text("SSESpecification.KMSMasterKeyId") != "" {
			t.Errorf("%s: %s", r.id, r.text("SSESpecification"))
		}
	}
	for _, r := range dev.all("AWS::SQS::Queue") {
		if r.text("SqsManagedSseEnabled") != "true" {
			t.Errorf("%s is not encrypted", r.id)
		}
	}
	if got := dev.one(t, "AWS::SNS::Topic", "TopicName", "foldstream-dev-commits.fifo").text("KmsMasterKeyId"); got != "alias/aws/sns" {
		t.Errorf("commits are encrypted by %q", got)
	}
	if keys := len(dev.all("AWS::KMS::Key")); keys != 2 {
		t.Errorf("%d keys, not those for tokens and for subjects alone: each costs a dollar a month", keys)
	}
}

// TestOwnKey has everything encrypted by the stage's key, which is of use to those alone who must have it.
func TestOwnKey(t *testing.T) {
	w := own(t)
	for kind, property := range data {
		for _, r := range w.all(kind) {
			if got := r.text(property); got != "datakey.Arn" {
				t.Errorf("%s is encrypted by %q", r.id, got)
			}
		}
	}
	key := w.shared.Resources["datakey"]
	if key.Properties["EnableKeyRotation"] != true {
		t.Error("the key stays the same for ever")
	}
	users := map[string]string{}
	for _, s := range stated(key.Properties["KeyPolicy"]) {
		who := key.in.text(s["Principal"].(map[string]any)["Service"])
		if users[who] = key.in.text(s["Condition"]); who != "" && s["Condition"] == nil {
			t.Errorf("%s may use the key for anybody", who)
		}
	}
	for who, must := range map[string]string{
		"": "", "sns.amazonaws.com": "foldstream-own-commits.fifo", "cloudwatch.amazonaws.com": "alarm:foldstream-own-*",
		"logs.Region.amazonaws.com": "/aws/vendedlogs/foldstream-own-*",
	} {
		if how, ok := users[who]; !ok || !strings.Contains(how, must) || len(users) != 4 {
			t.Errorf("%q may use the key under %q, and there are %d users", who, how, len(users))
		}
	}
	t.Run("roles", func(t *testing.T) { rolesUnlock(t, w) })
	t.Run("the firewall", func(t *testing.T) {
		acl := w.all("AWS::WAFv2::WebACL")
		if len(acl) != 1 || acl[0].text("Scope") != "CLOUDFRONT" || len(acl[0].Properties["Rules"].([]any)) != 1+len(managedRules) {
			t.Fatalf("the firewalls are %v", acl)
		}
		if got := w.all("AWS::CloudFront::Distribution")[0].text("DistributionConfig.WebACLId"); got != "foldstream-own-web.Arn" {
			t.Errorf("the pages have the firewall %q", got)
		}
		if len(dev.all("AWS::WAFv2::WebACL")) > 0 {
			t.Error("there is a firewall that nobody asked for")
		}
	})
}

// rolesUnlock makes sure that who reads or writes what is encrypted may use the key, by the services that do it for them.
func rolesUnlock(t *testing.T, w *world) {
	t.Helper()
	const decrypt, generate = "kms:Decrypt datakey if ", "kms:GenerateDataKey datakey if "
	via := func(services string) string { return `{"StringEquals":{"kms:ViaService":[` + services + `]}}` }
	service := func(name string) string {
		return `{"Fn::Join":["",["` + name + `.",{"Ref":"AWS::Region"},".amazonaws.com"]]}`
	}
	for _, c := range []struct{ function, decrypt, generate string }{
		{"query-get-user", "dynamodb", ""},
		{"command-request-otp", "dynamodb secretsmanager", ""},
		{"command-open-room", "dynamodb sqs", "sqs"},
		{"projector-users", "dynamodb sqs", ""},
		{"relay", "dynamodb sns sqs", "sns sqs"},
		{"query-get-openid-configuration", "", ""},
	} {
		may := map[string]string{}
		for _, f := range w.functions() {
			if f.Name != c.function {
				continue
			}
			for _, one := range w.allowed(t, f) {
				for use, action := range map[string]string{"decrypt": decrypt, "generate": generate} {
					if condition, ok := strings.CutPrefix(one, action); ok {
						may[use] = condition
					}
				}
			}
		}
		for use, services := range map[string]string{"decrypt": c.decrypt, "generate": c.generate} {
			var want []string
			for name := range strings.FieldsSeq(services) {
				want = append(want, service(name))
			}
			expected := ""
			if len(want) > 0 {
				expected = via(strings.Join(want, ","))
			}
			if may[use] != expected {
				t.Errorf("%s may %s if %s, not if %s", c.function, use, may[use], expected)
			}
		}
	}
}
