package opensearch_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/foldstream/foldstream/adapters/awsconfig"
	"github.com/foldstream/foldstream/adapters/opensearch"
)

// fake is as much of OpenSearch as the adapter asks for, as its documentation has it.
type fake struct {
	t *testing.T

	mu       sync.Mutex
	requests []string
	aliases  map[string]string              // indexes by alias
	indexes  map[string]map[string]document // by name and id
}

type document struct {
	version uint64
	terms   []string
}

func newFake(t *testing.T) (*fake, *opensearch.Search) {
	t.Helper()
	f := &fake{t: t, aliases: map[string]string{}, indexes: map[string]map[string]document{}}
	return f, searchAt(t, f)
}

func searchAt(t *testing.T, handler http.Handler) *opensearch.Search {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	cfg := awsconfig.From(func(name string) string {
		return map[string]string{
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": secretKey, "AWS_SESSION_TOKEN": "token",
		}[name]
	})
	return &opensearch.Search{Config: cfg, Endpoint: server.URL, Prefix: "test"}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	checkSignature(f.t, r, body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.RequestURI+" "+string(body))
	parts := strings.Split(r.URL.EscapedPath(), "/")[1:]
	for i, part := range parts {
		if parts[i], err = url.PathUnescape(part); err != nil {
			f.t.Error(err)
		}
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		refuse(w, http.StatusNotAcceptable, "", "Content-Type header ["+got+"] is not supported")
		return
	}
	switch {
	case r.Method == http.MethodPut && len(parts) == 1:
		f.create(w, parts[0], body)
	case r.Method == http.MethodDelete && len(parts) == 1:
		if len(body) > 0 {
			refuse(w, http.StatusBadRequest, "illegal_argument_exception", "request [DELETE /"+parts[0]+"] does not support having a body")
			return
		}
		f.remove(w, parts[0])
	case r.Method == http.MethodPut && len(parts) == 3 && parts[1] == "_doc":
		f.index(w, parts[0], parts[2], r.URL.Query(), body)
	case r.Method == http.MethodPost && len(parts) == 2 && parts[1] == "_search":
		f.search(w, parts[0], body)
	default:
		f.t.Errorf("a request that nobody answers: %s %s", r.Method, r.RequestURI)
	}
}

// refuse answers as OpenSearch does.
func refuse(w http.ResponseWriter, status int, kind, reason string) {
	cause := map[string]any{"type": kind, "reason": reason, "index_uuid": "_na_"}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"error": map[string]any{"root_cause": []any{cause}, "type": kind, "reason": reason}, "status": status,
	})
}

func (f *fake) create(w http.ResponseWriter, name string, body []byte) {
	if f.indexes[name] != nil {
		refuse(w, http.StatusBadRequest, "resource_already_exists_exception", "index ["+name+"/J0WlEhh4R7aDrfIc3AkwWQ] already exists")
		return
	}
	var input struct{ Aliases map[string]any }
	f.decode(body, &input)
	f.indexes[name] = map[string]document{}
	for alias := range input.Aliases {
		f.aliases[alias] = name
	}
	fmt.Fprintf(w, `{"acknowledged":true,"shards_acknowledged":true,"index":%q}`, name)
}

// remove deletes an index and its aliases. An alias itself cannot be deleted so.
func (f *fake) remove(w http.ResponseWriter, name string) {
	if f.indexes[name] == nil {
		refuse(w, http.StatusNotFound, "index_not_found_exception", "no such index ["+name+"]")
		return
	}
	delete(f.indexes, name)
	maps.DeleteFunc(f.aliases, func(_, index string) bool { return index == name })
	fmt.Fprint(w, `{"acknowledged":true}`)
}

func (f *fake) index(w http.ResponseWriter, alias, id string, query url.Values, body []byte) {
	name := f.aliases[alias]
	switch {
	case name == "":
		refuse(w, http.StatusNotFound, "index_not_found_exception",
			"no such index ["+alias+"] and [require_alias] request flag is [true] and ["+alias+"] is not an alias")
		return
	case id == "" || len(id) > 512:
		refuse(w, http.StatusBadRequest, "illegal_argument_exception", "id is too long, must be no longer than 512 bytes but was: "+strconv.Itoa(len(id)))
		return
	}
	version, err := strconv.ParseUint(query.Get("version"), 10, 63)
	if err != nil || query.Get("version_type") != "external_gte" || query.Get("require_alias") != "true" {
		f.t.Errorf("the parameters are %v", query)
	}
	was, exists := f.indexes[name][id]
	if exists && version < was.version {
		refuse(w, http.StatusConflict, "version_conflict_engine_exception", fmt.Sprintf(
			"[%s]: version conflict, current version [%d] is higher than the one provided [%d]", id, was.version, version))
		return
	}
	var input map[string]string
	f.decode(body, &input)
	if _, ok := input["text"]; !ok || len(input) != 1 {
		f.t.Errorf("the mapping is strict, and the document is %s", body)
	}
	f.indexes[name][id] = document{version, analyse(input["text"])}
	result := "created"
	if exists {
		result = "updated"
	}
	fmt.Fprintf(w, `{"_index":%q,"_id":%q,"_version":%d,"result":%q,"_shards":{"total":2,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1}`,
		name, id, version, result)
}

