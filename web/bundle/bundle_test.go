package main

import (
	"bytes"
	"compress/gzip"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const top = "../.."

// scriptBudget is how many bytes all scripts together may have on the wire.
const scriptBudget = 40_000

func pages(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := Pages(top)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestBuiltPagesAreUpToDate holds what is embedded against its source, as whoever runs the program gets what was built last.
func TestBuiltPagesAreUpToDate(t *testing.T) {
	types, err := Types()
	if err != nil {
		t.Fatal(err)
	}
	if written, err := os.ReadFile(filepath.Join(top, typesFile)); err != nil || !bytes.Equal(written, types) {
		t.Fatalf("%s is not what the declarations give; make web (%v)", typesFile, err)
	}
	want, got := pages(t), map[string][]byte{}
	entries, err := os.ReadDir(filepath.Join(top, distFolder))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if got[entry.Name()], err = os.ReadFile(filepath.Join(top, distFolder, entry.Name())); err != nil {
			t.Fatal(err)
		}
	}
	if !maps.EqualFunc(want, got, bytes.Equal) {
		t.Fatalf("%s is not what %s gives; make web\nthere are %v\nand should be %v", distFolder, sourceRoot,
			slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// TestBuildIsReproducible builds twice: what is committed must not depend on when or where it was built.
func TestBuildIsReproducible(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	root, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(root, elsewhere); err != nil {
		t.Fatal(err)
	}
	once, err := Pages(elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	if again := pages(t); !maps.EqualFunc(once, again, bytes.Equal) {
		t.Errorf("built twice, the pages are %v and %v", slices.Sorted(maps.Keys(once)), slices.Sorted(maps.Keys(again)))
	}
}

func TestScriptsAreSmall(t *testing.T) {
	files, all := pages(t), 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !strings.HasSuffix(name, ".js") {
			continue
		}
		var packed bytes.Buffer
		w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%6d bytes, %6d packed: %s", len(files[name]), packed.Len(), name)
		all += packed.Len()
	}
	t.Logf("%6d packed in all", all)
	if all == 0 || all > scriptBudget {
		t.Errorf("the scripts take %d bytes packed, of the %d that they may", all, scriptBudget)
	}
}

// TestTypesAreRight has TypeScript check the pages and their tests, which the bundler does not.
func TestTypesAreRight(t *testing.T) {
	check := exec.CommandContext(t.Context(), filepath.Join(top, "node_modules/.bin/tsc"), "--project", filepath.Join(top, "web"))
	out, err := check.CombinedOutput()
	if len(out) > 0 || err != nil {
		t.Errorf("%v (if it is not there: npm ci)\n%s", err, out)
	}
}

// TestRoutesAreNamed refuses what nobody can find in the source.
func TestRoutesAreNamed(t *testing.T) {
	const types = "  \"close-wallet\": \"DELETE /wallets/{walletId}\",\n"
	for page, right := range map[string]bool{
		"write(\"close-wallet\")":     true,
		"write(`${what}-wallet`)":     false,
		"write(`close-${what}`)":      false,
		"<p id={`id-${n}`}>":          true,
		"<p>{`${first} ${second}`}":   true,
		"fetch(`/wallets/${wallet}`)": true,
	} {
		if err := noneTogether(types, page); (err == nil) != right {
			t.Errorf("%s: %v", page, err)
		}
	}
}
