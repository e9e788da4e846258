// Package e2e holds the end-to-end tests: they play through the public API as any client would, over real HTTP and
// WebSocket connections, against a server of their own.
package e2e
