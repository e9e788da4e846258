package main

import (
	"fmt"
	"slices"
	"strings"
)

// deviation is something that MiniStack 1.5.33 does otherwise than AWS, with what is changed in a template for it.
type deviation struct {
	seen   string                                 // what the engine does, and what is done about it
	change func(t *template, endpoint string) int // gives how many places it changed
}

var deviations = []deviation{
	{
		"the names of its APIs, as http://ID.execute-api.localhost, do not resolve on every machine, and its own paths (POST /login) " +
			"hide those of an API there: APIs have their URLs under /_aws/execute-api", urlsByPath,
	},
	{"AWS::ApiGatewayV2::Deployment is unknown: the stages that name one deploy by themselves", deployBySelf},
	{"alarms on a metric's expression are refused: they are left out", leaveOutExpressions},
	{"sns:PublishBatch is asked for, which AWS does not have: who may sns:Publish may publish batches there", publishBatches},
	{"a schedule is taken to be in the group default, whatever its own: who may create or read schedules may do so there", schedulesOfNoGroup},
	{"schedules are taken to be listed on no resource: who may list them may do so on all", listsOfAnything},
	{"a reference to a secret gives its name: its ARN is asked for", secretsByARN},
	{"it is spoken to without TLS: what is denied without TLS is not", withoutTLS},
}

// template is a CloudFormation template as JSON.
type template = map[string]any

func resources(t *template) map[string]any {
	all, _ := (*t)["Resources"].(map[string]any)
	return all
}

func isOf(r any, kind string) (properties map[string]any, ok bool) {
	resource, _ := r.(map[string]any)
	properties, _ = resource["Properties"].(map[string]any)
	return properties, resource["Type"] == kind
}

// urlsByPath replaces the URLs of APIs.
func urlsByPath(t *template, endpoint string) int {
	all, changed := resources(t), 0
	url := func(api any, path string) any {
		changed++
		return map[string]any{"Fn::Join": []any{"", []any{endpoint + "/_aws/execute-api/", api, path}}}
	}
	*t, _ = rewrite(*t, func(m map[string]any) any {
		if of, ok := m["Fn::GetAtt"].([]any); ok && len(of) == 2 && of[1] == "ApiEndpoint" {
			api, _ := isOf(all[of[0].(string)], "AWS::ApiGatewayV2::Api")
			path := "/%24default" // $default, as shells and make take it
			if api["ProtocolType"] == "WEBSOCKET" {
				path = "" // its stage is named in the URL
			}
			return url(map[string]any{"Ref": of[0]}, path)
		}
		return hostToPath(m, url)
	}).(template)
	return changed
}

// hostToPath replaces https://API.execute-api.REGION.SUFFIX/PATH, where it is joined from its parts.
func hostToPath(m map[string]any, url func(api any, path string) any) any {
	join, _ := m["Fn::Join"].([]any)
	if len(join) != 2 {
		return m
	}
	parts, _ := join[1].([]any)
	host := slices.Index(parts, any(".execute-api."))
	if host < 1 {
		return m
	}
	last, _ := parts[len(parts)-1].(string)
	return url(parts[host-1], last)
}

// deployBySelf takes deployments out, and has their stages come after what they come after.
func deployBySelf(t *template, _ string) int {
	all, changed := resources(t), 0
	for name, r := range all {
		if _, ok := isOf(r, "AWS::ApiGatewayV2::Deployment"); !ok {
			continue
		}
		changed++
		before := dependencies(r)
		delete(all, name)
		for _, other := range all {
			if stage, ok := isOf(other, "AWS::ApiGatewayV2::Stage"); ok && refersTo(stage["DeploymentId"], name) {
				delete(stage, "DeploymentId")
				stage["AutoDeploy"] = true
				depend(other, append(dependencies(other), before...))
			}
			depend(other, slices.DeleteFunc(dependencies(other), func(d any) bool { return d == name }))
		}
	}
	return changed
}

