// Package lambdas measures how long a Lambda takes from the start of its process to its first request for work. That is the
// part of a cold start that a program can do something about.
package lambdas
