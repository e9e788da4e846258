// Package gateway measures the whole of one machine over HTTP: gateway, handler, engine, store, relay and consumers in this
// process, and a client over the loopback, which takes its share of the same processors.
package gateway
