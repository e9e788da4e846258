package client

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/foldstream/foldstream/handler"
)

// Discover asks the system at a base URL what it is called, and where its WebSocket and its token authority are. The
// WebSocket's URL is made absolute.
func Discover(ctx context.Context, base string) (handler.SystemAnswer, error) {
	_, path, _ := strings.Cut(handler.GetSystem.Route, " ")
	var about handler.SystemAnswer
	if err := (&Client{Base: base}).Get(ctx, path, &about); err != nil {
		return about, fmt.Errorf("ask %s what it is: %w", base, err)
	}
	document, err := url.Parse(base + path)
	if err != nil {
		return about, fmt.Errorf("parse the base URL: %w", err)
	}
	socket, err := document.Parse(about.WebSocketURL)
	if err != nil {
		return about, fmt.Errorf("parse the WebSocket's URL: %w", err)
	}
	socket.Scheme = strings.Replace(socket.Scheme, "http", "ws", 1)
	about.WebSocketURL = socket.String()
	return about, nil
}
