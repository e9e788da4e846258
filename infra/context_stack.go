package main

import (
	"fmt"

	"github.com/foldstream/foldstream/topology"
)

// newContextStack deploys a context's functions, over what is shared.
func newContextStack(b *builder, main *httpAPI, functions []topology.Function) {
	for _, f := range functions {
		switch {
		case f.Route != "":
			main.route(b.function(f))
		case f.Queue != nil:
			b.consumer(f)
		default:
			panic(fmt.Sprintf("function %s of the context %s has neither a route nor a queue", f.Name, f.Context))
		}
	}
}
