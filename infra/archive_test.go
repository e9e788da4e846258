package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/jsii-runtime-go"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/es"
)

// archived is a table of the archive.
func archived(t *testing.T, name string) resource {
	t.Helper()
	for _, r := range dev.all("AWS::Glue::Table") {
		if r.Properties["TableInput"].(map[string]any)["Name"] == name {
			return r
		}
	}
	t.Fatalf("there is no table %s", name)
	return resource{}
}

// A line of the archive is read by the columns of its table: each member has one, of a kind that takes it.
func TestLinesFitTheTable(t *testing.T) {
	commit := es.Commit{
		Stream: "match-1", Version: 2, Era: 1, Events: []es.Recorded{{Type: "Taken", Schema: 1, Data: jsontext.Value(`{"matchId":"1"}`)}},
		Origin: es.Origin{CommandID: "c", TraceID: "t", CausationID: "match-1@1", Invoker: "u", Time: time.Now(), Trace: "Root=1"},
	}
	for name, line := range map[string]any{"commits": es.Positioned{Position: 1, Commit: commit}, "closed": commit} {
		t.Run(name, func(t *testing.T) { fitsTable(t, archived(t, name), line) })
	}
}

func fitsTable(t *testing.T, made resource, of any) {
	line, err := es.Encode(of)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]any
	if err := es.Decode(line, &members); err != nil {
		t.Fatal(err)
	}
	table := made.Properties["TableInput"].(map[string]any)
	storage := table["StorageDescriptor"].(map[string]any)
	serde := storage["SerdeInfo"].(map[string]any)["Parameters"].(map[string]any)
	want, got := map[string]string{}, map[string]string{}
	for name, value := range members {
		want[name] = hive(value)
	}
	for _, c := range storage["Columns"].([]any) {
		column := c.(map[string]any)
		name := column["Name"].(string)
		if name != strings.ToLower(name) {
			t.Errorf("Athena knows no column %s", name)
		}
		if mapped, ok := serde["mapping."+name].(string); ok {
			name = mapped
		}
		got[name] = column["Type"].(string)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-line +table):\n%s", diff)
	}
	if serde["case.insensitive"] != "FALSE" {
		t.Error("the names in the data of events are taken for small")
	}
}

// hive is the kind of column that a value goes into. The data of events is text there.
func hive(value any) string {
	switch v := value.(type) {
	case float64:
		return "bigint"
	case string:
		return "string"
	case []any:
		var fields []string
		for name, one := range v[0].(map[string]any) {
			kind := map[bool]string{true: "string", false: hive(one)}[name == "data"]
			fields = append(fields, name+":"+strings.Replace(kind, "bigint", "int", 1))
		}
		order := []string{"type", "schema", "data"}
		slices.SortFunc(fields, func(a, b string) int {
			of := func(field string) int { return slices.Index(order, strings.Split(field, ":")[0]) }
			return of(a) - of(b)
		})
		return "array<struct<" + strings.Join(fields, ",") + ">>"
	default:
		return "nothing"
	}
}

func TestPartitionsFollowFromNames(t *testing.T) {
	for _, name := range []string{"commits", "closed"} {
		t.Run(name, func(t *testing.T) { partitionsFollow(t, name) })
	}
}

func partitionsFollow(t *testing.T, name string) {
	table := archived(t, name)
	parameters := table.Properties["TableInput"].(map[string]any)["Parameters"].(map[string]any)
	if got := table.in.text(parameters["storage.location.template"]); got != "s3://archivefilesF8CD4B6A/"+name+"/category=${category}/day=${day}/" {
		t.Errorf("partitions are at %s", got)
	}
	categories := slices.Sorted(maps.Keys(app.Catalogue()))
	for name, want := range map[string]any{
		"projection.enabled": "true", "projection.category.type": "enum", "projection.category.values": strings.Join(categories, ","),
		"projection.day.type": "date", "projection.day.format": "yyyy-MM-dd", "projection.day.range": "2026-01-01,NOW",
	} {
		if parameters[name] != want {
			t.Errorf("%s is %v, not %v", name, parameters[name], want)
		}
	}
}

func TestQueriesAreBounded(t *testing.T) {
	dev.shared.HasResourceProperties(jsii.String("AWS::Athena::WorkGroup"), map[string]any{
		"Name": "foldstream-dev-archive", "WorkGroupConfiguration": map[string]any{
			"EnforceWorkGroupConfiguration": true, "BytesScannedCutoffPerQuery": 10 << 30,
			"ResultConfiguration": map[string]any{"EncryptionConfiguration": map[string]any{"EncryptionOption": "SSE_S3"}},
		},
	})
}

// It keeps everything twice: nobody gets one who does not ask for it.
func TestArchiveIsAnOption(t *testing.T) {
	for _, kind := range []string{"AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::WorkGroup"} {
		if found := prod.all(kind); len(found) > 0 {
			t.Errorf("there is a %s, %s", kind, found[0].id)
		}
	}
	for _, r := range prod.all("AWS::Lambda::Function") {
		if strings.Contains(r.text("FunctionName"), "archivist") {
			t.Errorf("%s is deployed", r.id)
		}
		if strings.Contains(r.text("Environment"), setting.ArchiveBucket) {
			t.Errorf("%s is told of an archive", r.id)
		}
	}
	for archive, ok := range map[string]bool{"": true, "on": true, "s3": false} {
		if err := check(config{stage: "dev", archive: archive}, nil); (err == nil) != ok {
			t.Errorf("archive %q: %v", archive, err)
		}
	}
	c := prod.config
	c.archive, c.encryption = archiving, ownKey
	made := synthesize(c)
	for _, r := range made.shared.Resources {
		if r.Type == "AWS::S3::Bucket" && (r.DeletionPolicy != "RetainExceptOnCreate" || !strings.Contains(r.text("BucketEncryption"), "aws:kms")) {
			t.Errorf("production's archive: %s, %s", r.DeletionPolicy, r.text("BucketEncryption"))
		}
	}
}
