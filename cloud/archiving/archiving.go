// Package archiving is for the Lambdas that have to do with the archive in S3. It serves the one that copies the feed there.
package archiving

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/cloud/internal/wiring"
	"github.com/foldstream/foldstream/cloud/setting"
	"github.com/foldstream/foldstream/engine"
)

// Archivist serves a schedule. What there is no time for is left to the next run, which goes on where this one breaks off.
func Archivist() {
	client := wiring.Database()
	archivist := &engine.Archivist{
		Feed: wiring.Feed(client), Checkpoints: wiring.Checkpoints(client),
		Archive: in(wiring.Environment(setting.ArchiveBucket)),
	}
	wiring.Start(func(ctx context.Context, _ struct{}) (int, error) { // the event says nothing but the time
		n, err := archivist.Run(ctx)
		if errors.Is(err, context.DeadlineExceeded) && n > 0 {
			err = nil
		}
		slog.InfoContext(ctx, "archived", "commits", n)
		return n, err
	})
}

// Closed is for the Lambda that reads what closed eras had. A stage without an archive has moved none there.
func Closed() wiring.Option {
	return func(p *wiring.Parts) {
		if bucket := os.Getenv(setting.ArchiveBucket); bucket != "" {
			p.Archive = in(bucket)
		}
	}
}

func in(bucket string) *s3.Archive {
	return &s3.Archive{Client: s3.NewClient(wiring.Config()), Bucket: bucket}
}
