package cost_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/domain"
)

// TestPage holds docs/cost.md against what the command writes.
func TestPage(t *testing.T) {
	e, err := cost.New(domain.App, cost.Usual())
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := e.Report().Page(&got); err != nil {
		t.Fatal(err)
	}
	const path = "../docs/cost.md"
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("docs/cost.md (-file +computed; make cost writes it anew):\n%s", diff)
	}
}

// TestReadme holds the figures that README.md quotes against those that are computed.
func TestReadme(t *testing.T) {
	e, err := cost.New(domain.App, cost.Usual())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	r, said := e.Report(), strings.Join(strings.Fields(string(text)), " ")
	for _, want := range []string{
		fmt.Sprintf("cost %.0f to %.0f dollars", r.Batches[len(r.Batches)-1].Dollars, r.Batches[0].Dollars),
		fmt.Sprintf("nobody uses %.0f dollars a month, production with its alarms %.0f", r.Try.Dollars, r.Production.Dollars),
	} {
		if !strings.Contains(said, want) {
			t.Errorf("README.md does not say: %s", want)
		}
	}
}
