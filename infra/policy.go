package main

import (
	"fmt"
	"slices"
	"strings"
)

// statement allows actions on resources.
type statement struct {
	actions   []string
	resources []string
	except    bool           // whether the actions are allowed on all but the resources
	condition map[string]any // nil for none
	// wild is the reason why the resources are not named one by one: letters only, as it is the statement's id on AWS.
	// Statements with a "*" in a resource must have one, and no others.
	wild string
}

// document is an IAM policy that allows these statements. Those that differ in their actions only become one.
func document(statements []statement) map[string]any {
	var merged []statement
	at := map[string]int{}
	for _, s := range statements {
		if s.isWild() != (s.wild != "") {
			panic(fmt.Sprintf("%v on %v: a wildcard needs a reason, and nothing else has one", s.actions, s.resources))
		}
		key := fmt.Sprint(s.resources, s.except, s.condition, s.wild)
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

// isWild reports whether the statement is about resources that it does not name.
func (s statement) isWild() bool {
	return s.except || slices.ContainsFunc(s.resources, func(r string) bool { return strings.Contains(r, "*") })
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
	if s.wild != "" {
		allowed["Sid"] = s.wild
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

// tlsOnly denies everybody to do something without TLS.
func tlsOnly(action string, resources ...string) map[string]any {
	return map[string]any{
		"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resources,
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}},
	}
}
