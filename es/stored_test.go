package es_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/es"
)

// lend has fields from everywhere.
type lend struct {
	ID      string         `json:"-" path:"doorId"`
	Lender  string         `json:"-" from:"invoker"`
	Own     string         `json:"-" from:"id"`
	Told    door           `json:"-"`
	Days    int            `json:"days"`
	Until   time.Time      `json:"until,omitzero"`
	Words   []string       `json:"words"`
	Numbers map[string]int `json:"numbers,omitempty"`
}

func (c lend) Stream() string                                { return c.ID }
func (c lend) Validate() error                               { return nil }
func (c lend) Decide(door, es.Env) ([]es.Event[door], error) { return nil, nil }

var doLend = es.Handles[lend](doors, "lend", "POST /doors/{doorId}/loans")

func TestStoredCommands(t *testing.T) {
	text := rapid.String().Filter(func(s string) bool { return strings.ToValidUTF8(s, "") == s })
	t.Run("come back as they were", rapid.MakeCheck(func(t *rapid.T) {
		want := lend{
			ID: text.Draw(t, "id"), Lender: text.Draw(t, "lender"), Own: text.Draw(t, "own"), Days: rapid.Int().Draw(t, "days"),
			Until: time.UnixMilli(rapid.Int64Range(0, 1<<42).Draw(t, "until")).UTC(), Words: rapid.SliceOf(text).Draw(t, "words"),
		}
		if n := rapid.IntRange(0, 3).Draw(t, "n"); n > 0 {
			want.Numbers = map[string]int{text.Draw(t, "key"): n}
		}
		data, err := doLend.Encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := doLend.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}))
	t.Run("do without what they were told of others", func(t *testing.T) {
		data, err := doLend.Encode(lend{ID: "1", Told: door{7}, Words: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := doLend.Decode(data); err != nil || !reflect.DeepEqual(got, lend{ID: "1", Words: []string{}}) {
			t.Fatalf("got %+v, %v", got, err)
		}
	})
	t.Run("of an older program do without fields that are gone", func(t *testing.T) {
		got, err := doOpen.Decode([]byte(`{"body":{"colour":"red"},"filled":{"ID":"1","Gone":"x"}}`))
		if err != nil || got != any(open{"1"}) {
			t.Fatalf("got %+v, %v", got, err)
		}
	})
	t.Run("that are torn are an error", func(t *testing.T) {
		for _, data := range []string{"", "{", `{"body":[]}`, `{}`} {
			if got, err := doOpen.Decode([]byte(data)); err == nil {
				t.Errorf("%q was read as %+v", data, got)
			}
		}
	})
}
