package main

import (
	"slices"
	"strings"
)

// statement allows actions on resources.
type statement struct {
	actions   []string
	resources []string
}

// document is an IAM policy that allows these statements. Those on the same resources become one.
func document(statements []statement) map[string]any {
	var order []string
	resources, actions := map[string][]string{}, map[string][]string{}
	for _, s := range statements {
		key := strings.Join(s.resources, " ")
		if actions[key] == nil {
			order = append(order, key)
			resources[key] = s.resources
		}
		actions[key] = append(actions[key], s.actions...)
	}
	var allowed []map[string]any
	for _, key := range order {
		slices.Sort(actions[key])
		allowed = append(allowed, map[string]any{
			"Effect": "Allow", "Action": slices.Compact(actions[key]), "Resource": resources[key],
		})
	}
	return map[string]any{"Version": "2012-10-17", "Statement": allowed}
}

// service lets an AWS service do one thing, as long as it acts for one resource.
func service(name, action, resource, source string) map[string]any {
	return map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": name + ".amazonaws.com"}, "Action": action, "Resource": resource,
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": source}},
	}
}
