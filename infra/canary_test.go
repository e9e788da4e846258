package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/topology"
)

var madeOf = map[string]*world{} // systems whose releases are gradual, by their functions' code

// released is the system whose releases are gradual, with functions whose code is a text.
func released(t *testing.T, code string) *world {
	t.Helper()
	if w := madeOf[code]; w != nil {
		return w
	}
	madeOf[code] = synthesizeReleased(t, code)
	return madeOf[code]
}

func synthesizeReleased(t *testing.T, code string) *world {
	t.Helper()
	c := dev.config
	c.canary = "Linear10PercentEvery1Minute"
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	c.binary = func(string) string { return folder }
	return synthesize(c)
}

func TestTriggersCallWhatIsReleasedGradually(t *testing.T) {
	w := released(t, "one")
	aliases := map[string]resource{} // by function
	for _, r := range w.all("AWS::Lambda::Alias") {
		if r.text("Name") != "live" {
			t.Errorf("an alias is called %s", r.text("Name"))
		}
		aliases[r.text("FunctionName")] = r
	}
	called, timed := map[string]bool{}, map[string]bool{} // ids of aliases; names of functions that the clock calls
	for _, f := range w.functions() {
		timed[w.stage.name(f.Name)] = f.Schedule
	}
	for kind, property := range map[string]string{
		"AWS::Lambda::EventSourceMapping": "FunctionName", "AWS::Lambda::Permission": "FunctionName", "AWS::ApiGatewayV2::Integration": "IntegrationUri",
	} {
		for _, r := range w.all(kind) {
			id := r.text(property)
			if _, uri, ok := strings.Cut(id, "/functions/"); ok {
				id = strings.TrimSuffix(uri, "/invocations")
			}
			if r.in.Resources[id].Type == "AWS::Lambda::Alias" {
				called[id] = true
			} else if !timed[strings.TrimSuffix(id, ".Arn")] {
				t.Errorf("%s calls %s past its alias", r.id, id)
			}
		}
	}
	for _, f := range w.functions() {
		alias, ok := aliases[w.stage.name(f.Name)]
		if ok == f.Schedule || ok && !called[alias.id] {
			t.Errorf("%s has an alias: %v, that is called: %v", f.Name, ok, called[alias.id])
		}
		if ok {
			gradual(t, w, f, alias)
		}
	}
}

// gradual fails unless CodeDeploy brings an alias over, and goes back when the version that is new ends in errors.
func gradual(t *testing.T, w *world, f topology.Function, alias resource) {
	t.Helper()
	name := w.stage.name(f.Name)
	version := alias.in.Resources[strings.TrimSuffix(alias.text("FunctionVersion"), ".Version")]
	if version.Type != "AWS::Lambda::Version" || version.text("FunctionName") != name {
		t.Errorf("%s: the alias is for %s", f.Name, alias.text("FunctionVersion"))
	}
	update, _ := alias.UpdatePolicy["CodeDeployLambdaAliasUpdate"].(map[string]any)
	group := alias.in.Resources[alias.in.text(update["DeploymentGroupName"])]
	application := alias.in.Resources[alias.in.text(update["ApplicationName"])]
	if application.text("ComputePlatform") != "Lambda" || group.text("ApplicationName") != application.id {
		t.Fatalf("%s is updated by %v", f.Name, update)
	}
	if got := group.text("DeploymentConfigName"); got != "CodeDeployDefault.LambdaLinear10PercentEvery1Minute" {
		t.Errorf("%s is deployed by %s", f.Name, got)
	}
	if got := group.text("AutoRollbackConfiguration"); !strings.Contains(got, "DEPLOYMENT_STOP_ON_ALARM") || !strings.Contains(got, `"Enabled":true`) {
		t.Errorf("%s goes back upon %s", f.Name, got)
	}
	want := []map[string]string{{"of": "Errors", "FunctionName": name, "Resource": name + ":live", "ExecutedVersion": version.id + ".Version"}}
	if f.Route != "" && !isIdentity(f) {
		method, path := split(f.Route)
		want = append(want, map[string]string{"of": "5xx", "ApiId": w.stage.name("main"), "Stage": "$default", "Method": method, "Resource": path})
	}
	if diff := cmp.Diff(want, watched(t, group)); diff != "" {
		t.Errorf("%s is watched by (-want +got):\n%s", f.Name, diff)
	}
}

