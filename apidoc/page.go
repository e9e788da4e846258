package apidoc

import (
	"embed"
	"io/fs"
)

//go:embed site
var site embed.FS

// Files are the page that shows the descriptions, index.html with its styles and scripts, to be served below /docs/. It
// reads ../openapi.json, ../asyncapi.json and ../config.json, talks to the API that the last one names and to nobody else,
// and works under a Content-Security-Policy that allows just that.
func Files() fs.FS {
	files, err := fs.Sub(site, "site")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return files
}
