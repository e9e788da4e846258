package s3_test

import (
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/internal/emulator"
)

// engines are the emulators that have S3.
var engines = map[string]func(testing.TB) aws.Config{"MiniStack": emulator.MiniStack, "moto": emulator.Moto}

// each runs a test with a bucket of its own on each engine.
func each(t *testing.T, test func(t *testing.T, client *sdk.Client, bucket string)) {
	t.Helper()
	for name, engine := range engines {
		t.Run(name, func(t *testing.T) {
			client, bucket := s3.NewClient(engine(t)), emulator.Name("bucket")
			if _, err := client.CreateBucket(t.Context(), &sdk.CreateBucketInput{Bucket: aws.String(bucket)}); err != nil {
				t.Fatal(err)
			}
			test(t, client, bucket)
		})
	}
}

// stored is what a bucket has, by key.
func stored(t *testing.T, client *sdk.Client, bucket string) map[string]string {
	t.Helper()
	list, err := client.ListObjectsV2(t.Context(), &sdk.ListObjectsV2Input{Bucket: aws.String(bucket)})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, o := range list.Contents {
		got, err := client.GetObject(t.Context(), &sdk.GetObjectInput{Bucket: aws.String(bucket), Key: o.Key})
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(got.Body)
		if err != nil {
			t.Fatal(err)
		}
		all[*o.Key] = string(text) + " " + aws.ToString(got.ContentType) + " " + aws.ToString(got.CacheControl)
	}
	return all
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, client *sdk.Client, bucket string) {
		pages := &s3.Pages{Client: client, Bucket: bucket}
		for n, files := range [][]s3.File{
			{
				{Key: "app-QK3VJ7XA.js", ContentType: "text/javascript", CacheControl: "immutable", Text: []byte("go()")},
				{Key: "docs/", ContentType: "text/html", CacheControl: "no-cache", Text: []byte("docs")},
				{Key: "index.html", ContentType: "text/html", CacheControl: "no-cache", Text: []byte("one")},
			},
			{
				{Key: "docs/", ContentType: "text/html", CacheControl: "no-cache", Text: []byte("docs")},
				{Key: "index.html", ContentType: "text/html", CacheControl: "no-store", Text: []byte("two")},
			},
		} {
			if err := pages.Publish(t.Context(), files); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{}
			for _, f := range files {
				want[f.Key] = string(f.Text) + " " + f.ContentType + " " + f.CacheControl
			}
			if got := stored(t, client, bucket); !maps.Equal(got, want) {
				t.Errorf("after the publication %d there is %v, not %v", n, got, want)
			}
		}
		if err := pages.Clear(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := stored(t, client, bucket); len(got) > 0 {
			t.Errorf("%v is left", slices.Collect(maps.Keys(got)))
		}
		if err := (&s3.Pages{Client: client, Bucket: bucket + "-other"}).Clear(t.Context()); err == nil {
			t.Error("a bucket that is not there was cleared")
		}
	})
}
