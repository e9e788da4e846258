package handler_test

import (
	"context"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
	"github.com/foldstream/foldstream/handler"
)

// bodies are what commands with a body take, well-formed. The id in the path is "ann1".
var bodies = map[string]string{
	"register":   `{"email":"ann@example.com","password":"correct horse"}`,
	"log-in":     `{"email":"ann@example.com","password":"correct horse"}`,
	"grant-role": `{"role":"admin"}`,

	"create-user":   `{"name":"Ann"}`,
	"set-user-name": `{"name":"Ann"}`,
	"request-match": `{"size":"small"}`,
	"take-turn":     `{"from":{"x":0,"y":0},"direction":"right"}`,

	"request-otp": `{"primary":"ann@example.com","country":"SG","role":"org"}`,
	"verify-otp":  `{"primary":"ann@example.com","key":"0123456789abcdef0123456789abcdef","code":"12345"}`,
	"create-org":  `{"name":"Ann & Co","location":"Singapore"}`,
	"update-org":  `{"name":"Ann & Co","location":"Singapore"}`,

	"sign-up":         `{"username":"ann1","password":"correct horse"}`,
	"log-in-account":  `{"password":"correct horse","browserFingerprint":"x"}`,
	"receive-payment": `{"amount":"1.50"}`,
	"open-room":       `{"playerIds":["ann1","bob"]}`,
	"act-in-room":     `{"action":"jumps"}`,

	"create-team":           `{"name":"Ann's"}`,
	"add-players":           `{"names":["Bob","Cat"]}`,
	"set-team-availability": `{"available":false}`,
	"create-tournament":     `{"name":"Cup"}`,
	"add-team":              `{"teamId":"t1"}`,
	"set-match-result":      `{"localTeamId":"t1","localGoals":1,"awayTeamId":"t2","awayGoals":0}`,

	"open-wallet":   `{"currency":"EUR"}`,
	"credit-wallet": `{"amount":"12.5"}`,
	"debit-wallet":  `{"amount":"12.5"}`,
	"transfer":      `{"to":"w2","amount":"12.5"}`,
}

// declared are the handlers of all commands with a route, over a system in which nothing has happened and nothing ever does.
func declared() []*handler.Command {
	var all []*handler.Command
	commands := &engine.Commands{Store: void{}, Inbox: &inbox{}, Secrets: known{}}
	for _, d := range domain.App.Commands() {
		if !d.IsInternal() {
			all = append(all, &handler.Command{Decl: d, Commands: commands})
		}
	}
	return all
}

type known struct{}

func (known) Secret(context.Context) ([]byte, error) { return []byte(estest.Secret), nil }

// FuzzDeclared sends anything at all to each command that is declared.
func FuzzDeclared(f *testing.F) {
	all := declared()
	for i, h := range all {
		good := bodies[h.Decl.Name]
		for _, body := range []string{good, strings.ReplaceAll(good, `"`, ``), strings.ReplaceAll(good, `:`, `:-9e9,"x":`), "{}", "[]"} {
			f.Add(uint8(i), body, "ann1")
		}
		for _, odd := range []string{`"\u0000"`, `"\ud800"`, `"` + strings.Repeat("Ä", 5000) + `"`, `[null]`, `{"x":1}`, `1e999`} {
			if before, after, found := strings.Cut(good, `:`); found {
				_, after, _ = strings.Cut(after, `,`)
				f.Add(uint8(i), strings.TrimSuffix(before+`:`+odd+`,`+after, `,`), "ann1")
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, body, id string) { send(t, all[int(which)%len(all)], body, id, "key") })
}

// What is well-formed is never refused for its form.
func TestWellFormed(t *testing.T) {
	for _, h := range declared() {
		t.Run(h.Decl.Name, func(t *testing.T) {
			if takesBody(h.Decl) != (bodies[h.Decl.Name] != "") {
				t.Fatal("there must be an example of its body, if it has one")
			}
			if p := send(t, h, bodies[h.Decl.Name], "ann1", "key"); p.Code == "InvalidInput" || p.Code == "MalformedJSON" {
				t.Errorf("refused with %+v", p)
			}
		})
	}
}

func takesBody(d *es.CommandDecl) bool {
	for i := range d.Input.NumField() {
		if name := d.Input.Field(i).Tag.Get("json"); name != "-" {
			return true
		}
	}
	return false
}
