package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/domain"
)

// Where things are, from the top of the repository.
const (
	typesFile  = "web/src/api.ts"
	sourceRoot = "web/src"
	distFolder = "web/dist"
)

// copied are the files of the source that are served as they are.
var copied = []string{"404.html", "404.css", "icon.svg"}

// Types gives the text of the API's types.
func Types() ([]byte, error) { return apidoc.TypeScript(domain.App) }

// Pages builds the pages of a checkout of the repository: files by their paths below web/dist.
func Pages(top string) (map[string][]byte, error) {
	built, err := build(top)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	entries := map[string]string{}
	for _, f := range built {
		name := filepath.Base(f.Path)
		files[name] = f.Contents
		if strings.HasPrefix(name, "main-") {
			entries[filepath.Ext(name)] = name
		}
	}
	for _, name := range copied {
		if files[name], err = os.ReadFile(filepath.Join(top, sourceRoot, name)); err != nil {
			return nil, fmt.Errorf("copy a page: %w", err)
		}
	}
	page, err := os.ReadFile(filepath.Join(top, sourceRoot, "index.html"))
	if err != nil {
		return nil, fmt.Errorf("read the first page: %w", err)
	}
	for place, name := range map[string]string{"{{script}}": entries[".js"], "{{styles}}": entries[".css"]} {
		if name == "" || !bytes.Contains(page, []byte(place)) {
			return nil, fmt.Errorf("the first page has no place for %s, or there is no such file", place)
		}
		page = bytes.ReplaceAll(page, []byte(place), []byte(name))
	}
	files["index.html"] = page
	return files, nil
}

func build(top string) ([]api.OutputFile, error) {
	root, err := filepath.Abs(top)
	if err != nil {
		return nil, fmt.Errorf("find the repository: %w", err)
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   []string{sourceRoot + "/main.tsx"},
		Outdir:        distFolder,
		Bundle:        true,
		Format:        api.FormatESModule,
		Target:        api.ES2022,
		EntryNames:    "[name]-[hash]",
		// The calls that this makes of elements are shorter than those of the automatic way, which TypeScript checks.
		JSX: api.JSXTransform, JSXFactory: "h", JSXFragment: "Fragment", Inject: []string{sourceRoot + "/jsx.ts"}, TsconfigRaw: "{}",
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		LegalComments: api.LegalCommentsNone,
		Plugins:       []api.Plugin{onlyUsedRoutes(root)},
		Write:         false,
	})
	if len(result.Errors) == 0 {
		return result.OutputFiles, nil
	}
	told := api.FormatMessages(result.Errors, api.FormatMessagesOptions{Kind: api.ErrorMessage})
	if _, err := os.Stat(filepath.Join(root, "node_modules/preact")); err != nil {
		told = append(told, "the libraries are not there: npm ci")
	}
	return nil, errors.New(strings.Join(told, "\n"))
}

// replace makes a folder hold these files and no others.
func replace(folder string, files map[string][]byte) error {
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("empty %s: %w", folder, err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make %s: %w", folder, err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return fmt.Errorf("write the pages: %w", err)
		}
	}
	return nil
}
