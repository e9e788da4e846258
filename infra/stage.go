package main

import (
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/foldstream/foldstream/topology"
)

// stage is a [topology.Stage] with what its stacks make of it.
type stage string

// production is the stage whose data outlives its stacks.
const production = stage(topology.Production)

func (s stage) check() error { return topology.Stage(s).Check() }

// name is the name of a thing of this stage.
func (s stage) name(thing string) string { return topology.Stage(s).Name(thing) }

// keeps reports whether the stage is more than a try: its data stays when a stack is deleted by mistake.
func (s stage) keeps() bool { return s == production }

// removal is what becomes of data whose stack goes. That of a stack which could not even be created is no data, and would be
// in the way of the next try.
func (s stage) removal() awscdk.RemovalPolicy {
	if s.keeps() {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
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
