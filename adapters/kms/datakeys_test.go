package kms_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

func TestDataKeys(t *testing.T) {
	for name, engineOf := range map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack} {
		t.Run(name, func(t *testing.T) {
			contract.DataKeys(t, func(t *testing.T) engine.DataKeys {
				s := signer(t, engineOf(t), types.KeyUsageTypeEncryptDecrypt, types.KeySpecSymmetricDefault)
				return &kms.DataKeys{Client: s.Client, KeyID: s.KeyID}
			})
		})
	}
}
