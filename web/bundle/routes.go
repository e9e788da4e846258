package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// aRoute is a line of the list of routes in [typesFile].
var aRoute = regexp.MustCompile(`(?m)^  ("[a-z-]+"): "(GET|POST|PUT|PATCH|DELETE) .*\n`)

// aPattern is a text of a page that is put together, of words as names of routes are made of.
var aPattern = regexp.MustCompile("`([a-z-]*)\\$\\{[^`{}]*\\}([a-z-]*)`")

// onlyUsedRoutes leaves routes that no page names out of what is bundled. A page that puts the name of one together is refused:
// nobody could tell which it needs.
func onlyUsedRoutes(root string) api.Plugin {
	return api.Plugin{Name: "only used routes", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `/api\.ts$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			types, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			named, err := sources(filepath.Join(root, sourceRoot))
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("find the routes that pages name: %w", err)
			}
			if err := noneTogether(string(types), named); err != nil {
				return api.OnLoadResult{}, err
			}
			text := aRoute.ReplaceAllStringFunc(string(types), func(line string) string {
				if strings.Contains(named, aRoute.FindStringSubmatch(line)[1]) {
					return line
				}
				return ""
			})
			return api.OnLoadResult{Contents: &text, Loader: api.LoaderTS}, nil
		})
	}}
}

// noneTogether fails if what pages put together may be a route.
func noneTogether(types, pages string) error {
	for _, pattern := range aPattern.FindAllStringSubmatch(pages, -1) {
		for _, route := range aRoute.FindAllStringSubmatch(types, -1) {
			name := strings.Trim(route[1], `"`)
			if pattern[1]+pattern[2] != "" && strings.HasPrefix(name, pattern[1]) && strings.HasSuffix(name, pattern[2]) {
				return fmt.Errorf("a page has %s, which may be the route %s: name routes as they are", pattern[0], name)
			}
		}
	}
	return nil
}

// sources is all that is written by hand.
func sources(folder string) (string, error) {
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == filepath.Base(typesFile) || !strings.HasPrefix(filepath.Ext(path), ".ts") {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, path))
		all.Write(text)
		return err
	})
	return all.String(), err
}
