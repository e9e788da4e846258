package wiring

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
)

// What Lambda's runtime writes when an invocation fails is cleaned like all the rest.
func TestLogIsClean(t *testing.T) {
	was, flags, to := slog.Default(), log.Flags(), log.Writer()
	t.Cleanup(func() {
		slog.SetDefault(was)
		log.SetFlags(flags)
		log.SetOutput(to)
	})
	var out bytes.Buffer
	slog.SetDefault(logger(&out).With("function", "f1"))
	log.Printf("%s", `{"errorMessage":"post a mail to ada@example.com: MessageRejected","errorType":"wrapError"}`)
	slog.Error("failed", "code", "12345", "error", "text to +6281234567890")
	text := out.String()
	for _, secret := range []string{"ada@", "12345", "+62"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %s: %s", secret, text)
		}
	}
	if !strings.Contains(text, "MessageRejected") || !strings.Contains(text, `"function":"f1"`) {
		t.Errorf("the log is %s", text)
	}
}
