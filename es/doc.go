// Package es is the core of Foldstream: the words in which a domain is declared.
//
// A stream is the events of one aggregate, versions 1, 2, 3 … without a gap. An event is a type with Evolve, a command is
// a type with Decide; both are pure: time, identity and randomness come in through [Env]. [Of] declares an aggregate,
// [Handles] a command, [Project] a view of each stream, [ProjectFeed] one of many, [Get], [List] and [Search] queries,
// [NewSaga] a saga, [NewListener] what aggregates can listen to. [NewApp] collects the declarations,
// and from that one list come the Lambdas, the local runtime, the stacks, OpenAPI, AsyncAPI and the tests.
//
// The package holds no I/O. Package engine loads, appends, projects and reacts.
package es
