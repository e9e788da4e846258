package e2e

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"github.com/foldstream/foldstream/adapters/outbox"
	"github.com/foldstream/foldstream/client"
)

// kept is a log that can be read while it is written.
type kept struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (k *kept) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all.Write(p)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all.String()
}

// TestLogsTellNothingPersonal has people sign in, rightly and wrongly, by a server that logs all it can, even that it cannot
// post their codes. None of what they gave or got is in its log.
func TestLogsTellNothingPersonal(t *testing.T) {
	t.Parallel()
	ownServer(t)
	var log kept
	folder := newEmail() // which errors quote
	data := filepath.Join(t.TempDir(), folder)
	process := launchLogging(t, build(t), data, freeAddress(t), "DEBUG", &log)
	d := desk{process.url, outbox.Folder(filepath.Join(data, "outbox"))}
	c := &client.Client{Base: process.url}
	email, phone := newEmail(), "+62"+newPhone()[1:]
	secrets := []string{folder, email, password, phone, "not the password"}

	signed, issued, err := c.SignUp(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, issued.Token)
	refused := func(path string, input any, headers ...string) {
		t.Helper()
		if answer, err := c.Do(t.Context(), http.MethodPost, path, input, headers...); err == nil {
			t.Errorf("%s answered %d %s", path, answer.Status, answer.Body)
		}
	}
	refused("/login", map[string]string{"email": email, "password": "not the password"})
	refused("/register", map[string]string{"email": email, "password": password})
	refused("/login", map[string]any{"email": email, "password": password, "token": issued.Token})
	refused("/login", email+" "+password)
	refused("/users", map[string]string{"name": "Ada"}, "Authorization", "Bearer "+issued.Token+"x")
	for _, to := range []string{email, phone} {
		asked := d.requested(t, to, "ID", map[bool]string{true: "org", false: "worker"}[to == email])
		code := d.codes(t, to, 1)[0]
		refused("/otps/verifications", map[string]string{"primary": to, "country": "ID", "key": asked.Key, "code": wrong(code, 1)[0]})
		_, _, err := d.verify(t, to, asked.Key, code)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, asked.Key, `"`+code+`"`)
	}
	socket := "ws" + strings.TrimPrefix(process.url, "http") + "/ws?token="
	for _, raw := range []string{signed.Token, signed.Token + "x"} {
		if conn, _, err := websocket.Dial(t.Context(), socket+raw, nil); err == nil {
			_ = conn.CloseNow()
		}
	}
	// The outbox becomes a file, so that nothing can be posted any more, and the log says so.
	if err := os.Rename(filepath.Join(data, "outbox"), filepath.Join(data, "read")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "outbox"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := newEmail()
	secrets = append(secrets, other)
	d.requested(t, other, "SG", "org")
	eventually(t, "the log says that a code could not be posted", func() bool { return strings.Contains(log.String(), "otp-sending") })

	process.kill(t)
	text := log.String()
	for _, secret := range secrets {
		if at := strings.Index(strings.ToLower(text), strings.ToLower(secret)); at >= 0 {
			t.Errorf("the log has %q: …%s…", secret, text[max(0, at-200):min(len(text), at+200)])
		}
	}
	for _, said := range []string{`"command":"log-in"`, `"command":"verify-otp"`, `"traceId":"`} {
		if !strings.Contains(text, said) {
			t.Errorf("the log does not say %s", said)
		}
	}
}
