package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/topology"
)

// graph is one picture of the dashboard.
type graph struct {
	title   string
	metrics []metric
}

// dashboard shows how the system does: what callers see first, then the way that an event goes.
func (b *builder) dashboard(api string, functions []topology.Function) {
	awscloudwatch.NewCfnDashboard(b.stack, jsii.String("dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: jsii.String(b.stage.name("overview")),
		DashboardBody: b.stack.ToJsonString(map[string]any{"widgets": widgets(b.graphs(api, functions))}, nil),
	})
}

func (b *builder) graphs(api string, functions []topology.Function) []graph {
	var errors, throttles, ages, dead []metric
	for _, f := range functions {
		name := b.stage.name(f.Name)
		errors = append(errors, functionMetric(name, "Errors", sum))
		throttles = append(throttles, functionMetric(name, "Throttles", sum))
		read, aside := b.queuesOf(f)
		for _, queue := range read {
			ages = append(ages, queueMetric(queue, "ApproximateAgeOfOldestMessage"))
		}
		for _, queue := range aside {
			dead = append(dead, queueMetric(queue, "ApproximateNumberOfMessagesVisible"))
		}
	}
	return []graph{
		{"Requests", []metric{apiMetric(api, "Count", sum), apiMetric(api, "4xx", sum), apiMetric(api, "5xx", sum)}},
		{"Latency of requests (ms)", []metric{apiMetric(api, "Latency", "p50"), apiMetric(api, "Latency", "p99")}},
		{"Age of events at the relay (ms)", []metric{functionMetric(b.stage.name("relay"), "IteratorAge", top)}},
		{"Age of messages in queues (s)", ages},
		{"Dead letters", dead},
		{"Parked streams", []metric{b.parkedMetric()}},
		{"Errors of functions", errors},
		{"Throttles of functions", throttles},
	}
}

// queuesOf are the names of the queues that a function reads, and of those for what is kept aside from it.
func (b *builder) queuesOf(f topology.Function) (read, aside []string) {
	switch {
	case f.Queue != nil:
		return []string{b.stage.name(f.Queue.Name) + ".fifo"}, []string{b.stage.name(f.Queue.Name) + "-dead.fifo"}
	case f.Errands == engine.InboxName:
		return []string{b.stage.name(f.Errands) + ".fifo"}, nil
	case f.Errands == engine.TimersName:
		return []string{b.stage.name(f.Errands)}, []string{b.stage.name(f.Errands) + "-dead", b.stage.name("schedules-dead")}
	default:
		return nil, nil
	}
}

// widgets lays graphs out in two columns.
func widgets(graphs []graph) []any {
	const width, height = 12, 6
	var all []any
	for n, g := range graphs {
		var lines []any
		for _, m := range g.metrics {
			lines = append(lines, m.line())
		}
		all = append(all, map[string]any{
			"type": "metric", "x": n % 2 * width, "y": n / 2 * height, "width": width, "height": height,
			"properties": map[string]any{
				"title": g.title, "metrics": lines, "view": "timeSeries", "period": 60, "region": awscdk.Aws_REGION(),
			},
		})
	}
	return all
}

func (m metric) line() []any {
	line := []any{m.namespace, m.name}
	if m.dimension != "" {
		line = append(line, m.dimension, m.value)
	}
	return append(line, map[string]any{"stat": m.statistic})
}
