package e2e

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/handler"
)

// at gives the method of a declared route, and its path with a value for its parameters.
func at(route, value string) (method, path string) {
	method, path, _ = strings.Cut(route, " ")
	for _, name := range es.PathParameters(route) {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	return method, path
}

// isBad asserts that a request is the caller's fault, and is told so in a problem, which raw sees to.
func isBad(t *testing.T, c *client.Client, method, path, body string) {
	t.Helper()
	if status, p := raw(t, c, method, path, body, nil); status < 400 || status >= 500 {
		t.Errorf("%s %.60s with %.60q gave %d %s", method, path, body, status, p.Code)
	}
}

// TestEveryCommandRefusesBadInput sends what can't be meant to each route of a command.
func TestEveryCommandRefusesBadInput(t *testing.T) {
	ada, _ := newcomer(t)
	for _, d := range domain.App.Commands() {
		if d.IsInternal() {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			method, path := at(d.Route, "abc1")
			for _, body := range []string{`{`, `[]`, `"x"`, `3`, `{"nope":1}`, `{"a":1,"a":1}`, "{\"\xff\":1}", `{}{}`, strings.Repeat("[", 10_000)} {
				isBad(t, ada, method, path, body)
			}
			for i := range d.Input.NumField() {
				name, _, _ := strings.Cut(d.Input.Field(i).Tag.Get("json"), ",")
				if name == "" || name == "-" {
					continue
				}
				for _, value := range []string{`[[]]`, `{"x":{}}`, `1e999`} {
					isBad(t, ada, method, path, `{"`+name+`":`+value+`}`)
				}
			}
			for _, id := range []string{strings.Repeat("a", 10<<10), "a%00b", "%2e%2e", "%F0%9F%90%B3"} {
				if _, odd := at(d.Route, id); odd != path {
					isBad(t, ada, method, odd, `{}`)
				}
			}
			status, p := raw(t, ada, method, path, `{"x":"`+strings.Repeat("x", 1<<20)+`"}`, nil)
			if status != http.StatusRequestEntityTooLarge && !lacksRole(status, p) {
				t.Errorf("a large body gave %d %s", status, p.Code)
			}
			status, p = raw(t, ada, method, path, `<x/>`, map[string]string{"Content-Type": "text/xml"})
			if status != http.StatusUnsupportedMediaType && !lacksRole(status, p) {
				t.Errorf("XML gave %d %s", status, p.Code)
			}
			if d.Role == "" {
				return
			}
			if status, p = raw(t, nil, method, path, `{}`, nil); status != http.StatusUnauthorized {
				t.Errorf("without a token it gave %d %s", status, p.Code)
			}
		})
	}
}

// lacksRole reports whether it was API Gateway that refused a request, which looks at the caller's role before anything else.
func lacksRole(status int, p handler.Problem) bool {
	return status == http.StatusForbidden && p.Code == "" && server.behindGateway()
}

// TestEveryCommandSurvivesOddInput sends what has the right shape, and values that nobody thinks of. It may be taken or
// refused, but it is nobody's fault here.
func TestEveryCommandSurvivesOddInput(t *testing.T) {
	ada, _ := newcomer(t)
	texts := []string{
		"", " ", "\x00", "\u202e\ufeff", "';--", "../../etc/passwd", "-1", "1e400", "NaN", strings.Repeat("9", 400), strings.Repeat("é", 9000), "+999999999999999", "a@b",
	}
	for _, d := range domain.App.Commands() {
		if d.IsInternal() {
			continue
		}
		t.Run(d.Name, func(t *testing.T) {
			method, path := at(d.Route, "abc1")
			for i, text := range texts {
				input := reflect.New(d.Input).Elem()
				fillOdd(input, text, int64(i-3)<<40)
				_, err := ada.Command(t.Context(), method, path, input.Interface(), nil)
				var refusal *client.Error
				if err != nil && (!errors.As(err, &refusal) || refusal.Status >= 500) {
					t.Errorf("%.40q gave %v", text, err)
				}
			}
		})
	}
}

func fillOdd(v reflect.Value, text string, number int64) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		v.SetInt(number)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillOdd(v.Index(i), text, number)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fillOdd(v.Field(i), text, number)
			}
		}
	default: // there is nothing odd about true and false
	}
}

// TestEveryQueryRefusesBadInput asks each route of a query for what can't be meant.
func TestEveryQueryRefusesBadInput(t *testing.T) {
	ada, _ := newcomer(t)
	for _, d := range domain.App.Queries() {
		t.Run(d.Name, func(t *testing.T) {
			if d.Finds {
				searches(t)
			}
			method, path := at(d.Route, "abc1")
			isBad(t, ada, method, path, `{}`)
			bad := []string{"colour=red", "%00=1"}
			switch {
			case d.Finds:
				bad = append(bad, "", "q=", "q=%FF", "q=a&limit=0", "q="+strings.Repeat("a", 5000), "q=a&cursor=x")
			case d.IsList():
				bad = append(bad, "limit=0", "limit=101", "limit=x", "cursor=%25", "cursor=e30", "cursor="+strings.Repeat("A", 5000))
			default:
				bad = append(bad, "min-version=-1", "min-version=x", "min-version=99999999999999999999")
			}
			for _, query := range bad {
				isBad(t, ada, method, path+"?"+query, "")
			}
			if d.Finds {
				for _, words := range []string{"%22", "*", "AND+OR+NOT", "a:b", "(((", "'%3B--", "%F0%9F%90%B3", "%00"} {
					if _, err := ada.Do(t.Context(), method, path+"?q="+words, nil); err != nil {
						var refusal *client.Error
						if !errors.As(err, &refusal) || refusal.Status >= 500 {
							t.Errorf("the words %s gave %v", words, err)
						}
					}
				}
			}
			for _, id := range []string{strings.Repeat("a", 10<<10), "a%00b", "%2e%2e"} {
				if _, odd := at(d.Route, id); odd != path {
					isBad(t, ada, method, odd, "")
				}
			}
			if status, p := raw(t, nil, method, path, "", nil); d.Role != "" && status != http.StatusUnauthorized {
				t.Errorf("without a token it gave %d %s", status, p.Code)
			}
		})
	}
}
