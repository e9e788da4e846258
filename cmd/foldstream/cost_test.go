package main

import (
	"testing"

	"github.com/foldstream/foldstream/cost"
	"github.com/foldstream/foldstream/es"
)

func TestCost(t *testing.T) {
	says(t, foldstream(t, "cost"), "$ a million", "DynamoDB", "projectors", "dots-and-boxes (", "$ a month", "the sweeper")
	idle := foldstream(t, "cost", "--idle")
	says(t, idle, "$ a month", "polling of empty queues")
	if len(idle) >= len(foldstream(t, "cost")) {
		t.Error("--idle says no less than all")
	}
	says(t, foldstream(t, "cost", "--markdown"), "# What it costs", "## A million commands")
	says(t, foldstream(t, "cost", "--batch", "11"), "failed: the batch of a consumer: 11 is not between 1 and 10")
	says(t, foldstream(t, "cost", "--idle", "--json"), "failed: ")

	read := func(args ...string) (r cost.Report) {
		if err := es.Decode([]byte(foldstream(t, append([]string{"cost", "--json"}, args...)...)), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	usual, large := read(), read("--commit-bytes", "5000")
	if usual.AsOf != cost.AsOf || usual.Average.Dollars <= 0 || large.Average.Dollars <= usual.Average.Dollars {
		t.Errorf("commands cost %g, and with large commits %g, as of %q", usual.Average.Dollars, large.Average.Dollars, usual.AsOf)
	}
	for flag, value := range map[string]string{
		"--row-bytes": "5000", "--events": "3", "--stream": "1000", "--cold": "1", "--memory": "1024", "--command-ms": "100",
		"--consumer-ms": "100", "--log-bytes": "5000", "--traced": "1", "--sealed": "1", "--connections": "9",
	} {
		if got := read(flag, value); got.Average.Dollars <= usual.Average.Dollars {
			t.Errorf("with %s %s commands cost %g, usually %g", flag, value, got.Average.Dollars, usual.Average.Dollars)
		}
	}
	for _, flag := range []string{"--batch", "--relay-batch"} {
		if got := read(flag, "5"); got.Average.Dollars >= usual.Average.Dollars {
			t.Errorf("with %s 5 commands cost %g, usually %g", flag, got.Average.Dollars, usual.Average.Dollars)
		}
	}
}
