package handler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/token"
)

// Command is the handler of one declared command.
type Command struct {
	Decl      *es.CommandDecl
	Commands  *engine.Commands
	Traces    engine.Traces    // keeps refusals for a later look; nil for no such thing
	Authority *token.Authority // signs the tokens that a command grants; nil when it grants none
}

// Accepted is what a command answers. What the command adds to it stands beside these members.
type Accepted struct {
	ID      string         `json:"id"`
	Version uint64         `json:"version,omitzero"` // absent when the command is yet to be decided
	TraceID string         `json:"traceId"`
	More    jsontext.Value `json:",embed"`
}

// Handle implements [HTTP].
func (h *Command) Handle(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	begun := time.Now()
	traceID := engine.NewID()
	ctx = observe.With(ctx, "command", h.Decl.Name, "traceId", traceID)
	response, err := h.handle(ctx, request, traceID)
	if err != nil {
		response = NewProblem(ctx, traceID, err).Response()
	}
	slog.InfoContext(ctx, "command", "status", response.StatusCode, "ms", float64(time.Since(begun).Microseconds())/1000,
		observe.Figures(ctx))
	return response, nil
}

func (h *Command) handle(ctx context.Context, request events.APIGatewayV2HTTPRequest, traceID string) (events.APIGatewayV2HTTPResponse, error) {
	caller := identity(request)
	command, commandID, err := h.decode(request, caller)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	_, repeatable := request.Headers["idempotency-key"]
	execute := h.Commands.Execute
	if IsQueued(h.Decl) {
		execute = h.Commands.Enqueue
	}
	result, err := execute(ctx, engine.Request{
		Decl: h.Decl, Command: command, ID: commandID, Fresh: !repeatable, TraceID: traceID, Invoker: caller,
		Trace: observe.Trace(ctx),
	})
	if err != nil {
		h.note(ctx, traceID, commandID, caller, command, err)
		return events.APIGatewayV2HTTPResponse{}, err
	}
	return h.accept(ctx, result)
}

// IsQueued reports whether a command is answered before it is decided: that of an aggregate with a single writer.
func IsQueued(d *es.CommandDecl) bool { return d.Aggregate.Traits().Writing == es.Single }

// decode makes the command of a request. The command's id comes from the Idempotency-Key when there is one.
func (h *Command) decode(request events.APIGatewayV2HTTPRequest, caller es.Identity) (command any, commandID string, err error) {
	input := reflect.New(h.Decl.Input).Elem()
	if err := members(input, request); err != nil {
		return nil, "", err
	}
	if commandID, err = h.commandID(request, caller, input); err != nil {
		return nil, "", err
	}
	from := map[string]string{"invoker": caller.User, "id": engine.AggregateID(commandID)}
	if err := fill(input, request, from); err != nil {
		return nil, "", err
	}
	return input.Interface(), commandID, nil
}

// MaxKey is how many characters an Idempotency-Key has at most.
const MaxKey = 255

// commandID derives the id from the Idempotency-Key, if there is one. Strangers all have the same name, so that for them
// the input has to be the same as well, but for what is secret. A login is never a repetition: it asks for the password anew.
func (h *Command) commandID(request events.APIGatewayV2HTTPRequest, caller es.Identity, input reflect.Value) (string, error) {
	key, given := request.Headers["idempotency-key"]
	if !given || h.Decl.GrantsToken() {
		return engine.NewID(), nil
	}
	if key == "" || len(key) > MaxKey {
		return "", es.Invalid("Idempotency-Key", "a key has 1 to %d characters", MaxKey)
	}
	target := request.RawPath
	if caller.User == "" {
		text, err := es.Encode(withoutSecrets(input))
		if err != nil {
			return "", fmt.Errorf("encode the input of %s: %w", h.Decl.Name, err)
		}
		target += " " + string(text)
	}
	return engine.CommandIDFor(caller.User, h.Decl.Name, target, key), nil
}

func withoutSecrets(input reflect.Value) any {
	rest := reflect.New(input.Type()).Elem()
	rest.Set(input)
	for i := range rest.NumField() {
		if rest.Type().Field(i).Tag.Get("secret") != "" {
			rest.Field(i).SetZero()
		}
	}
	return rest.Interface()
}

func (h *Command) accept(ctx context.Context, result engine.Result) (events.APIGatewayV2HTTPResponse, error) {
	more, err := h.more(ctx, result.Answer)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	status := http.StatusOK
	switch {
	case IsQueued(h.Decl):
		status = http.StatusAccepted
	case h.Decl.Creates != "":
		status = http.StatusCreated
	}
	response := answer(status, Accepted{ID: result.Stream.ID(), Version: result.Version, TraceID: result.TraceID, More: more})
	if result.Version > 0 {
		response.Headers["etag"] = versionTag(result.Version)
	}
	if h.Decl.Creates != "" {
		response.Headers["location"] = strings.ReplaceAll(h.Decl.Creates, "{id}", result.Stream.ID())
	}
	return response, nil
}

// more encodes what a command adds to its answer; a grant becomes a token.
func (h *Command) more(ctx context.Context, added any) (jsontext.Value, error) {
	if grant, ok := added.(es.Grant); ok {
		issued, err := h.Authority.Issue(ctx, grant)
		if err != nil {
			return nil, err
		}
		added = issued
	}
	if added == nil {
		return nil, nil
	}
	more, err := es.Encode(added)
	if err != nil {
		return nil, fmt.Errorf("encode the answer of %s: %w", h.Decl.Name, err)
	}
	return more, nil
}

// note keeps a refusal under its trace id, so that it can be looked up like any outcome.
func (h *Command) note(ctx context.Context, traceID, commandID string, caller es.Identity, command any, err error) {
	var refusal *es.Rejection
	if h.Traces == nil || caller.User == "" || !errors.As(err, &refusal) || refusal.Kind == es.KindInvalid {
		return
	}
	payload, encodeErr := es.Encode(es.CommandRejected{Command: h.Decl.Name, AggregateID: h.Decl.StreamOf(command), Rejection: refusal})
	noteErr := h.Traces.Note(ctx, traceID, []engine.Outcome{{
		Type: "CommandRejected", TraceID: traceID, AggregateID: h.Decl.StreamOf(command), Payload: payload,
		CommandID: commandID, Time: h.Commands.World.Time(), Invoker: caller.User,
	}})
	if err := errors.Join(encodeErr, noteErr); err != nil {
		slog.ErrorContext(ctx, "a refusal was answered but not kept", "error", err)
	}
}
