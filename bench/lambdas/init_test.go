package lambdas

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/cloud/setting"
)

// programs are the binaries in BENCH_BIN, built for this machine as `make lambdas` builds them for Lambda's.
var programs = []string{"floor", "command", "projector", "query"}

// patience bounds the wait for a Lambda to ask for work.
const patience = 10 * time.Second

// BenchmarkInit starts each program b.N times and reports the median.
func BenchmarkInit(b *testing.B) {
	folder := os.Getenv("BENCH_BIN")
	if folder == "" {
		b.Skip("BENCH_BIN does not say where the binaries are")
	}
	asked := make(chan time.Time, 1)
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/runtime/invocation/next") {
			asked <- time.Now()
		}
		<-r.Context().Done() // there is no work: Lambda keeps a program waiting, too
	}))
	defer api.Close()
	for _, program := range programs {
		b.Run("function="+program, func(b *testing.B) {
			took := make([]time.Duration, b.N)
			for i := range took {
				took[i] = start(b, filepath.Join(folder, program), api.Listener.Addr().String(), asked)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "init-ms")
		})
	}
}

// start runs a program until it asks for work, and gives the time that this took.
func start(b *testing.B, path, api string, asked <-chan time.Time) time.Duration {
	b.Helper()
	program := exec.CommandContext(b.Context(), path)
	program.Env = environment(api)
	program.Stderr = os.Stderr
	begun := time.Now()
	if err := program.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = program.Process.Kill()
		_ = program.Wait() // says that it was killed
	}()
	select {
	case at := <-asked:
		return at.Sub(begun)
	case <-time.After(patience):
		b.Fatalf("%s did not ask for work", path)
		return 0
	}
}

// environment is what Lambda and the stack tell a program. Nothing in it is used before there is work.
func environment(api string) []string {
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + api, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_LAMBDA_FUNCTION_NAME=bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
	}
	for _, name := range []string{
		setting.EventsTable, setting.FeedTable, setting.ViewsTable, setting.CheckpointsTable, setting.TracesTable,
		setting.ConnectionsTable, setting.KeysTable, setting.SubjectKey, setting.Topic, setting.SigningKey, setting.Issuer,
		setting.WebSocketEndpoint, setting.MailFrom,
	} {
		env = append(env, name+"=bench")
	}
	return env
}
