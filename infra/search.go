package main

import (
	"fmt"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsopensearchservice"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// openSearch asks for full-text search, as `cdk -c search=opensearch`. It is an option because a domain is the one thing
// here that is paid for by the hour, whether or not anybody searches. Without it no route of a search is deployed, and
// projectors index nothing. A view that is there already must be rebuilt to be found once there is a domain.
const openSearch = "opensearch"

// searchDomain is an OpenSearch domain as functions are told of it.
type searchDomain struct{ arn, endpoint string }

// withoutSearch leaves out the functions that search, and what others need for it.
func withoutSearch(functions []topology.Function) []topology.Function {
	var all []topology.Function
	for _, f := range functions {
		if slices.Contains(f.Grants, topology.SearchViews) {
			continue
		}
		f.Grants = slices.DeleteFunc(slices.Clone(f.Grants), func(g topology.Grant) bool {
			return g == topology.IndexViews || g == topology.RebuildTexts
		})
		all = append(all, f)
	}
	return all
}

// domain creates the smallest domain there is: one node, which is away when it fails or is maintained. It goes with the
// stack: its documents are made again by a rebuild of their views.
func (b *builder) domain() searchDomain {
	name := "foldstream-" + string(b.stage) // no longer than the 28 letters that there may be
	on := jsii.Bool(true)
	made := awsopensearchservice.NewCfnDomain(b.stack, jsii.String("search"), &awsopensearchservice.CfnDomainProps{
		DomainName: jsii.String(name), EngineVersion: jsii.String("OpenSearch_3.1"),
		ClusterConfig: &awsopensearchservice.CfnDomain_ClusterConfigProperty{InstanceType: jsii.String("t3.small.search"), InstanceCount: jsii.Number(1)},
		EbsOptions: &awsopensearchservice.CfnDomain_EBSOptionsProperty{
			EbsEnabled: on, VolumeType: jsii.String("gp3"), VolumeSize: jsii.Number(10),
		},
		EncryptionAtRestOptions:     &awsopensearchservice.CfnDomain_EncryptionAtRestOptionsProperty{Enabled: on, KmsKeyId: b.stageKey()},
		NodeToNodeEncryptionOptions: &awsopensearchservice.CfnDomain_NodeToNodeEncryptionOptionsProperty{Enabled: on},
		DomainEndpointOptions: &awsopensearchservice.CfnDomain_DomainEndpointOptionsProperty{
			EnforceHttps: on, TlsSecurityPolicy: jsii.String("Policy-Min-TLS-1-2-PFS-2023-10"),
		},
		// It leaves it to the policies of the account's roles who may do what. Requests without a signature are refused.
		AccessPolicies: map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Principal": map[string]any{"AWS": account()}, "Action": "es:ESHttp*", "Resource": arn("es", "domain/"+name+"/*"),
		}}},
	})
	made.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	return searchDomain{arn: *made.AttrArn(), endpoint: "https://" + *made.AttrDomainEndpoint()}
}

// account is the principal that stands for all of the account's, as far as their own policies let them.
func account() string {
	return fmt.Sprintf("arn:%s:iam::%s:root", *awscdk.Aws_PARTITION(), *awscdk.Aws_ACCOUNT_ID())
}
