// Command ready tells at once what a deployment of a stage would fail for after a minute of building: a stage of no name
// that there can be, or an environment without a region or credentials.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ready STAGE")
		os.Exit(2)
	}
	if err := run(context.Background(), topology.Stage(os.Args[1])); err != nil {
		fmt.Fprintln(os.Stderr, "deploy:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stage topology.Stage) error {
	if err := stage.Check(); err != nil {
		return err
	}
	_, err := remote.Environment(ctx)
	return err
}
