// Package browser_test tries the pages in a browser. The tests are the *.test.ts beside this file; package harness.ts says what
// they are written with. Node runs them against a system that this process serves.
//
// These of the environment choose: RUN the tests whose names match it, FILES the files whose names match it, and
// FOLDSTREAM_PAGES=source the pages as the source has them, in place of those that are built into the program. CHROMIUM
// names the browser; else it is one of the machine's, or the one that package-lock.json brings along.
package browser_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/evanw/esbuild/pkg/api"
)

const top = "../.."

func TestPagesInABrowser(t *testing.T) {
	slog.SetLogLoggerLevel(slog.LevelError)
	script := bundled(t)
	system := serve(t)
	arguments := []string{"--enable-source-maps", "--test-reporter=spec"}
	if run := os.Getenv("RUN"); run != "" {
		arguments = append(arguments, "--test-name-pattern="+run)
	}
	ctx := t.Context()
	if deadline, ok := t.Deadline(); ok {
		limited, cancel := context.WithDeadline(ctx, deadline.Add(-20*time.Second)) // so that it is not left behind
		defer cancel()
		ctx = limited
	}
	node := exec.CommandContext(ctx, "node", append(arguments, script)...)
	node.Env = append(os.Environ(), system.environment()...)
	node.Stdout, node.Stderr = os.Stdout, os.Stderr
	node.Cancel = func() error { return node.Process.Signal(syscall.SIGTERM) }
	node.WaitDelay = 10 * time.Second
	if err := node.Run(); err != nil {
		t.Fatalf("the tests in the browser failed (above: which, and why): %v", err)
	}
}

// bundled makes one script of the tests. It lies in the checkout, so that Node finds the libraries.
func bundled(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(top, "node_modules/playwright-core")); err != nil {
		t.Fatal("the libraries are not there; from the top of the repository: npm ci")
	}
	folder := fmt.Sprintf(".built-%d", os.Getpid())
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	script := filepath.Join(folder, "tests.mjs")
	result := api.Build(api.BuildOptions{
		Stdin:   &api.StdinOptions{Contents: imports(t), ResolveDir: ".", Loader: api.LoaderTS},
		Outfile: script, Bundle: true, Write: true, Platform: api.PlatformNode, Format: api.FormatESModule, Target: api.ES2022,
		Packages: api.PackagesExternal, Sourcemap: api.SourceMapInline,
		Plugins: []api.Plugin{{Name: "addresses alone", Setup: addressesAlone}},
	})
	for _, message := range api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage}) {
		t.Error(message)
	}
	if t.Failed() {
		t.FailNow()
	}
	return script
}

// addressesAlone leaves out what shows the pages: it runs in browsers only, and tests want to know what pages there are.
func addressesAlone(build api.PluginBuild) {
	const nowhere = "nowhere"
	build.OnResolve(api.OnResolveOptions{Filter: `^\./\w+$`}, func(args api.OnResolveArgs) (api.OnResolveResult, error) {
		if filepath.Base(args.Importer) != "pages.ts" {
			return api.OnResolveResult{}, nil
		}
		return api.OnResolveResult{Path: args.Path, Namespace: nowhere}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".", Namespace: nowhere}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
		empty := "module.exports = {}"
		return api.OnLoadResult{Contents: &empty}, nil
	})
}

func imports(t *testing.T) (text string) {
	t.Helper()
	chosen, err := regexp.Compile(os.Getenv("FILES"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.test.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if chosen.MatchString(file) {
			text += `import "./` + file + "\";\n"
		}
	}
	if text == "" {
		t.Fatalf("no file of tests matches %q", chosen)
	}
	return text
}
