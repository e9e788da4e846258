package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/internal/emulator"
	"github.com/foldstream/foldstream/topology"
	"github.com/foldstream/foldstream/web"
)

func TestPublish(t *testing.T) {
	cfg := emulator.MiniStack(t)
	for name, value := range map[string]string{
		"AWS_REGION": cfg.Region, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": *cfg.BaseEndpoint,
	} {
		t.Setenv(name, value)
	}
	client, bucket, archive := s3.NewClient(cfg), emulator.Name("web"), emulator.Name("archive")
	for _, name := range []string{bucket, archive} {
		if _, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(name)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := (&s3.Archive{Client: client, Bucket: archive}).Put(t.Context(), "commits/1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	file := outputs(t, `{
		"foldstream-try-shared": {"ArchiveBucket": "`+archive+`"},
		"foldstream-try-web": {
			"WebUrl": "https://pages.example.com", "WebBucket": "`+bucket+`", "ApiUrl": "https://api.example.com",
			"SocketUrl": "wss://ws.example.com/live", "Issuer": "https://id.example.com"
		}
	}`)
	if said := execute(t, "publish", "--stage", "try", file); !strings.Contains(said, "https://pages.example.com") {
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
	execute(t, "publish", "--stage", "try", "--remove", file)
	for _, name := range []string{bucket, archive} {
		left, err := client.ListObjectsV2(t.Context(), &sdk.ListObjectsV2Input{Bucket: aws.String(name)})
		if err != nil || len(left.Contents) > 0 {
			t.Errorf("%d files are left, error %v", len(left.Contents), err)
		}
	}
	if err := empty(t.Context(), client, topology.Production, []string{bucket}); err == nil {
		t.Error("production's files were removed")
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

func outputs(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "outputs.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestOutputsOfAnotherStageAreNoOutputs(t *testing.T) {
	file := outputs(t, `{"foldstream-dev-web": {"WebUrl": "https://x", "WebBucket": "b"}}`)
	for stage, want := range map[string]string{"prod": "no output WebBucket of the stack foldstream-prod-web", "dev": "no output ApiUrl", "": "the stage"} {
		c := root()
		c.SetArgs([]string{"publish", "--stage", stage, file})
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
