package s3_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/engine"
)

// S3 refuses a put beside another one of the same key, which may yet fail: then there is no file. No engine does so; this is
// the answer from the documentation of conditional writes.
func TestPutBesideAnotherOneIsBusy(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code, status := "NoSuchKey", http.StatusNotFound
		if r.Method == http.MethodPut {
			code, status = "ConditionalRequestConflict", http.StatusConflict
			if r.Header.Get("If-None-Match") != "*" {
				t.Errorf("%s is put whatever is there", r.URL.Path)
			}
		}
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>no</Message></Error>`))
	}))
	defer server.Close()
	client := s3.NewClient(aws.Config{
		Region: "us-east-1", BaseEndpoint: aws.String(server.URL), Credentials: credentials.NewStaticCredentialsProvider("id", "secret", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	})
	if _, err := (&s3.Archive{Client: client, Bucket: "b"}).Put(t.Context(), "x", []byte("x")); !errors.Is(err, engine.ErrBusy) {
		t.Errorf("got %v", err)
	}
}
