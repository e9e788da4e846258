// Command infra writes the CloudFormation templates of the whole system from its declarations, by the CDK. It is a Go
// module of its own, so that the CDK weighs on nothing else.
//
// A stage is four kinds of stack: what is shared, one for each bounded context, and the entry, which opens the API to the
// routes of all contexts. The constructs are the CDK's lowest, which say what CloudFormation says and change only when it
// does; what they have in common is in functions of ours.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/topology"
)

func main() {
	defer jsii.Close()
	// cdk.json starts this program in infra/, where its module is. The paths that it is given, and dist/, are from the top.
	if err := os.Chdir(".."); err != nil {
		fail(err)
	}
	app := awscdk.NewApp(nil)
	c := config{
		app: domain.App, binary: built,
		stage: stage(given(app, "stage")), sender: given(app, "sender"), pager: given(app, "pager"), search: given(app, "search"),
	}
	if err := complete(c.functions()); err != nil {
		fail(err)
	}
	if _, err := newSystem(app, c); err != nil {
		fail(err)
	}
	app.Synth(nil)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "infra:", err)
	os.Exit(1)
}

// given reads a context value: from `cdk -c name=value`, else from cdk.json.
func given(app awscdk.App, name string) string {
	value, _ := app.Node().TryGetContext(jsii.String(name)).(string)
	return value
}

// built is the directory where `make lambdas` puts the binary of a function's folder.
func built(folder string) string {
	return filepath.Join("dist", strings.TrimPrefix(folder, "functions/"))
}

// complete reports the functions that have not been built.
func complete(functions []topology.Function) error {
	var errs []error
	for _, f := range functions {
		if _, err := os.Stat(filepath.Join(built(f.Folder), "bootstrap")); err != nil {
			errs = append(errs, fmt.Errorf("%s is not built, run make lambdas: %w", f.Name, err))
		}
	}
	return errors.Join(errs...)
}
