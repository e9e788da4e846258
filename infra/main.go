// Command infra writes the CloudFormation templates of the whole system from its declarations, by the CDK. It is a Go
// module of its own, so that the CDK weighs on nothing else.
//
// A stage is four kinds of stack: what is shared, one for each bounded context, and the entry, which opens the API to the
// routes of all contexts. The constructs are the CDK's lowest, which say what CloudFormation says and change only when it
// does; what they have in common is in functions of ours.
package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/token"
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
		stage: stage(given(app, "stage")), sender: given(app, "sender"), pager: given(app, "pager"), search: given(app, "search"), outbox: given(app, "outbox"),
		provider: token.Provider{Issuer: given(app, "issuer"), Audience: given(app, "audience"), Roles: given(app, "roles-claim")},
		web:      pages{domain: given(app, "web-domain"), certificate: given(app, "web-certificate")},
		canary:   given(app, "canary"),
		front: front{
			domain: given(app, "front"), zone: given(app, "front-zone"), certificate: given(app, "front-certificate"),
			weight: given(app, "front-weight"),
		},
		archive:    given(app, "archive"),
		moves:      given(app, "moves"),
		encryption: given(app, "encryption"), waf: given(app, "waf"), region: os.Getenv("CDK_DEFAULT_REGION"),
	}
	if c.provider.Named() {
		c.app = c.app.WithoutSignIn()
	}
	var err error
	if c.architecture, err = complete(c.functions()); err != nil {
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

// complete reports the functions that have not been built, and otherwise what all have been built for.
func complete(functions []topology.Function) (architecture string, err error) {
	var errs []error
	for _, f := range functions {
		own, err := builtFor(filepath.Join(built(f.Folder), "bootstrap"))
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("%s is not built, run make lambdas: %w", f.Name, err))
		case architecture != "" && own != architecture:
			errs = append(errs, fmt.Errorf("%s is built for %s, others for %s: run make lambdas", f.Name, own, architecture))
		}
		architecture = own
	}
	return architecture, errors.Join(errs...)
}

// builtFor reads from a binary what it runs on.
func builtFor(binary string) (string, error) {
	f, err := elf.Open(binary)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // it was only read
	switch f.Machine {
	case elf.EM_AARCH64:
		return "arm64", nil
	case elf.EM_X86_64:
		return "x86_64", nil
	default:
		return "", fmt.Errorf("no Lambda runs on %v", f.Machine)
	}
}
