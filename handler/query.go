package handler

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/internal/limits"
)

// Query is the handler of one declared query.
type Query struct {
	Decl   *es.QueryDecl
	Views  engine.Reader
	Search engine.Finder // for a search; nil for other queries
	World  engine.World
}

// Listed is what a listing query answers: a page, and the cursor of the next one unless this is the last.
type Listed struct {
	Items []jsontext.Value `json:"items"`
	Next  string           `json:"next,omitempty"`
}

const (
	// UsualPage is how many documents a page has when nobody asks for a number.
	UsualPage = 20
	// MaxPage is how many documents a page has at most.
	MaxPage = 100
	// MaxListedBytes bounds a page's documents, but for a single one: an answer of Lambda has 6 MB as JSON, in which its body is
	// a text where a character of a document may take six.
	MaxListedBytes = limits.AnswerBytes/6 - maxEnvelope
	maxEnvelope    = 4 << 10 // headers, the next cursor and braces

	// MaxWait bounds how long a query waits for min-version.
	MaxWait = limits.QueryWait
)

// VersionNotReached is the code of the refusal of a query whose min-version is yet to come.
const VersionNotReached = "VersionNotReached"

// Handle implements [HTTP].
func (h *Query) Handle(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	response, err := h.handle(ctx, request)
	if err != nil {
		response = NewProblem(ctx, engine.NewID(), err).Response()
	}
	return response, nil
}

func (h *Query) handle(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if err := h.check(request); err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	switch {
	case h.Decl.Finds:
		return h.find(ctx, request)
	case h.Decl.IsList():
		return h.list(ctx, request)
	default:
		return h.get(ctx, request)
	}
}

func (h *Query) check(request events.APIGatewayV2HTTPRequest) error {
	if err := engine.Authorize(h.Decl.Role, identity(request)); err != nil {
		return err
	}
	if request.Body != "" {
		return errBody
	}
	return onlyKnown(request, QueryParameters(h.Decl))
}

var errBody = &requestError{http.StatusBadRequest, "BodyNotAllowed", "", "a query takes no body"}

// onlyKnown refuses parameters of the query string that nothing would heed.
func onlyKnown(request events.APIGatewayV2HTTPRequest, known []string) error {
	for name := range request.QueryStringParameters {
		if !slices.Contains(known, name) {
			return es.Invalid(name, "there is no such parameter; there are: %s", cmp.Or(strings.Join(known, ", "), "none"))
		}
	}
	return nil
}

// QueryParameters are the names that a query takes in its query string.
func QueryParameters(d *es.QueryDecl) []string {
	switch {
	case d.Finds:
		return []string{"q", "limit"}
	case !d.IsList():
		return []string{"min-version"}
	}
	return append([]string{"limit", "cursor"}, inQuery(d.Input)...)
}

// inQuery are the names that the fields of an input have in the query string.
func inQuery(input reflect.Type) []string {
	var names []string
	for i := range input.NumField() {
		if name := input.Field(i).Tag.Get("query"); name != "" {
			names = append(names, name)
		}
	}
	return names
}

func (h *Query) get(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	parameter := es.PathParameters(h.Decl.Route)[0]
	rowID := request.PathParameters[parameter]
	if !isID(rowID) {
		return events.APIGatewayV2HTTPResponse{}, badID(parameter)
	}
	var least uint64
	if text, given := request.QueryStringParameters["min-version"]; given {
		var err error
		if least, err = strconv.ParseUint(text, 10, 63); err != nil {
			return events.APIGatewayV2HTTPResponse{}, es.Invalid("min-version", "a version is a whole number")
		}
	}
	row, err := h.await(ctx, rowID, least)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	if row.Version < least {
		return events.APIGatewayV2HTTPResponse{}, es.Conflict(VersionNotReached,
			fmt.Sprintf("the view is at version %d; try again", row.Version))
	}
	if len(row.Doc) == 0 {
		return events.APIGatewayV2HTTPResponse{}, es.NotFound("NotFound", "there is nothing with this id, or not yet")
	}
	return tagged(request, versionTag(row.Version), row.Doc), nil
}

// await reads a row, again and again for a while if it has not reached a version yet.
func (h *Query) await(ctx context.Context, rowID string, least uint64) (row engine.Row, err error) {
	err = await(ctx, func() (bool, error) {
		var err error
		if row, err = h.Views.Row(ctx, h.Decl.View.Name, rowID); err != nil {
			return false, fmt.Errorf("read %s: %w", h.Decl.View.Name, err)
		}
		return row.Version >= least, nil
	})
	return row, err
}

