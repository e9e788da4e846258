package handler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/token"
)

// WebSocket is the handler of the WebSocket API's three routes: $connect, $disconnect and $default.
type WebSocket struct {
	Tokens      Tokens
	Roles       string // the claim of a token that holds the roles; empty for [token.Scope]
	Connections engine.Connections
	Pusher      engine.Pusher
	Store       engine.Loader
	Feed        engine.Log
	Catalogue   es.Catalogue
	World       engine.World
}

const (
	// MaxConnections is how many connections one user may hold.
	MaxConnections = 100
	// Subprotocol is what a browser offers beside its token, which it cannot put into a header: "foldstream", "bearer.<token>".
	Subprotocol = "foldstream"
	bearer      = "bearer."
)

// ErrTooManyConnections refuses the connection behind the last one that a user may hold.
var ErrTooManyConnections = es.TooMany("TooManyConnections", fmt.Sprintf("a user holds at most %d connections", MaxConnections))

// Handle is the handler of all three routes.
func (h *WebSocket) Handle(ctx context.Context, request events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	ctx = observe.With(ctx, "connection", request.RequestContext.ConnectionID)
	switch request.RequestContext.EventType {
	case "CONNECT":
		return h.connect(ctx, request)
	case "DISCONNECT":
		return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, h.Connections.Disconnect(ctx, request.RequestContext.ConnectionID)
	default:
		return h.message(ctx, request)
	}
}

func (h *WebSocket) connect(ctx context.Context, request events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	raw, offered := credentials(request)
	caller, err := h.Tokens.Verify(ctx, raw)
	if err == nil {
		err = h.open(ctx, request.RequestContext.ConnectionID, caller)
	}
	if err != nil {
		p := NewProblem(ctx, engine.NewID(), err).Response()
		return events.APIGatewayProxyResponse{StatusCode: p.StatusCode, Headers: p.Headers, Body: p.Body}, nil
	}
	response := events.APIGatewayProxyResponse{StatusCode: http.StatusOK}
	if offered {
		response.Headers = map[string]string{"Sec-WebSocket-Protocol": Subprotocol}
	}
	return response, nil
}

func (h *WebSocket) open(ctx context.Context, id string, verified token.Caller) error {
	caller := callerOf(rolesFrom(h.Roles, verified.Claims))
	open, err := h.Connections.OfUser(ctx, caller.User)
	if err != nil {
		return fmt.Errorf("count the connections of %s: %w", caller.User, err)
	}
	if len(open) >= MaxConnections {
		return ErrTooManyConnections
	}
	return h.Connections.Connect(ctx, engine.Connection{
		ID: id, User: caller.User, Roles: caller.Roles, Expires: verified.Expires, Opened: h.World.Time(),
	})
}

// credentials finds the token: in the Authorization header, among the offered subprotocols, or in the query string. It
// reports whether our subprotocol was offered.
func credentials(request events.APIGatewayWebsocketProxyRequest) (raw string, offered bool) {
	for name, value := range request.Headers {
		switch strings.ToLower(name) {
		case "authorization":
			raw = strings.TrimPrefix(value, "Bearer ")
		case "sec-websocket-protocol":
			for protocol := range strings.SplitSeq(value, ",") {
				protocol = strings.TrimSpace(protocol)
				offered = offered || protocol == Subprotocol
				if t, ok := strings.CutPrefix(protocol, bearer); ok && raw == "" {
					raw = t
				}
			}
		}
	}
	if raw == "" {
		raw = request.QueryStringParameters["token"]
	}
	return raw, offered
}

// Message is what a client sends.
type Message struct {
	Action      string      `json:"action"`                // ping, subscribe, unsubscribe, follow or unfollow
	AggregateID es.StreamID `json:"aggregateId,omitempty"` // the stream to subscribe to
	After       uint64      `json:"after,omitzero"`        // the last version that the client has of it; the last position of the feed, to follow
	Event       string      `json:"event,omitempty"`       // or the event to subscribe to by its name, whatever its stream
	Categories  []string    `json:"categories,omitempty"`  // whose commits to follow, as far as they have any of the events; none for all
	Events      []string    `json:"events,omitempty"`      // likewise
	Wait        bool        `json:"wait,omitzero"`         // to be told when the feed goes on
}

// topic is what a message is about.
func (m Message) topic() (engine.Topic, error) {
	following := m.Action == "follow" || m.Action == "unfollow"
	switch {
	case !following && (len(m.Categories) > 0 || len(m.Events) > 0 || m.Wait):
		return "", es.Invalid("action", "categories, events and wait are for who follows the feed")
	case following && (m.AggregateID != "" || m.Event != ""):
		return "", es.Invalid("action", "who follows the feed chooses by categories and events")
	case following:
		return engine.FeedTopic, nil
	case m.Event != "" && m.AggregateID != "":
		return "", es.Invalid("event", "either a stream or an event")
	case m.Event != "":
		return engine.EventTopic(m.Event), nil
	default:
		return engine.StreamTopic(m.AggregateID), nil
	}
}

// Notice is what the system answers to a message, beside outcomes.
type Notice struct {
	Type        string      `json:"type"` // Pong, Subscribed, Unsubscribed, Unfollowed or Problem
	AggregateID es.StreamID `json:"aggregateId,omitempty"`
	Event       string      `json:"event,omitempty"`
	Version     uint64      `json:"version,omitzero"`
	Payload     *Problem    `json:"payload,omitempty"`
}

