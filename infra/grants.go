package main

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// allowance is what a grant comes to: what the function may do, and what it is told.
type allowance struct {
	statements  []statement
	environment map[string]string
}

// tableUse is what may be done with a table.
type tableUse struct {
	variable   string // setting that names the table
	operations []string
}

// tableUses are the operations on tables that grants allow. They are those that the adapters call; a transaction is
// allowed by the operations in it, whatever tables they are on.
var tableUses = map[topology.Grant][]tableUse{
	topology.LoadEvents:      {{setting.EventsTable, []string{"Query"}}},
	topology.AppendEvents:    {{setting.EventsTable, []string{"Query", "PutItem"}}},
	topology.NoteStreams:     {{setting.DirectoryTable, []string{"BatchWriteItem"}}},
	topology.ListStreams:     {{setting.DirectoryTable, []string{"Query"}}},
	topology.FindEnd:         {{setting.FeedTable, []string{"GetItem"}}},
	topology.SweepEvents:     {{setting.EventsTable, []string{"Scan", "BatchGetItem"}}, {setting.DirectoryTable, []string{"BatchGetItem"}}},
	topology.ReadSnapshots:   {{setting.SnapshotsTable, []string{"GetItem"}}},
	topology.WriteSnapshots:  {{setting.SnapshotsTable, []string{"PutItem"}}},
	topology.HoldLeases:      {{setting.LeasesTable, []string{"UpdateItem", "ConditionCheckItem"}}},
	topology.ReadViews:       {{setting.ViewsTable, []string{"GetItem", "BatchGetItem", "Query"}}},
	topology.WriteViews:      {{setting.ViewsTable, []string{"GetItem", "PutItem", "DeleteItem"}}},
	topology.ReadFeed:        {{setting.FeedTable, []string{"Query"}}, {setting.EventsTable, []string{"BatchGetItem"}}}, // the feed refers to commits
	topology.WriteFeed:       {{setting.FeedTable, []string{"GetItem", "BatchGetItem", "PutItem"}}},
	topology.Checkpoint:      {{setting.CheckpointsTable, []string{"GetItem", "PutItem"}}},
	topology.Park:            {{setting.CheckpointsTable, []string{"GetItem", "PutItem", "DeleteItem"}}},
	topology.NoteTraces:      {{setting.TracesTable, []string{"BatchWriteItem"}}},
	topology.ReadTraces:      {{setting.TracesTable, []string{"Query"}}},
	topology.HoldConnections: {{setting.ConnectionsTable, []string{"GetItem", "Query", "PutItem", "ConditionCheckItem", "BatchWriteItem"}}},
	topology.ReadStandings:   {{setting.ViewsTable, []string{"GetItem"}}},
	topology.ReadCheckpoints: {{setting.CheckpointsTable, []string{"GetItem"}}},
	topology.RebuildViews:    {{setting.ViewsTable, []string{"Scan", "BatchWriteItem"}}},
	topology.ReadParked:      {{setting.CheckpointsTable, []string{"Query"}}},
	topology.NoteJobs:        {{setting.TracesTable, []string{"GetItem", "PutItem"}}},
	topology.EndJobs:         {{setting.TracesTable, []string{"DeleteItem"}}},
	topology.ReadJobs:        {{setting.TracesTable, []string{"Query"}}},
	topology.HeedMove:        {{setting.MovesTable, []string{"GetItem"}}},
	topology.AppendGated:     {{setting.MovesTable, []string{"ConditionCheckItem"}}},
	topology.ForgetPersons: {
		{setting.KeysTable, []string{"GetItem", "PutItem", "UpdateItem", "Scan"}}, {setting.SnapshotsTable, []string{"Query", "BatchWriteItem"}},
	},
	topology.TakeInventory: {
		{setting.EventsTable, []string{"Scan"}}, {setting.SnapshotsTable, []string{"Scan"}}, {setting.ConnectionsTable, []string{"Scan"}},
	},
}

