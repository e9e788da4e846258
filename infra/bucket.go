package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	// oldVersions is how long what was overwritten or deleted can be brought back, in a stage that keeps its data.
	oldVersions = 30 * day
	// brokenUploads is how long the parts of an upload that was never finished are paid for.
	brokenUploads = 7 * day
)

// bucket is an S3 bucket that nobody reaches but by its policy, and nobody without TLS. CloudFormation names it: the names
// of buckets are the whole world's. It cannot delete one that is not empty.
type bucket struct {
	made       awss3.CfnBucket
	policy     awss3.CfnBucketPolicy
	statements []any
}

// secureBucket creates a bucket, in the way of all buckets here. Its objects expire after some time, in whole days; zero
// for never.
func (b *builder) secureBucket(scope constructs.Construct, id string, expires time.Duration) *bucket {
	on := jsii.Bool(true)
	props := &awss3.CfnBucketProps{
		PublicAccessBlockConfiguration: &awss3.CfnBucket_PublicAccessBlockConfigurationProperty{
			BlockPublicAcls: on, BlockPublicPolicy: on, IgnorePublicAcls: on, RestrictPublicBuckets: on,
		},
		OwnershipControls: &awss3.CfnBucket_OwnershipControlsProperty{ // which has no access by ACLs
			Rules: []*awss3.CfnBucket_OwnershipControlsRuleProperty{{ObjectOwnership: jsii.String("BucketOwnerEnforced")}},
		},
		BucketEncryption: &awss3.CfnBucket_BucketEncryptionProperty{
			ServerSideEncryptionConfiguration: []*awss3.CfnBucket_ServerSideEncryptionRuleProperty{{
				ServerSideEncryptionByDefault: &awss3.CfnBucket_ServerSideEncryptionByDefaultProperty{SseAlgorithm: jsii.String("AES256")},
			}},
		},
		LifecycleConfiguration: &awss3.CfnBucket_LifecycleConfigurationProperty{Rules: b.lifecycle(expires)},
	}
	if b.stage.keeps() {
		props.VersioningConfiguration = &awss3.CfnBucket_VersioningConfigurationProperty{Status: jsii.String("Enabled")}
	}
	made := awss3.NewCfnBucket(scope, jsii.String(id), props)
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	secured := &bucket{made: made, statements: []any{tlsOnly("s3:*", *made.AttrArn(), *made.AttrArn()+"/*")}}
	secured.policy = awss3.NewCfnBucketPolicy(scope, jsii.String(id+"-policy"), &awss3.CfnBucketPolicyProps{
		Bucket: made.Ref(), PolicyDocument: secured.document(),
	})
	return secured
}

func (b *builder) lifecycle(expires time.Duration) []*awss3.CfnBucket_RuleProperty {
	rule := &awss3.CfnBucket_RuleProperty{
		Id: jsii.String("keep"), Status: jsii.String("Enabled"),
		AbortIncompleteMultipartUpload: &awss3.CfnBucket_AbortIncompleteMultipartUploadProperty{
			DaysAfterInitiation: jsii.Number(brokenUploads.Hours() / 24),
		},
	}
	if expires > 0 {
		rule.ExpirationInDays = jsii.Number(expires.Hours() / 24)
	}
	if b.stage.keeps() {
		rule.NoncurrentVersionExpiration = &awss3.CfnBucket_NoncurrentVersionExpirationProperty{
			NoncurrentDays: jsii.Number(oldVersions.Hours() / 24),
		}
	}
	return []*awss3.CfnBucket_RuleProperty{rule}
}

// allow adds a statement to the bucket's policy: it has just one, whoever is let in.
func (b *bucket) allow(statement map[string]any) {
	b.statements = append(b.statements, statement)
	b.policy.SetPolicyDocument(b.document())
}

func (b *bucket) document() map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": b.statements}
}
