// Command ratios reads what `go test -bench` printed in several rounds, and prints what counts: how the figures of one run
// stand to each other. Of each benchmark the best round is taken, because whatever else a machine does makes rounds worse
// only; the ratio of the medians stands beside it, to show how much the rounds differ.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

func run(args []string, w io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: ratios <file>")
	}
	file, err := os.Open(args[0])
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was read only
	measured, err := read(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", args[0], err)
	}
	return show(w, measured)
}

func show(w io.Writer, m figures) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ratio\tbest\tmedian\taim\t")
	for _, r := range ratios {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.title, r.show(m, best), r.show(m, median), r.aimed(), r.verdict(m))
	}
	fmt.Fprintln(table, "\t\t\t\t")
	fmt.Fprintln(table, "absolute, of this machine\tbest\tmedian\taim\t")
	for _, a := range absolutes(m) {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.title, a.show(m, best), a.show(m, median), a.aimed(), a.verdict(m))
	}
	return table.Flush()
}

// figures are a benchmark's values in all rounds, by "name unit".
type figures map[string][]float64

func read(r io.Reader) (figures, error) {
	m := figures{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := withoutProcessors(strings.TrimPrefix(fields[0], "Benchmark"))
		for pair := range slices.Chunk(fields[2:], 2) {
			var value float64
			if len(pair) < 2 {
				continue
			}
			if _, err := fmt.Sscan(pair[0], &value); err != nil {
				return nil, fmt.Errorf("%q: %w", lines.Text(), err)
			}
			key := name + " " + pair[1]
			m[key] = append(m[key], value)
		}
	}
	return m, lines.Err()
}

// withoutProcessors cuts off the number of processors that go test adds to names.
func withoutProcessors(name string) string {
	i := strings.LastIndexByte(name, '-')
	if i < 0 || strings.Trim(name[i+1:], "0123456789") != "" {
		return name
	}
	return name[:i]
}

// summary makes one figure of a benchmark's rounds.
type summary func(unit string, rounds []float64) float64

func best(unit string, rounds []float64) float64 {
	if strings.HasSuffix(unit, "/s") {
		return slices.Max(rounds)
	}
	return slices.Min(rounds)
}

func median(_ string, rounds []float64) float64 {
	sorted := slices.Sorted(slices.Values(rounds))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
