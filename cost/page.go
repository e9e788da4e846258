package cost

import (
	_ "embed"
	"fmt"
	"io"
	"text/template"
)

//go:embed page.md.tmpl
var pageText string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"usd": dollars, "idle": idleRows, "sum": sum, "prices": prices, "measured": FromTheDemo, "writes": writes,
	"units": func(n float64) string { return fmt.Sprintf("%.1f", n) }, "each": each,
	"percent": func(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) },
}).Parse(pageText))

// writes are the write units that an operation takes.
func writes(u Use, name string) (float64, error) {
	for _, o := range Operations() {
		if o.Name == name {
			return o.Capacity(u.sizes()).Write, nil
		}
	}
	return 0, fmt.Errorf("there is no operation %q", name)
}

// Page writes the report as Markdown, with what it assumes.
func (r Report) Page(w io.Writer) error { return pageTemplate.Execute(w, r) }

// idleRow is what a part of an idle stage costs in a month, by kind of stage.
type idleRow struct {
	Of                          string
	Try, Production, Everything float64
}

func idleRows(r Report) []idleRow {
	var rows []idleRow
	for _, s := range r.Everything.Parts { // which has all parts that others have
		rows = append(rows, idleRow{s.Of, r.Try.of(s.Of), r.Production.of(s.Of), s.Dollars})
	}
	return rows
}

func (m Month) of(part string) float64 {
	for _, s := range m.Parts {
		if s.Of == part {
			return s.Dollars
		}
	}
	return 0
}

// each names the number of units that a price is for.
func each(per float64) string {
	switch per {
	case million:
		return "million"
	case 1:
		return "1"
	default:
		return fmt.Sprintf("%.0f", per)
	}
}

// prices are all of them.
func prices() []Price {
	return []Price{
		HTTPRequest, SocketMessage, SocketMinute, Invocation, GBSecond, WriteUnit, ReadUnit, TableStorage, TableBackup,
		TopicPublish, TopicPayload, TopicDelivery, TopicDelivered, FIFORequest, StandardRequest, LogIngestion, LogStorage,
		AlarmMetric, CustomMetric, Dashboard, TraceRecorded, Signature, KeyUse, Key, Secret, Schedule, Mail,
		FirewallACL, FirewallRule, SearchNode, SearchStorage,
	}
}
