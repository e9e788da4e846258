// Package client speaks Foldstream's public API: HTTP for commands and queries, WebSocket for outcomes. The demo and the
// end-to-end tests play through it.
package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
	"github.com/foldstream/foldstream/token"
)

// Client is one caller. The zero HTTP client is the default one.
type Client struct {
	Base  string // URL of the API, which may have a path, without a slash at the end
	Token string // empty for nobody
	HTTP  http.Client
}

// Answer is an answer of the API with a status below 400.
type Answer struct {
	Status int
	Header http.Header
	Body   jsontext.Value // absent for 304
}

// Error is an answer of the API with a status of 400 or more. It has no code when it is not the system that refused, but a
// gateway before it.
type Error struct{ handler.Problem }

func (e *Error) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s: %s %s", e.Status, e.Code, e.Field, e.Detail))
}

// Do sends a request, and sends it again when it was turned away for the moment. A nil input sends no body. Headers are given
// as pairs of name and value. The error is an *Error when the API refused.
func (c *Client) Do(ctx context.Context, method, path string, input any, headers ...string) (Answer, error) {
	var body []byte
	if input != nil {
		text, err := es.Encode(input)
		if err != nil {
			return Answer{}, fmt.Errorf("encode the input of %s %s: %w", method, path, err)
		}
		body = text
	}
	for attempt := 1; ; attempt++ {
		request, err := c.request(ctx, method, path, body, headers)
		if err != nil {
			return Answer{}, err
		}
		answer, err := c.send(request)
		harmless := method == http.MethodGet || request.Header.Get(idempotencyKey) != ""
		if attempt == attempts || !again(err, harmless) {
			return answer, err
		}
		if waiting := pause(ctx, attempt, answer.Header); waiting != nil {
			return answer, errors.Join(err, waiting)
		}
	}
}

const idempotencyKey = "Idempotency-Key"

func (c *Client) request(ctx context.Context, method, path string, body []byte, headers []string) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make %s %s: %w", method, path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return request, nil
}

func (c *Client) send(request *http.Request) (Answer, error) {
	response, err := c.HTTP.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return Answer{}, fmt.Errorf("read the answer of %s %s: %w", request.Method, request.URL.Path, err)
	}
	answer := Answer{Status: response.StatusCode, Header: response.Header, Body: text}
	if response.StatusCode < http.StatusBadRequest {
		return answer, nil
	}
	return answer, refusal(response.StatusCode, text)
}

// refusal reads an answer of 400 or more.
func refusal(status int, text []byte) *Error {
	read := &Error{}
	if err := es.Decode(text, &read.Problem); err == nil && read.Code != "" {
		read.Status = status
		return read
	}
	return &Error{handler.Problem{Status: status, Detail: fmt.Sprintf("%.300s", text)}}
}

// Command sends a command and reads its answer, and what the command adds to that into more unless it is nil. A command
// without an Idempotency-Key is given one, so that it can be sent again when it is not known whether it arrived.
func (c *Client) Command(ctx context.Context, method, path string, input, more any, headers ...string) (handler.Accepted, error) {
	if input == nil {
		input = struct{}{}
	}
	if !named(headers, idempotencyKey) {
		headers = append(slices.Clip(headers), idempotencyKey, engine.NewID())
	}
	answer, err := c.Do(ctx, method, path, input, headers...)
	if err != nil {
		return handler.Accepted{}, err
	}
	var accepted handler.Accepted
	if err := es.Decode(answer.Body, &accepted); err != nil {
		return accepted, fmt.Errorf("read the answer of %s %s: %w", method, path, err)
	}
	if more != nil {
		err = es.Decode(accepted.More, more)
	}
	return accepted, err
}

// named reports whether a header is among pairs of name and value.
func named(headers []string, name string) bool {
	for i := 0; i < len(headers); i += 2 {
		if strings.EqualFold(headers[i], name) {
			return true
		}
	}
	return false
}

