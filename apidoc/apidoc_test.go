package apidoc_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

var update = flag.Bool("update", false, "write the golden files")

var apps = map[string]*es.App{"small": small, "domain": domain.App}

// described gives a document, read back.
func described(t *testing.T, describe func(*es.App) ([]byte, error), app *es.App) (text []byte, document map[string]any) {
	t.Helper()
	text, err := describe(app)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return text, document
}

// official compiles a specification's own schema. That of OpenAPI is https://spec.openapis.org/oas/3.1/schema/2022-10-07,
// that of AsyncAPI is schemas/3.0.0-without-$id.json of the npm package @asyncapi/specs; both are Apache-2.0.
func official(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	zipped, err := os.ReadFile(filepath.Join("testdata", name+".json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.UnmarshalJSON(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	return compile(t, name+".json", schema, "")
}

func compile(t *testing.T, name string, document any, at string) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(name + at)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestDocumentsFollowTheirSpecifications(t *testing.T) {
	openAPI, asyncAPI := official(t, "openapi-3.1"), official(t, "asyncapi-3.0")
	for name, app := range apps {
		t.Run(name, func(t *testing.T) {
			_, document := described(t, apidoc.OpenAPI, app)
			if err := openAPI.Validate(document); err != nil {
				t.Errorf("OpenAPI: %v", err)
			}
			_, document = described(t, apidoc.AsyncAPI, app)
			if err := asyncAPI.Validate(document); err != nil {
				t.Errorf("AsyncAPI: %v", err)
			}
			delete(document, "info")
			if openAPI.Validate(document) == nil || asyncAPI.Validate(document) == nil {
				t.Error("the specifications' schemas let anything pass")
			}
		})
	}
}

func TestDescriptionsAreTheSameEachTime(t *testing.T) {
	for _, describe := range []func(*es.App) ([]byte, error){apidoc.OpenAPI, apidoc.AsyncAPI} {
		first, _ := described(t, describe, domain.App)
		for range 20 {
			if again, _ := described(t, describe, domain.App); !bytes.Equal(first, again) {
				t.Fatal("two descriptions of one app differ")
			}
		}
	}
}

func TestGolden(t *testing.T) {
	for name, describe := range map[string]func(*es.App) ([]byte, error){"openapi": apidoc.OpenAPI, "asyncapi": apidoc.AsyncAPI} {
		text, _ := described(t, describe, small)
		var got bytes.Buffer
		if err := json.Indent(&got, text, "", "  "); err != nil {
			t.Fatal(err)
		}
		got.WriteByte('\n')
		path := filepath.Join("testdata", name+".golden.json")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (go test -update writes it anew):\n%s", path, diff)
		}
	}
}

// each visits all values of a document with their places.
func each(at string, value any, visit func(at string, value any)) {
	visit(at, value)
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			each(at+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), member, visit)
		}
	case []any:
		for i, item := range v {
			each(fmt.Sprintf("%s/%d", at, i), item, visit)
		}
	}
}

func TestEveryReferenceResolvesAndEverySchemaIsUsed(t *testing.T) {
	for name, app := range apps {
		for _, describe := range []func(*es.App) ([]byte, error){apidoc.OpenAPI, apidoc.AsyncAPI} {
			_, document := described(t, describe, app)
			places, used := map[string]bool{}, map[string]bool{}
			each("#", document, func(at string, _ any) { places[at] = true })
			each("#", document, func(at string, value any) {
				if ref, ok := value.(string); ok && strings.HasSuffix(at, "/$ref") {
					used[ref] = true
					if !places[ref] {
						t.Errorf("%s: %s leads nowhere", name, at)
					}
				}
			})
			for place := range places {
				if part := strings.Split(place, "/"); len(part) == 4 && part[1] == "components" && part[2] != "securitySchemes" && !used[place] {
					t.Errorf("%s: nothing refers to %s", name, place)
				}
			}
		}
	}
}

func TestThePageTakesNothingFromElsewhere(t *testing.T) {
	foreign := regexp.MustCompile(`https?://|innerHTML|insertAdjacentHTML|\beval\b|style="| on[a-z]+="`)
	count := 0
	err := fs.WalkDir(apidoc.Files(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		count++
		text, err := fs.ReadFile(apidoc.Files(), path)
		if found := foreign.Find(text); found != nil {
			t.Errorf("%s has %s", path, found)
		}
		return err
	})
	if err != nil || count == 0 {
		t.Fatal(count, err)
	}
	if _, err := fs.Stat(apidoc.Files(), "index.html"); err != nil {
		t.Error(err)
	}
}
