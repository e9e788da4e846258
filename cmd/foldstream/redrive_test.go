package main

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// lay creates the queues of a stage's last nets, with what they hold.
func (d deployed) lay(t *testing.T, holds map[string][]string) *sqs.Client {
	t.Helper()
	client := sqs.NewFromConfig(d.cfg)
	create := func(name string, fifo bool) string {
		input := &sqs.CreateQueueInput{QueueName: aws.String(d.stage.Name(name))}
		if fifo {
			input.QueueName, input.Attributes = aws.String(d.stage.Name(name)+".fifo"), map[string]string{"FifoQueue": "true"}
		}
		out, err := client.CreateQueue(t.Context(), input)
		if err != nil {
			t.Fatal(err)
		}
		return *out.QueueUrl
	}
	for _, net := range []engine.Net{
		{Name: "matches-dead", To: "matches", FIFO: true}, topology.TimersNet, {Name: "relay-failures"},
	} {
		url := create(net.Name, net.FIFO)
		if net.To != "" {
			create(net.To, net.FIFO)
		}
		for _, body := range holds[net.Name] {
			input := &sqs.SendMessageInput{QueueUrl: aws.String(url), MessageBody: aws.String(body)}
			if net.FIFO {
				input.MessageGroupId, input.MessageDeduplicationId = aws.String("match-1"), aws.String(engine.NewID())
			}
			if _, err := client.SendMessage(t.Context(), input); err != nil {
				t.Fatal(err)
			}
		}
	}
	return client
}

// TestRedrive looks at what nobody could take, brings it back, and drops what nobody wants.
func TestRedrive(t *testing.T) {
	d := deploy(t)
	client := d.lay(t, map[string][]string{
		"matches-dead": {`{"stream":"match-1","version":1,"events":[{"type":"MatchCreated","data":{}}]}`, "\u009b31mno commit"},
		"timers-dead":  {`{"id":"e1","command":"forfeit-turn","stream":"match-1","input":{}}`},
	})
	says(t, d.run(t, "redrive", "list"), "matches-dead", " 2\n", "timers-dead", " 1\n", "schedules-dead", "is not there")
	said := d.run(t, "redrive", "list", "matches-dead")
	says(t, said, "commit match-1@1 [MatchCreated]", "unreadable", "it is not a commit", "received 1 times")
	id := strings.Fields(strings.Split(strings.Split(said, "  unreadable")[0], "\n")[2])[0]
	says(t, d.run(t, "redrive", "show", "matches-dead", id), `"\u009b31mno commit"`)
	says(t, d.run(t, "redrive", "show", "matches-dead", "other"), "failed: ", "holds no message other")
	says(t, d.run(t, "redrive", "list", "timers-dead"), "command forfeit-turn for match-1")
	says(t, d.run(t, "redrive", "list", "nowhere"), "failed: ", "there is no such queue")
	says(t, d.run(t, "redrive", "run", "matches-dead", "--dry-run"), "would be done with 1, would leave 1")
	says(t, d.run(t, "redrive", "run", "matches-dead"), "matches-dead: 1 went back, 0 deleted, 1 left")
	says(t, d.run(t, "redrive", "run", "matches-dead"), "matches-dead: 0 went back, 0 deleted, 1 left")

	url, err := client.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: aws.String(d.stage.Name("matches") + ".fifo")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: url.QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10})
	if err != nil || len(got.Messages) != 1 || !strings.Contains(*got.Messages[0].Body, `"stream":"match-1"`) {
		t.Fatalf("back are %v, error %v, want the commit", got, err)
	}

	says(t, d.run(t, "redrive", "drop", "matches-dead", "--all"), "failed: say why, by --reason")
	says(t, d.run(t, "redrive", "drop", "matches-dead", "--reason", "x"), "failed: name messages by --id, or give --all")
	says(t, d.run(t, "redrive", "drop", "matches-dead", "--all", "--reason", "a test of somebody"), "matches-dead: 0 went back, 1 deleted, 0 left")
	says(t, d.run(t, "redrive", "list", "matches-dead"), "matches-dead holds nothing.")
	jobs := &dynamo.Jobs{Client: dynamodb.NewFromConfig(d.cfg), Table: dynamo.NamesBy(d.stage.Name).Traces}
	all, err := jobs.Jobs(t.Context(), 10)
	if err != nil || len(all) != 3 {
		t.Fatalf("the jobs are %+v, error %v", all, err)
	}
	last := all[0]
	if last.Kind != engine.JobDiscard || last.Reason != "a test of somebody" || last.By != operator() || last.Result.Redriven.Dropped != 1 ||
		last.Result.Redriven.Letters[0].Kind != engine.LetterUnreadable {
		t.Errorf("what was dropped is noted as %+v, %+v", last, last.Result)
	}
}

// TestRedriveOfTheRelay brings on a commit that is in the events table and not in the feed. A note of just now is left, and so
// is the commit.
func TestRedriveOfTheRelay(t *testing.T) {
	d := deploy(t)
	d.lay(t, map[string][]string{"relay-failures": {`{"DDBStreamBatchInfo":{"shardId":"s1","batchSize":2,"startSequenceNumber":"1","endSequenceNumber":"2"}}`}})
	topic, err := sns.NewFromConfig(d.cfg).CreateTopic(t.Context(), &sns.CreateTopicInput{
		Name: aws.String(d.stage.Name("events") + ".fifo"), Attributes: map[string]string{"FifoTopic": "true"},
	})
	if err != nil {
		t.Fatal(err)
	}
	d.tell(t, topology.PublishCommits, map[string]string{setting.Topic: *topic.TopicArn})
	d.happen(t, "match-1", time.Now().Add(-time.Hour), es.Recorded{Type: "MatchCreated", Data: []byte(`{}`)})
	says(t, d.run(t, "redrive", "list", "relay-failures"), "records", "the relay gave up 2 records of s1, from 1 to 2")
	says(t, d.run(t, "redrive", "run", "relay-failures"), "relay-failures: 0 went back, 0 deleted, 1 left")

	names := dynamo.NamesBy(d.stage.Name)
	db := dynamodb.NewFromConfig(d.cfg)
	feed := &dynamo.Feed{Client: db, Table: names.Feed, Events: d.store}
	if end, err := feed.End(t.Context()); err != nil || end != 0 {
		t.Fatalf("the feed ends at %d, error %v, want nothing in it", end, err)
	}
}
