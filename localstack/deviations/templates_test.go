package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

const endpoint = "http://127.0.0.1:4566"

// what the engine cannot take, and what it gets.
var changes = map[string]struct{ was, is string }{
	"an API's URL": {
		`{"Resources": {"api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}},
		  "Outputs": {"url": {"Value": {"Fn::GetAtt": ["api", "ApiEndpoint"]}}}}`,
		`{"Resources": {"api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}}},
		  "Outputs": {"url": {"Value": {"Fn::Join": ["", ["http://127.0.0.1:4566/_aws/execute-api/", {"Ref": "api"}, "/%24default"]]}}}}`,
	},
	"a WebSocket API's URL, which names its stage": {
		`{"Resources": {"api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}},
		  "Outputs": {"url": {"Value": {"Fn::Join": ["", [{"Fn::GetAtt": ["api", "ApiEndpoint"]}, "/live"]]}}}}`,
		`{"Resources": {"api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "WEBSOCKET"}}},
		  "Outputs": {"url": {"Value": {"Fn::Join": ["", [{"Fn::Join": ["", ["http://127.0.0.1:4566/_aws/execute-api/", {"Ref": "api"}, ""]]}, "/live"]]}}}}`,
	},
	"a URL that is joined from its parts": {
		`{"Resources": {"f": {"Properties": {"Url": {"Fn::Join": ["", ["https://", {"Ref": "api"}, ".execute-api.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}, "/live"]]}}}}}`,
		`{"Resources": {"f": {"Properties": {"Url": {"Fn::Join": ["", ["http://127.0.0.1:4566/_aws/execute-api/", {"Ref": "api"}, "/live"]]}}}}}`,
	},
	"a deployment": {
		`{"Resources": {
		   "deployment": {"Type": "AWS::ApiGatewayV2::Deployment", "DependsOn": ["route"]},
		   "stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"DeploymentId": {"Ref": "deployment"}}, "DependsOn": ["other"]},
		   "authorizer": {"Type": "AWS::ApiGatewayV2::Authorizer", "DependsOn": ["deployment", "stage"]}}}`,
		`{"Resources": {
		   "stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": {"AutoDeploy": true}, "DependsOn": ["other", "route"]},
		   "authorizer": {"Type": "AWS::ApiGatewayV2::Authorizer", "DependsOn": ["stage"]}}}`,
	},
	"an alarm on an expression": {
		`{"Resources": {"a": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}}, "b": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "m"}}}}`,
		`{"Resources": {"b": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"MetricName": "m"}}}}`,
	},
	"a policy to publish": {
		`{"Resources": {"r": {"P": {"Statement": [{"Effect": "Allow", "Action": "sns:Publish"}, {"Effect": "Allow", "Action": ["sqs:SendMessage"]}]}}}}`,
		`{"Resources": {"r": {"P": {"Statement": [{"Effect": "Allow", "Action": ["sns:Publish", "sns:PublishBatch"]}, {"Effect": "Allow", "Action": ["sqs:SendMessage"]}]}}}}`,
	},
	"a policy to create schedules": {
		`{"Resources": {"r": {"P": {"Statement": [{"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": "g"}]}}}}`,
		`{"Resources": {"r": {"P": {"Statement": [{"Effect": "Allow", "Action": "scheduler:CreateSchedule", "Resource": ["g", "arn:aws:scheduler:*:*:schedule/default/*"]}]}}}}`,
	},
	"a policy to list and read schedules": {
		`{"Resources": {"r": {"P": {"Statement": [
		   {"Effect": "Allow", "Action": "scheduler:GetSchedule", "Resource": "g"}, {"Effect": "Allow", "Action": "scheduler:ListSchedules", "Resource": "l"}]}}}}`,
		`{"Resources": {"r": {"P": {"Statement": [
		   {"Effect": "Allow", "Action": "scheduler:GetSchedule", "Resource": ["g", "arn:aws:scheduler:*:*:schedule/default/*"]},
		   {"Effect": "Allow", "Action": "scheduler:ListSchedules", "Resource": "*"}]}}}}`,
	},
	"a secret": {
		`{"Resources": {"s": {"Type": "AWS::SecretsManager::Secret"}, "r": {"P": [{"Ref": "s"}, {"Ref": "other"}]}}}`,
		`{"Resources": {"s": {"Type": "AWS::SecretsManager::Secret"}, "r": {"P": [{"Fn::GetAtt": ["s", "Id"]}, {"Ref": "other"}]}}}`,
	},
	"policies that want TLS": {
		`{"Resources": {
		   "bare": {"Properties": {"PolicyDocument": {"Statement": [{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}},
		   "more": {"Properties": {"PolicyDocument": {"Statement": [{"Effect": "Allow"}, {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}}}}}`,
		`{"Resources": {"more": {"Properties": {"PolicyDocument": {"Statement": [{"Effect": "Allow"}]}}}}}`,
	},
	"nothing of the kind": {`{"Resources": {"q": {"Type": "AWS::SQS::Queue"}}}`, `{"Resources": {"q": {"Type": "AWS::SQS::Queue"}}}`},
}

func TestTemplates(t *testing.T) {
	for name, c := range changes {
		t.Run(name, func(t *testing.T) {
			got, err := adapted("test", []byte(c.was), endpoint)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(parse(t, []byte(c.is)), parse(t, got)); diff != "" {
				t.Error("-want +got", diff)
			}
		})
	}
}

func TestTheAssemblyNamesTheTemplatesByTheirContent(t *testing.T) {
	dir := t.TempDir()
	was := `{"Resources": {"a": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": []}}}}`
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("s.template.json", was)
	write("s.assets.json", `{"files": {"`+hash([]byte(was))+`": {"objectKey": "`+hash([]byte(was))+`.json", "assumeRoleArn": "x"}, "other": {"objectKey": "other"}}}`)
	write("manifest.json", `{"template": "s3://bucket/`+hash([]byte(was))+`.json", "cloudFormationExecutionRoleArn": "x"}`)
	if err := adapt(dir, endpoint); err != nil {
		t.Fatal(err)
	}
	read := func(name string) any {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return parse(t, text)
	}
	now, err := os.ReadFile(filepath.Join(dir, "s.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	is := hash(now)
	if is == hash([]byte(was)) {
		t.Fatal("the template is as it was")
	}
	want := parse(t, []byte(`{"files": {"`+is+`": {"objectKey": "`+is+`.json"}, "other": {"objectKey": "other"}}}`))
	if diff := cmp.Diff(want, read("s.assets.json")); diff != "" {
		t.Error("-want +got", diff)
	}
	if diff := cmp.Diff(parse(t, []byte(`{"template": "s3://bucket/`+is+`.json"}`)), read("manifest.json")); diff != "" {
		t.Error("-want +got", diff)
	}
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return value
}