// Get reads a document. One at a version, which a path with min-version asks for, is waited for until the context ends.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	for {
		answer, err := c.Do(ctx, http.MethodGet, path, nil)
		var refusal *Error
		switch {
		case err == nil:
			return es.Decode(answer.Body, into)
		case !errors.As(err, &refusal) || refusal.Code != handler.VersionNotReached || ctx.Err() != nil:
			return err
		}
	}
}

// SignUp registers somebody, signs them in, and gives the client that acts for them.
func (c *Client) SignUp(ctx context.Context, email, password string) (*Client, token.Token, error) {
	who := map[string]string{"email": email, "password": password}
	if _, err := c.Command(ctx, http.MethodPost, "/register", who, nil); err != nil {
		return nil, token.Token{}, fmt.Errorf("register %s: %w", email, err)
	}
	return c.LogIn(ctx, email, password)
}

// LogIn signs somebody in, and gives the client that acts for them.
func (c *Client) LogIn(ctx context.Context, email, password string) (*Client, token.Token, error) {
	var issued token.Token
	who := map[string]string{"email": email, "password": password}
	if _, err := c.Command(ctx, http.MethodPost, "/login", who, &issued); err != nil {
		return nil, token.Token{}, fmt.Errorf("log %s in: %w", email, err)
	}
	return &Client{Base: c.Base, Token: issued.Token, HTTP: c.HTTP}, issued, nil
}

// Socket is an open WebSocket.
type Socket struct{ conn *websocket.Conn }

// Connect opens a WebSocket at a ws or wss URL. The error is an *Error when the API refused.
func (c *Client) Connect(ctx context.Context, url string) (*Socket, error) {
	conn, response, err := websocket.Dial(ctx, url, &websocket.DialOptions{ //nolint:bodyclose // the package says that it need not be
		HTTPHeader: http.Header{"Authorization": {"Bearer " + c.Token}},
	})
	if err != nil {
		if response != nil {
			return nil, fmt.Errorf("connect: %w", refusedHandshake(response))
		}
		return nil, fmt.Errorf("connect: %w", err)
	}
	conn.SetReadLimit(engine.MaxMessageBytes)
	return &Socket{conn}, nil
}

// Send sends a message.
func (s *Socket) Send(ctx context.Context, m handler.Message) error {
	text, err := es.Encode(m)
	if err != nil {
		return err
	}
	return s.conn.Write(ctx, websocket.MessageText, text)
}

// refusedHandshake reads why a WebSocket was not opened: as much of the answer as the package has kept.
func refusedHandshake(response *http.Response) error {
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", response.Status, err)
	}
	return refusal(response.StatusCode, text)
}

// Read waits for the text of the next message.
func (s *Socket) Read(ctx context.Context) ([]byte, error) {
	_, text, err := s.conn.Read(ctx)
	return text, err
}

// Next waits for the next message. A notice comes as an outcome with its type, and the members that it has.
func (s *Socket) Next(ctx context.Context) (engine.Outcome, error) {
	text, err := s.Read(ctx)
	if err != nil {
		return engine.Outcome{}, err
	}
	var r engine.Outcome
	return r, es.Decode(text, &r)
}

// Wait collects n outcomes that are wanted, or those that came until the context ended, with its error: a listener that
// counts, or times out.
func (s *Socket) Wait(ctx context.Context, n int, wanted func(engine.Outcome) bool) ([]engine.Outcome, error) {
	var heard []engine.Outcome
	for len(heard) < n {
		outcome, err := s.Next(ctx)
		if err != nil {
			return heard, errors.Join(ctx.Err(), err)
		}
		if wanted(outcome) {
			heard = append(heard, outcome)
		}
	}
	return heard, nil
}

// Close says good-bye.
func (s *Socket) Close() error { return s.conn.Close(websocket.StatusNormalClosure, "") }
