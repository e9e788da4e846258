package main

import (
	"fmt"
	"regexp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// stage is one installation of the whole system. Several live side by side in an account: all their names begin with
// the stage's.
type stage string

// production is the stage whose data outlives its stacks.
const production stage = "prod"

// stageName leaves room for the names of functions, of which AWS takes 64 letters.
var stageName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,15}$`)

func (s stage) check() error {
	if !stageName.MatchString(string(s)) {
		return fmt.Errorf("the stage %q is not a word of up to 16 lower-case letters, digits and dashes", string(s))
	}
	return nil
}

// name is the name of a thing of this stage.
func (s stage) name(thing string) string { return fmt.Sprintf("foldstream-%s-%s", string(s), thing) }

// keeps reports whether the stage is more than a try: its data stays when a stack is deleted by mistake.
func (s stage) keeps() bool { return s == production }

func (s stage) removal() awscdk.RemovalPolicy {
	if s.keeps() {
		return awscdk.RemovalPolicy_RETAIN
	}
	return awscdk.RemovalPolicy_DESTROY
}

func (s stage) logRetention() time.Duration {
	if s.keeps() {
		return 90 * day
	}
	return 7 * day
}

// keyGrace is how long a deleted signing key can still be brought back.
func (s stage) keyGrace() time.Duration {
	if s.keeps() {
		return 30 * day
	}
	return 7 * day
}

const day = 24 * time.Hour
