package sqlite

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// record is a commit as its row in events.db has it.
type record struct {
	es.Draft
	events  string // the JSON array of the events
	lengths []byte // of its elements, as varints
}

const (
	beforeType   = `{"type":"`
	beforeSchema = `,"schema":` // behind the type's closing quote
	beforeData   = `,"data":`
)

// newRecord encodes a draft. Events' data is JSON already, so that the array is put together by copying.
func newRecord(d es.Draft) (record, error) {
	if len(d.Events) == 0 {
		return record{}, fmt.Errorf("encode a commit of %s: it has no events", d.Stream)
	}
	size := 2
	for _, e := range d.Events {
		size += len(beforeType) + len(e.Type) + len(beforeSchema) + len(beforeData) + len(e.Data) + 16
	}
	var events strings.Builder
	events.Grow(size)
	lengths := make([]byte, 0, 2*len(d.Events))
	separator := byte('[')
	for i, e := range d.Events {
		if !plain(e.Type) {
			return record{}, fmt.Errorf("encode event %d of %s: the type %q is not plain text", i, d.Stream, e.Type)
		}
		events.WriteByte(separator)
		begin := events.Len()
		events.WriteString(beforeType)
		events.WriteString(e.Type)
		events.WriteByte('"')
		if e.Schema != 0 {
			events.WriteString(beforeSchema)
			events.WriteString(strconv.Itoa(e.Schema))
		}
		events.WriteString(beforeData)
		events.Write(e.Data)
		events.WriteByte('}')
		lengths = binary.AppendUvarint(lengths, uint64(events.Len()-begin))
		separator = ','
	}
	events.WriteByte(']')
	r := record{Draft: d, events: events.String(), lengths: lengths}
	return r, r.checkSize()
}

// plain reports whether a text stands for itself in JSON.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
}

// checkSize gives [engine.ErrTooLarge] for a commit whose JSON is too large.
func (r record) checkSize() error {
	o := r.Origin
	// No character takes more than 6 bytes in JSON, and 512 hold the names and numbers.
	most := len(r.events) + 512 + 6*(len(r.Stream)+len(o.CommandID)+len(o.TraceID)+len(o.CausationID)+len(o.Invoker)+len(o.Trace))
	if most <= engine.MaxCommitBytes {
		return nil
	}
	text, err := es.Encode(r.Commit())
	if err != nil {
		return fmt.Errorf("encode a commit of %s: %w", r.Stream, err)
	}
	if len(text) > engine.MaxCommitBytes {
		return fmt.Errorf("%d bytes for %s: %w", len(text), r.Stream, engine.ErrTooLarge)
	}
	return nil
}

