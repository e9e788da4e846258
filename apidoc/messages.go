package apidoc

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// client adds what a client says, and what it is answered.
func (t *talk) client() {
	problem := t.notice("Problem", "Why the message was not obeyed.", member{"payload", t.schemas.output(reflect.TypeFor[handler.Problem]())})
	t.hear("ping", "Keeps the connection from falling idle.", problem, t.notice("Pong", "The connection is alive."), t.said("ping", "ping"))
	subscribed := t.notice("Subscribed", "What the client had missed has been sent; version is the last of it.", member{"aggregateId", text()})
	t.messages["Subscribed"].Payload.Properties.Set("version", &jsonschema.Schema{Type: "integer"}) // none for an empty stream
	after := &jsonschema.Schema{Type: "integer", Minimum: "0", Description: "The last version that the client has; 0 when left out, for everything."}
	subscribe := t.said("subscribe", "subscribe", member{"aggregateId", t.anyStream()})
	t.messages["subscribe"].Payload.Properties.Set("after", after)
	t.hear("subscribe", "Asks for the outcomes of one stream. Takes the role read, and for private streams admin.", problem, subscribed, subscribe)
	t.hear("unsubscribe", "Wants no more of a stream.", problem,
		t.notice("Unsubscribed", "The stream is left.", member{"aggregateId", text()}), t.said("unsubscribe", "unsubscribe", member{"aggregateId", text()}))
	t.hear("subscribe-event", "Asks for all events of a name from now on, whatever their stream. Takes the role read, and for events of private streams admin.", problem,
		t.answer("SubscribedEvent", "Subscribed", "The events are sent from now on.", member{"event", text()}), t.said("subscribe-event", "subscribe", member{"event", text()}))
	t.hear("unsubscribe-event", "Wants no more events of a name.", problem,
		t.answer("UnsubscribedEvent", "Unsubscribed", "The events are sent no more.", member{"event", text()}),
		t.said("unsubscribe-event", "unsubscribe", member{"event", text()}))
	t.following(problem)
}

// hear adds an operation that receives a message and answers it.
func (t *talk) hear(name, what string, problem, answer, said reference) {
	t.operations[name] = &asyncOperation{
		Action: "receive", Channel: reference{channelAt}, Summary: sentence(name), Description: what, Tags: []tag{{Name: socketTag}},
		Messages: []reference{said}, Reply: &reply{Channel: reference{channelAt}, Messages: []reference{answer, problem}},
	}
}

// said is a message of the client.
func (t *talk) said(name, action string, members ...member) reference {
	payload := exactly(append([]member{{"action", only(action)}}, members...)...)
	payload.AdditionalProperties = jsonschema.FalseSchema
	return t.say(name, message{Name: action, Title: sentence(name), Payload: payload})
}

// notice is an answer to a message.
func (t *talk) notice(name, what string, members ...member) reference {
	return t.answer(name, name, what, members...)
}

// answer is one of several notices of a type.
func (t *talk) answer(name, kind, what string, members ...member) reference {
	payload := exactly(append([]member{{"type", only(kind)}}, members...)...)
	return t.say(name, message{Name: kind, Title: sentence(name), Summary: what, Payload: payload})
}

// exactly is an object that has all the members.
func exactly(members ...member) *jsonschema.Schema {
	o := object(members...)
	for _, m := range members {
		o.Required = append(o.Required, m.name)
	}
	return o
}

// outcomes adds the events of a context's aggregates. Several aggregates of one category add to each other.
func (t *talk) outcomes(c es.Context) {
	for _, aggregate := range c.Aggregates {
		what := fmt.Sprintf("What happens in the streams of the category %s.", aggregate.Category())
		if t.catalogue.IsPrivate(aggregate.Category()) {
			what += " It is private: the payload stays inside, and only an admin can subscribe."
		}
		o := t.operations[key(aggregate.Category()+"-outcomes")]
		if o == nil {
			o = t.tell(aggregate.Category()+"-outcomes", what, c.Name)
		}
		for _, event := range aggregate.Events() {
			o.Messages = append(o.Messages, t.outcome(aggregate, event))
		}
	}
}

// tell adds an operation that sends.
func (t *talk) tell(name, what, tagged string) *asyncOperation {
	o := &asyncOperation{
		Action: "send", Channel: reference{channelAt}, Summary: sentence(name), Description: what,
		Tags: []tag{{Name: tagged}}, Messages: []reference{},
	}
	t.operations[key(name)] = o
	return o
}

func (t *talk) outcome(of es.Folder, event string) reference {
	schema := t.schemas.describe(reflect.TypeFor[engine.Outcome](), false)
	schema.Properties.Set("type", only(event))
	schema.Properties.Set("aggregateId", &jsonschema.Schema{Type: "string", Pattern: "^" + of.Category() + "-"})
	schema.Properties.Set("version", &jsonschema.Schema{Type: "integer", Minimum: "1"})
	schema.Required = append(schema.Required, "version")
	if t.catalogue.IsPrivate(of.Category()) {
		schema.Properties.Delete("payload")
		schema.Properties.Delete("schema")
	} else { // not required: it is left out when it would make the message too large
		schema.Properties.Set("payload", t.schemas.output(of.EventGoType(event)))
		shape(schema, len(of.EventShapes(event))-1)
	}
	name := key(of.Category() + "." + event)
	t.told = append(t.told, name)
	return t.say(name, message{Name: event, Title: sentence(event), Payload: schema})
}

// shape says which shape of a payload is described.
func shape(outcome *jsonschema.Schema, version int) {
	if version == 0 {
		outcome.Properties.Delete("schema")
		return
	}
	outcome.Properties.Set("schema", &jsonschema.Schema{
		Type: "integer", Minimum: "1", Maximum: number(version),
		Description: fmt.Sprintf("The version of the payload's shape. Version %d is described here; what was recorded before has an earlier one, or none.", version),
	})
}

// rejections adds the refusals of what sagas asked for. They are events of streams that no context declares.
func (t *talk) rejections() {
	o := t.tell("rejections", "A command was refused that a saga sent on behalf of a request of the client's.", socketTag)
	for _, event := range es.SagaStreams.Events() {
		o.Messages = append(o.Messages, t.outcome(es.SagaStreams, event))
	}
}

// anyStream is the id of a stream that the app has.
func (t *talk) anyStream() *jsonschema.Schema {
	var categories []string
	for _, c := range t.app.Contexts {
		for _, a := range c.Aggregates {
			if !slices.Contains(categories, a.Category()) {
				categories = append(categories, a.Category())
			}
		}
	}
	return &jsonschema.Schema{
		Type: "string", Pattern: "^(" + strings.Join(categories, "|") + ")-[A-Za-z0-9._~@:-]+$", MaxLength: length(handler.MaxID),
		Description: "The stream's category, a dash and the id.",
	}
}
