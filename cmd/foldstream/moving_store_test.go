package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/topology"
)

// lived opens a store of this machine in which something has happened: money went to and fro, a match is under way, and its
// deadline is set.
func lived(t *testing.T, wallets int) (data string) {
	t.Helper()
	data = t.TempDir()
	at(t, data, func(s *local.System) {
		do := func(decl *es.CommandDecl, user string, command any) {
			t.Helper()
			_, err := s.Commands.Execute(t.Context(), engine.Request{
				Decl: decl, Command: command, ID: engine.NewID(), TraceID: engine.NewID(),
				Invoker: es.Identity{User: user, Roles: []string{es.RoleRead, es.RoleWrite}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for n := range wallets {
			user, id := fmt.Sprint("user-", n), fmt.Sprint("w", n)
			do(wallet.DoOpen, user, wallet.Open{ID: id, Owner: user, Currency: "EUR"})
			do(wallet.DoCredit, user, wallet.Credit{WalletID: id, Amount: "12.5"})
		}
		for n := range wallets {
			do(wallet.DoDebit, fmt.Sprint("user-", n), wallet.Debit{WalletID: fmt.Sprint("w", n), Amount: "2"})
		}
		for _, d := range []es.Draft{
			{Stream: "match-m1", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"ada","size":"small"}`)}}},
			{Stream: "match-m2", Events: []es.Recorded{{Type: "MatchCreated", Data: []byte(`{"createdBy":"bob","size":"small"}`)}}},
		} {
			d.Origin = es.Origin{CommandID: engine.NewID(), TraceID: engine.NewID(), Time: time.Now()}
			if err := s.Store.Append(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Store.Set(t.Context(), deadline); err != nil {
			t.Fatal(err)
		}
	})
	return data
}

// deadline is a timer that nobody lives to see.
var deadline = engine.Errand{
	ID: "deadline-1", Command: "forfeit-turn", Stream: "match-m1", Due: time.Now().Add(300 * 24 * time.Hour).UTC().Truncate(time.Second),
	Input: []byte(`{"body":{"matchId":"m1","player":"ada","after":2}}`), TraceID: "t1", Saga: "match-deadlines", Act: "match-m1@1/0",
	Invoker: es.Identity{User: "ada", Roles: []string{es.RoleSystem}},
}

// at opens a store of this machine as a guest.
func at(t *testing.T, data string, then func(*local.System)) {
	t.Helper()
	s, err := local.Open(local.Config{App: domain.App, Data: data}, false)
	if err != nil {
		t.Fatal(err)
	}
	then(s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// equip gives a stage what an import and an export need beside its tables.
func (d deployed) equip(t *testing.T) {
	t.Helper()
	queues := map[string][]string{}
	for _, q := range topology.Queues(domain.App) {
		queues[q.Name] = q.Categories
	}
	made, err := messaging.CreateTopology(t.Context(), sns.NewFromConfig(d.cfg), sqs.NewFromConfig(d.cfg), strings.TrimSuffix(d.stage.Name("queue"), "-queue"), queues)
	if err != nil {
		t.Fatal(err)
	}
	timers, err := scheduling.Create(t.Context(), scheduler.NewFromConfig(d.cfg), sqs.NewFromConfig(d.cfg), d.stage.Name("timers"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{
		setting.TimersQueue: timers.Queue, setting.TimersQueueARN: timers.QueueARN, setting.ScheduleGroup: timers.Group,
		setting.ScheduleRole: timers.Role, setting.Topic: made.Topic,
	}
	for _, g := range []topology.Grant{topology.PublishCommits, topology.ListTimers, topology.SetTimers, topology.IndexViews} {
		d.tell(t, g, told)
	}
}

var contents = regexp.MustCompile(`contents ([0-9a-f]{64})`)

func contentsOf(t *testing.T, said string) string {
	t.Helper()
	found := contents.FindStringSubmatch(said)
	if found == nil {
		t.Fatalf("it said %q", said)
	}
	return found[1]
}

func sameFeed(t *testing.T, want, got *local.System) {
	t.Helper()
	read := func(s *local.System) (all []es.Positioned) {
		for c, err := range engine.CatchUp(t.Context(), s.Store, 0) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, c)
		}
		return all
	}
	if diff := cmp.Diff(read(want), read(got)); diff != "" {
		t.Errorf("the feed (-want +got):\n%s", diff)
	}
}
