// Package web is what browsers are served: the pages, the description of the API with the page that shows it, and where the
// API is. The server on one machine and the upload to S3 take the same files from here.
package web

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/foldstream/foldstream/apidoc"
	"github.com/foldstream/foldstream/es"
)

// Config tells pages where the API is. It is served as config.json, and its URLs may be relative to that.
type Config struct {
	API       string `json:"api"`       // base of the HTTP API
	WebSocket string `json:"webSocket"` // of the WebSocket API
	Issuer    string `json:"issuer"`    // of tokens
}

// Site is files by their paths, as "docs/index.html".
type Site map[string][]byte

// The files that are made for an app; all others are as they stand in a folder.
const (
	configFile   = "config.json"
	openAPIFile  = "openapi.json"
	asyncAPIFile = "asyncapi.json"
	docsFolder   = "docs/"
)

//go:embed dist
var dist embed.FS

// New puts together the site of an app whose API is where config says.
func New(app *es.App, config Config) (Site, error) {
	s := Site{}
	if err := s.add("", dist, "dist"); err != nil {
		return nil, err
	}
	if err := s.add(docsFolder, apidoc.Files(), "."); err != nil {
		return nil, err
	}
	var err error
	if s[configFile], err = es.Encode(config); err != nil {
		return nil, fmt.Errorf("encode %s: %w", configFile, err)
	}
	if s[openAPIFile], err = apidoc.OpenAPIAt(app, config.api()); err != nil {
		return nil, err
	}
	if s[asyncAPIFile], err = apidoc.AsyncAPI(app); err != nil {
		return nil, err
	}
	for path := range s {
		if ContentType(path) == "" {
			return nil, fmt.Errorf("nobody said what type of content %s is", path)
		}
	}
	return s, nil
}

// add adds the files below a folder.
func (s Site) add(at string, files fs.FS, folder string) error {
	below, err := fs.Sub(files, folder)
	if err != nil {
		return fmt.Errorf("find the pages: %w", err)
	}
	return fs.WalkDir(below, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		s[at+path], err = fs.ReadFile(below, path)
		return err
	})
}

// Policy is that of pages which go by the config.
func (c Config) Policy() string {
	return Policy(slices.DeleteFunc([]string{c.API, c.WebSocket, c.Issuer}, isBeside)...)
}

// api is the API's URL as its description must name it: not at all when it stands beside the API.
func (c Config) api() string {
	if isBeside(c.API) {
		return ""
	}
	return c.API
}

// isBeside reports whether a URL is relative to the site's.
func isBeside(url string) bool { return !strings.Contains(url, "://") }
