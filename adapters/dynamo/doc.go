// Package dynamo keeps commits, the feed, views, checkpoints, traces, connections, leases and snapshots in DynamoDB, and
// relays the stream of the events table to the feed and to a publisher.
//
// Each adapter is a struct of a client and a table's name; give the client a retryer with bounded attempts. All of them
// read consistently. A call that DynamoDB still throttles after the client's retries is an engine.ErrBusy.
package dynamo
