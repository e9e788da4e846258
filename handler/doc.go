// Package handler turns Lambda's payloads into calls of the engine, and its results into answers: HTTP API requests for
// commands and queries, SQS batches for consumers, WebSocket events. On AWS a Lambda is one handler; on one machine the
// local gateway calls the same ones with the same payloads.
package handler
