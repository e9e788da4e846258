// Package messaging publishes commits to an SNS FIFO topic, from where they come to an SQS FIFO queue for each consumer.
//
// A message's body is a commit as JSON, its group the stream, its deduplication id "stream#version", and its attribute
// category, by which subscriptions filter, the stream's category.
//
// It also posts errands to the inbox, an SQS FIFO queue.
package messaging
