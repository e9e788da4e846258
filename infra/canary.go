package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/topology"
)

// live is the alias that triggers call: the version that has proved itself, and a share for the next one while it is tried.
const live = "live"

// canaries are the ways in which CodeDeploy brings calls over to a version, as `cdk -c canary=Linear10PercentEvery1Minute`.
var canaries = []string{
	"Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes", "Canary10Percent30Minutes",
	"Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes", "Linear10PercentEvery3Minutes", "Linear10PercentEvery10Minutes",
}

func checkCanary(canary string) error {
	if canary != "" && !slices.Contains(canaries, canary) {
		return fmt.Errorf("canary is %q: there are %s, or nothing", canary, strings.Join(canaries, ", "))
	}
	return nil
}

// deploying is what the functions of a stack share that are released step by step.
type deploying struct {
	application awscodedeploy.CfnApplication
	role        awsiam.CfnRole // that CodeDeploy shifts calls by
	functions   []string       // ARNs
}

func (b *builder) newDeploying() *deploying {
	scope := constructs.NewConstruct(b.stack, jsii.String("deploying"))
	name := *b.stack.StackName()
	application := awscodedeploy.NewCfnApplication(scope, jsii.String("application"), &awscodedeploy.CfnApplicationProps{
		ApplicationName: jsii.String(name), ComputePlatform: jsii.String("Lambda"),
	})
	ours := map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": awscdk.Aws_ACCOUNT_ID()},
		"ArnLike":      map[string]any{"aws:SourceArn": arn("codedeploy", "deploymentgroup:"+name+"/*")},
	}
	return &deploying{application: application, role: b.role(scope, trust("codedeploy", ours), nil)}
}

