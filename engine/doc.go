// Package engine makes declarations of package es work: it executes commands on streams, brings commits to views, sagas
// and clients, each exactly once and in order, and answers queries.
//
// It reaches the world through the small interfaces in ports.go; each has one contract suite in engine/contract that
// every adapter passes.
package engine
