package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/foldstream/foldstream/client"
)

// TestReplay steps through streams by the command line, while the server runs.
func TestReplay(t *testing.T) {
	t.Parallel()
	ownServer(t)
	binary, data := build(t), t.TempDir()
	server := launch(t, binary, data, "127.0.0.1:0")
	ada, adaID := somebody(t, server.url, "Ada")
	match := newMatch(t, ada, adaID)
	run := func(keys string, args ...string) (string, error) {
		c := exec.CommandContext(t.Context(), binary, append([]string{"replay", "--data", data}, args...)...)
		c.Stdin = strings.NewReader(keys)
		out, err := c.CombinedOutput()
		return string(out), err
	}

	t.Run("each event with the state after it", func(t *testing.T) {
		out, err := run("", "match-"+match, "--json")
		if err != nil {
			t.Fatal(err, out)
		}
		var types, statuses []string
		for line := range bytes.Lines([]byte(out)) {
			var step struct {
				Type   string
				States map[string]struct {
					Status  string
					Players []any
				}
			}
			if err := json.Unmarshal(line, &step); err != nil {
				t.Fatal(err, string(line))
			}
			types = append(types, step.Type)
			statuses = append(statuses, step.States["match.Match"].Status+strings.Repeat("+", len(step.States["match.Match"].Players)))
		}
		if got := strings.Join(types, " "); got != "MatchCreated MatchJoined" {
			t.Errorf("the events are %s", got)
		}
		if got := strings.Join(statuses, " "); got != "not-started not-started+" {
			t.Errorf("the states are %s", got)
		}
	})
	t.Run("a key for each", func(t *testing.T) {
		if out, _ := run("", "match-"+match, "--step"); strings.Contains(out, "MatchJoined") || !strings.Contains(out, "MatchCreated") {
			t.Errorf("without a key it shows %s", out)
		}
		if out, _ := run("\n", "match-"+match, "--step"); !strings.Contains(out, "2  MatchJoined") {
			t.Errorf("after a key it shows %s", out)
		}
	})
	t.Run("two aggregates of one stream", func(t *testing.T) {
		nobody := &client.Client{Base: server.url}
		command(t, nobody, "POST", "/accounts", map[string]string{"username": "ada", "password": password}, nil)
		out, err := run("", "account-ada")
		if err != nil || !strings.Contains(out, "account.Account") || !strings.Contains(out, "player.Player") {
			t.Errorf("it shows %s: %v", out, err)
		}
	})
	t.Run("a stream that is not there", func(t *testing.T) {
		for stream, want := range map[string]string{"match-none": "no events in match-none", "cat-1": `category "cat"`} {
			if out, err := run("", stream); err == nil || !strings.Contains(out, want) {
				t.Errorf("of %s it says %s", stream, out)
			}
		}
	})
}
