package handler

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// FeedPage is a page of the feed: all that was asked for of the positions that were examined.
type FeedPage struct {
	Type  string         `json:"type"`  // Feed
	Items []LoggedCommit `json:"items"` // by position
	From  uint64         `json:"from"`  // the positions that were examined, both included: none when from is behind to
	To    uint64         `json:"to"`
	End   uint64         `json:"end"` // of the feed
}

// FeedPart is a part of the text of a page that is too large for one message. It is a page of a single commit.
type FeedPart struct {
	Type  string `json:"type"` // FeedPart
	Part  int    `json:"part"` // from 1
	Parts int    `json:"parts"`
	Text  string `json:"text"`
}

const (
	// MaxFollowed is how many commits a page has at most.
	MaxFollowed = 200
	pageBytes   = engine.MaxMessageBytes - engine.MaxMessageBytes/8
	// partBytes is how much of a page's text goes into one part: as a text within JSON it is at most twice as long.
	partBytes = engine.MaxMessageBytes/2 - 4096
)

// ErrBehindTheEnd refuses to go on from a position that the feed does not have.
var ErrBehindTheEnd = es.Conflict("BehindTheEnd", "the feed ends before this position: it is not the feed that the position is of, or has lost its end")

// ErrInTheArchive refuses to go on with commits whose events have been archived, where the archive is not read.
var ErrInTheArchive = es.Conflict("InTheArchive", "the events that come next are in the archive, which is not read here")

// follow reads a page of the feed. Who asks to wait is told first when the feed goes on, so that nothing falls in between.
func (h *WebSocket) follow(ctx context.Context, c engine.Connection, m Message) (FeedPage, error) {
	caller := es.Identity{User: c.User, Roles: c.Roles}
	categories, err := h.visible(caller, m)
	if err != nil {
		return FeedPage{}, err
	}
	if m.Wait {
		if err := h.Connections.Subscribe(ctx, c.ID, engine.FeedTopic); err != nil {
			return FeedPage{}, fmt.Errorf("follow the feed: %w", err)
		}
	}
	found, err := engine.ReadLog(ctx, h.Feed, engine.LogQuery{
		After: &m.After, Categories: categories, Types: m.Events, Limit: MaxFollowed, Bytes: pageBytes, Whole: true,
	})
	switch {
	case errors.Is(err, engine.ErrArchived):
		return FeedPage{}, ErrInTheArchive
	case err != nil:
		return FeedPage{}, err
	case m.After > found.End:
		return FeedPage{}, ErrBehindTheEnd
	}
	page := FeedPage{Type: "Feed", Items: []LoggedCommit{}, From: found.From, To: found.To, End: found.End}
	for _, commit := range found.Commits {
		page.Items = append(page.Items, logged(commit, h.Catalogue.IsPrivate(commit.Stream.Category())))
	}
	return page, nil
}

// visible are the categories that a caller is to be shown, none for all; or why what is asked for is not to be had.
func (h *WebSocket) visible(caller es.Identity, m Message) ([]string, error) {
	admin := caller.Has(es.RoleAdmin)
	if !admin {
		if err := engine.Authorize(es.RoleFollow, caller); err != nil {
			return nil, err
		}
	}
	categories := m.Categories
	for _, category := range categories {
		switch known, restricted := h.Catalogue.Streams(category); {
		case !known:
			return nil, es.Invalid("categories", "there is no category %q", category)
		case restricted && !admin:
			return nil, engine.ErrForbidden
		}
	}
	if len(categories) == 0 && !admin {
		categories = h.Catalogue.Open()
	}
	for _, event := range m.Events {
		known, _ := h.Catalogue.EventsNamed(event)
		switch {
		case !known:
			return nil, es.Invalid("events", "there is no event of the name %q", event)
		case len(categories) == 0 || h.Catalogue.Holds(categories, event):
		case len(m.Categories) == 0:
			return nil, engine.ErrForbidden
		default:
			return nil, es.Invalid("events", "there is no event of the name %q in these categories", event)
		}
	}
	return categories, nil
}

// messages are the texts that tell a page: one, unless it has a single commit that is too large. What has no room is left
// to the next page.
func (p FeedPage) messages() ([][]byte, error) {
	for {
		text, err := es.Encode(p)
		switch n := len(p.Items); {
		case err != nil:
			return nil, err
		case len(text) <= engine.MaxMessageBytes:
			return [][]byte{text}, nil
		case n == 1:
			return parts(text)
		default:
			p.Items = p.Items[:n/2]
			p.To = p.Items[n/2-1].Position
		}
	}
}

// parts cuts a text, between two characters.
func parts(text []byte) (messages [][]byte, err error) {
	var pieces [][]byte
	for len(text) > 0 {
		end := min(len(text), partBytes)
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end--
		}
		pieces, text = append(pieces, text[:end]), text[end:]
	}
	for i, piece := range pieces {
		message, err := es.Encode(FeedPart{Type: "FeedPart", Part: i + 1, Parts: len(pieces), Text: string(piece)})
		if err != nil {
			return nil, err
		}
		messages = append(messages, message)
	}
	return messages, nil
}