func refersTo(value any, name string) bool {
	m, _ := value.(map[string]any)
	return m["Ref"] == name
}

func dependencies(r any) []any {
	switch on := r.(map[string]any)["DependsOn"].(type) {
	case []any:
		return on
	case string:
		return []any{on}
	default:
		return nil
	}
}

func depend(r any, on []any) {
	resource := r.(map[string]any)
	if len(on) == 0 {
		delete(resource, "DependsOn")
		return
	}
	resource["DependsOn"] = on
}

func leaveOutExpressions(t *template, _ string) int {
	all, changed := resources(t), 0
	for name, r := range all {
		if alarm, ok := isOf(r, "AWS::CloudWatch::Alarm"); ok && alarm["Metrics"] != nil {
			delete(all, name)
			changed++
		}
	}
	return changed
}

func publishBatches(t *template, _ string) int {
	return permit(t, "sns:Publish", func(statement map[string]any) {
		statement["Action"] = append(list(statement["Action"]), "sns:PublishBatch")
	})
}

func schedulesOfNoGroup(t *template, _ string) int {
	changed := 0
	for _, action := range []string{"scheduler:CreateSchedule", "scheduler:GetSchedule"} {
		changed += permit(t, action, func(statement map[string]any) {
			statement["Resource"] = append(list(statement["Resource"]), "arn:aws:scheduler:*:*:schedule/default/*")
		})
	}
	return changed
}

func listsOfAnything(t *template, _ string) int {
	return permit(t, "scheduler:ListSchedules", func(statement map[string]any) { statement["Resource"] = "*" })
}

func secretsByARN(t *template, _ string) int {
	all, changed := resources(t), 0
	*t, _ = rewrite(*t, func(m map[string]any) any {
		name, _ := m["Ref"].(string)
		if _, ok := isOf(all[name], "AWS::SecretsManager::Secret"); !ok {
			return m
		}
		changed++
		return map[string]any{"Fn::GetAtt": []any{name, "Id"}}
	}).(template)
	return changed
}

// permit changes the statements that allow an action.
func permit(t *template, action string, change func(statement map[string]any)) int {
	changed := 0
	*t, _ = rewrite(*t, func(m map[string]any) any {
		if m["Effect"] == "Allow" && slices.Contains(list(m["Action"]), any(action)) {
			change(m)
			changed++
		}
		return m
	}).(template)
	return changed
}

// list is what a policy gives as one or several.
func list(value any) []any {
	if all, ok := value.([]any); ok {
		return all
	}
	return []any{value}
}

// withoutTLS takes out the statements that deny what comes without TLS, and policies that have no others.
func withoutTLS(t *template, _ string) int {
	all, changed := resources(t), 0
	for name, r := range all {
		properties, _ := r.(map[string]any)["Properties"].(map[string]any)
		document, _ := properties["PolicyDocument"].(map[string]any)
		statements, _ := document["Statement"].([]any)
		rest := slices.DeleteFunc(slices.Clone(statements), wantsTLS)
		if len(rest) == len(statements) {
			continue
		}
		changed++
		document["Statement"] = rest
		if len(rest) == 0 {
			delete(all, name)
		}
	}
	return changed
}

func wantsTLS(statement any) bool {
	s, _ := statement.(map[string]any)
	condition, _ := s["Condition"].(map[string]any)
	boolean, _ := condition["Bool"].(map[string]any)
	return s["Effect"] == "Deny" && boolean["aws:SecureTransport"] != nil
}

// rewrite replaces each object within a JSON value, the inner ones first.
func rewrite(value any, replace func(map[string]any) any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = rewrite(member, replace)
		}
		return replace(v)
	case []any:
		for i, element := range v {
			v[i] = rewrite(element, replace)
		}
		return v
	default:
		return value
	}
}

// told says what was changed, and where.
func (d deviation) told(stack string, places int) {
	tell(fmt.Sprintf("%s: %s (%d)", strings.TrimSuffix(stack, ".template.json"), d.seen, places))
}
