// Package contract holds the test suites that say what the ports of package engine mean: one function per port. Every
// adapter runs them in its own tests, so that all adapters can stand in for each other.
//
// A suite takes a constructor and calls it for each of its subtests. Constructors may give the same store each time, unless
// the suite says otherwise: subtests make up stream ids, view partitions and consumer names that nobody else has.
package contract
