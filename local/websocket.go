package local

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/coder/websocket"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/handler"
)

// hub does what API Gateway's WebSocket API does: it holds the connections, calls the routes' handler, and keeps the limits
// that a client meets on AWS. It implements engine.Pusher.
type hub struct {
	handle    func(context.Context, events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error)
	idle, age time.Duration

	mu    sync.Mutex
	peers map[string]*peer
	all   sync.WaitGroup
}

// peer is one open connection. What is pushed waits in out, so that a slow client holds up nobody.
type peer struct {
	out  chan []byte
	used chan struct{} // tells that something was sent or received
	end  context.CancelCauseFunc
}

// outbound is how many messages may wait for a client before it is taken to be gone.
const outbound = 1024

var (
	errSlow = errors.New("the client does not keep up")
	errIdle = errors.New("nothing was sent for too long")
	errAged = errors.New("the connection has reached its age")
	errStop = errors.New("the server stops")
	errMove = errors.New("the system has moved: connect again")
	errText = errors.New("messages are text")
)

func newHub() *hub {
	return &hub{idle: handler.IdleLimit, age: handler.AgeLimit, peers: map[string]*peer{}}
}

// ServeHTTP opens a connection if the $connect route lets it.
func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.all.Add(1)
	defer h.all.Done()
	id := engine.NewID()
	response, err := h.handle(r.Context(), h.event(r, id, "CONNECT", ""))
	if err != nil || response.StatusCode != http.StatusOK {
		if err != nil {
			response.StatusCode = http.StatusInternalServerError
		}
		respond(w, events.APIGatewayV2HTTPResponse{StatusCode: response.StatusCode, Headers: response.Headers, Body: response.Body})
		return
	}
	defer h.disconnect(r, id)
	p, ctx := h.admit(r, id)
	defer h.dismiss(id)
	options := &websocket.AcceptOptions{OriginPatterns: []string{"*"}} // a token is no cookie: no other site can send it
	if p := response.Headers["Sec-WebSocket-Protocol"]; p != "" {
		options.Subprotocols = []string{p}
	}
	conn, err := websocket.Accept(w, r, options)
	if err != nil {
		slog.DebugContext(r.Context(), "handshake failed", "error", err)
		return
	}
	conn.SetReadLimit(engine.MaxMessageBytes)
	h.serve(ctx, r, id, p, conn)
}

func (h *hub) event(r *http.Request, id, kind, body string) events.APIGatewayWebsocketProxyRequest {
	request := events.APIGatewayWebsocketProxyRequest{
		Headers: headers(r), QueryStringParameters: joined(r.URL.Query()), Body: body,
		RequestContext: events.APIGatewayWebsocketProxyRequestContext{ConnectionID: id, EventType: kind, RouteKey: "$default"},
	}
	if kind != "MESSAGE" {
		request.RequestContext.RouteKey = map[string]string{"CONNECT": "$connect", "DISCONNECT": "$disconnect"}[kind]
	}
	return request
}

func (h *hub) disconnect(r *http.Request, id string) {
	// The request's context ends with the connection.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	if _, err := h.handle(ctx, h.event(r, id, "DISCONNECT", "")); err != nil {
		slog.WarnContext(ctx, "disconnect failed", "connection", id, "error", err)
	}
}

// admit takes a connection in before its handshake is answered: the client may cause something to be pushed as soon as it
// has the answer. The context ends when the connection is to end.
func (h *hub) admit(r *http.Request, id string) (*peer, context.Context) {
	ctx, end := context.WithCancelCause(context.WithoutCancel(r.Context()))
	p := &peer{out: make(chan []byte, outbound), used: make(chan struct{}, 1), end: end}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peers[id] = p
	return p, ctx
}

func (h *hub) dismiss(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.peers[id].end(nil)
	delete(h.peers, id)
}

// serve runs a connection until either side or a limit ends it.
func (h *hub) serve(ctx context.Context, r *http.Request, id string, p *peer, conn *websocket.Conn) {
	aged := time.AfterFunc(h.age, func() { p.end(errAged) })
	defer aged.Stop()
	written := make(chan struct{})
	go func() {
		defer close(written)
		p.write(ctx, conn, h.idle)
	}()
	// Reading goes on while the connection is being closed, because the other side's farewell has to be read.
	h.read(context.WithoutCancel(r.Context()), r, id, p, conn)
	p.end(nil)
	<-written
}

func (h *hub) read(ctx context.Context, r *http.Request, id string, p *peer, conn *websocket.Conn) {
	for {
		kind, body, err := conn.Read(ctx)
		if err != nil {
			return
		}
		p.touch()
		if kind != websocket.MessageText {
			p.end(errText)
			continue
		}
		if _, err := h.handle(ctx, h.event(r, id, "MESSAGE", string(body))); err != nil {
			slog.ErrorContext(ctx, "message failed", "connection", id, "error", err)
		}
	}
}

// write sends what is pushed, and closes the connection when its time is up.
func (p *peer) write(ctx context.Context, conn *websocket.Conn, limit time.Duration) {
	idle := time.NewTimer(limit)
	defer idle.Stop()
	for {
		select {
		case message := <-p.out:
			writing, cancel := context.WithTimeout(ctx, 10*time.Second)
			err := conn.Write(writing, websocket.MessageText, message)
			cancel()
			if err != nil {
				p.end(err)
				continue
			}
			idle.Reset(limit)
		case <-p.used:
			idle.Reset(limit)
		case <-idle.C:
			p.end(errIdle)
		case <-ctx.Done():
			conclude(conn, context.Cause(ctx))
			return
		}
	}
}

func (p *peer) touch() {
	select {
	case p.used <- struct{}{}:
	default:
	}
}

func conclude(conn *websocket.Conn, why error) {
	switch {
	case errors.Is(why, errIdle), errors.Is(why, errAged), errors.Is(why, errStop), errors.Is(why, errMove):
		_ = conn.Close(websocket.StatusGoingAway, why.Error())
	case errors.Is(why, errText):
		_ = conn.Close(websocket.StatusUnsupportedData, why.Error())
	case errors.Is(why, errSlow):
		_ = conn.Close(websocket.StatusPolicyViolation, why.Error())
	default:
		_ = conn.CloseNow()
	}
}

// Push implements engine.Pusher.
func (h *hub) Push(_ context.Context, id string, message []byte) error {
	h.mu.Lock()
	p, open := h.peers[id]
	h.mu.Unlock()
	if !open {
		return engine.ErrGone
	}
	select {
	case p.out <- message:
		return nil
	default:
		p.end(errSlow)
		return engine.ErrGone
	}
}

// stop ends all connections and waits for them.
func (h *hub) stop() {
	h.end(errStop)
	h.all.Wait()
}

// end ends all connections.
func (h *hub) end(why error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.peers {
		p.end(why)
	}
}
