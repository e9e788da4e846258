package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

const frontCertificate = "arn:aws:acm:eu-central-1:1:certificate/x"

// fronted is a small system behind a name.
func fronted(t *testing.T, s stage, weight string) *world {
	t.Helper()
	c := small(t, s)
	c.region = "eu-central-1"
	c.front = front{domain: "api.example.com", zone: "Z1", certificate: frontCertificate, weight: weight}
	return synthesize(c)
}

func TestFrontOfStagesInTwoRegions(t *testing.T) {
	for _, stage := range []stage{"blue", "green"} {
		w := fronted(t, stage, "90")
		made, ok := w.templates[frontStack]
		if !ok {
			t.Fatalf("the stage's stacks are %v", slices.Collect(maps.Keys(w.templates)))
		}
		for domain, api := range map[string]string{"api.example.com": "main/$default", "ws.api.example.com": "websocket/live"} {
			d := w.one(t, "AWS::ApiGatewayV2::DomainName", "DomainName", domain)
			configured := d.Properties["DomainNameConfigurations"].([]any)[0].(map[string]any)
			if configured["EndpointType"] != "REGIONAL" || configured["SecurityPolicy"] != "TLS_1_2" || configured["CertificateArn"] != frontCertificate {
				t.Errorf("%s is %v", domain, configured)
			}
			mapping := w.one(t, "AWS::ApiGatewayV2::ApiMapping", "DomainName", domain)
			if got := strings.TrimPrefix(mapping.text("ApiId"), w.stage.name("")) + "/" + mapping.text("Stage"); got != api {
				t.Errorf("%s leads to %s, not %s", domain, got, api)
			}
			record := w.one(t, "AWS::Route53::RecordSet", "Name", domain)
			if record.text("Weight") != "90" || record.text("SetIdentifier") != w.stage.name("front")+"-Region" || record.text("HostedZoneId") != "Z1" {
				t.Errorf("%s has the weight %s as %s", domain, record.text("Weight"), record.text("SetIdentifier"))
			}
			if got := record.text("AliasTarget.DNSName"); got != domain+".RegionalDomainName" {
				t.Errorf("%s is told to be at %s", domain, got)
			}
		}
		made.ResourceCountIs(jsii.String("AWS::Route53::RecordSet"), jsii.Number(2))
	}
}

// In one region there is one such name: it is in a stack of its own, which each stage that is to have it deploys for itself.
func TestFrontThatStagesTakeOver(t *testing.T) {
	for _, stage := range []stage{"blue", "green"} {
		w := fronted(t, stage, "")
		made, ok := w.templates["foldstream-front-api-example-com"]
		if !ok {
			t.Fatalf("the stage's stacks are %v", slices.Collect(maps.Keys(w.templates)))
		}
		ids := slices.Sorted(maps.Keys(made.Resources))
		if want := slices.Sorted(maps.Keys(fronted(t, "other", "").templates["foldstream-front-api-example-com"].Resources)); !slices.Equal(ids, want) {
			t.Errorf("another stage would make the name anew: it has %v, and not %v", want, ids)
		}
		for _, record := range w.all("AWS::Route53::RecordSet") {
			if record.Properties["Weight"] != nil || record.Properties["SetIdentifier"] != nil {
				t.Errorf("%s has a weight", record.text("Name"))
			}
		}
		if got := w.one(t, "AWS::ApiGatewayV2::ApiMapping", "Stage", "$default").text("ApiId"); got != w.stage.name("main") {
			t.Errorf("the name leads to %s", got)
		}
	}
}

func TestPagesGoByTheFront(t *testing.T) {
	c := small(t, "dev")
	c.front = front{domain: "api.example.com", zone: "Z1", certificate: frontCertificate}
	made, err := newSystem(newTestApp(), c)
	if err != nil {
		t.Fatal(err)
	}
	web := assertions.Template_FromStack(made.beside[0], nil)
	web.HasOutput(jsii.String("ApiUrl"), map[string]any{"Value": "https://api.example.com"})
	web.HasOutput(jsii.String("SocketUrl"), map[string]any{"Value": "wss://ws.api.example.com"})
}

func TestFrontRefusesWhatCannotBe(t *testing.T) {
	good := front{domain: "api.example.com", zone: "Z1", certificate: frontCertificate}
	for name, c := range map[string]struct {
		change func(*front)
		want   string // nothing for no error
	}{
		"alone":                           {func(*front) {}, ""},
		"no weight at all":                {func(f *front) { f.weight = "0" }, ""},
		"all the weight":                  {func(f *front) { f.weight = "255" }, ""},
		"too much weight":                 {func(f *front) { f.weight = "256" }, "from 0 to 255"},
		"a weight that is no number":      {func(f *front) { f.weight = "half" }, "from 0 to 255"},
		"no zone":                         {func(f *front) { f.zone = "" }, "takes front-zone"},
		"no certificate":                  {func(f *front) { f.certificate = "" }, "takes front-zone"},
		"a certificate of another region": {func(f *front) { f.certificate = "arn:aws:acm:us-east-1:1:certificate/x" }, "in the region of the stage"},
		"no certificate of ACM":           {func(f *front) { f.certificate = "arn:aws:iam::1:server-certificate/x" }, "ACM"},
		"a weight without a name":         {func(f *front) { *f = front{weight: "1"} }, "about the name"},
		"nothing":                         {func(f *front) { *f = front{} }, ""},
	} {
		f := good
		c.change(&f)
		err := check(config{stage: "dev", region: "eu-central-1", front: f}, nil)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