// watched are the dimensions of the alarms that a deployment stops upon, and what metrics they are of.
func watched(t *testing.T, group resource) []map[string]string {
	t.Helper()
	var all []map[string]string
	for _, a := range group.Properties["AlarmConfiguration"].(map[string]any)["Alarms"].([]any) {
		alarm := group.in.Resources[group.in.text(a.(map[string]any)["Name"])]
		if alarm.text("TreatMissingData") != "notBreaching" || alarm.text("Threshold") != "0" {
			t.Errorf("%s goes off above %s, or when there is nothing: %s", alarm.id, alarm.text("Threshold"), alarm.text("TreatMissingData"))
		}
		one := map[string]string{"of": alarm.text("MetricName")}
		for _, d := range alarm.Properties["Dimensions"].([]any) {
			one[d.(map[string]any)["Name"].(string)] = alarm.in.text(d.(map[string]any)["Value"])
		}
		all = append(all, one)
	}
	return all
}

// CodeDeploy's role shifts calls of the stack's own functions, and nothing else.
func TestReleasesMayShiftCallsOnly(t *testing.T) {
	w := released(t, "one")
	roles := 0
	for _, r := range w.all("AWS::IAM::Role") {
		trust := r.text("AssumeRolePolicyDocument")
		if !strings.Contains(trust, "codedeploy.amazonaws.com") {
			continue
		}
		roles++
		if !strings.Contains(trust, "aws:SourceArn") || !strings.Contains(trust, "aws:SourceAccount") {
			t.Errorf("%s can be taken for anybody: %s", r.id, trust)
		}
		want := []string{"cloudwatch:DescribeAlarms *"}
		for _, a := range w.all("AWS::Lambda::Alias") {
			if a.in == r.in {
				own := "arn:Partition:lambda:Region:AccountId:function:" + strings.TrimPrefix(a.text("FunctionName"), w.stage.name(""))
				for _, action := range []string{"lambda:GetAlias ", "lambda:UpdateAlias ", "lambda:GetProvisionedConcurrencyConfig "} {
					want = append(want, action+own, action+own+":live")
				}
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, w.allows(r)); diff != "" {
			t.Errorf("releases may do (-want +got):\n%s", diff)
		}
	}
	if roles != len(w.contexts())+1 {
		t.Errorf("%d roles for %d contexts and what they share", roles, len(w.contexts()))
	}
}

// contexts are the stacks with functions beside the shared one.
func (w *world) contexts() []string {
	var all []string
	for _, f := range w.functions() {
		if f.Context != "" && !slices.Contains(all, f.Context) {
			all = append(all, f.Context)
		}
	}
	return all
}

// Lambda makes a version of what has changed since the last one, and refuses to make one of what has not.
func TestVersionsGoWithWhatTheyAreOf(t *testing.T) {
	versions := func(w *world) []string {
		var all []string
		for _, r := range w.all("AWS::Lambda::Version") {
			all = append(all, r.id)
		}
		return all
	}
	one := versions(released(t, "one"))
	if again := versions(synthesizeReleased(t, "one")); !slices.Equal(one, again) {
		t.Error("the same code has other versions")
	}
	for _, id := range versions(released(t, "two")) {
		if slices.Contains(one, id) {
			t.Fatalf("other code has the version %s", id)
		}
	}
	c := dev.config
	c.canary, c.sender = "Canary10Percent5Minutes", "somebody@example.com"
	told := versions(synthesize(c))
	c.sender = "else@example.com"
	changed := 0
	for _, id := range versions(synthesize(c)) {
		if !slices.Contains(told, id) {
			changed++
		}
	}
	mailing := 0
	for _, f := range c.functions() {
		if slices.Contains(f.Grants, topology.SendMail) {
			mailing++
		}
	}
	if changed != mailing || mailing == 0 {
		t.Errorf("%d functions are told who sends mails, and %d have another version with another sender", mailing, changed)
	}
}

func TestGradualReleasesHaveRoomToSpare(t *testing.T) {
	for name, stack := range released(t, "one").templates {
		t.Logf("%s: %d resources", name, len(stack.Resources))
		resources.holds(t, name, len(stack.Resources))
	}
}

func TestReleasesAreAtOnceUnlessAsked(t *testing.T) {
	for _, kind := range []string{"AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::CodeDeploy::Application"} {
		dev.shared.ResourceCountIs(jsii.String(kind), jsii.Number(0))
		if found := append(dev.all(kind), prod.all(kind)...); len(found) > 0 {
			t.Errorf("there are %d %s", len(found), kind)
		}
	}
	for canary, ok := range map[string]bool{"": true, "Canary10Percent5Minutes": true, "AllAtOnce": false, "on": false} {
		if err := check(config{stage: "dev", canary: canary}, nil); (err == nil) != ok {
			t.Errorf("canary %q: %v", canary, err)
		}
	}
}
