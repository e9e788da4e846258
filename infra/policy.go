package main

import (
	"fmt"
	"slices"
)

// statement allows actions on resources.
type statement struct {
	actions   []string
	resources []string
	except    bool           // whether the actions are allowed on all but the resources
	condition map[string]any // nil for none
}

// document is an IAM policy that allows these statements. Those that differ in their actions only become one.
func document(statements []statement) map[string]any {
	var merged []statement
	at := map[string]int{}
	for _, s := range statements {
		key := fmt.Sprint(s.resources, s.except, s.condition)
		n, known := at[key]
		if !known {
			at[key] = len(merged)
			merged = append(merged, s)
			continue
		}
		merged[n].actions = slices.Concat(merged[n].actions, s.actions)
	}
	var allowed []map[string]any
	for _, s := range merged {
		allowed = append(allowed, s.allow())
	}
	return map[string]any{"Version": "2012-10-17", "Statement": allowed}
}

func (s statement) allow() map[string]any {
	actions := slices.Sorted(slices.Values(s.actions))
	allowed := map[string]any{"Effect": "Allow", "Action": slices.Compact(actions)}
	if s.except {
		allowed["NotResource"] = s.resources
	} else {
		allowed["Resource"] = s.resources
	}
	if s.condition != nil {
		allowed["Condition"] = s.condition
	}
	return allowed
}

// service lets an AWS service do one thing, as long as it acts for one resource.
func service(name, action, resource, source string) map[string]any {
	return map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": name + ".amazonaws.com"}, "Action": action, "Resource": resource,
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": source}},
	}
}
