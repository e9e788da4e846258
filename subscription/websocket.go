package subscription

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// WebSocket is the source of who is outside: a system's WebSocket, of which the caller must have the role follow, or admin.
// Who follows sees what needs no admin; admins see all, private events without their data. One WebSocket is one subscription's.
type WebSocket struct {
	Base string // URL of the API
	// Token gives the access token for a connection: another one, when the last has run out.
	Token func(ctx context.Context) (string, error)
	HTTP  http.Client // for what is asked over HTTP; the zero one is the default

	refused string // the last token that was turned away
}

const (
	// alive is how long nothing need be said until the connection is tried: who holds it in between hears of nothing that
	// failed to be told.
	alive = handler.IdleLimit / 2
	// answering is how long an answer may take.
	answering = 30 * time.Second
)

// Open implements [Source].
func (w *WebSocket) Open(ctx context.Context, wanted Filter) (Reader, error) {
	token, err := w.Token(ctx)
	if err != nil {
		return nil, fmt.Errorf("get a token: %w", err)
	}
	about, err := client.Discover(ctx, w.Base)
	if err != nil {
		return nil, err
	}
	caller := &client.Client{Base: w.Base, Token: token, HTTP: w.HTTP}
	socket, err := caller.Connect(ctx, about.WebSocketURL)
	if isRefusal(err, http.StatusUnauthorized, http.StatusForbidden) { // API Gateway forbids what its authorizer denies
		if token == w.refused {
			return nil, errors.Join(ErrRefused, err)
		}
		w.refused = token
	}
	if err != nil {
		return nil, err
	}
	return listen(ctx, socket, wanted), nil
}

func isRefusal(err error, statuses ...int) bool {
	var refusal *client.Error
	if !errors.As(err, &refusal) {
		return false
	}
	for _, status := range statuses {
		if refusal.Status == status {
			return true
		}
	}
	return false
}

// socketReader reads pages by asking for them, one at a time. Who is at the end is told when the feed goes on.
type socketReader struct {
	socket *client.Socket
	wanted Filter
	stop   context.CancelFunc
	heard  *hearing
	told   bool // whether it has asked to be told
}

func listen(ctx context.Context, socket *client.Socket, wanted Filter) *socketReader {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	r := &socketReader{socket: socket, wanted: wanted, stop: stop, heard: newHearing()}
	go r.heard.run(ctx, socket)
	return r
}

// Close implements [Reader].
func (r *socketReader) Close() error {
	err := r.socket.Close()
	r.stop()
	<-r.heard.ended
	return err
}

// Next implements [Reader].
func (r *socketReader) Next(ctx context.Context, after uint64) (engine.LogPage, error) {
	for wait := false; ; {
		page, err := r.ask(ctx, after, wait)
		if err != nil || page.To > after {
			return page, err
		}
		if !r.told { // what comes until it has asked to be told is in the answer to that
			wait, r.told = true, true
			continue
		}
		wait = false
		quiet := time.NewTimer(alive)
		select {
		case <-r.heard.advanced:
		case <-quiet.C:
			wait = true
		case <-r.heard.ended:
			return page, r.heard.err
		case <-ctx.Done():
			return page, ctx.Err()
		}
		quiet.Stop()
	}
}

// ask asks for a page, and waits for it.
func (r *socketReader) ask(ctx context.Context, after uint64, wait bool) (engine.LogPage, error) {
	select {
	case <-r.heard.advanced: // what it says is in the answer
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	message := handler.Message{Action: "follow", After: after, Categories: r.wanted.Categories, Events: r.wanted.Events, Wait: wait}
	if err := r.socket.Send(ctx, message); err != nil {
		return engine.LogPage{}, fmt.Errorf("ask: %w", err)
	}
	select {
	case a := <-r.heard.answers:
		return a.page, a.err
	case <-r.heard.ended:
		return engine.LogPage{}, r.heard.err
	case <-ctx.Done():
		return engine.LogPage{}, fmt.Errorf("wait for an answer: %w", ctx.Err())
	}
}