func (h *WebSocket) message(ctx context.Context, request events.APIGatewayWebsocketProxyRequest) (events.APIGatewayProxyResponse, error) {
	connectionID := request.RequestContext.ConnectionID
	answer, err := h.obey(ctx, connectionID, request.Body)
	if err != nil {
		p := NewProblem(ctx, engine.NewID(), err)
		answer = Notice{Type: "Problem", Payload: &p}
	}
	texts, err := answer.messages()
	for _, text := range texts {
		if err = h.Pusher.Push(ctx, connectionID, text); err != nil {
			break
		}
	}
	if err != nil && !errors.Is(err, engine.ErrGone) {
		slog.WarnContext(ctx, "push failed", "error", err)
	}
	return events.APIGatewayProxyResponse{StatusCode: http.StatusOK}, nil
}

// spoken is what a client is answered.
type spoken interface{ messages() ([][]byte, error) }

func (n Notice) messages() ([][]byte, error) {
	text, err := es.Encode(n)
	return [][]byte{text}, err
}

func (h *WebSocket) obey(ctx context.Context, connectionID, body string) (spoken, error) {
	connection, err := h.connection(ctx, connectionID)
	if err != nil {
		return nil, err
	}
	var m Message
	if err := decodeInput([]byte(body), &m); err != nil {
		return nil, err
	}
	topic, err := m.topic()
	if err != nil {
		return nil, err
	}
	switch m.Action {
	case "ping":
		return Notice{Type: "Pong"}, nil
	case "subscribe":
		if m.Event != "" {
			return h.hear(ctx, connection, m.Event, topic)
		}
		return h.subscribe(ctx, connection, m)
	case "unsubscribe":
		err := h.Connections.Unsubscribe(ctx, connectionID, topic)
		return Notice{Type: "Unsubscribed", AggregateID: m.AggregateID, Event: m.Event}, err
	case "follow":
		return h.follow(ctx, connection, m)
	case "unfollow":
		return Notice{Type: "Unfollowed"}, h.Connections.Unsubscribe(ctx, connectionID, topic)
	default:
		return nil, es.Invalid("action", "ping, subscribe, unsubscribe, follow or unfollow")
	}
}

// connection finds who is speaking. A token that has run out since ends the connection.
func (h *WebSocket) connection(ctx context.Context, id string) (engine.Connection, error) {
	connection, err := h.Connections.Connection(ctx, id)
	if errors.Is(err, engine.ErrGone) {
		return connection, token.ErrInvalid
	}
	if err != nil {
		return connection, fmt.Errorf("find connection %s: %w", id, err)
	}
	if !h.World.Time().Before(connection.Expires) {
		if err := h.Connections.Disconnect(ctx, id); err != nil {
			return connection, fmt.Errorf("end connection %s: %w", id, err)
		}
		return connection, token.ErrInvalid
	}
	return connection, nil
}

// subscribe first subscribes and then sends what the client missed, so that nothing falls in between. What comes live in
// the meantime may come twice or early: clients go by the version.
func (h *WebSocket) subscribe(ctx context.Context, c engine.Connection, m Message) (Notice, error) {
	known, restricted := h.Catalogue.Streams(m.AggregateID.Category())
	caller := es.Identity{User: c.User, Roles: c.Roles}
	switch {
	case !known || !isID(string(m.AggregateID)):
		return Notice{}, es.Invalid("aggregateId", `the stream's category, a dash and the id, as in "match-0192…"`)
	case restricted && !caller.Has(es.RoleAdmin):
		return Notice{}, engine.ErrForbidden
	}
	if err := engine.Authorize(es.RoleRead, caller); err != nil {
		return Notice{}, err
	}
	if err := h.Connections.Subscribe(ctx, c.ID, engine.StreamTopic(m.AggregateID)); err != nil {
		return Notice{}, fmt.Errorf("subscribe to %s: %w", m.AggregateID, err)
	}
	notice := Notice{Type: "Subscribed", AggregateID: m.AggregateID, Version: m.After}
	for commit, err := range h.Store.Load(ctx, m.AggregateID, beforeCommitOf(m.After)) {
		if err != nil {
			return Notice{}, fmt.Errorf("load %s: %w", m.AggregateID, err)
		}
		missed := slices.DeleteFunc(engine.Outcomes(commit, restricted), func(o engine.Outcome) bool { return o.Version <= m.After })
		if err := engine.Push(ctx, h.Connections, h.Pusher, h.World.Time(), c, missed); err != nil {
			return Notice{}, err
		}
		notice.Version = max(notice.Version, commit.Last())
	}
	return notice, nil
}

// hear subscribes to the events of a name, from now on.
func (h *WebSocket) hear(ctx context.Context, c engine.Connection, event string, topic engine.Topic) (Notice, error) {
	known, restricted := h.Catalogue.EventsNamed(event)
	caller := es.Identity{User: c.User, Roles: c.Roles}
	switch {
	case !known:
		return Notice{}, es.Invalid("event", "there is no event of this name")
	case restricted && !caller.Has(es.RoleAdmin):
		return Notice{}, engine.ErrForbidden
	}
	if err := engine.Authorize(es.RoleRead, caller); err != nil {
		return Notice{}, err
	}
	if err := h.Connections.Subscribe(ctx, c.ID, topic); err != nil {
		return Notice{}, fmt.Errorf("subscribe to %s: %w", event, err)
	}
	return Notice{Type: "Subscribed", Event: event}, nil
}

// beforeCommitOf is a version before the commit that holds the next one: a client may have lost its connection between
// two events of one commit.
func beforeCommitOf(version uint64) uint64 { return version - min(version, engine.MaxCommitEvents) }

// IdleLimit and AgeLimit are when API Gateway ends a connection: after nothing was sent for a while, and in any case.
const (
	IdleLimit = 10 * time.Minute
	AgeLimit  = 2 * time.Hour
)
