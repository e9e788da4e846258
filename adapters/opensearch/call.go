package opensearch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// request is one of OpenSearch's API.
type request struct {
	method string
	path   []string // unescaped
	query  url.Values
	body   object
}

// refusal is an answer that is no success.
type refusal struct {
	status       int
	kind, reason string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("OpenSearch answers %d %s: %s", r.status, r.kind, r.reason)
}

// longestAnswer bounds how much of an answer is read.
const longestAnswer = 16 << 20

// call makes a request and reads its answer, unless that is nil. An answer other than success is a refusal; it is an
// [engine.ErrBusy] if only time is needed.
func (s *Search) call(ctx context.Context, r request, answer any) error {
	var body []byte
	if r.body != nil {
		var err error
		if body, err = es.Encode(r.body); err != nil {
			return &es.Fault{Doing: "encode a request", Err: err}
		}
	}
	signed, err := s.sign(ctx, r, body)
	if err != nil {
		return err
	}
	response, err := s.Config.HTTPClient.Do(signed)
	if err != nil {
		return unreached(ctx, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, longestAnswer))
	if err != nil {
		return unreached(ctx, fmt.Errorf("read OpenSearch's answer: %w", err))
	}
	if response.StatusCode >= http.StatusMultipleChoices {
		return refusalOf(response.StatusCode, data)
	}
	if answer == nil {
		return nil
	}
	if err := es.Decode(data, answer); err != nil {
		return fmt.Errorf("decode OpenSearch's answer: %w", err)
	}
	return nil
}

// unreached makes a fault of the network an [engine.ErrBusy].
func unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	return fmt.Errorf("%w: %w", engine.ErrBusy, err)
}

// sign makes a request with its signature.
func (s *Search) sign(ctx context.Context, r request, body []byte) (*http.Request, error) {
	target := strings.TrimSuffix(s.Endpoint, "/")
	for _, part := range r.path {
		target += "/" + escape(part)
	}
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	signed, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	credentials, err := s.Config.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, fmt.Errorf("get credentials: %w", err)
	}
	hash := sha256.Sum256(body)
	payload := hex.EncodeToString(hash[:])
	signed.Header.Set("Content-Type", "application/json")
	signed.Header.Set("X-Amz-Content-Sha256", payload)
	err = v4.NewSigner().SignHTTP(ctx, credentials, signed, payload, "es", s.Config.Region, time.Now())
	return signed, err
}

// escape leaves no character of a path's part as it is that a signature could be made of in two ways.
func escape(part string) string { return strings.ReplaceAll(url.QueryEscape(part), "+", "%20") }

// refusalOf reads OpenSearch's reason, or whatever else stands in its place.
func refusalOf(status int, data []byte) error {
	r := &refusal{status: status}
	var answer struct {
		Error struct {
			Type   string `json:"type"`
			Reason string `json:"reason"`
		} `json:"error"`
	}
	r.reason = string(data[:min(len(data), 200)])
	if err := es.Decode(data, &answer); err == nil && answer.Error.Type != "" {
		r.kind, r.reason = answer.Error.Type, answer.Error.Reason
	}
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return fmt.Errorf("%w: %w", engine.ErrBusy, r)
	default:
		return r
	}
}
