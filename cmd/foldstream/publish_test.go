package main

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/topology"
	"github.com/foldstream/foldstream/web"
)

func TestPublish(t *testing.T) {
	d := deploy(t)
	client, bucket, archive := s3.NewClient(d.cfg), emulator.Name("web"), emulator.Name("archive")
	for _, name := range []string{bucket, archive} {
		if _, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(name)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (&s3.Archive{Client: client, Bucket: archive}).Put(t.Context(), "commits/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	d.stack(t, "shared", map[string]string{"ArchiveBucket": archive, "ArchiveResults": emulator.Name("gone")})
	d.stack(t, "web", map[string]string{
		"WebUrl": "https://pages.example.com", "WebBucket": bucket, "ApiUrl": "https://api.example.com",
		"SocketUrl": "wss://ws.example.com/live", "Issuer": "https://id.example.com",
	})
	stage := string(d.stage)
	if said := execute(t, "publish", "--stage", stage); !strings.Contains(said, "https://pages.example.com") {
		t.Errorf("it says %q", said)
	}
	got, err := client.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("config.json")})
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(got.Body)
	want := `{"api":"https://api.example.com","webSocket":"wss://ws.example.com/live","issuer":"https://id.example.com"}`
	if err != nil || string(text) != want || aws.ToString(got.CacheControl) != "no-cache" {
		t.Errorf("config.json is %s, error %v", text, err)
	}
	if _, err := client.HeadObject(t.Context(), &sdk.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("docs/")}); err != nil {
		t.Errorf("the documentation's page: %v", err)
	}
	execute(t, "publish", "--stage", stage, "--remove")
	for _, name := range []string{bucket, archive} {
		left, err := client.ListObjectsV2(t.Context(), &sdk.ListObjectsV2Input{Bucket: aws.String(name)})
		if err != nil || len(left.Contents) > 0 {
			t.Errorf("%d files are left, error %v", len(left.Contents), err)
		}
	}
}

func TestProductionKeepsItsFiles(t *testing.T) {
	surround(t, nil)
	c := root()
	c.SetArgs([]string{"publish", "--stage", string(topology.Production), "--remove"})
	if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), "keeps its files") {
		t.Errorf("production's files are removed: %v", err)
	}
}

// stack deploys a stack of the stage that puts this out.
func (d deployed) stack(t *testing.T, name string, outputs map[string]string) {
	t.Helper()
	values := map[string]any{}
	for output, value := range outputs {
		values[output] = map[string]string{"Value": value}
	}
	template, err := es.Encode(map[string]any{
		"Resources": map[string]any{"topic": map[string]string{"Type": "AWS::SNS::Topic"}}, "Outputs": values,
	})
	if err != nil {
		t.Fatal(err)
	}
	client, id := cloudformation.NewFromConfig(d.cfg), aws.String(d.stage.Name(name))
	if _, err := client.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: id, TemplateBody: aws.String(string(template))}); err != nil {
		t.Fatal(err)
	}
	made := cloudformation.NewStackCreateCompleteWaiter(client, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay = 10 * time.Millisecond
	})
	if err := made.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: id}, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func execute(t *testing.T, arguments ...string) string {
	t.Helper()
	var said bytes.Buffer
	c := root()
	c.SetArgs(arguments)
	c.SetOut(&said)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return said.String()
}

// A stage that is not deployed, or just in part, has nothing to remove, and nowhere to publish to.
func TestPublishWithoutStacks(t *testing.T) {
	d := deploy(t)
	stage := string(d.stage)
	execute(t, "publish", "--stage", stage, "--remove")
	d.stack(t, "web", map[string]string{"WebUrl": "https://x", "WebBucket": "b"})
	for stage, want := range map[string]string{
		stage: "foldstream-" + stage + "-web has no output ApiUrl", stage + "x": "foldstream-" + stage + "x-web has no output WebBucket", "": "the stage",
	} {
		c := root()
		c.SetArgs([]string{"publish", "--stage", stage})
		if err := c.ExecuteContext(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("stage %q: %v", stage, err)
		}
	}
}

// A page that is there before its scripts is broken for who comes in between.
func TestPagesArePublishedLast(t *testing.T) {
	files := inOrder(web.Site{"index.html": nil, "app.js": nil, "docs/index.html": nil, "a.html": nil, "z.css": nil})
	var keys []string
	for _, f := range files {
		keys = append(keys, f.Key)
	}
	if want := []string{"app.js", "z.css", "a.html", "docs/", "index.html"}; !slices.Equal(keys, want) {
		t.Errorf("the order is %v, not %v", keys, want)
	}
}
