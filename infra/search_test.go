package main

import (
	"slices"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

func TestSearchDomain(t *testing.T) {
	dev.shared.HasResourceProperties(jsii.String("AWS::OpenSearchService::Domain"), map[string]any{
		"ClusterConfig":               map[string]any{"InstanceType": "t3.small.search", "InstanceCount": 1},
		"EBSOptions":                  map[string]any{"EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 10},
		"EncryptionAtRestOptions":     map[string]any{"Enabled": true},
		"NodeToNodeEncryptionOptions": map[string]any{"Enabled": true},
		"DomainEndpointOptions":       map[string]any{"EnforceHTTPS": true},
	})
	domain := dev.one(t, "AWS::OpenSearchService::Domain", "DomainName", "foldstream-dev")
	for _, s := range domain.Properties["AccessPolicies"].(map[string]any)["Statement"].([]any) {
		principal := domain.in.text(s.(map[string]any)["Principal"].(map[string]any)["AWS"])
		if principal != "arn:Partition:iam::AccountId:root" {
			t.Errorf("%s has access", principal)
		}
	}
	if len("foldstream-")+16 > 28 {
		t.Error("the longest stage's domain has a name that is too long")
	}
}

// A domain is never free: nobody gets one who does not ask for it.
func TestSearchIsAnOption(t *testing.T) {
	if found := prod.all("AWS::OpenSearchService::Domain"); len(found) > 0 {
		t.Errorf("there is a domain, %s", found[0].id)
	}
	searches := 0
	for _, f := range withoutArchive(topology.Functions(app)) {
		if slices.Contains(f.Grants, topology.SearchViews) {
			searches++
			for _, r := range prod.all("AWS::ApiGatewayV2::Route") {
				if r.text("RouteKey") == f.Route {
					t.Errorf("%s is deployed", f.Route)
				}
			}
			continue
		}
		r := prod.deployed(t, f)
		if variables := r.Properties["Environment"].(map[string]any)["Variables"].(map[string]any); variables[setting.SearchEndpoint] != nil {
			t.Errorf("%s is told of a domain", f.Name)
		}
	}
	if got, want := len(prod.all("AWS::Lambda::Function")), len(withoutArchive(topology.Functions(app)))-searches; searches == 0 || got != want {
		t.Errorf("%d functions are deployed, not %d; %d search", got, want, searches)
	}
}
