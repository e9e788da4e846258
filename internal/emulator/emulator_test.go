package emulator_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/foldstream/foldstream/internal/emulator"
)

func TestEnginesAnswer(t *testing.T) {
	t.Run("MiniStack", func(t *testing.T) {
		if _, err := dynamodb.NewFromConfig(emulator.MiniStack(t)).ListTables(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("moto", func(t *testing.T) {
		if _, err := dynamodb.NewFromConfig(emulator.Moto(t)).ListTables(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNamesDiffer(t *testing.T) {
	if a, b := emulator.Name("table"), emulator.Name("table"); a == b {
		t.Fatalf("twice %s", a)
	}
}
