package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/token"
	"github.com/foldstream/foldstream/topology"
)

// config is what a system is built from.
type config struct {
	app    *es.App
	stage  stage
	binary func(folder string) string // directory of a function's bootstrap, by the function's folder
	// architecture is what the binaries are built for, as Lambda calls it: arm64 or x86_64.
	architecture string
	sender       string // address that mails come from
	pager        string // address that alarms are mailed to; empty for none
	search       string // [openSearch], or empty for none
	outbox       string // [outboxOn], [outboxOff], or empty for what suits the stage
	// encryption is [ownKey], or empty for the keys of AWS.
	encryption string
	waf        string // [firewall], or empty for none
	region     string // that the stacks are for, as far as it is known
	// provider issues the tokens; none for our own authority, which an app has whose people sign in to it.
	provider token.Provider
	web      pages
	front    front
	archive  string // [archiving], or empty for none
	moves    string // [moving], or empty for a store that stays where it is
	canary   string // one of [canaries], or empty for releases at once
}

// functions are those that are deployed.
func (c config) functions() []topology.Function {
	all := topology.Functions(c.app)
	if c.search != openSearch {
		all = withoutSearch(all)
	}
	if c.archive != archiving {
		all = withoutArchive(all)
	}
	if c.moves != moving {
		all = withoutMoves(all)
	}
	return all
}

// system is the stacks of one stage, in the order of their deployment. The entry comes last: an API's stage can only
// name routes that are there. What is beside it needs nothing of the contexts.
type system struct {
	shared   *shared
	contexts []awscdk.Stack
	entry    awscdk.Stack
	beside   []awscdk.Stack
}

// The stacks beside those of the contexts.
const (
	sharedStack = "shared"
	entryStack  = "entry"
	webStack    = "web"
	frontStack  = "front"
)

// ownStacks are names that no context can have.
var ownStacks = []string{sharedStack, entryStack, webStack, frontStack}

func newSystem(app awscdk.App, c config) (*system, error) {
	functions := c.functions()
	if err := check(c, functions); err != nil {
		return nil, err
	}
	if err := checkProvider(c); err != nil {
		return nil, err
	}
	s := &system{shared: newShared(newBuilder(app, c, sharedStack), functions)}
	for _, context := range c.app.Contexts {
		own := owned(functions, context.Name)
		if len(own) == 0 {
			continue // CloudFormation takes no stack without resources
		}
		b := newBuilder(app, c, context.Name)
		b.at = s.shared.at
		newContextStack(b, s.shared.main, own)
		s.contexts = append(s.contexts, b.stack)
	}
	b := newBuilder(app, c, entryStack)
	b.at = s.shared.at
	newEntryStack(b, s.shared, functions)
	s.entry = b.stack
	for _, stack := range s.contexts {
		s.entry.AddStackDependency(stack, jsii.String("the entry's stage names the routes of the contexts"))
	}
	b = newBuilder(app, c, webStack)
	newWebStack(b, s.shared)
	s.beside = append(s.beside, b.stack)
	if c.front.domain != "" {
		b = newStack(app, c, c.front.stack(c.stage), frontStack)
		newFrontStack(b, s.shared)
		b.stack.AddStackDependency(s.entry, jsii.String("what has a name is open"))
		s.beside = append(s.beside, b.stack)
	}
	return s, nil
}

// stacks are all stacks.
func (s *system) stacks() []awscdk.Stack {
	all := append([]awscdk.Stack{s.shared.stack}, s.contexts...)
	return append(append(all, s.entry), s.beside...)
}

// owned are the functions of a context, or the system's own.
func owned(all []topology.Function, context string) []topology.Function {
	var own []topology.Function
	for _, f := range all {
		if f.Context == context {
			own = append(own, f)
		}
	}
	return own
}

// asked reports whether any function has a grant.
func asked(all []topology.Function, g topology.Grant) bool {
	return slices.ContainsFunc(all, func(f topology.Function) bool { return slices.Contains(f.Grants, g) })
}

// builder builds one stack.
type builder struct {
	config
	stack     awscdk.Stack
	at        *places
	deploying *deploying // nil until a function is released gradually
}

func newBuilder(app awscdk.App, c config, name string) *builder {
	return newStack(app, c, c.stage.name(name), name)
}

// newStack makes a builder of a stack that may be called by another name than its stage's.
func newStack(app awscdk.App, c config, id, name string) *builder {
	stack := awscdk.NewStack(app, jsii.String(id), &awscdk.StackProps{
		Description:           jsii.String("Foldstream, " + string(c.stage) + ": " + name),
		TerminationProtection: jsii.Bool(c.stage.keeps()),
		Tags:                  &map[string]*string{"foldstream:stage": jsii.String(string(c.stage))},
	})
	return &builder{config: c, stack: stack, at: &places{}}
}
