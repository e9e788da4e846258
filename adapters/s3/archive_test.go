package s3_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
)

func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, client *sdk.Client, bucket string) {
		contract.Archive(t, func(*testing.T) engine.Archive { return &s3.Archive{Client: client, Bucket: bucket} })
	})
}
