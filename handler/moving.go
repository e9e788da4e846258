package handler

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Moving sends on to green what a store that moves is asked, as far as its move is. A store that does not move is asked itself.
type Moving struct {
	Gate   *engine.Gate
	Client http.Client
}

// Query answers by green once reads are cut. Who waits for a version waits for blue's as long as it is blue that gave it.
func (m *Moving) Query(next HTTP) HTTP {
	return m.by(next, func(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (events.APIGatewayV2HTTPResponse, error) {
		_, waits := request.QueryStringParameters["min-version"]
		switch {
		case phaseIs(move, engine.MoveWritesCut) && waits:
			return m.waiting(ctx, request, move, next)
		case phaseIs(move, engine.MoveWritesCut, engine.MoveDestroyed):
			return m.tagged(ctx, request, move)
		case phaseIs(move, engine.MoveReadsCut, engine.MoveStopping, engine.MoveStopped, engine.MoveCaughtUp) && !waits:
			return m.tagged(ctx, request, move)
		default:
			return next(ctx, request)
		}
	})
}

// Command has green carry out commands once writes are cut. While they are stopped nobody does.
func (m *Moving) Command(next HTTP) HTTP {
	return m.by(next, func(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (events.APIGatewayV2HTTPResponse, error) {
		switch {
		case phaseIs(move, engine.MoveWritesCut, engine.MoveDestroyed):
			return m.forward(ctx, request, move)
		case move.Writes() != engine.WritesOpen:
			return events.APIGatewayV2HTTPResponse{}, engine.ErrMoving
		default:
			return next(ctx, request)
		}
	})
}

// Trace looks for a trace where it may have begun: in green, once writes are cut, and else here.
func (m *Moving) Trace(next HTTP) HTTP {
	return m.by(next, func(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (events.APIGatewayV2HTTPResponse, error) {
		if phaseIs(move, engine.MoveWritesCut, engine.MoveDestroyed) {
			if response, err := m.forward(ctx, request, move); err != nil || response.StatusCode != http.StatusNotFound {
				return response, err
			}
		}
		return next(ctx, request)
	})
}

func phaseIs(move engine.Move, phases ...engine.MovePhase) bool {
	return slices.Contains(phases, move.Phase)
}

type movingHTTP = func(context.Context, events.APIGatewayV2HTTPRequest, engine.Move) (events.APIGatewayV2HTTPResponse, error)

// by has a request handled by where the store is moving.
func (m *Moving) by(next HTTP, handle movingHTTP) HTTP {
	if m.Gate == nil {
		return next
	}
	return func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		move, err := m.Gate.Move(ctx)
		var response events.APIGatewayV2HTTPResponse
		switch {
		case err != nil:
		case move.Phase == engine.MoveNone:
			return next(ctx, request)
		default:
			response, err = handle(ctx, request, move)
		}
		if err != nil {
			response = NewProblem(ctx, engine.NewID(), err).Response()
		}
		return response, nil
	}
}

// waiting answers who waits for a version that blue may have given, and which green then need not have: its versions are
// others. What blue has given is in green.
func (m *Moving) waiting(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move, blue HTTP) (events.APIGatewayV2HTTPResponse, error) {
	response, err := m.tagged(ctx, request, move)
	if err != nil || response.StatusCode != http.StatusConflict {
		return response, err
	}
	given, err := blue(ctx, request)
	if err != nil || given.StatusCode >= http.StatusBadRequest {
		return response, err
	}
	request.QueryStringParameters = maps.Clone(request.QueryStringParameters)
	delete(request.QueryStringParameters, "min-version")
	request.RawQueryString = ""
	return m.tagged(ctx, request, move)
}

// greenTag marks the tags of green's documents: its versions are not blue's.
const greenTag = "green-"

// tagged forwards a query. Tags that green has not given say nothing to it.
func (m *Moving) tagged(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (events.APIGatewayV2HTTPResponse, error) {
	request.Headers = maps.Clone(request.Headers)
	var green []string
	for tag := range strings.SplitSeq(request.Headers["if-none-match"], ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.Contains(tag, `"`+greenTag) {
			green = append(green, strings.Replace(tag, `"`+greenTag, `"`, 1))
		}
	}
	delete(request.Headers, "if-none-match")
	if len(green) > 0 {
		request.Headers["if-none-match"] = strings.Join(green, ", ")
	}
	response, err := m.forward(ctx, request, move)
	if tag := response.Headers["etag"]; tag != "" {
		response.Headers["etag"] = strings.Replace(tag, `"`, `"`+greenTag, 1)
	}
	return response, err
}

// sentOn marks a request that was sent on already.
const sentOn = "foldstream-sent-on"

// errInCircles is the error of a request that comes back to where it was sent on.
var errInCircles = errors.New("it was sent on to where it comes from")

// notSentOn are headers that are about a connection, or made anew.
var notSentOn = []string{
	"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "proxy-authorization",
	"proxy-connection", "accept-encoding",
}

// forward sends a request on to green, with all that it says.
func (m *Moving) forward(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (events.APIGatewayV2HTTPResponse, error) {
	if request.Headers[sentOn] != "" {
		return events.APIGatewayV2HTTPResponse{}, errInCircles
	}
	sent, err := m.request(ctx, request, move)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	response, err := m.Client.Do(sent)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("send it on: %w: %w", engine.ErrBusy, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("read what was sent on: %w: %w", engine.ErrBusy, err)
	}
	out := events.APIGatewayV2HTTPResponse{StatusCode: response.StatusCode, Headers: map[string]string{}, Body: string(text)}
	if !utf8.Valid(text) {
		out.Body, out.IsBase64Encoded = base64.StdEncoding.EncodeToString(text), true
	}
	for name, values := range response.Header {
		if name = strings.ToLower(name); !isConnection(name) && name != "date" {
			out.Headers[name] = strings.Join(values, ",")
		}
	}
	return out, nil
}

func (m *Moving) request(ctx context.Context, request events.APIGatewayV2HTTPRequest, move engine.Move) (*http.Request, error) {
	body := []byte(request.Body)
	if request.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(request.Body); err != nil {
			return nil, es.Invalid("", "the body is not what it is said to be")
		}
	}
	target := url.URL{Path: request.RawPath, RawQuery: request.RawQueryString}
	sent, err := http.NewRequestWithContext(ctx, request.RequestContext.HTTP.Method, strings.TrimSuffix(move.URL, "/")+target.String(), strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("send it on: %w", err)
	}
	for name, value := range request.Headers {
		if !isConnection(name) {
			sent.Header.Set(name, value)
		}
	}
	sent.Header.Set(sentOn, "1")
	return sent, nil
}

func isConnection(name string) bool { return slices.Contains(notSentOn, name) }
