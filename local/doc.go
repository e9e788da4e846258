// Package local runs the whole system on one machine: the embedded store, and a gateway that calls the same handlers as
// AWS does, with the same payloads, for HTTP, WebSocket and queues.
package local