// await asks whether something is there, again and again until it is or [MaxWait] is over.
func await(ctx context.Context, isThere func() (bool, error)) error {
	deadline := time.NewTimer(MaxWait)
	defer deadline.Stop()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 200*time.Millisecond) {
		if there, err := isThere(); there || err != nil {
			return err
		}
		select {
		case <-time.After(wait):
		case <-deadline.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (h *Query) list(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	input := reflect.New(h.Decl.Input).Elem()
	if err := fill(input, request, h.from(request)); err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	q := input.Interface()
	if err := h.Decl.Check(q); err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	page, err := h.page(q, request.QueryStringParameters)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	listed, err := h.collect(ctx, q, page)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, err
	}
	return weaklyTagged(request, listed)
}

// weaklyTagged answers documents that have no version together.
func weaklyTagged(request events.APIGatewayV2HTTPRequest, listed Listed) (events.APIGatewayV2HTTPResponse, error) {
	text, err := es.Encode(listed)
	if err != nil {
		return events.APIGatewayV2HTTPResponse{}, fmt.Errorf("encode a page: %w", err)
	}
	hash := sha256.Sum256(text)
	return tagged(request, `W/"`+hex.EncodeToString(hash[:12])+`"`, text), nil
}

func (h *Query) from(request events.APIGatewayV2HTTPRequest) map[string]string {
	return map[string]string{
		"invoker": identity(request).User, "now": es.Sortable(h.World.Time()),
	}
}

func (h *Query) page(q any, parameters map[string]string) (engine.Page, error) {
	index, partition := h.Decl.Page(q)
	page := engine.Page{Index: index, Partition: partition}
	var err error
	if page.Limit, err = limit(parameters); err != nil {
		return page, err
	}
	if text, given := parameters["cursor"]; given {
		after, err := openCursor(text, page)
		if err != nil {
			return page, err
		}
		page.After = after
	}
	return page, nil
}

func limit(parameters map[string]string) (int, error) {
	text, given := parameters["limit"]
	if !given {
		return UsualPage, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxPage {
		return 0, es.Invalid("limit", "a page has 1 to %d items", MaxPage)
	}
	return n, nil
}

// collect reads on until a page is full of documents that the query keeps.
func (h *Query) collect(ctx context.Context, q any, page engine.Page) (Listed, error) {
	listed := Listed{Items: []jsontext.Value{}}
	limit := page.Limit
	page.Limit = limit + 1 // one more tells whether there is a next page
	for last, bytes := "", 0; ; {
		rows, err := h.Views.List(ctx, h.Decl.View.Name, page)
		if err != nil {
			return Listed{}, fmt.Errorf("list %s: %w", h.Decl.View.Name, err)
		}
		for _, row := range rows {
			doc, err := h.Decl.View.DecodeDoc(row.Doc)
			if err != nil {
				return Listed{}, fmt.Errorf("read a row of %s: %w", h.Decl.View.Name, err)
			}
			if !h.Decl.Keep(q, doc) {
				continue
			}
			bytes += len(row.Doc) + len(",")
			if n := len(listed.Items); n == limit || n > 0 && bytes > MaxListedBytes {
				listed.Next = sealCursor(last, page)
				return listed, nil
			}
			listed.Items, last = append(listed.Items, row.Doc), row.Cursor
		}
		if len(rows) < page.Limit {
			return listed, nil
		}
		page.After = rows[len(rows)-1].Cursor
	}
}

// cursor is the content of an opaque cursor. It names the list that it belongs to, so that it is of no use in another.
type cursor struct {
	List  string `json:"l"`
	After string `json:"a"`
}

func sealCursor(after string, page engine.Page) string {
	text, _ := es.Encode(cursor{List: page.Index + "/" + page.Partition, After: after}) // two strings always encode
	return base64.RawURLEncoding.EncodeToString(text)
}

func openCursor(text string, page engine.Page) (string, error) {
	var c cursor
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = es.DecodeStrict(decoded, &c)
	}
	if err != nil || c.List != page.Index+"/"+page.Partition {
		return "", es.Invalid("cursor", "this is not a cursor of this list")
	}
	return c.After, nil
}

func versionTag(version uint64) string { return `"` + strconv.FormatUint(version, 10) + `"` }

// tagged answers a document with its ETag, or 304 when the caller has it.
func tagged(request events.APIGatewayV2HTTPRequest, tag string, doc []byte) events.APIGatewayV2HTTPResponse {
	headers := map[string]string{"etag": tag, "cache-control": "private, no-cache"}
	for given := range strings.SplitSeq(request.Headers["if-none-match"], ",") {
		if given = strings.TrimSpace(given); given == "*" || strings.TrimPrefix(given, "W/") == strings.TrimPrefix(tag, "W/") {
			return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusNotModified, Headers: headers}
		}
	}
	headers["content-type"] = "application/json"
	return events.APIGatewayV2HTTPResponse{StatusCode: http.StatusOK, Headers: headers, Body: string(doc)}
}
