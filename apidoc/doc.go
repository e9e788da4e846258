// Package apidoc describes an app to those who call it: its HTTP API as OpenAPI 3.1, its WebSocket API as AsyncAPI 3.0,
// a page that shows both and sends requests, and the types of both in TypeScript. All is drawn from the declarations and
// from the types that the handlers read and write, so that it cannot fall behind them.
package apidoc