// add lets CodeDeploy shift the calls of a function.
func (d *deploying) add(function string) {
	d.functions = append(d.functions, arn("lambda", "function:"+function), arn("lambda", "function:"+function+":"+live))
	d.role.SetPolicies(&[]any{&awsiam.CfnRole_PolicyProperty{PolicyName: jsii.String("grants"), PolicyDocument: document([]statement{
		{actions: []string{"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}, resources: d.functions},
		{actions: []string{"cloudwatch:DescribeAlarms"}, resources: []string{"*"}, wild: "AlarmsAreListed"},
	})}})
}

// callee is the ARN that a function's trigger calls: the function itself, or its alias where releases are gradual. Who is
// called by the clock alone has no calls to try a version with.
func (b *builder) callee(f topology.Function, scope constructs.Construct, made awslambda.CfnFunction, props *awslambda.CfnFunctionProps) string {
	if b.canary == "" || f.Schedule {
		return *made.AttrArn()
	}
	if b.deploying == nil {
		b.deploying = b.newDeploying()
	}
	b.deploying.add(*props.FunctionName)
	version := awslambda.NewCfnVersion(scope, jsii.String("version-"+b.fingerprint(props)), &awslambda.CfnVersionProps{FunctionName: made.Ref()})
	alarms := []awscloudwatch.CfnAlarm{b.alarmVersion(scope, *props.FunctionName, version)}
	if f.Route != "" && !isIdentity(f) {
		alarms = append(alarms, b.alarmRoute(scope, f))
	}
	group := b.gradually(scope, *props.FunctionName, alarms)
	alias := awslambda.NewCfnAlias(scope, jsii.String(live), &awslambda.CfnAliasProps{
		FunctionName: made.Ref(), FunctionVersion: version.AttrVersion(), Name: jsii.String(live),
	})
	alias.CfnOptions().SetUpdatePolicy(&awscdk.CfnUpdatePolicy{CodeDeployLambdaAliasUpdate: &awscdk.CfnCodeDeployLambdaAliasUpdate{
		ApplicationName: b.deploying.application.Ref(), DeploymentGroupName: group.Ref(),
	}})
	after(alias, []constructs.Construct{group})
	return *alias.Ref()
}

// fingerprint changes with a function's code and settings. A version never changes, and Lambda makes no second one of the
// same: so its id in the stack must go with what it is of.
func (b *builder) fingerprint(props *awslambda.CfnFunctionProps) string {
	text, err := json.Marshal(b.stack.Resolve(props))
	if err != nil {
		panic(err) // a resolved property is JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:4])
}

// gradually has CodeDeploy bring calls over to a version, and back when an alarm goes off.
func (b *builder) gradually(scope constructs.Construct, function string, alarms []awscloudwatch.CfnAlarm) awscodedeploy.CfnDeploymentGroup {
	on, d := jsii.Bool(true), b.deploying
	var watched []any
	for _, a := range alarms {
		watched = append(watched, &awscodedeploy.CfnDeploymentGroup_AlarmProperty{Name: a.Ref()})
	}
	return awscodedeploy.NewCfnDeploymentGroup(scope, jsii.String("deployments"), &awscodedeploy.CfnDeploymentGroupProps{
		ApplicationName: d.application.Ref(), DeploymentGroupName: jsii.String(function),
		DeploymentConfigName: jsii.String("CodeDeployDefault.Lambda" + b.canary),
		DeploymentStyle: &awscodedeploy.CfnDeploymentGroup_DeploymentStyleProperty{
			DeploymentOption: jsii.String("WITH_TRAFFIC_CONTROL"), DeploymentType: jsii.String("BLUE_GREEN"),
		},
		AlarmConfiguration: &awscodedeploy.CfnDeploymentGroup_AlarmConfigurationProperty{Enabled: on, Alarms: watched},
		AutoRollbackConfiguration: &awscodedeploy.CfnDeploymentGroup_AutoRollbackConfigurationProperty{
			Enabled: on, Events: jsii.Strings("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"),
		},
		ServiceRoleArn: d.role.AttrArn(),
	})
}

// alarmVersion watches the one version of an alias. Its metric is there while the alias has two.
func (b *builder) alarmVersion(scope constructs.Construct, function string, version awslambda.CfnVersion) awscloudwatch.CfnAlarm {
	return b.alarmRelease(scope, "errors", strings.TrimPrefix(function, b.stage.name("")), "AWS/Lambda", "Errors", map[string]*string{
		"FunctionName": jsii.String(function), "Resource": jsii.String(function + ":" + live), "ExecutedVersion": version.AttrVersion(),
	})
}

// alarmRoute watches what a route answers, by whichever version: a function that answers with a server error has not failed
// by Lambda's count.
func (b *builder) alarmRoute(scope constructs.Construct, f topology.Function) awscloudwatch.CfnAlarm {
	method, path := split(f.Route)
	return b.alarmRelease(scope, "5xx", f.Name, "AWS/ApiGateway", "5xx", map[string]*string{
		"ApiId": jsii.String(b.at.mainAPI), "Stage": jsii.String(defaultStage), "Method": jsii.String(method), "Resource": jsii.String(path),
	})
}

func (b *builder) alarmRelease(scope constructs.Construct, what, function, namespace, name string, dimensions map[string]*string) awscloudwatch.CfnAlarm {
	props := b.alarmProps(alarm{
		kind: "release", name: function + "-release-" + what, minutes: 1,
		why: "The function ends in errors. While a version of it is being released, CodeDeploy goes back to the one before.",
	})
	props.Namespace, props.MetricName = jsii.String(namespace), jsii.String(name)
	props.Statistic, props.Period = jsii.String(sum), jsii.Number(60)
	var described []*awscloudwatch.CfnAlarm_DimensionProperty
	for _, key := range slices.Sorted(maps.Keys(dimensions)) {
		described = append(described, &awscloudwatch.CfnAlarm_DimensionProperty{Name: jsii.String(key), Value: dimensions[key]})
	}
	props.Dimensions = described
	return awscloudwatch.NewCfnAlarm(scope, jsii.String("alarm-release-"+what), props)
}
