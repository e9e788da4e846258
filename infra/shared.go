package main

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/limits"
	"github.com/foldstream/foldstream/topology"
)

// shared is the stack of what all contexts share, and of the system's own functions.
type shared struct {
	stack  awscdk.Stack
	at     *places
	main   *httpAPI // that the contexts' routes belong to
	socket *socketAPI
}

func newShared(b *builder, all []topology.Function) *shared {
	b.at.dataKey = b.dataKey()
	b.at.pager = b.pagerTopic()
	b.at.tables = b.tables()
	b.at.topic = b.commitTopic()
	if asked(all, topology.ReadSecret) {
		b.at.secret = b.secret()
	}
	if asked(all, topology.SealPersonal) {
		b.at.subjectKey = b.subjectKey()
	}
	if b.search == openSearch {
		b.at.search = b.domain()
	}
	if b.archive == archiving {
		b.at.archive = b.newArchive()
	}
	functions := owned(all, "")
	b.errandQueues(functions)
	socket := b.socketAPI()
	identity := b.identity()
	mainScope := constructs.NewConstruct(b.stack, jsii.String("main"))
	main := newHTTPAPI(mainScope, "api", b.stage.name("main"))
	b.at.mainAPI = main.id

	var authority, routed []*function
	for _, f := range functions {
		switch {
		case isIdentity(f):
			authority = append(authority, b.function(f))
		case f.Route != "":
			routed = append(routed, b.function(f))
		case f.Queue != nil:
			b.consumer(f)
		case f.Errands != "":
			b.errands(f)
		case f.Socket != "":
			socket.route(b.function(f))
		case f.Stream:
			b.relay(f)
		case f.Name == engine.ArchivistName:
			b.scheduled(f, rate(limits.ArchiveEvery))
		case f.Schedule:
			b.sweeper(f)
		default:
			panic(fmt.Sprintf("function %s has no trigger", f.Name))
		}
	}
	authorizer := main.authorize(mainScope, b.at.provider)
	if identity != nil {
		after(authorizer, []constructs.Construct{b.publish(identity, authority)})
	}
	for _, f := range routed {
		main.route(f)
	}
	socket.open()
	b.alarmSocket(socket.id)
	b.alarmFunctions()
	b.alarmConsumers()
	b.tell(main, socket)
	return &shared{stack: b.stack, at: b.at, main: main, socket: socket}
}

// commitTopic is the FIFO topic that the relay publishes to. Its throughput is counted per stream.
func (b *builder) commitTopic() string {
	name := b.stage.name("commits") + ".fifo"
	made := awssns.NewCfnTopic(b.stack, jsii.String("commits"), &awssns.CfnTopicProps{
		TopicName: jsii.String(name), FifoTopic: jsii.Bool(true), ContentBasedDeduplication: jsii.Bool(false),
		FifoThroughputScope: jsii.String("MessageGroup"), KmsMasterKeyId: jsii.String(cmp.Or(b.at.dataKey, snsKey)),
	})
	guardTopic(made)
	b.alarmTopic(name)
	return *made.Ref()
}

// key is the key that tokens are signed with. JWT authorizers verify RSA signatures only.
func (b *builder) key() string {
	made := awskms.NewCfnKey(b.stack, jsii.String("signing-key"), &awskms.CfnKeyProps{
		Description: jsii.String(b.stage.name("tokens")), KeySpec: jsii.String("RSA_2048"), KeyUsage: jsii.String("SIGN_VERIFY"),
		PendingWindowInDays: jsii.Number(b.stage.keyGrace().Hours() / 24),
		KeyPolicy:           map[string]any{"Version": "2012-10-17", "Statement": []any{managed()}},
	})
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	return *made.AttrArn()
}

// subjectKey is the key that the keys of subjects are wrapped by. Keys of before it was rotated stay good.
func (b *builder) subjectKey() string {
	made := awskms.NewCfnKey(b.stack, jsii.String("subject-key"), &awskms.CfnKeyProps{
		Description: jsii.String(b.stage.name("subjects")), EnableKeyRotation: jsii.Bool(true),
		PendingWindowInDays: jsii.Number(b.stage.keyGrace().Hours() / 24),
		KeyPolicy:           map[string]any{"Version": "2012-10-17", "Statement": []any{managed()}},
	})
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	return *made.AttrArn()
}

// secret is what the app's decisions derive codes and the like from, the same for ever: any change of how it is generated
// generates another one.
func (b *builder) secret() string {
	made := awssecretsmanager.NewCfnSecret(b.stack, jsii.String("secret"), &awssecretsmanager.CfnSecretProps{
		Name: jsii.String(b.stage.name("secret")), Description: jsii.String("What codes are derived from. It is not rotated."),
		GenerateSecretString: &awssecretsmanager.CfnSecret_GenerateSecretStringProperty{PasswordLength: jsii.Number(64)},
		KmsKeyId:             b.stageKey(),
	})
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	return *made.Ref()
}

// pagerTopic is where alarms go.
func (b *builder) pagerTopic() string {
	made := awssns.NewCfnTopic(b.stack, jsii.String("alarms"), &awssns.CfnTopicProps{
		TopicName: jsii.String(b.stage.name("alarms")), KmsMasterKeyId: b.stageKey(), // the key that AWS has for topics is not for alarms
	})
	alarms := map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()}}
	guardTopic(made, map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish",
		"Resource": made.Ref(), "Condition": alarms,
	})
	if b.pager != "" {
		awssns.NewCfnSubscription(b.stack, jsii.String("pager"), &awssns.CfnSubscriptionProps{
			TopicArn: made.Ref(), Protocol: jsii.String("email"), Endpoint: jsii.String(b.pager),
		})
	}
	return *made.Ref()
}

// guardTopic says who may publish to a topic beside the account's roles, and that it takes TLS. SNS takes no other action
// in it that all publishers have in common.
func guardTopic(topic awssns.CfnTopic, statements ...any) {
	awssns.NewCfnTopicPolicy(topic, jsii.String("policy"), &awssns.CfnTopicPolicyProps{
		Topics:         &[]*string{topic.Ref()},
		PolicyDocument: map[string]any{"Version": "2012-10-17", "Statement": append(statements, tlsOnly("sns:Publish", *topic.Ref()))},
	})
}

// tell puts out what clients and operators need to know.
func (b *builder) tell(main *httpAPI, socket *socketAPI) {
	outputs := [][2]string{
		{"HttpUrl", main.url}, {"WebSocketUrl", socket.url}, {"Issuer", b.at.provider.Issuer}, {"Topic", b.at.topic}, {"AlarmTopic", b.at.pager},
	}
	if b.provider.Named() {
		outputs = append(outputs, [2]string{"Audience", b.provider.Audience})
	}
	for _, output := range outputs {
		awscdk.NewCfnOutput(b.stack, jsii.String(output[0]), &awscdk.CfnOutputProps{Value: jsii.String(output[1])})
	}
}
