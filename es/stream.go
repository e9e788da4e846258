package es

import "strings"

// StreamID names a stream: the category of its aggregate, a dash, and the aggregate's id, as in
// "match-0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f". It is the hash key of the events table.
type StreamID string

// FeedCategory is the category of the one stream that stands for the feed of all commits. No aggregate has it.
const FeedCategory = "feed"

// NewStreamID joins a category and an aggregate's id.
func NewStreamID(category, id string) StreamID { return StreamID(category + "-" + id) }

// Category is the part before the first dash.
func (s StreamID) Category() string {
	category, _, _ := strings.Cut(string(s), "-")
	return category
}

// ID is the part after the first dash: the aggregate's own id, as it stands in URLs.
func (s StreamID) ID() string {
	_, id, _ := strings.Cut(string(s), "-")
	return id
}
