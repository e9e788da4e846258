// Package dynamo keeps commits, the feed, views, checkpoints, traces, connections, leases and snapshots in DynamoDB, and
// relays the stream of the events table to the feed and to a publisher.
//
// Each adapter is a struct of a client and a table's name; the client should be one of package awsconfig, which tells what is
// an engine.ErrBusy after its retries. All of them read consistently.
package dynamo
