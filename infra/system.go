package main

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// config is what a system is built from.
type config struct {
	app    *es.App
	stage  stage
	binary func(folder string) string // directory of a function's bootstrap, by the function's folder
	sender string                     // address that mails come from
	pager  string                     // address that alarms are mailed to; empty for none
	search string                     // [openSearch], or empty for none
}

// functions are those that are deployed.
func (c config) functions() []topology.Function {
	all := topology.Functions(c.app)
	if c.search == openSearch {
		return all
	}
	return withoutSearch(all)
}

// system is the stacks of one stage, in the order of their deployment. The entry comes last: an API's stage can only
// name routes that are there.
type system struct {
	shared   *shared
	contexts []awscdk.Stack
	entry    awscdk.Stack
}

// The stacks beside those of the contexts.
const (
	sharedStack = "shared"
	entryStack  = "entry"
)

func newSystem(app awscdk.App, c config) (*system, error) {
	functions := c.functions()
	if err := check(c, functions); err != nil {
		return nil, err
	}
	s := &system{shared: newShared(newBuilder(app, c, sharedStack), functions)}
	for _, context := range c.app.Contexts {
		b := newBuilder(app, c, context.Name)
		b.at = s.shared.at
		newContextStack(b, s.shared.main, owned(functions, context.Name))
		s.contexts = append(s.contexts, b.stack)
	}
	b := newBuilder(app, c, entryStack)
	b.at = s.shared.at
	newEntryStack(b, s.shared, functions)
	s.entry = b.stack
	for _, stack := range s.contexts {
		s.entry.AddStackDependency(stack, jsii.String("the entry's stage names the routes of the contexts"))
	}
	return s, nil
}

// stacks are all stacks.
func (s *system) stacks() []awscdk.Stack {
	all := append([]awscdk.Stack{s.shared.stack}, s.contexts...)
	return append(all, s.entry)
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
	stack awscdk.Stack
	at    *places
}

func newBuilder(app awscdk.App, c config, name string) *builder {
	stack := awscdk.NewStack(app, jsii.String(c.stage.name(name)), &awscdk.StackProps{
		Description:           jsii.String("Foldstream, " + string(c.stage) + ": " + name),
		TerminationProtection: jsii.Bool(c.stage.keeps()),
		Tags:                  &map[string]*string{"foldstream:stage": jsii.String(string(c.stage))},
	})
	return &builder{config: c, stack: stack, at: &places{}}
}
