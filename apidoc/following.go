package apidoc

import (
	"fmt"
	"reflect"

	"github.com/invopop/jsonschema"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

var followed = fmt.Sprintf(
	"Asks for the commits of the feed behind a position: for programs outside. It takes the role %s, and shows what needs no admin; admins are shown all, "+
		"events of private streams without their data. The answer says which positions were examined: the client handles its items, keeps "+
		"its \"to\" as the position to go on from, and asks again until to is end. Then it asks once more with wait, reads that answer likewise, and is from then "+
		"on told Advanced whenever the feed goes on, upon which it asks again. A commit comes at least once, in order, and none is left out: from is always after + 1. "+
		"Whoever lost the connection goes on with another one from the last position. Who hears nothing for a while should ask with wait again, "+
		"which keeps the connection from falling idle too. A page that does not fit into a message, which then is of a single commit, "+
		"comes as FeedParts, whose texts make up the page in their order.", es.RoleFollow)

// following adds how programs follow the feed.
func (t *talk) following(problem reference) {
	position := &jsonschema.Schema{Type: "integer", Minimum: "0", Description: "The last position that the client has; 0 when left out, for everything."}
	follow := t.said("follow", "follow")
	asked := t.messages["follow"].Payload.Properties
	asked.Set("after", position)
	asked.Set("categories", &jsonschema.Schema{
		Type: "array", Items: text(), Description: "The categories of streams whose commits are wanted; all that may be seen when left out.",
	})
	asked.Set("events", &jsonschema.Schema{
		Type: "array", Items: text(), Description: "Names of events: only commits with one of them are wanted. They come with all of their events.",
	})
	asked.Set("wait", &jsonschema.Schema{Type: "boolean", Description: "Whether to be told from now on when the feed goes on."})
	t.hear("follow", followed, problem, t.page(), follow)
	t.operations["follow"].Reply.Messages = append(t.operations["follow"].Reply.Messages, t.part())
	t.hear("unfollow", "Wants to be told no more that the feed goes on.", problem, t.notice("Unfollowed", "Nothing more is told."), t.said("unfollow", "unfollow"))
	o := t.tell("advanced", "The feed has gone on, for those who have asked to be told. It may be told more than once, or of what the client has.", socketTag)
	o.Messages = append(o.Messages, t.typed("Advanced", "The feed has gone on.", reflect.TypeFor[engine.Advanced]()))
}

func (t *talk) page() reference {
	return t.typed("Feed", "What there is between two positions of the feed, both included.", reflect.TypeFor[handler.FeedPage]())
}

func (t *talk) part() reference {
	return t.typed("FeedPart", "A part of the text of a Feed that is too large for a message.", reflect.TypeFor[handler.FeedPart]())
}

// typed is a message of a Go type, whose member type has its name.
func (t *talk) typed(name, what string, of reflect.Type) reference {
	payload := t.schemas.describe(of, false)
	payload.Properties.Set("type", only(name))
	return t.say(name, message{Name: name, Title: sentence(name), Summary: what, Payload: payload})
}
