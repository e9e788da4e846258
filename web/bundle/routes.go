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

// onlyUsedRoutes leaves routes that no page names out of what is bundled.
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
