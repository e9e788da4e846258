// Package s3 keeps files in buckets of Amazon S3: the pages that CloudFront serves, and the archive of the feed.
package s3

import (
	"bytes"
	"context"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// NewClient makes a client. Emulators have no host for each bucket, as AWS has: they are asked by path.
func NewClient(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil })
}

// File is a file for browsers.
type File struct {
	Key, ContentType, CacheControl string
	Text                           []byte
}

// Pages is the bucket of pages.
type Pages struct {
	Client *s3.Client
	Bucket string
}

// Publish makes the bucket hold these files and no others. It writes them in their order and removes the others behind
// that, so that whoever reads a page that comes late in the order finds what came before it.
func (p *Pages) Publish(ctx context.Context, files []File) error {
	kept := map[string]bool{}
	for _, f := range files {
		kept[f.Key] = true
		_, err := p.Client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: aws.String(p.Bucket), Key: aws.String(f.Key), Body: bytes.NewReader(f.Text),
			ContentType: aws.String(f.ContentType), CacheControl: aws.String(f.CacheControl),
		})
		if err != nil {
			return fmt.Errorf("upload %s to the bucket %s: %w", f.Key, p.Bucket, err)
		}
	}
	return p.remove(ctx, func(key string) bool { return !kept[key] })
}

// Clear removes all files, as it takes before a bucket can be deleted.
func (p *Pages) Clear(ctx context.Context) error {
	return p.remove(ctx, func(string) bool { return true })
}

// remove deletes the files that which picks. A page of a listing has at most as many as can be deleted at once.
func (p *Pages) remove(ctx context.Context, which func(key string) bool) error {
	for page, err := range list(ctx, p.Client, p.Bucket, "") {
		if err != nil {
			return err
		}
		var gone []types.ObjectIdentifier
		for _, o := range page {
			if which(aws.ToString(o.Key)) {
				gone = append(gone, types.ObjectIdentifier{Key: o.Key})
			}
		}
		if len(gone) == 0 {
			continue
		}
		out, err := p.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(p.Bucket), Delete: &types.Delete{Objects: gone, Quiet: aws.Bool(true)}})
		if err != nil {
			return fmt.Errorf("delete %d files of the bucket %s: %w", len(gone), p.Bucket, err)
		}
		if len(out.Errors) > 0 {
			first := out.Errors[0]
			return fmt.Errorf("delete %s of the bucket %s: %s: %s", aws.ToString(first.Key), p.Bucket, aws.ToString(first.Code), aws.ToString(first.Message))
		}
	}
	return nil
}

// list yields the objects whose keys begin with a prefix, by pages.
func list(ctx context.Context, client *s3.Client, bucket, prefix string) iter.Seq2[[]types.Object, error] {
	return func(yield func([]types.Object, error) bool) {
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String(prefix)})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, fmt.Errorf("list the bucket %s: %w", bucket, err))
				return
			}
			if !yield(page.Contents, nil) {
				return
			}
		}
	}
}
