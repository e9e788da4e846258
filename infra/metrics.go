package main

import "fmt"

// metric is a metric of CloudWatch with at most one dimension.
type metric struct {
	namespace, name  string
	dimension, value string
	statistic        string
	hidden           bool // in a graph, where only expressions use it
}

const (
	sum = "Sum"
	top = "Maximum"
)

func functionMetric(function, name, statistic string) metric {
	return metric{namespace: "AWS/Lambda", name: name, dimension: "FunctionName", value: function, statistic: statistic}
}

func queueMetric(queue, name string) metric {
	return metric{namespace: "AWS/SQS", name: name, dimension: "QueueName", value: queue, statistic: top}
}

func apiMetric(id, name, statistic string) metric {
	return metric{namespace: "AWS/ApiGateway", name: name, dimension: "ApiId", value: id, statistic: statistic}
}

func topicMetric(topic, name string) metric {
	return metric{namespace: "AWS/SNS", name: name, dimension: "TopicName", value: topic, statistic: sum}
}

func tableMetric(table, name string) metric {
	return metric{namespace: "AWS/DynamoDB", name: name, dimension: "TableName", value: table, statistic: sum}
}

func hidden(m metric) metric {
	m.hidden = true
	return m
}

// lines are a graph's, as a dashboard's source has them.
func (g graph) lines() []any {
	var lines []any
	for n, m := range g.metrics {
		line := []any{m.namespace, m.name}
		if m.dimension != "" {
			line = append(line, m.dimension, m.value)
		}
		options := map[string]any{"stat": m.statistic}
		if len(g.sums) > 0 {
			options["id"] = fmt.Sprintf("m%d", n)
		}
		if m.hidden {
			options["visible"] = false
		}
		lines = append(lines, append(line, options))
	}
	for _, e := range g.sums {
		lines = append(lines, []any{map[string]any{"expression": e.formula, "label": e.label}})
	}
	return lines
}
