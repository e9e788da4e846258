package messaging_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/foldstream/foldstream/adapters/messaging"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

// carrier is a topic with its queues, from both ends.
type carrier struct {
	*messaging.Publisher
	*messaging.Receiver
}

func open(t *testing.T, queues map[string][]string) carrier {
	t.Helper()
	cfg := emulator.MiniStack(t)
	topics, receive := sns.NewFromConfig(cfg), sqs.NewFromConfig(cfg)
	topology, err := messaging.CreateTopology(t.Context(), topics, receive, emulator.Name("test"), queues)
	if err != nil {
		t.Fatal(err)
	}
	return carrier{
		&messaging.Publisher{Client: topics, Topic: topology.Topic},
		&messaging.Receiver{Client: receive, Queues: topology.Queues},
	}
}

func TestTransport(t *testing.T) {
	contract.Transport(t, func(t *testing.T) contract.Carrier { return open(t, contract.Queues()) })
}
