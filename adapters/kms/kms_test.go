package kms_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awskms "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/engine/contract"
	"github.com/foldstream/foldstream/internal/emulator"
)

func signer(t *testing.T, cfg aws.Config, usage types.KeyUsageType, spec types.KeySpec) *kms.Signer {
	t.Helper()
	client := awskms.NewFromConfig(cfg)
	out, err := client.CreateKey(t.Context(), &awskms.CreateKeyInput{KeyUsage: usage, KeySpec: spec})
	if err != nil {
		t.Fatal(err)
	}
	return &kms.Signer{Client: client, KeyID: *out.KeyMetadata.KeyId}
}

func TestSigner(t *testing.T) {
	for name, engineOf := range map[string]func(testing.TB) aws.Config{"moto": emulator.Moto, "MiniStack": emulator.MiniStack} {
		t.Run(name, func(t *testing.T) {
			contract.Signer(t, func(t *testing.T) engine.Signer {
				return signer(t, engineOf(t), types.KeyUsageTypeSignVerify, types.KeySpecRsa2048)
			})
		})
	}
}

func TestOtherKeysAreRefused(t *testing.T) {
	_, _, err := signer(t, emulator.Moto(t), types.KeyUsageTypeSignVerify, types.KeySpecEccNistP256).Public(t.Context())
	if err == nil || !strings.Contains(err.Error(), "RS256") {
		t.Fatalf("got error %v, want one that asks for RS256", err)
	}
}

// TestLongMessages signs what KMS would not hash itself, with a KMS as its documentation has it.
func TestLongMessages(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls[r.Header.Get("X-Amz-Target")]++
		var input struct {
			KeyID       string `json:"KeyId"`
			Message     []byte
			MessageType string
		}
		if err := json.NewDecoder(r.Body).Decode(&input); err != nil {
			t.Error(err)
		}
		answer := map[string]any{
			"KeyId": "arn:aws:kms:us-east-1:000000000000:key/k", "PublicKey": public, "SigningAlgorithms": []string{"RSASSA_PKCS1_V1_5_SHA_256"},
		}
		if input.Message != nil {
			if input.MessageType != "DIGEST" || input.KeyID != answer["KeyId"] {
				t.Errorf("got a message of type %s for the key %s", input.MessageType, input.KeyID)
			}
			if answer["Signature"], err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, input.Message); err != nil {
				t.Error(err)
			}
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	defer server.Close()
	s := &kms.Signer{KeyID: "alias/tokens", Client: awskms.NewFromConfig(awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": server.URL,
		}[name]
	}))}
	message := []byte(strings.Repeat("m", 4097))
	for range 2 {
		signature, err := s.Sign(t.Context(), message)
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256(message)
		if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, hash[:], signature); err != nil {
			t.Fatal(err)
		}
	}
	if got := calls["TrentService.GetPublicKey"]; got != 1 {
		t.Errorf("the public key was asked for %d times, want once", got)
	}
}
