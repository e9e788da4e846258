package cost

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Text writes the report for a terminal.
func (r Report) Text(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "$ a million\t\n")
	sums := func(title string, all float64, of []Sum) {
		fmt.Fprintf(t, "%s\t  %s\n", dollars(all), title)
		for _, s := range of {
			fmt.Fprintf(t, "%s\t    %s\n", dollars(s.Dollars), s.Of)
		}
	}
	sums(r.Average.Name+", by component", r.Average.Dollars, r.Average.Components)
	sums("the same, by part", r.Average.Dollars, r.Average.Parts)
	list := func(title string, all []Average) {
		fmt.Fprintf(t, "\t\n\t  %s\n", title)
		for _, a := range all {
			if a.Commands > 0 {
				fmt.Fprintf(t, "%s\t    %s (%d)\n", dollars(a.Dollars), a.Name, a.Commands)
			}
		}
	}
	list("by context, with all that their commits set off:", append(r.Contexts, r.Internal))
	list("by kind, until the commit is appended:", r.Kinds)
	fmt.Fprintf(t, "\t\n%s\t  queries of one document\n%s\t  queries of a page of %d\n", dollars(r.Query), dollars(r.List), page)
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return r.Idles(w)
}

// Idles writes what a month without any use costs, for a terminal.
func (r Report) Idles(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "$ a month\t\n")
	for _, m := range []struct {
		title string
		Month
	}{{"a stage that is only a try", r.Try}, {"production", r.Production}, {"production with all that can be asked for", r.Everything}} {
		fmt.Fprintf(t, "%s\t  %s\n", dollars(m.Dollars), m.title)
		for _, s := range m.Parts {
			fmt.Fprintf(t, "%s\t    %s\n", dollars(s.Dollars), s.Of)
		}
	}
	fmt.Fprintf(t, "\t\n%s\t  metrics of its own, at most, by the hours in which they get values\n", dollars(r.Metrics))
	fmt.Fprintf(t, "%s\t  each GB in the events table; a million commands leave %.2f\n", dollars(sum(r.Kept)), r.Left)
	for _, s := range r.Kept {
		fmt.Fprintf(t, "%s\t    %s\n", dollars(s.Dollars), s.Of)
	}
	return t.Flush()
}

func sum(all []Sum) float64 {
	var dollars float64
	for _, s := range all {
		dollars += s.Dollars
	}
	return dollars
}

// dollars shows an amount as precisely as it can be meant.
func dollars(d float64) string {
	if d < 10 {
		return fmt.Sprintf("%.2f", d)
	}
	return fmt.Sprintf("%.1f", d)
}
