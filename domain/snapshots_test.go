package domain_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
)

const ours = "github.com/foldstream/foldstream/domain/"

// TestSnapshotsKnowTheirSource makes sure that an aggregate with snapshots has handed over the source of the packages of
// the domain that its fold is made of: those of its state's and its events' types, and those that the files with their
// Evolve methods import. A change in one that is left out would leave wrong snapshots in use.
func TestSnapshotsKnowTheirSource(t *testing.T) {
	for _, a := range domain.App.Folders() {
		if a.Traits().Snapshot == 0 {
			continue
		}
		var given, want []string
		for _, source := range a.Sources() {
			name, imports := read(t, source)
			given, want = append(given, name), append(want, imports...)
		}
		for _, pkg := range typePackages(a) {
			want = append(want, path.Base(pkg))
		}
		slices.Sort(want)
		for _, name := range slices.Compact(want) {
			if !slices.Contains(given, name) {
				t.Errorf("the fold of %s depends on package %s, whose source it has not handed over", a.StateName(), name)
			}
		}
	}
}

// read gives the name of the package that a source is of, and the packages of the domain that its folding files import.
func read(t *testing.T, source fs.FS) (name string, imports []string) {
	t.Helper()
	files, err := fs.Glob(source, "*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("a source has no files", err)
	}
	for _, file := range files {
		text, err := fs.ReadFile(source, file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		name = parsed.Name.Name
		if !slices.ContainsFunc(parsed.Decls, isEvolve) {
			continue
		}
		for _, i := range parsed.Imports {
			if pkg, _ := strconv.Unquote(i.Path.Value); strings.HasPrefix(pkg, ours) {
				imports = append(imports, path.Base(pkg))
			}
		}
	}
	return name, imports
}

func isEvolve(d ast.Decl) bool {
	f, ok := d.(*ast.FuncDecl)
	return ok && f.Recv != nil && f.Name.Name == "Evolve"
}

// typePackages are the packages of the domain that an aggregate's events refer to.
func typePackages(a es.Folder) []string {
	seen := map[reflect.Type]bool{}
	var packages []string
	var visit func(reflect.Type)
	visit = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		if strings.HasPrefix(t.PkgPath(), ours) {
			packages = append(packages, t.PkgPath())
		}
		switch t.Kind() {
		case reflect.Slice, reflect.Array, reflect.Pointer:
			visit(t.Elem())
		case reflect.Map:
			visit(t.Key())
			visit(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				visit(t.Field(i).Type)
			}
		}
	}
	for _, event := range a.Events() {
		t := a.EventGoType(event)
		visit(t)
		evolve, _ := t.MethodByName("Evolve")
		visit(evolve.Type.Out(0))
	}
	return packages
}
