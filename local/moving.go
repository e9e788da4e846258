package local

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// socket opens WebSockets here, or at the store that has taken this one's place.
func (s *System) socket() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		move, err := s.gate.Move(r.Context())
		if err != nil {
			respond(w, handler.NewProblem(r.Context(), engine.NewID(), err).Response())
			return
		}
		green, err := url.Parse(move.URL)
		if err != nil || !hasMoved(move) {
			s.hub.ServeHTTP(w, r)
			return
		}
		proxy := &httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) { p.SetURL(green) }}
		proxy.ServeHTTP(w, r)
	})
}

func hasMoved(move engine.Move) bool {
	return move.Phase == engine.MoveWritesCut || move.Phase == engine.MoveDestroyed
}

// awaitMove ends all connections when another store has taken this one's place: nothing is pushed here any more, and who
// connects again is pushed to from there.
func (s *System) awaitMove(ctx context.Context) error {
	look := time.NewTicker(engine.TurnBound)
	defer look.Stop()
	for moved := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
		}
		move, err := s.gate.Move(ctx)
		if err != nil {
			slog.WarnContext(ctx, "where the store is moving cannot be read", "error", err)
			continue
		}
		if hasMoved(move) && !moved {
			s.hub.end(errMove)
		}
		moved = hasMoved(move)
	}
}
