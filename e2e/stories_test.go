package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// told is what each story of the demo says at its turning points, in this order. The stories check themselves; here they are
// held to having come there.
var told = map[string][]string{
	"match": {`^match: `, `Ada +hears MatchCreated`, `Grace +hears MatchStarted`, `hears TurnTaken`, `Ada +\d cells`, `has won\.`},
	"otp": {
		`^otp: `, `429 OtpRequestedJustNow`, `the outbox has, to \+62812\d{8}: \d{5} is your`, `401 WrongCode`,
		`the code is right: a token for`, `409 OtpUsed`, `: verified, 1 wrong`, `the outbox has, to office\..*@example.com`,
		`403 Forbidden`, `409 OrgAlreadyExists`, `200, ETag "1"; and again, If-None-Match "1": 304`, `min-version=2: Sweet Harvest`,
		`GET /org-search\?q=durians\+\w+: Sweet Harvest`,
	},
	"room": {
		`^room: `, `Mario +hears LivesGranted`, `400 AmountNotOffered`, `202, Location /rooms/`, `Mario +hears RoomOpened`, `GET /traces/`,
		`Peach +hears PlayerRespawned .*"mario_`, `Mario has 0 lives and died 1 times`,
		`Peach +hears PlayerEjected .*"luigi_.*"NoLivesLeft"`, `Peach +hears PlayerEjected .*"mario_.*"exited"`, `: closed, since it is empty`,
	},
	"tournament": {
		`^tournament: `, `404 TeamDoesNotExist`, `409 NotEnoughTeams`, `409 TeamAlreadyAdded`, `TeamAdded .*"Ravens`, `CommandRejected`,
		`TeamRemoved .*"TeamNotAvailable"`, `TeamJoinedTournament`, `TeamConfirmed`, `409 TournamentFull`, `400 DrawNotAllowed`,
		`409 MatchAlreadyPlayed`, `Quarter-finals +Semi-finals +Final`, `are the champions of the Cup`,
	},
	"wallet": {
		`^wallet: `, `403 NotYourWallet`, `409 InsufficientFunds`, `hears TransferCompleted`, `TransferReturned +v\d+`,
		`70\.25 EUR = +70\.25 EUR, 2 transactions`, `90 USD = +67\.5 EUR`, `100 CAD = +50 EUR`, `30\.2501 EUR`,
		`Bob has clicked: Bob \(4 credits, 1 clicks\)\n`, `Ada has clicked: Ada \(1 credits, 1 clicks\) Bob`,
	},
}

// TestStories plays each story of the demo on a server of its own, and all of them on one that is there.
func TestStories(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "demo")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "../cmd/demo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	play := func(t *testing.T, args ...string) (string, error) {
		args = append(args, "-patience", (3 * server.patience).String())
		out, err := exec.CommandContext(t.Context(), binary, args...).CombinedOutput()
		return string(out), err
	}
	there := []string{"-story", "all", "-url", server.url, "-outbox", server.posts()}
	if given := os.Getenv("FOLDSTREAM_WS_URL"); given != "" {
		there = append(there, "-ws", given)
	}
	t.Run("at home", func(t *testing.T) {
		ownServer(t)
		for name, turns := range told {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				out, err := play(t, "-story", name)
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				inOrder(t, out, turns)
			})
		}
	})
	t.Run("all of them, twice, on a server that is there", func(t *testing.T) {
		if server.box == nil {
			leaveOut(t, "a story reads what was posted: say where with FOLDSTREAM_OUTBOX")
		}
		for range 2 {
			out, err := play(t, there...)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for name, turns := range told {
				if name == "otp" && !server.about.Search {
					turns = turns[:len(turns)-1] // the last is a search
				}
				inOrder(t, out, turns)
			}
		}
	})
	for name, args := range map[string][]string{
		"a story that there is not":        {"-story", "nowhere"},
		"an outbox that is not known":      {"-story", "otp", "-url", server.url},
		"an outbox of some other server's": {"-story", "otp", "-url", server.url, "-outbox", filepath.Join(os.TempDir(), "nowhere")},
		"a server that is not there":       {"-story", "wallet", "-url", "http://127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := play(t, args...); err == nil {
				t.Fatalf("it ended well:\n%s", out)
			}
		})
	}
}

// inOrder finds patterns in a text, one behind the other.
func inOrder(t *testing.T, text string, patterns []string) {
	t.Helper()
	rest := text
	for _, p := range patterns {
		at := regexp.MustCompile(`(?m)` + p).FindStringIndex(rest)
		if at == nil {
			t.Fatalf("%q is not told, or not where it should be:\n%s", p, text)
		}
		rest = rest[at[1]:]
	}
}
