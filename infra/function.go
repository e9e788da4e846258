package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/topology"
)

// function is a function of the topology as it is deployed: the Lambda with a role and a log of its own.
type function struct {
	topology.Function
	scope constructs.Construct // that its trigger belongs to as well
	name  string               // on AWS
	arn   string               // that its trigger calls
}

// function deploys a Lambda that may do what its grants say, and what its trigger needs besides.
func (b *builder) function(f topology.Function, trigger ...statement) *function {
	scope := constructs.NewConstruct(b.stack, jsii.String(f.Name))
	name := b.stage.name(f.Name)
	log := b.log(scope, "log", "/foldstream/"+string(b.stage)+"/"+f.Name)
	statements, environment := b.may(f)
	environment[setting.Stage] = string(b.stage)
	if f.Schedule { // it has much to do, and nobody waits for it: see docs/decisions/0019-retries-and-times.md
		environment["AWS_RETRY_MODE"] = "adaptive"
	}
	statements = append(append(statements, trigger...), statement{
		actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"}, resources: []string{*log.AttrArn()},
	}, statement{
		actions: []string{"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, resources: []string{"*"}, wild: "XRayHasNoResources",
	})
	code := awss3assets.NewAsset(scope, jsii.String("code"), &awss3assets.AssetProps{Path: jsii.String(b.binary(f.Folder))})
	props := &awslambda.CfnFunctionProps{
		FunctionName:  jsii.String(name),
		Runtime:       jsii.String("provided.al2023"),
		Architectures: jsii.Strings(b.architecture),
		Handler:       jsii.String("bootstrap"),
		Code:          &awslambda.CfnFunction_CodeProperty{S3Bucket: code.S3BucketName(), S3Key: code.S3ObjectKey()},
		MemorySize:    jsii.Number(memoryMB),
		Timeout:       jsii.Number(timeout(f).Seconds()),
		Role:          b.role(scope, trust("lambda", nil), statements).AttrArn(),
		Environment:   &awslambda.CfnFunction_EnvironmentProperty{Variables: environment},
		TracingConfig: &awslambda.CfnFunction_TracingConfigProperty{Mode: jsii.String("Active")},
		LoggingConfig: &awslambda.CfnFunction_LoggingConfigProperty{
			// Of its own Lambda logs only what fails: two lines for each invocation would cost more than the invocation.
			LogFormat: jsii.String("JSON"), LogGroup: log.Ref(), SystemLogLevel: jsii.String("WARN"),
		},
	}
	made := awslambda.NewCfnFunction(scope, jsii.String("function"), props)
	b.countFailures(scope, *log.Ref())
	return &function{Function: f, scope: scope, name: name, arn: b.callee(f, scope, made, props)}
}

// may gathers what a function's grants come to.
func (b *builder) may(f topology.Function) ([]statement, map[string]string) {
	var statements []statement
	environment := map[string]string{}
	for _, g := range f.Grants {
		a := b.allow(g)
		statements = append(statements, a.statements...)
		for variable, value := range a.environment {
			environment[variable] = value
		}
	}
	return statements, environment
}

func (b *builder) role(scope constructs.Construct, trust map[string]any, statements []statement) awsiam.CfnRole {
	return awsiam.NewCfnRole(scope, jsii.String("role"), &awsiam.CfnRoleProps{
		AssumeRolePolicyDocument: trust,
		Policies:                 []*awsiam.CfnRole_PolicyProperty{{PolicyName: jsii.String("grants"), PolicyDocument: document(slices.Concat(statements, b.unlocking(statements)))}},
	})
}

// trust lets an AWS service take a role, under a condition or none.
func trust(service string, condition map[string]any) map[string]any {
	statement := map[string]any{
		"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": map[string]any{"Service": service + ".amazonaws.com"},
	}
	if condition != nil {
		statement["Condition"] = condition
	}
	return map[string]any{"Version": "2012-10-17", "Statement": []any{statement}}
}

// log creates a log group, which goes with the stack: what is worth keeping is in the events.
func (b *builder) log(scope constructs.Construct, id, name string) awslogs.CfnLogGroup {
	group := awslogs.NewCfnLogGroup(scope, jsii.String(id), &awslogs.CfnLogGroupProps{
		LogGroupName: jsii.String(name), RetentionInDays: jsii.Number(b.stage.logRetention().Hours() / 24),
		KmsKeyId: b.stageKey(),
	})
	group.ApplyRemovalPolicy(awscdk.RemovalPolicy_DESTROY, nil)
	return group
}

// callable lets an AWS service call the function for one of its resources.
func (f *function) callable(by, source string) awslambda.CfnPermission {
	return awslambda.NewCfnPermission(f.scope, jsii.String("permission"), &awslambda.CfnPermissionProps{
		Action: jsii.String("lambda:InvokeFunction"), FunctionName: jsii.String(f.arn),
		Principal: jsii.String(by + ".amazonaws.com"), SourceArn: jsii.String(source),
	})
}
