package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
)

// table is a table as functions are told of it.
type table struct{ name, arn, stream string }

// tables creates the tables that the adapter describes.
func (b *builder) tables() map[string]table {
	names := dynamo.NamesBy(b.stage.name)
	told := map[string]string{
		names.Events: setting.EventsTable, names.Feed: setting.FeedTable, names.Views: setting.ViewsTable,
		names.Checkpoints: setting.CheckpointsTable, names.Traces: setting.TracesTable, names.Connections: setting.ConnectionsTable,
		names.Leases: setting.LeasesTable, names.Snapshots: setting.SnapshotsTable,
		names.Directory: setting.DirectoryTable, names.Outbox: setting.OutboxTable, names.Keys: setting.KeysTable,
	}
	// A lease is over in seconds, and an old one that is brought back has a fencing token that somebody had before. Snapshots
	// are taken again, and the directory is made again of the events. What is in the outbox is looked at within the day.
	fleeting := []string{names.Leases, names.Snapshots, names.Directory, names.Outbox}
	scope := constructs.NewConstruct(b.stack, jsii.String("tables"))
	made := map[string]table{}
	for _, description := range names.Tables() {
		if description.Name == names.Outbox && !b.posts() {
			continue
		}
		made[told[description.Name]] = b.table(scope, description, !description.Forgets && !slices.Contains(fleeting, description.Name))
	}
	if b.moves == moving {
		made[setting.MovesTable] = made[setting.LeasesTable] // where the adapter keeps them
	}
	return made
}

// table creates a table. One that is worth it can be brought back as it was at any time of the last 35 days.
func (b *builder) table(scope constructs.Construct, d dynamo.Table, recoverable bool) table {
	props := &awsdynamodb.CfnTableProps{
		TableName:   jsii.String(d.Name),
		BillingMode: jsii.String("PAY_PER_REQUEST"),
		KeySchema: []*awsdynamodb.CfnTable_KeySchemaProperty{
			{AttributeName: jsii.String(d.Hash.Name), KeyType: jsii.String("HASH")},
			{AttributeName: jsii.String(d.Range.Name), KeyType: jsii.String("RANGE")},
		},
		AttributeDefinitions: []*awsdynamodb.CfnTable_AttributeDefinitionProperty{attribute(d.Hash), attribute(d.Range)},
		PointInTimeRecoverySpecification: &awsdynamodb.CfnTable_PointInTimeRecoverySpecificationProperty{
			PointInTimeRecoveryEnabled: jsii.Bool(recoverable),
		},
		SseSpecification: b.encryptedTable(),
		// The table with the stream is the one that all others can be made from again.
		DeletionProtectionEnabled: jsii.Bool(d.Stream && b.stage.keeps()),
	}
	if d.Stream {
		props.StreamSpecification = &awsdynamodb.CfnTable_StreamSpecificationProperty{StreamViewType: jsii.String("NEW_IMAGE")}
	}
	if d.Expires != "" {
		props.TimeToLiveSpecification = &awsdynamodb.CfnTable_TimeToLiveSpecificationProperty{
			AttributeName: jsii.String(d.Expires), Enabled: jsii.Bool(true),
		}
	}
	made := awsdynamodb.NewCfnTable(scope, jsii.String(d.Name), props)
	made.ApplyRemovalPolicy(b.stage.removal(), nil)
	b.alarmTable(scope, d.Name)
	t := table{name: *made.Ref(), arn: *made.AttrArn()}
	if d.Stream {
		t.stream = *made.AttrStreamArn()
	}
	return t
}

func attribute(k dynamo.Key) *awsdynamodb.CfnTable_AttributeDefinitionProperty {
	kind := "S"
	if k.Number {
		kind = "N"
	}
	return &awsdynamodb.CfnTable_AttributeDefinitionProperty{AttributeName: jsii.String(k.Name), AttributeType: jsii.String(kind)}
}
