package dynamo

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// timeFormat keeps times to the millisecond, and sorts.
const timeFormat = "2006-01-02T15:04:05.000Z"

// encode makes a draft an item, and gives the size of its commit as JSON.
func encode(d es.Draft) (i item, size int, err error) {
	c := d.Commit()
	doing := fmt.Sprintf("encode a commit of %s", c.Stream)
	if len(c.Events) == 0 {
		return nil, 0, &es.Fault{Doing: doing, Err: errors.New("it has no events")}
	}
	recorded, err := es.Encode(c.Events)
	if err != nil {
		return nil, 0, &es.Fault{Doing: doing, Err: err}
	}
	bare := c
	bare.Events = []es.Recorded{}
	envelope, err := es.Encode(bare)
	if err != nil {
		return nil, 0, &es.Fault{Doing: doing, Err: err}
	}
	size = len(envelope) - len("[]") + len(recorded)
	if size > engine.MaxCommitBytes {
		return nil, 0, fmt.Errorf("append %d bytes to %s: %w", size, c.Stream, engine.ErrTooLarge)
	}
	i = item{
		"aggregateId": text(eraKey(c.Stream, c.Era)), "version": number(c.Version),
		"count": number(len(c.Events)), "events": text(string(recorded)),
		"time": text(c.Time.UTC().Format(timeFormat)),
	}
	for name, value := range map[string]string{
		"commandId": c.CommandID, "traceId": c.TraceID, "causationId": c.CausationID, "invoker": c.Invoker, "trace": c.Trace,
	} {
		if value != "" {
			i[name] = text(value)
		}
	}
	return i, size, nil
}

// decode reads a commit from an item of the events table.
func decode(i item) (es.Commit, error) {
	stream, era := splitKey(textOf(i, "aggregateId"))
	c := es.Commit{Stream: stream, Era: era, Origin: es.Origin{
		CommandID: textOf(i, "commandId"), TraceID: textOf(i, "traceId"), CausationID: textOf(i, "causationId"),
		Invoker: textOf(i, "invoker"), Trace: textOf(i, "trace"),
	}}
	fault := func(err error) (es.Commit, error) {
		return es.Commit{}, &es.Fault{Doing: fmt.Sprintf("read the item %s@%s", c.Stream, textOf(i, "version")), Err: err}
	}
	var err error
	if c.Version, err = strconv.ParseUint(textOf(i, "version"), 10, 64); err != nil {
		return fault(fmt.Errorf("its version: %w", err))
	}
	if c.Time, err = time.Parse(timeFormat, textOf(i, "time")); err != nil {
		return fault(fmt.Errorf("its time: %w", err))
	}
	if err := es.Decode([]byte(textOf(i, "events")), &c.Events); err != nil {
		return fault(fmt.Errorf("its events: %w", err))
	}
	if c.Stream == "" || c.Version == 0 {
		return fault(errors.New("it lacks its key"))
	}
	if count := textOf(i, "count"); len(c.Events) == 0 || strconv.Itoa(len(c.Events)) != count {
		return fault(fmt.Errorf("it holds %d events, not the %q that it counts", len(c.Events), count))
	}
	return c, nil
}

// decodeImage reads a commit from a stream's record.
func decodeImage(image map[string]events.DynamoDBAttributeValue) (es.Commit, error) {
	i := item{}
	for name, value := range image {
		switch value.DataType() {
		case events.DataTypeString:
			i[name] = text(value.String())
		case events.DataTypeNumber:
			i[name] = &types.AttributeValueMemberN{Value: value.Number()}
		default: // nothing of ours
		}
	}
	return decode(i)
}
