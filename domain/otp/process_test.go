package otp_test

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

// process is what becomes of one primary, while whoever has it and whoever has not request codes and try some.
type process struct {
	*estest.World
	request otp.Request
	keys    []string             // that were answered
	begun   map[string]time.Time // by key
	codes   map[string]string    // by key
	wrong   map[string]int       // tries, by key
	used    map[string]bool      // by key
}

func (p *process) ask() {
	err := p.Do(otp.DoRequest, p.request)
	early := len(p.keys) > 0 && p.Now().Sub(p.begun[p.key(0)]) < time.Minute
	if early != errors.Is(err, otp.ErrRequestedJustNow) {
		p.Fatalf("mend: once a minute: %v, %v", early, err)
	}
	if early {
		return
	}
	key := estest.StateOf(p.World, otp.Aggregate, p.request.Stream()).Key
	if slices.Contains(p.keys, key) {
		p.Fatalf("the key %s is given out twice", key)
	}
	p.keys = append(p.keys, key)
	p.begun[key], p.codes[key] = p.Now(), p.promised()
}

// promised is the code that the saga will send upon the last event.
func (p *process) promised() string {
	commits := p.Commits(es.NewStreamID("otp", p.request.Stream()))
	acts, err := otp.Sending.React(commits[len(commits)-1], 0, []byte(estest.Secret))
	if err != nil || len(acts) != 1 {
		p.Fatal(acts, err)
	}
	if mail := acts[0].Mail; mail != nil {
		return codeIn(mail.Text)
	}
	return codeIn(acts[0].SMS.Text)
}

var fiveDigits = regexp.MustCompile(`\b[0-9]{5}\b`)

func codeIn(text string) string { return fiveDigits.FindString(text) }

// received are the codes that have been sent, some of them several times.
func (p *process) received() map[string]bool {
	codes := map[string]bool{}
	for _, m := range p.Mails() {
		codes[codeIn(m.Text)] = m.Address == email
	}
	for _, m := range p.Texts() {
		codes[codeIn(m.Text)] = m.Number == phone
	}
	return codes
}

// key is the last one that was given out, or one of those before.
func (p *process) key(before int) string { return p.keys[max(0, len(p.keys)-1-before)] }

func (p *process) try(key, code string) {
	stream := es.NewStreamID("otp", p.request.Stream())
	before := len(p.Commits(stream))
	err := p.Do(otp.DoVerify, otp.Verify{Primary: p.request.Primary, Country: p.request.Country, Key: key, Code: code})
	age := p.Now().Sub(p.begun[key])
	var want error
	event := ""
	switch {
	case key != p.key(0):
		want = otp.ErrNoSuchOTP
	case p.used[key]:
		want = otp.ErrUsed
	case age >= life:
		want = otp.ErrExpired
	case p.wrong[key] >= 5:
		want = otp.ErrTooManyTries
	case code != p.codes[key]:
		p.wrong[key]++
		event = "OtpRejected"
	default:
		p.used[key] = true
		event = "OtpVerified"
	}
	got := ""
	for _, c := range p.Commits(stream)[before:] {
		got += c.Events[0].Type
	}
	if !errors.Is(err, want) || got != event {
		p.Fatalf("%s under the key of %v ago comes to %q, %v; want %q, %v", code, age, got, err, event, want)
	}
}

func TestACodeIsGoodOnceForWhoGotIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &process{
			World:   estest.NewWorld(t, es.Context{Sagas: []*es.Saga{otp.Sending}}),
			request: rapid.SampledFrom([]otp.Request{byPhone, byEmail}).Draw(t, "request"),
			begun:   map[string]time.Time{}, codes: map[string]string{}, wrong: map[string]int{}, used: map[string]bool{},
		}
		p.ask()
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				p.ask()
			case 1:
				p.Pass(rapid.SampledFrom([]time.Duration{
					time.Millisecond, time.Minute - time.Millisecond, time.Minute, life - time.Millisecond, life,
				}).Draw(t, "later"))
			case 2, 3:
				p.Step()
			default:
				guesses := append([]string{"00000", "99999"}, slices.Sorted(maps.Keys(p.received()))...)
				p.try(p.key(rapid.IntRange(0, 2).Draw(t, "key")), rapid.SampledFrom(guesses).Draw(t, "code"))
			}
		}
		p.Settle()
		promised := map[string]bool{}
		for _, code := range p.codes {
			promised[code] = true
		}
		if received := p.received(); !maps.Equal(received, promised) {
			t.Fatalf("the codes %v are sent, true for those to whom they belong; want %v", received, promised)
		}
	})
}
