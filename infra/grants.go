package main

import (
	"fmt"

	"github.com/foldstream/foldstream/cloud/setting"
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
// allowed by the operations in it.
var tableUses = map[topology.Grant]tableUse{
	topology.LoadEvents:      {setting.EventsTable, []string{"Query"}},
	topology.AppendEvents:    {setting.EventsTable, []string{"Query", "PutItem"}},
	topology.SweepEvents:     {setting.EventsTable, []string{"Scan"}},
	topology.ReadViews:       {setting.ViewsTable, []string{"GetItem", "BatchGetItem", "Query"}},
	topology.WriteViews:      {setting.ViewsTable, []string{"GetItem", "PutItem", "DeleteItem"}},
	topology.WriteFeed:       {setting.FeedTable, []string{"GetItem", "BatchGetItem", "PutItem"}},
	topology.Checkpoint:      {setting.CheckpointsTable, []string{"GetItem", "PutItem"}},
	topology.Park:            {setting.CheckpointsTable, []string{"PutItem", "DeleteItem"}},
	topology.NoteTraces:      {setting.TracesTable, []string{"BatchWriteItem"}},
	topology.ReadTraces:      {setting.TracesTable, []string{"Query"}},
	topology.HoldConnections: {setting.ConnectionsTable, []string{"GetItem", "Query", "PutItem", "ConditionCheckItem", "BatchWriteItem"}},
}

// allow spells out a grant.
func (b *builder) allow(g topology.Grant) allowance {
	if use, ok := tableUses[g]; ok {
		return use.of(b.at.tables[use.variable])
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
	case topology.KnowIssuer:
		return allowance{environment: map[string]string{setting.Issuer: at.issuer}}
	case topology.PushMessages:
		return grant(setting.WebSocketEndpoint, at.socketEndpoint, "execute-api:ManageConnections", at.socketConnections)
	case topology.SendMail:
		return grant(setting.MailFrom, b.sender, "ses:SendEmail", identities(b.sender)...)
	default:
		panic(fmt.Sprintf("the stacks do not know what grant %d allows", g))
	}
}

func grant(variable, value, action string, resources ...string) allowance {
	return allowance{
		statements:  []statement{{actions: []string{action}, resources: resources}},
		environment: map[string]string{variable: value},
	}
}

func (u tableUse) of(t table) allowance {
	s := statement{resources: []string{t.arn}}
	for _, operation := range u.operations {
		s.actions = append(s.actions, "dynamodb:"+operation)
	}
	return allowance{statements: []statement{s}, environment: map[string]string{u.variable: t.name}}
}
