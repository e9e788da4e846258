package kms

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/foldstream/foldstream/engine"
)

// DataKeys implements [engine.DataKeys] under one key that never leaves KMS. Each call costs one of KMS's. A wrapped key is
// bound to its subject by the encryption context, which also stands in CloudTrail. It is safe for concurrent use.
type DataKeys struct {
	Client *kms.Client
	KeyID  string // id, ARN or alias of a symmetric key
}

var _ engine.DataKeys = (*DataKeys)(nil)

func subjectContext(subject string) map[string]string { return map[string]string{"subject": subject} }

// NewKey implements [engine.DataKeys].
func (d *DataKeys) NewKey(ctx context.Context, subject string) (key, wrapped []byte, err error) {
	out, err := d.Client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: aws.String(d.KeyID), KeySpec: types.DataKeySpecAes256, EncryptionContext: subjectContext(subject),
	})
	if err != nil {
		return nil, nil, fmt.Errorf("make a key under %s: %w", d.KeyID, err)
	}
	return out.Plaintext, out.CiphertextBlob, nil
}

// Wrap implements [engine.DataKeys].
func (d *DataKeys) Wrap(ctx context.Context, subject string, key []byte) (wrapped []byte, err error) {
	out, err := d.Client.Encrypt(ctx, &kms.EncryptInput{
		KeyId: aws.String(d.KeyID), Plaintext: key, EncryptionContext: subjectContext(subject),
	})
	if err != nil {
		return nil, fmt.Errorf("wrap a key under %s: %w", d.KeyID, err)
	}
	return out.CiphertextBlob, nil
}

// Unwrap implements [engine.DataKeys].
func (d *DataKeys) Unwrap(ctx context.Context, subject string, wrapped []byte) (key []byte, err error) {
	out, err := d.Client.Decrypt(ctx, &kms.DecryptInput{
		KeyId: aws.String(d.KeyID), CiphertextBlob: wrapped, EncryptionContext: subjectContext(subject),
	})
	if err != nil {
		return nil, fmt.Errorf("unwrap a key under %s: %w", d.KeyID, err)
	}
	return out.Plaintext, nil
}
