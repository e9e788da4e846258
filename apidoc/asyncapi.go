package apidoc

import (
	"fmt"
	"net/http"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// asyncDocument is an AsyncAPI document, as far as it is used here.
type asyncDocument struct {
	AsyncAPI    string                     `json:"asyncapi"`
	Info        info                       `json:"info"`
	ContentType string                     `json:"defaultContentType"`
	Servers     map[string]server          `json:"servers"`
	Channels    map[string]channel         `json:"channels"`
	Operations  map[string]*asyncOperation `json:"operations"`
	Components  asyncComponents            `json:"components"`
}

type server struct {
	Host        string              `json:"host"`
	Protocol    string              `json:"protocol"`
	Path        string              `json:"pathname"`
	Description string              `json:"description"`
	Variables   map[string]variable `json:"variables,omitempty"`
	Security    []reference         `json:"security"`
}

type variable struct {
	Description string `json:"description"`
}

type reference struct {
	Ref string `json:"$ref"`
}

type channel struct {
	Address     string               `json:"address"`
	Title       string               `json:"title"`
	Description string               `json:"description"`
	Messages    map[string]reference `json:"messages"`
	Bindings    map[string]handshake `json:"bindings"`
}

// handshake is the WebSocket binding of a channel.
type handshake struct {
	Method  string             `json:"method"`
	Query   *jsonschema.Schema `json:"query"`
	Headers *jsonschema.Schema `json:"headers"`
	Version string             `json:"bindingVersion"`
}

// asyncOperation is what the system does: it receives messages of the client, and sends outcomes.
type asyncOperation struct {
	Action      string      `json:"action"`
	Channel     reference   `json:"channel"`
	Summary     string      `json:"summary"`
	Description string      `json:"description"`
	Tags        []tag       `json:"tags"`
	Messages    []reference `json:"messages"`
	Reply       *reply      `json:"reply,omitempty"`
}

type reply struct {
	Channel  reference   `json:"channel"`
	Messages []reference `json:"messages"`
}

type asyncComponents struct {
	Schemas  map[string]*jsonschema.Schema `json:"schemas"`
	Messages map[string]message            `json:"messages"`
	Security map[string]securityScheme     `json:"securitySchemes"`
}

type message struct {
	Name        string             `json:"name"`
	Title       string             `json:"title"`
	Summary     string             `json:"summary,omitempty"`
	ContentType string             `json:"contentType"`
	Payload     *jsonschema.Schema `json:"payload"`
}

const (
	socketKey = "socket"
	channelAt = "#/channels/" + socketKey
	socketTag = "websocket"
)

// AsyncAPI describes the app's WebSocket API as an AsyncAPI 3.0 document in JSON, the same bytes each time. It fails for
// events that cannot be described.
func AsyncAPI(app *es.App) ([]byte, error) {
	t := newTalk(app, newSchemas())
	if err := t.schemas.err(); err != nil {
		return nil, fmt.Errorf("describe the WebSocket API: %w", err)
	}
	all := make(map[string]reference, len(t.messages))
	for name := range t.messages {
		all[name] = reference{"#/components/messages/" + name}
	}
	return es.Encode(asyncDocument{
		AsyncAPI: "3.0.0", Info: info{title, version, "What the system tells its clients while they are connected, and what they can say to it."},
		ContentType: "application/json", Servers: servers, Operations: t.operations,
		Channels: map[string]channel{socketKey: {
			Title: "WebSocket", Description: behavior, Messages: all, Bindings: map[string]handshake{"ws": opening},
		}},
		Components: asyncComponents{Schemas: t.schemas.named, Messages: t.messages, Security: socketSecurity},
	})
}

// The two places of the WebSocket. The channel's address is empty, because each has a path of its own.
var servers = map[string]server{
	"local": {
		Host: "127.0.0.1:8080", Protocol: "ws", Path: "/ws", Description: "The whole system on one machine.", Security: anyToken,
	},
	"aws": {
		Host: "{api}.execute-api.{region}.amazonaws.com", Protocol: "wss", Path: "/live", Description: "Amazon API Gateway.",
		Variables: map[string]variable{"api": {"The id of the WebSocket API."}, "region": {"The AWS region."}},
		Security:  anyToken,
	},
}

var anyToken = []reference{
	{"#/components/securitySchemes/authorization"}, {"#/components/securitySchemes/subprotocol"}, {"#/components/securitySchemes/query"},
}

const viaProtocol = "For browsers, which cannot set headers: offer the subprotocols " + handler.Subprotocol +
	" and bearer.<token>; the first is the one that is accepted."

var socketSecurity = map[string]securityScheme{
	"authorization": bearerScheme,
	"subprotocol":   {Type: "httpApiKey", Name: "Sec-WebSocket-Protocol", In: "header", Description: viaProtocol},
	"query":         {Type: "httpApiKey", Name: "token", In: "query", Description: "The last resort: addresses are written to logs."},
}

var opening = handshake{
	Method: http.MethodGet, Version: "0.1.0",
	Query: object(member{"token", &jsonschema.Schema{Type: "string", Description: "The access token, unless a header holds it."}}),
	Headers: object(
		member{"Authorization", &jsonschema.Schema{Type: "string", Pattern: "^Bearer .+$"}},
		member{"Sec-WebSocket-Protocol", &jsonschema.Schema{Type: "string", Description: viaProtocol}},
	),
}

var behavior = fmt.Sprintf(
	"A connection belongs to the user of its token, who hears all outcomes of own requests, and of the streams subscribed to. "+
		"Subscribing sends first what the client has missed; an outcome may come twice or early, so go by its version. "+
		"Messages are JSON texts, one each. A handshake is refused with an HTTP Problem: %d without a valid token, %d when the "+
		"user holds %d connections already. A connection ends %.0f minutes after the last message either way, %.0f minutes after it was opened, and "+
		"hears nothing any more when its token runs out: the next message is answered with the problem InvalidToken. "+
		"A message has at most %d bytes; an outcome that would be larger comes without its payload, and is found in its trace.",
	http.StatusUnauthorized, http.StatusTooManyRequests, handler.MaxConnections, handler.IdleLimit.Minutes(),
	handler.AgeLimit.Minutes(), engine.MaxMessageBytes,
)

// talk gathers what is said over the WebSocket.
type talk struct {
	app        *es.App
	catalogue  es.Catalogue
	schemas    *schemas
	messages   map[string]message
	told       []string // the names of the messages that tell outcomes
	operations map[string]*asyncOperation
}

func newTalk(app *es.App, s *schemas) *talk {
	t := &talk{app: app, catalogue: app.Catalogue(), schemas: s, messages: map[string]message{}, operations: map[string]*asyncOperation{}}
	t.client()
	for _, c := range app.Contexts {
		t.outcomes(c)
	}
	t.rejections()
	return t
}

// say adds a message and refers to it, as an operation does: by the channel.
func (t *talk) say(name string, m message) reference {
	m.ContentType = "application/json"
	t.messages[name] = m
	return reference{channelAt + "/messages/" + name}
}

type member struct {
	name   string
	schema *jsonschema.Schema
}

// object is the schema of an object with these members.
func object(members ...member) *jsonschema.Schema {
	o := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties()}
	for _, m := range members {
		o.Properties.Set(m.name, m.schema)
	}
	return o
}