// textQuery is the text that match and match_bool_prefix look for.
type textQuery struct {
	Text struct{ Query, Operator string }
}

func (f *fake) search(w http.ResponseWriter, alias string, body []byte) {
	name := f.aliases[alias]
	if name == "" {
		refuse(w, http.StatusNotFound, "index_not_found_exception", "no such index ["+alias+"]")
		return
	}
	var input struct {
		Size  int
		Query struct {
			Bool struct {
				Must []struct {
					Prefix textQuery `json:"match_bool_prefix"`
				}
				Should []struct{ Match textQuery }
			}
		}
	}
	f.decode(body, &input)
	all, whole := input.Query.Bool.Must[0].Prefix.Text, input.Query.Bool.Should[0].Match.Text
	if all.Operator != "and" || whole.Operator != "and" {
		f.t.Errorf("not all words are asked for: %s", body)
	}
	wanted, alike := analyse(all.Query), analyse(whole.Query)
	if len(wanted)+len(alike) > 1024 {
		refuse(w, http.StatusBadRequest, "too_many_nested_clauses", "Query contains too many nested clauses; maxClauseCount is set to 1024")
		return
	}
	type hit struct {
		ID     string  `json:"_id"`
		Index  string  `json:"_index"`
		Score  float64 `json:"_score"`
		Source any     `json:"_source,omitempty"`
	}
	hits := []hit{}
	for id, d := range f.indexes[name] {
		if score := f.score(name, d, wanted, true); score > 0 {
			hits = append(hits, hit{ID: id, Index: name, Score: score + f.score(name, d, alike, false)})
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return int(math.Copysign(1, b.Score-a.Score)) })
	_ = json.NewEncoder(w).Encode(map[string]any{
		"took": 15, "timed_out": false, "_shards": map[string]int{"total": 1, "successful": 1, "skipped": 0, "failed": 0},
		"hits": map[string]any{"max_score": 1, "hits": hits[:min(len(hits), input.Size)]},
	})
}

// score is 0 for a document that has not all terms. Else it is by BM25, but that a beginning counts one.
func (f *fake) score(index string, d document, terms []string, lastIsBeginning bool) float64 {
	total, average := 0.0, 0.0
	for _, other := range f.indexes[index] {
		average += float64(len(other.terms)) / float64(len(f.indexes[index]))
	}
	for i, term := range terms {
		count := 0.0
		for _, has := range d.terms {
			if has == term || lastIsBeginning && i == len(terms)-1 && strings.HasPrefix(has, term) {
				count++
			}
		}
		switch {
		case count == 0:
			return 0
		case lastIsBeginning && i == len(terms)-1:
			total++
		default:
			total += count / (count + 1.2*(0.25+0.75*float64(len(d.terms))/average))
		}
	}
	return total
}

// analyse is the analyzer of the index, as far as letters go that the tests have.
func analyse(text string) []string {
	return strings.Fields(strings.NewReplacer("ø", "o", "ß", "ss", "ł", "l").Replace(strings.ToLower(text)))
}

func (f *fake) decode(body []byte, into any) {
	if err := json.Unmarshal(body, into); err != nil {
		f.t.Errorf("the body is %s: %v", body, err)
	}
}

const secretKey = "secret"

// checkSignature makes a request's signature once more, step by step as the documentation of Signature Version 4 has it.
func checkSignature(t *testing.T, r *http.Request, body []byte) {
	var credential, headers, signature string
	for part := range strings.SplitSeq(strings.TrimPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 "), ", ") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "Credential":
			credential = value
		case "SignedHeaders":
			headers = value
		case "Signature":
			signature = value
		}
	}
	want := "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
	if len(body) > 0 {
		want = "content-length;" + want
	}
	if headers != want {
		t.Errorf("the signed headers are %s", headers)
	}
	hash := sha256.Sum256(body)
	var canonical bytes.Buffer
	// The path is encoded as it was sent, and then again.
	segments := strings.Split(strings.SplitN(r.RequestURI, "?", 2)[0], "/")
	for i, segment := range segments {
		segments[i] = strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
	}
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, strings.Join(segments, "/"), strings.ReplaceAll(r.URL.Query().Encode(), "+", "%20"))
	for name := range strings.SplitSeq(headers, ";") {
		value := r.Header.Get(name)
		switch name {
		case "host":
			value = r.Host
		case "content-length":
			value = strconv.Itoa(len(body))
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, value)
	}
	fmt.Fprintf(&canonical, "\n%s\n%x", headers, hash)
	date := r.Header.Get("X-Amz-Date")
	scope := date[:8] + "/eu-central-1/es/aws4_request"
	if credential != "id/"+scope {
		t.Errorf("the credential is %s", credential)
	}
	key := []byte("AWS4" + secretKey)
	for _, part := range append(strings.Split(scope, "/"), fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s\n%x", date, scope, sha256.Sum256(canonical.Bytes()))) {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	if want := hex.EncodeToString(key); signature != want {
		t.Errorf("the signature is %s, want %s of\n%s", signature, want, canonical.String())
	}
}
