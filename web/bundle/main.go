// Command bundle builds the web pages: the types of the API from the declarations, then scripts, styles and index.html
// from web/src into web/dist, from which they are embedded. It takes the top of the repository as the place to stand, and
// the libraries that package-lock.json names, in node_modules. With -watch it serves the pages instead, built anew at each
// load, before the API of a server that runs.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	at := flag.String("watch", "", "address to serve the pages at, as 127.0.0.1:8081")
	api := flag.String("api", "http://127.0.0.1:8080", "server of the API behind them")
	flag.Parse()
	do := bundle
	if *at != "" {
		do = func() error { return watch(*at, *api) }
	}
	if err := do(); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func bundle() error {
	types, err := Types()
	if err != nil {
		return err
	}
	if err := os.WriteFile(typesFile, types, 0o644); err != nil {
		return fmt.Errorf("write the types of the API: %w", err)
	}
	files, err := Pages(".")
	if err != nil {
		return err
	}
	return replace(distFolder, files)
}
