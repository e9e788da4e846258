package main

import (
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the files that tests compare with")

// No role may do more than it says, whoever made it.
func TestRolesAreNarrow(t *testing.T) {
	for _, w := range []*world{dev, prod} {
		roles := w.all("AWS::IAM::Role")
		if len(roles) <= len(w.functions()) {
			t.Errorf("%d roles for %d functions and the schedules", len(roles), len(w.functions()))
		}
		for _, role := range roles {
			if role.Properties["ManagedPolicyArns"] != nil {
				t.Errorf("%s has policies that somebody else writes", role.id)
			}
			if trusted := stated(role.Properties["AssumeRolePolicyDocument"]); len(trusted) != 1 || !isOneService(trusted[0]) {
				t.Errorf("%s can be taken by %v", role.id, trusted)
			}
			narrow(t, role)
		}
		for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::User", "AWS::IAM::Group"} {
			if found := w.all(kind); len(found) > 0 {
				t.Errorf("there are %d %s beside the roles' own policies", len(found), kind)
			}
		}
	}
}

func isOneService(s map[string]any) bool {
	principal, _ := s["Principal"].(map[string]any)
	service, _ := principal["Service"].(string)
	return s["Action"] == "sts:AssumeRole" && len(principal) == 1 && strings.HasSuffix(service, ".amazonaws.com")
}

// narrow holds a role's statements against the rules: actions are named, and resources too, unless the statement's id
// says why not.
func narrow(t *testing.T, role resource) {
	t.Helper()
	reasons := map[any]bool{}
	for _, s := range statements(role) {
		for _, action := range role.strings(s["Action"]) {
			if s["NotAction"] != nil || action == "" || strings.Contains(action, "*") {
				t.Errorf("%s: the actions of %v are not named", role.id, s)
			}
		}
		wild := s["NotResource"] != nil
		for _, on := range role.strings(s["Resource"]) {
			wild = wild || strings.Contains(on, "*")
		}
		if (s["Sid"] != nil) != wild {
			t.Errorf("%s: a wildcard without a reason, or a reason without a wildcard: %v", role.id, s)
		}
		if reasons[s["Sid"]] && wild {
			t.Errorf("%s: two statements have the id %v", role.id, s["Sid"])
		}
		reasons[s["Sid"]] = true
	}
}

// A statement about more than it names does not get into a template without a reason.
func TestWildcardsNeedReasons(t *testing.T) {
	for name, s := range map[string]statement{
		"all":            {actions: []string{"a:B"}, resources: []string{"*"}},
		"some":           {actions: []string{"a:B"}, resources: []string{"arn:x", "arn:x/*"}},
		"all but":        {actions: []string{"a:B"}, resources: []string{"arn:x"}, except: true},
		"without a need": {actions: []string{"a:B"}, resources: []string{"arn:x"}, wild: "Because"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was taken")
				}
			}()
			document([]statement{s})
		})
	}
}

// policies is the file that says what each function may do, for the tests that watch the functions at work.
const policies = "testdata/policies.json"

// TestPoliciesFile makes sure that the file says what the templates say. `go test -run TestPoliciesFile . -update` writes it.
func TestPoliciesFile(t *testing.T) {
	may := map[string][]string{}
	for _, f := range dev.functions() {
		if f.Context != "trial" {
			may[f.Name] = slices.DeleteFunc(slices.Compact(dev.allowed(t, f)), isOfAll)
		}
	}
	got, err := json.MarshalIndent(may, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(policies, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(policies)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what the templates say; -update writes it (-file +templates):\n%s", policies, diff)
	}
}

// isOfAll reports whether every function may do it: it logs, and it is traced.
func isOfAll(allowed string) bool {
	return strings.HasPrefix(allowed, "logs:") || strings.HasPrefix(allowed, "xray:")
}

// Whoever calls a function, or writes to a queue, does so for one resource of ours.
func TestServicesActForOurResourcesOnly(t *testing.T) {
	for _, r := range dev.all("AWS::Lambda::Permission") {
		if r.text("SourceArn") == "" || r.text("Action") != "lambda:InvokeFunction" {
			t.Errorf("%s lets %s do %s for anybody", r.id, r.text("Principal"), r.text("Action"))
		}
	}
	for _, r := range dev.all("AWS::SQS::QueuePolicy") {
		for _, statement := range stated(r.Properties["PolicyDocument"]) {
			if statement["Effect"] == "Deny" {
				continue
			}
			source := r.in.text(statement["Condition"].(map[string]any)["ArnEquals"].(map[string]any)["aws:SourceArn"])
			if source != "foldstream-dev-commits.fifo" || r.in.text(statement["Action"]) != "sqs:SendMessage" {
				t.Errorf("%s allows %v for %s", r.id, statement["Action"], source)
			}
		}
	}
}
