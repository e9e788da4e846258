package main

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// shared is the stack of what all contexts share, and of the system's own functions.
type shared struct {
	stack awscdk.Stack
	at    *places
	main  *httpAPI // that the contexts' routes belong to
}

func newShared(b *builder, all []topology.Function) *shared {
	b.at.pager = b.pagerTopic()
	b.at.tables = b.tables()
	b.at.topic = b.commitTopic()
	b.at.signingKey = b.key()
	b.at.followed = asked(all, topology.WakeFollowers)
	if asked(all, topology.ReadSecret) {
		b.at.secret = b.secret()
	}
	if b.search == openSearch {
		b.at.search = b.domain()
	}
	functions := owned(all, "")
	b.errandQueues(functions)
	socket := b.socketAPI()
	identityScope := constructs.NewConstruct(b.stack, jsii.String("identity"))
	identity := newHTTPAPI(identityScope, "api", b.stage.name("identity"))
	b.at.issuer = identity.url
	mainScope := constructs.NewConstruct(b.stack, jsii.String("main"))
	main := newHTTPAPI(mainScope, "api", b.stage.name("main"))

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
		case f.Schedule:
			b.sweeper(f)
		default:
			panic(fmt.Sprintf("function %s has no trigger", f.Name))
		}
	}
	live := b.publish(identityScope, identity, authority)
	after(main.authorize(mainScope, b.at.issuer), []constructs.Construct{live})
	for _, f := range routed {
		main.route(f)
	}
	socket.open()
	b.alarmAPI("identity-5xx", identity.id)
	b.alarmSocket(socket.id)
	b.alarmParked()
	b.tell(main, socket)
	return &shared{stack: b.stack, at: b.at, main: main}
}

// commitTopic is the FIFO topic that the relay publishes to. Its throughput is counted per stream.
func (b *builder) commitTopic() string {
	name := b.stage.name("commits") + ".fifo"
	made := awssns.NewCfnTopic(b.stack, jsii.String("commits"), &awssns.CfnTopicProps{
		TopicName: jsii.String(name), FifoTopic: jsii.Bool(true), ContentBasedDeduplication: jsii.Bool(false),
		FifoThroughputScope: jsii.String("MessageGroup"),
	})
	b.alarmTopic(name)
	return *made.Ref()
}

// key is the key that tokens are signed with. JWT authorizers verify RSA signatures only.
func (b *builder) key() string {
	made := awskms.NewCfnKey(b.stack, jsii.String("signing-key"), &awskms.CfnKeyProps{
		Description: jsii.String(b.stage.name("tokens")), KeySpec: jsii.String("RSA_2048"), KeyUsage: jsii.String("SIGN_VERIFY"),
		PendingWindowInDays: jsii.Number(b.stage.keyGrace().Hours() / 24),
		// A key's policy is about that key alone, whatever resource it names. Without this statement no IAM policy of the
		// account has a say, and the key may become one that nobody can manage.
		KeyPolicy: map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
			"Effect": "Allow", "Action": "kms:*", "Resource": "*",
			"Principal": map[string]any{"AWS": account()},
		}}},
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
	})
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	return *made.Ref()
}

// pagerTopic is where alarms go.
func (b *builder) pagerTopic() string {
	made := awssns.NewCfnTopic(b.stack, jsii.String("alarms"), &awssns.CfnTopicProps{TopicName: jsii.String(b.stage.name("alarms"))})
	if b.pager != "" {
		awssns.NewCfnSubscription(b.stack, jsii.String("pager"), &awssns.CfnSubscriptionProps{
			TopicArn: made.Ref(), Protocol: jsii.String("email"), Endpoint: jsii.String(b.pager),
		})
	}
	return *made.Ref()
}

// tell puts out what clients and operators need to know.
func (b *builder) tell(main *httpAPI, socket *socketAPI) {
	for _, output := range [][2]string{
		{"HttpUrl", main.url}, {"WebSocketUrl", socket.url}, {"Issuer", b.at.issuer}, {"Topic", b.at.topic}, {"AlarmTopic", b.at.pager},
	} {
		awscdk.NewCfnOutput(b.stack, jsii.String(output[0]), &awscdk.CfnOutputProps{Value: jsii.String(output[1])})
	}
}
