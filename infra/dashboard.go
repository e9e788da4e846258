package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/adapters/dynamo"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/topology"
)

// graph is one picture of the dashboard.
type graph struct {
	title   string
	metrics []metric
	sums    []expression
}

// expression is a line that is computed of the graph's metrics, which are m0, m1 and so on.
type expression struct{ label, formula string }

// dashboard shows how the system does: what callers see first, then the way that an event goes, and what all of it runs on.
func (b *builder) dashboard(api string, functions []topology.Function) {
	awscloudwatch.NewCfnDashboard(b.stack, jsii.String("dashboard"), &awscloudwatch.CfnDashboardProps{
		DashboardName: jsii.String(b.stage.name("overview")),
		DashboardBody: b.stack.ToJsonString(map[string]any{"widgets": widgets(b.graphs(api, functions))}, nil),
	})
}

// graphs come in pairs, side by side.
func (b *builder) graphs(api string, functions []topology.Function) []graph {
	counts := func(figures ...observe.Figure) []metric {
		var all []metric
		for _, f := range figures {
			all = append(all, b.figure(f, sum))
		}
		return all
	}
	all := []graph{
		{title: "Requests", metrics: []metric{apiMetric(api, "Count", sum), apiMetric(api, "4xx", sum), apiMetric(api, "5xx", sum)}},
		{title: "Latency of requests (ms)", metrics: []metric{apiMetric(api, "Latency", "p50"), apiMetric(api, "Latency", "p99")}},
		{title: "Commands", metrics: counts(observe.Accepted, observe.Rejected, observe.Contended, observe.Failed)},
		{title: "Latency of commands (ms)", metrics: []metric{b.figure(observe.CommandLatency, "p50"), b.figure(observe.CommandLatency, "p99")}},
		{title: "Conflicts, and decisions made again", metrics: counts(observe.Conflicts, observe.Retries)},
		{title: "Duration of commands' functions, p99 (ms)", metrics: b.commandDurations(functions)},
		{title: "Age of events at the relay (ms)", metrics: []metric{functionMetric(b.stage.name("relay"), "IteratorAge", top)}},
		{
			title: "Feed: positions a minute, and commits that the relay is given at once", metrics: []metric{
				hidden(b.figure(observe.FeedPosition, top)), b.figure(observe.RelayBatch, "Average"), b.figure(observe.RelayBatch, top), b.figure(observe.Swept, sum),
			},
			sums: []expression{{"positions", "RATE(m0) * 60"}},
		},
		{title: "Lag of consumers (ms)", metrics: b.lags(functions)},
		{title: "Parked streams", metrics: counts(observe.Parked)},
	}
	ages, dead := b.queues(functions)
	all = append(all, graph{title: "Age of messages in queues (s)", metrics: ages}, graph{title: "Dead letters", metrics: dead})
	all = append(all, b.socketGraphs()...)
	return append(append(all, b.functionGraphs(functions)...), b.tableGraphs()...)
}

// commandDurations are those of the functions that serve commands, one each, and take note of what they refuse.
func (b *builder) commandDurations(functions []topology.Function) []metric {
	var all []metric
	for _, f := range functions {
		if f.Route != "" && slices.Contains(f.Grants, topology.NoteTraces) {
			all = append(all, functionMetric(b.stage.name(f.Name), "Duration", "p99"))
		}
	}
	return all
}

// lags are those of all consumers but the snapshotter, which keeps up with nobody.
func (b *builder) lags(functions []topology.Function) []metric {
	var all []metric
	for _, f := range functions {
		if f.Queue != nil && f.Queue.Name != engine.SnapshotterName {
			m := b.figure(observe.Lag, top)
			m.dimension, m.value = observe.ByConsumer, f.Queue.Name
			all = append(all, m)
		}
	}
	return all
}

func (b *builder) queues(functions []topology.Function) (ages, dead []metric) {
	for _, f := range functions {
		read, aside := b.queuesOf(f)
		for _, queue := range read {
			ages = append(ages, queueMetric(queue, "ApproximateAgeOfOldestMessage"))
		}
		for _, queue := range aside {
			dead = append(dead, queueMetric(queue, "ApproximateNumberOfMessagesVisible"))
		}
	}
	return ages, dead
}

// queuesOf are the names of the queues that a function reads, and of those for what is kept aside from it.
func (b *builder) queuesOf(f topology.Function) (read, aside []string) {
	for _, n := range f.Nets() {
		aside = append(aside, b.queueName(n.Name, n.FIFO))
	}
	switch {
	case f.Queue != nil:
		read = []string{b.queueName(f.Queue.Name, true)}
	case f.Errands != "":
		read = []string{b.queueName(f.Errands, f.Errands != engine.TimersName)}
	}
	return read, aside
}

func (b *builder) queueName(name string, fifo bool) string {
	if fifo {
		return b.stage.name(name) + ".fifo"
	}
	return b.stage.name(name)
}

func (b *builder) socketGraphs() []graph {
	id := b.at.socketID
	return []graph{
		{title: "WebSocket: connections, messages and pushes", metrics: []metric{
			apiMetric(id, "ConnectCount", sum), apiMetric(id, "MessageCount", sum), b.figure(observe.Pushes, sum),
		}},
		{title: "WebSocket: errors, and pushes that came to nobody", metrics: []metric{
			apiMetric(id, "ClientError", sum), apiMetric(id, "ExecutionError", sum), apiMetric(id, "IntegrationError", sum),
			b.figure(observe.PushesGone, sum), b.figure(observe.PushesFailed, sum),
		}},
	}
}

func (b *builder) functionGraphs(functions []topology.Function) []graph {
	errors, throttles := []metric{b.failedMetric()}, []metric(nil)
	for _, f := range functions {
		name := b.stage.name(f.Name)
		errors = append(errors, functionMetric(name, "Errors", sum))
		throttles = append(throttles, functionMetric(name, "Throttles", sum))
	}
	return []graph{{title: "Errors of functions", metrics: errors}, {title: "Throttles of functions", metrics: throttles}}
}

func (b *builder) tableGraphs() []graph {
	used, throttled := graph{title: "Capacity that tables use (units)"}, graph{title: "Throttles of tables"}
	for _, t := range dynamo.NamesBy(b.stage.name).Tables() {
		used.metrics = append(used.metrics, tableMetric(t.Name, "ConsumedWriteCapacityUnits"), tableMetric(t.Name, "ConsumedReadCapacityUnits"))
		throttled.metrics = append(throttled.metrics, tableMetric(t.Name, "WriteThrottleEvents"), tableMetric(t.Name, "ReadThrottleEvents"))
	}
	return []graph{used, throttled}
}

// widgets lays graphs out in two columns.
func widgets(graphs []graph) []any {
	const width, height = 12, 6
	var all []any
	for n, g := range graphs {
		all = append(all, map[string]any{
			"type": "metric", "x": n % 2 * width, "y": n / 2 * height, "width": width, "height": height,
			"properties": map[string]any{
				"title": g.title, "metrics": g.lines(), "view": "timeSeries", "period": 60, "region": awscdk.Aws_REGION(),
			},
		})
	}
	return all
}