const insertRecord = `INSERT INTO events (stream, version, count, time, command_id, trace_id, causation_id, invoker, trace, events, lengths, era)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

// insert appends the record to the feed. Whoever calls it has made sure that the stream is where the draft says.
func (r record) insert(conn *sqlite.Conn) error {
	stmt, err := conn.Prepare(insertRecord)
	if err != nil {
		return err
	}
	o := r.Origin
	stmt.BindText(1, string(r.Stream))
	stmt.BindInt64(2, int64(r.After.Version())+1)
	stmt.BindInt64(3, int64(len(r.Events)))
	stmt.BindInt64(4, o.Time.UnixMilli())
	stmt.BindText(5, o.CommandID)
	stmt.BindText(6, o.TraceID)
	stmt.BindText(7, o.CausationID)
	stmt.BindText(8, o.Invoker)
	stmt.BindText(9, o.Trace)
	stmt.BindText(10, r.events)
	stmt.BindBytes(11, r.lengths)
	stmt.BindInt64(12, int64(r.After.Era()))
	if _, err = stmt.Step(); err != nil || !r.Commit().Closes() {
		return err
	}
	return exec(conn, "INSERT INTO eras (stream, era, version) VALUES (?, ?, ?)", string(r.Stream), r.After.Era(), r.After.Version()+1)
}

const (
	recordColumns = "position, stream, version, time, command_id, trace_id, causation_id, invoker, trace, events, lengths, count, era"
	eventsColumn  = 9
	lengthsColumn = 10
	countColumn   = 11
	eraColumn     = 12
)

// scan reads the commit of a row of [recordColumns].
func scan(stmt *sqlite.Stmt, known names) (es.Positioned, error) {
	text := texts(stmt, 1, 4, 5, 6, 7, 8)
	p := es.Positioned{Position: uint64(stmt.ColumnInt64(0)), Commit: es.Commit{
		Stream:  es.StreamID(text[0]),
		Version: uint64(stmt.ColumnInt64(2)),
		Era:     stmt.ColumnInt(eraColumn),
		Origin: es.Origin{
			Time: time.UnixMilli(stmt.ColumnInt64(3)).UTC(), CommandID: text[1], TraceID: text[2],
			CausationID: text[3], Invoker: text[4], Trace: text[5],
		},
	}}
	if stmt.ColumnLen(eventsColumn) == 0 {
		return p, nil // they are archived
	}
	events := make([]byte, stmt.ColumnLen(eventsColumn))
	stmt.ColumnBytes(eventsColumn, events)
	var few [32]byte
	lengths := append(few[:0], make([]byte, stmt.ColumnLen(lengthsColumn))...) // on the stack as a rule
	stmt.ColumnBytes(lengthsColumn, lengths)
	var err error
	if p.Events, err = split(events, lengths, stmt.ColumnInt(countColumn), known); err != nil {
		return p, fmt.Errorf("read position %d, %s@%d: %w", p.Position, p.Stream, p.Version, err)
	}
	return p, nil
}

// texts reads six columns of text, which share their memory.
func texts(stmt *sqlite.Stmt, columns ...int) (all [6]string) {
	var few [320]byte // enough on the stack as a rule
	var ends [6]int
	buffer := few[:0]
	for i, column := range columns {
		begin := len(buffer)
		buffer = slices.Grow(buffer, stmt.ColumnLen(column))
		buffer = buffer[:begin+stmt.ColumnBytes(column, buffer[begin:cap(buffer)])]
		ends[i] = len(buffer)
	}
	begin, shared := 0, string(buffer)
	for i, end := range ends {
		all[i], begin = shared[begin:end], end
	}
	return all
}

// names are those of event types that have been read, each of which comes again and again, and is kept once.
type names map[string]string

func (n names) once(name []byte) string {
	if known, ok := n[string(name)]; ok {
		return known
	}
	text := string(name)
	n[text] = text
	return text
}

var errDamaged = errors.New("the row is damaged")

// split cuts the array of events into its elements, so many, of which it copies nothing.
func split(events, lengths []byte, count int, known names) ([]es.Recorded, error) {
	if count <= 0 || count > len(lengths) {
		return nil, errDamaged
	}
	recorded := make([]es.Recorded, count)
	rest := events
	for i := range recorded {
		length, n := binary.Uvarint(lengths)
		if n <= 0 || length >= uint64(len(rest)) {
			return nil, errDamaged
		}
		var ok bool
		if recorded[i], ok = element(rest[1:length+1], known); !ok { // behind the bracket or the comma
			return nil, errDamaged
		}
		rest, lengths = rest[length+1:], lengths[n:]
	}
	if len(lengths) > 0 || string(rest) != "]" {
		return nil, errDamaged
	}
	return recorded, nil
}

// element reads one event as newRecord wrote it.
func element(text []byte, known names) (e es.Recorded, ok bool) {
	text, ok = bytes.CutPrefix(text, []byte(beforeType))
	if !ok {
		return e, false
	}
	name, text, ok := bytes.Cut(text, []byte{'"'})
	if !ok {
		return e, false
	}
	if schema, hasSchema := bytes.CutPrefix(text, []byte(beforeSchema)); hasSchema {
		comma := bytes.IndexByte(schema, ',')
		if comma < 0 {
			return e, false
		}
		var err error
		if e.Schema, err = strconv.Atoi(string(schema[:comma])); err != nil {
			return e, false
		}
		text = schema[comma:]
	}
	text, ok = bytes.CutPrefix(text, []byte(beforeData))
	if !ok || !bytes.HasSuffix(text, []byte{'}'}) {
		return e, false
	}
	e.Type, e.Data = known.once(name), text[:len(text)-1:len(text)-1]
	return e, true
}
