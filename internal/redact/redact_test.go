package redact_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/internal/redact"
)

const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"no account of ada@example.com here":               "no account of [redacted] here",
		"GET /x?email=ada%40example.com&a=b":               "GET /x?email=[redacted]&a=b",
		"ada@localhost":                                    "[redacted]",
		"ada@[10.0.0.1] is gone":                           "[redacted] is gone",
		"text to +6281234567890: throttled":                "text to [redacted]: throttled",
		"text to +62 812-3456-7890":                        "text to [redacted]",
		"(%2B6281234567890)":                               "([redacted])",
		"token " + token + " is over":                      "token [redacted] is over",
		"header Bearer abc.def-ghi":                        "header Bearer [redacted]",
		"protocol foldstream, bearer.abc":                  "protocol foldstream, bearer.[redacted]",
		"Basic dXNlcjpwYXNz":                               "Basic [redacted]",
		`bad body {"password":"correct horse","size":1}`:   `bad body {"password":"[redacted]","size":1}`,
		`quoted "{\"code\": \"12345\",\"key\":\"k\\\"1"}"`: `quoted "{\"code\": \"[redacted]\",\"key\":\"[redacted]\\\"1"}"`,
		"/ws?token=abc&x=1":                                "/ws?token=[redacted]&x=1",
		`{"accessToken":"a","client_secret":"b"}`:          `{"accessToken":"[redacted]","client_secret":"[redacted]"}`,
		"/callback?access_token=abc&x=1":                   "/callback?access_token=[redacted]&x=1",
	} {
		if got := redact.Text(in); got != want {
			t.Errorf("%s\nbecomes %s\nnot     %s", in, got, want)
		}
	}
}

// What people need to find their way stays as it is.
func TestTextKeepsWhatIsNotSecret(t *testing.T) {
	for _, s := range []string{
		"apply match-0192f3a1-7c1e-7b86-9d35-e2a4c6f1b078@3: no such event",
		"/go/pkg/mod/github.com/aws/smithy-go@v1.28.8/middleware/stack.go:1234567890 +0x1d",
		"mod@v0.0.0-20260820222146-c27c302e5fc3/x.go:1",
		"1-5759e988-bd862e3fe1be46a994272793 Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
		"2026-01-02T03:04:05.678901234+07:00 m=+12.345678901",
		"operation error DynamoDB: PutItem, https response error StatusCode: 400, RequestID: 4UP3O, api error ConditionalCheckFailedException: The conditional request failed",
		"account-ann version=12345 attempts=3 status: 409, 1e+21 of 12345",
		"arn:aws:sns:eu-central-1:123456789012:foldstream-dev-commits.fifo",
		"decode a token: it is expired",
		`{"statusCode":409,"errorCode":"TooManyMatches","sortKey":"match-1"}`,
		"https://abc.execute-api.eu-central-1.amazonaws.com/live/@connections/L0SM9cOFvHcCIhw=",
	} {
		if got := redact.Text(s); got != s {
			t.Errorf("%s\nbecomes %s", s, got)
		}
	}
}

// logged is what a logger like ours writes.
func logged(t interface{ Helper() }, log func(*slog.Logger)) string {
	t.Helper()
	var out bytes.Buffer
	log(slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: redact.Attr})))
	return out.String()
}

func TestAttr(t *testing.T) {
	type input struct {
		Password, Size string
		When           int
	}
	secret := "horse"
	got := logged(t, func(l *slog.Logger) {
		l.With("Authorization", secret).WithGroup("code").With("x", secret).Info("a")
		l.Info("failed for ada@example.com", "e-mail", secret, "access_token", secret, "clientSecret", secret, "primary", []byte(secret), "number", 812)
		l.Error("b", "error", fmt.Errorf("wrap: %w", errors.New(`{"password":"horse"}`)), "any", input{Password: "horse", Size: "small"})
		l.Info("c", "traceId", "0192f3a1", "version", uint64(3), "stream", "match-1", "ms", 1.5, "groups", map[string]int{"a": 1})
	})
	for _, leak := range []string{secret, "ada", "812"} {
		if strings.Contains(got, leak) {
			t.Errorf("the log holds %s:\n%s", leak, got)
		}
	}
	for _, kept := range []string{`"traceId":"0192f3a1"`, `"version":3`, `"stream":"match-1"`, `"ms":1.5`, `"groups":{"a":1}`, "small", `"level":"INFO"`, `"msg":"c"`} {
		if !strings.Contains(got, kept) {
			t.Errorf("the log has lost %s:\n%s", kept, got)
		}
	}
}

// Whatever stands around it, and however it is logged, none of these passes.
func TestNothingPasses(t *testing.T) {
	atom := `[a-z0-9!#$%&'*+/=?^_{|}~-]{1,12}`
	kinds := []*rapid.Generator[string]{
		rapid.StringMatching(atom + `(\.` + atom + `)?[a-z0-9+]@[a-z][a-z0-9-]{0,8}[a-z](\.[a-z]{2,8}){0,2}`),
		rapid.StringMatching(`\+[1-9][0-9]{6,14}`),
		rapid.StringMatching(`eyJ[A-Za-z0-9_-]{8,20}\.[A-Za-z0-9_-]{8,40}\.[A-Za-z0-9_-]{8,40}`),
	}
	around := rapid.StringMatching(`[ \n"'(),:;<>\[\]é√]`)
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.OneOf(kinds...).Draw(t, "secret")
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		text := rapid.String().Draw(t, "left") + before + secret + after + rapid.String().Draw(t, "right")
		got := logged(t, func(l *slog.Logger) {
			l.Info(text, "text", text, "error", errors.New(text), "any", map[string]any{"in": []string{text}}, slog.Group("g", "x", text))
		})
		if strings.Contains(got, secret) {
			t.Fatalf("%q passes: %s", secret, got)
		}
	})
}

func BenchmarkALine(b *testing.B) {
	l := slog.New(slog.NewJSONHandler(discard{}, &slog.HandlerOptions{ReplaceAttr: redact.Attr}))
	for b.Loop() {
		l.Info("command", "command", "take-turn", "traceId", "0192f3a1-7c1e-7b86-9d35-e2a4c6f1b078", "status", 200, "ms", 1.5)
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