// allow spells out a grant.
func (b *builder) allow(g topology.Grant) allowance {
	if uses, ok := tableUses[g]; ok {
		return b.use(uses)
	}
	at := b.at
	switch g {
	case topology.PublishCommits:
		return grant(setting.Topic, at.topic, "sns:Publish", at.topic)
	case topology.SignTokens:
		a := grant(setting.SigningKey, at.signingKey, "kms:Sign", at.signingKey)
		a.statements[0].actions = append(a.statements[0].actions, "kms:GetPublicKey") // a token names its key
		return a
	case topology.ReadKey:
		return grant(setting.SigningKey, at.signingKey, "kms:GetPublicKey", at.signingKey)
	case topology.OpenPersonal:
		return b.personal([]string{"BatchGetItem"}, "kms:Decrypt")
	case topology.SealPersonal:
		return b.personal([]string{"BatchGetItem", "PutItem"}, "kms:Decrypt", "kms:GenerateDataKey")
	case topology.KnowStreams:
		return allowance{environment: map[string]string{setting.Catalogue: b.catalogue()}}
	case topology.KnowIssuer:
		return allowance{environment: b.issuer()}
	case topology.KnowRoles:
		return allowance{environment: b.roles()}
	case topology.KnowSystem:
		return b.about()
	case topology.PushMessages:
		return grant(setting.WebSocketEndpoint, at.socketEndpoint, "execute-api:ManageConnections", at.socketConnections).wild("GatewayNamesConnections")
	case topology.SendMail, topology.SendText:
		return b.sending(g)
	case topology.PostInbox:
		return grant(setting.InboxQueue, at.inbox.url, "sqs:SendMessage", at.inbox.arn)
	case topology.QueueJobs:
		return grant(setting.UpkeepQueue, at.upkeep.url, "sqs:SendMessage", at.upkeep.arn)
	case topology.CountQueues:
		return b.counting()
	case topology.SetTimers:
		return at.schedules.allowance(at.timers)
	case topology.ListTimers:
		return at.schedules.listing(at.timers)
	case topology.ReadSecret:
		return grant(setting.Secret, at.secret, "secretsmanager:GetSecretValue", at.secret)
	case topology.KeepArchive:
		return at.archive.allowance()
	case topology.ReadClosed:
		return at.archive.reading()
	case topology.IndexViews:
		return grant(setting.SearchEndpoint, at.search.endpoint, "es:ESHttpPut", at.search.arn+"/*").wild("PathsAreIndexesAndDocuments")
	case topology.RebuildTexts:
		return grant(setting.SearchEndpoint, at.search.endpoint, "es:ESHttpDelete", at.search.arn+"/*").wild("PathsAreIndexes")
	case topology.SearchViews:
		return grant(setting.SearchEndpoint, at.search.endpoint, "es:ESHttpPost", at.search.arn+"/*/_search").wild("PathsAreIndexes")
	default:
		panic(fmt.Sprintf("the stacks do not know what grant %d allows", g))
	}
}

// personal allows operations on the keys of subjects, and to unwrap or make them.
func (b *builder) personal(operations []string, actions ...string) allowance {
	a := b.use([]tableUse{{setting.KeysTable, operations}})
	a.statements = append(a.statements, statement{actions: actions, resources: []string{b.at.subjectKey}})
	a.environment[setting.SubjectKey] = b.at.subjectKey
	return a
}

// catalogue is the app's as JSON. A function's environment has 4 KB for all variables, which a test watches.
func (b *builder) catalogue() string {
	text, err := es.Encode(b.app.Catalogue())
	if err != nil {
		panic(err) // strings and booleans always encode
	}
	return string(text)
}

// about is what clients are told of the system.
func (b *builder) about() allowance {
	return allowance{environment: map[string]string{
		setting.WebSocketURL: b.at.socketURL, setting.Searches: strconv.FormatBool(b.search == openSearch),
	}}
}

// counting allows to count what is in the queues of views, which are in other stacks and so are found by their names.
func (b *builder) counting() allowance {
	s := statement{actions: []string{"sqs:GetQueueUrl", "sqs:GetQueueAttributes"}}
	for _, view := range b.app.Views() {
		if !view.Global { // those follow the feed
			s.resources = append(s.resources, arn("sqs", b.stage.name(view.Name)+".fifo"))
		}
	}
	if len(s.resources) == 0 {
		return allowance{}
	}
	return allowance{statements: []statement{s}}
}

func grant(variable, value, action string, resources ...string) allowance {
	return allowance{
		statements:  []statement{{actions: []string{action}, resources: resources}},
		environment: map[string]string{variable: value},
	}
}

// wild says why the allowance's resources are not named one by one.
func (a allowance) wild(reason string) allowance {
	for i := range a.statements {
		a.statements[i].wild = reason
	}
	return a
}

func (b *builder) use(uses []tableUse) allowance {
	a := allowance{environment: map[string]string{}}
	for _, u := range uses {
		t := b.at.tables[u.variable]
		s := statement{resources: []string{t.arn}}
		for _, operation := range u.operations {
			s.actions = append(s.actions, "dynamodb:"+operation)
		}
		a.statements = append(a.statements, s)
		a.environment[u.variable] = t.name
	}
	return a
}

// texting allows text messages to phones and nothing else of SNS: a phone has no ARN, and all that has one is left out.
func texting() allowance {
	return allowance{statements: []statement{{
		actions: []string{"sns:Publish"}, resources: []string{fmt.Sprintf("arn:%s:sns:*:*:*", *awscdk.Aws_PARTITION())}, except: true,
		wild: "PhonesHaveNoARN",
	}}}
}
