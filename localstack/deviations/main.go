// Command deviations lets the stacks be deployed to an engine that differs from AWS. The stacks themselves are written for
// AWS alone: what the engine cannot take is changed on its way there, in the templates that `cdk synth` has written, or
// made up for afterwards, and each difference is told on standard error. An engine that it does not know gets the stacks as
// they are.
//
//	deviations templates DIR    change the templates in a cloud assembly, before cdk deploy
//	deviations repair STAGE     put right what the engine made of the deployed stacks
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	if err := run(os.Getenv("AWS_ENDPOINT_URL"), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "deviations:", err)
		os.Exit(1)
	}
}

func run(endpoint string, arguments []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if len(arguments) != 2 {
		return errors.New("usage: deviations templates DIR | deviations repair STAGE")
	}
	if endpoint == "" {
		return errors.New("AWS_ENDPOINT_URL is not set: AWS itself takes the stacks as they are")
	}
	if !isMiniStack(ctx, endpoint) {
		tell("the engine at " + endpoint + " is not MiniStack: it gets the stacks as they are")
		return nil
	}
	switch arguments[0] {
	case "templates":
		return adapt(arguments[1], endpoint)
	case "repair":
		return repair(ctx, arguments[1])
	default:
		return fmt.Errorf("there is no %q", arguments[0])
	}
}

// isMiniStack reports whether the engine has the path that only MiniStack has.
func isMiniStack(ctx context.Context, endpoint string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/_ministack/health", http.NoBody)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func tell(what string) { fmt.Fprintln(os.Stderr, "deviation:", what) }
