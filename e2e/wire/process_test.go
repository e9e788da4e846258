package wire

import (
	"encoding/json" // as aws-lambda-go does, for payloads
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// lambda is a function's own binary in a process of its own, with the test for Lambda's runtime.
type lambda struct {
	t       *testing.T
	folder  string
	work    chan []byte
	answers chan []byte
}

// build builds functions, all at once, and gives the folder that they are in.
func build(t *testing.T, folders ...string) string {
	t.Helper()
	dir := t.TempDir() + "/"
	arguments := []string{"build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", dir}
	for _, folder := range folders {
		arguments = append(arguments, "../../functions/"+folder)
	}
	out, err := exec.CommandContext(t.Context(), "go", arguments...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// deploy starts a function that was built, with an environment.
func deploy(t *testing.T, dir, folder string, environment []string) *lambda {
	t.Helper()
	l := &lambda{t: t, folder: folder, work: make(chan []byte), answers: make(chan []byte, 1)}
	api := httptest.NewServer(l)
	process := exec.Command(filepath.Join(dir, filepath.Base(folder)))
	process.Env = slices.Concat(environment, []string{"AWS_LAMBDA_RUNTIME_API=" + api.Listener.Addr().String()})
	process.Stderr = os.Stderr
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait() // it reports the signal
		api.CloseClientConnections()
		api.Close()
	})
	return l
}

// ServeHTTP is Lambda's runtime API (2018-06-01).
func (l *lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/invocation/next") {
		select {
		case event := <-l.work:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
			_, _ = w.Write(event)
		case <-r.Context().Done():
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	if strings.HasSuffix(r.URL.Path, "/error") {
		body = nil
	}
	l.answers <- body
	w.WriteHeader(http.StatusAccepted)
}

// invoke hands over an event and reads the answer.
func (l *lambda) invoke(event, into any) {
	l.t.Helper()
	if err := l.try(event, into); err != nil {
		l.t.Fatal(err)
	}
}

// try is invoke for goroutines that cannot end the test.
func (l *lambda) try(event, into any) error {
	text, err := json.Marshal(event)
	if err != nil {
		return err
	}
	deadline := time.After(30 * time.Second)
	select {
	case l.work <- text:
	case <-deadline:
		return fmt.Errorf("%s does not ask for work", l.folder)
	}
	select {
	case answer := <-l.answers:
		if err := json.Unmarshal(answer, into); err != nil {
			return fmt.Errorf("%s answered %q: %w", l.folder, answer, err)
		}
		return nil
	case <-deadline:
		return fmt.Errorf("%s does not answer", l.folder)
	}
}
