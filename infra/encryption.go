package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
)

// ownKey asks for a key of the stage's own, as `cdk -c encryption=cmk`: who may use it, and when it is taken away, is the
// account's to say, and each use is in CloudTrail. It is an option because a key costs a dollar a month, and three cents
// for 10,000 uses of it. Without one everything is encrypted as well, by keys that are AWS's to look after.
const ownKey = "cmk"

// snsKey is the key that AWS has for an account's topics. All who may publish to a topic may use it for that.
const snsKey = "alias/aws/sns"

// dataKeyLife is how long SQS uses one key of data before it asks for the next one.
const dataKeyLife = 3600 // seconds

func checkEncryption(encryption string) error {
	if encryption != "" && encryption != ownKey {
		return fmt.Errorf("encryption is %q: there is %s, or nothing for the keys of AWS", encryption, ownKey)
	}
	return nil
}

// dataKey is the ARN of the key for all that is stored, or empty.
func (b *builder) dataKey() string {
	if b.encryption != ownKey {
		return ""
	}
	made := awskms.NewCfnKey(b.stack, jsii.String("data-key"), &awskms.CfnKeyProps{
		Description: jsii.String(b.stage.name("data")), EnableKeyRotation: jsii.Bool(true),
		PendingWindowInDays: jsii.Number(b.stage.keyGrace().Hours() / 24),
		KeyPolicy:           map[string]any{"Version": "2012-10-17", "Statement": append(b.keyUsers(), managed())},
	})
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	awskms.NewCfnAlias(b.stack, jsii.String("data-key-name"), &awskms.CfnAliasProps{
		AliasName: jsii.String("alias/" + b.stage.name("data")), TargetKeyId: made.Ref(),
	})
	return *made.AttrArn()
}

// keyUsers lets services use the key that act for nobody's role: SNS brings messages to encrypted queues, alarms go to an
// encrypted topic, and CloudWatch encrypts logs. DynamoDB has what who creates a table grants it.
func (b *builder) keyUsers() []any {
	ours := map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()}
	logs := []string{
		arn("logs", "log-group:/foldstream/"+string(b.stage)+"/*"), arn("logs", "log-group:/aws/vendedlogs/"+b.stage.name("*")),
	}
	return []any{
		keyUser("sns.amazonaws.com", []string{"kms:Decrypt", "kms:GenerateDataKey"}, map[string]any{
			"StringEquals": ours, "ArnEquals": map[string]any{"aws:SourceArn": arn("sns", b.stage.name("commits")+".fifo")},
		}),
		keyUser("cloudwatch.amazonaws.com", []string{"kms:Decrypt", "kms:GenerateDataKey"}, map[string]any{
			"StringEquals": ours, "ArnLike": map[string]any{"aws:SourceArn": arn("cloudwatch", "alarm:"+b.stage.name("*"))},
		}),
		keyUser(
			fmt.Sprintf("logs.%s.amazonaws.com", *awscdk.Aws_REGION()),
			[]string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"},
			map[string]any{"ArnLike": map[string]any{"kms:EncryptionContext:aws:logs:arn": logs}},
		),
	}
}

func keyUser(service string, actions []string, condition map[string]any) map[string]any {
	return map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": service}, "Action": actions, "Resource": "*", "Condition": condition,
	}
}

// managed leaves a key to the account: a key's policy is about that key alone, whatever resource it names. Without this
// statement no IAM policy of the account has a say, and the key may become one that nobody can manage.
func managed() map[string]any {
	return map[string]any{"Effect": "Allow", "Action": "kms:*", "Resource": "*", "Principal": map[string]any{"AWS": account()}}
}

// keyUses are the uses of the key that an action comes to, by the beginning of the action.
var keyUses = map[string][]string{
	"dynamodb:":                     {"kms:Decrypt"}, // of the table's own key
	"sqs:ReceiveMessage":            {"kms:Decrypt"},
	"sqs:SendMessage":               {"kms:Decrypt", "kms:GenerateDataKey"},
	"sns:Publish":                   {"kms:Decrypt", "kms:GenerateDataKey"},
	"secretsmanager:GetSecretValue": {"kms:Decrypt"},
	"s3:PutObject":                  {"kms:GenerateDataKey"},
	"s3:GetObject":                  {"kms:Decrypt"},
}

// unlocking lets a role use the key where its statements need it, and through those services alone.
func (b *builder) unlocking(statements []statement) []statement {
	if b.at.dataKey == "" {
		return nil
	}
	through := map[string][]string{} // services by use
	for _, s := range statements {
		for _, action := range s.actions {
			for beginning, uses := range keyUses {
				if !strings.HasPrefix(action, beginning) || s.except { // a text to a phone is not stored
					continue
				}
				service, _, _ := strings.Cut(action, ":")
				for _, use := range uses {
					through[use] = append(through[use], service)
				}
			}
		}
	}
	var all []statement
	for _, use := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
		var via []string
		for _, service := range slices.Compact(slices.Sorted(slices.Values(through[use]))) {
			via = append(via, fmt.Sprintf("%s.%s.amazonaws.com", service, *awscdk.Aws_REGION()))
		}
		if len(via) > 0 {
			all = append(all, statement{
				actions: []string{use}, resources: []string{b.at.dataKey},
				condition: map[string]any{"StringEquals": map[string]any{"kms:ViaService": via}},
			})
		}
	}
	return all
}

// encryptedTable is how a table is encrypted.
func (b *builder) encryptedTable() *awsdynamodb.CfnTable_SSESpecificationProperty {
	sse := &awsdynamodb.CfnTable_SSESpecificationProperty{SseEnabled: jsii.Bool(true)}
	if b.at.dataKey != "" {
		sse.SseType, sse.KmsMasterKeyId = jsii.String("KMS"), jsii.String(b.at.dataKey)
	}
	return sse
}

// encryptQueue has a queue encrypted: by SQS's own keys, or the stage's.
func (b *builder) encryptQueue(props *awssqs.CfnQueueProps) {
	if b.at.dataKey == "" {
		props.SqsManagedSseEnabled = jsii.Bool(true)
		return
	}
	props.KmsMasterKeyId, props.KmsDataKeyReusePeriodSeconds = jsii.String(b.at.dataKey), jsii.Number(dataKeyLife)
}

// stageKey is the key of the stage's own for what needs to be told none otherwise.
func (b *builder) stageKey() *string {
	if b.at.dataKey == "" {
		return nil
	}
	return jsii.String(b.at.dataKey)
}
