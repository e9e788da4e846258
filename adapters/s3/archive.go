package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"github.com/foldstream/foldstream/engine"
)

// Archive implements [engine.Archive]. S3 itself sees to it that a file is written once.
type Archive struct {
	Client *s3.Client
	Bucket string
}

var _ engine.Archive = (*Archive)(nil)

// taken are the errors by which S3 says that there is a file of that name, or that somebody else is writing it.
var taken = map[string]bool{"PreconditionFailed": true, "ConditionalRequestConflict": true}

// Put implements [engine.Archive]. It gives [engine.ErrBusy] when another one who writes the same file is not done yet.
func (a *Archive) Put(ctx context.Context, name string, content []byte) ([]byte, error) {
	_, err := a.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: aws.String(a.Bucket), Key: aws.String(name), Body: bytes.NewReader(content), IfNoneMatch: aws.String("*"),
	})
	if err == nil {
		return content, nil
	}
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || !taken[refusal.ErrorCode()] {
		return nil, fmt.Errorf("put %s into the bucket %s: %w", name, a.Bucket, err)
	}
	kept, err := a.Get(ctx, name)
	if errors.Is(err, engine.ErrNoFile) {
		return nil, fmt.Errorf("put %s into the bucket %s beside somebody else: %w", name, a.Bucket, engine.ErrBusy)
	}
	return kept, err
}

// Get implements [engine.Archive].
func (a *Archive) Get(ctx context.Context, name string) ([]byte, error) {
	out, err := a.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(a.Bucket), Key: aws.String(name)})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("get %s from the bucket %s: %w", name, a.Bucket, engine.ErrNoFile)
	}
	if err != nil {
		return nil, fmt.Errorf("get %s from the bucket %s: %w", name, a.Bucket, err)
	}
	defer out.Body.Close()
	content, err := io.ReadAll(out.Body)
	if err != nil {
		return nil, fmt.Errorf("read %s from the bucket %s: %w", name, a.Bucket, err)
	}
	return content, nil
}

// List implements [engine.Archive].
func (a *Archive) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for page, err := range list(ctx, a.Client, a.Bucket, prefix) {
			if err != nil {
				yield("", err)
				return
			}
			for _, o := range page {
				if !yield(aws.ToString(o.Key), nil) {
					return
				}
			}
		}
	}
}
