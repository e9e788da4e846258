package otp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

const life = 30 * time.Hour

var (
	right = otp.Verify{Primary: phone, Key: key, Code: code}
	wrong = otp.Verify{Primary: phone, Key: key, Code: "00000"}

	verified = otp.Verified{Nonce: estest.AnyString, Role: otp.RoleWorker}
	granted  = es.Grant{Subject: phoneID, Roles: []string{"worker", es.RoleRead, es.RoleWrite}, TTL: 30 * 24 * time.Hour}
)

func rejected(tries int) otp.Rejected { return otp.Rejected{Nonce: "x", Tries: tries} }

func TestVerify(t *testing.T) {
	t.Run("a worker", func(t *testing.T) {
		given().When(right, after(time.Hour)).Then(t, verified).AndAnswer(t, granted)
	})
	t.Run("an organisation", func(t *testing.T) {
		command := right
		command.Primary = email
		estest.Given(otp.Aggregate, toEmail).When(command).
			Then(t, otp.Verified{Nonce: estest.AnyString, Role: otp.RoleOrg}).
			AndAnswer(t, es.Grant{Subject: emailID, Roles: []string{"org", es.RoleRead, es.RoleWrite}, TTL: 30 * 24 * time.Hour})
	})
	t.Run("a wrong code is counted, and refused", func(t *testing.T) {
		given(rejected(1)).When(wrong).
			Then(t, otp.Rejected{Nonce: estest.AnyString, Tries: 2}).AndAnswerRejected(t, otp.ErrWrongCode)
	})
	t.Run("a wrong key is refused, and does not count", func(t *testing.T) {
		command := right
		command.Key = otherKey
		given().When(command).ThenRejected(t, otp.ErrNoSuchOTP)
	})
	t.Run("the code of before is good no more", func(t *testing.T) {
		later := toPhone
		later.Key, later.Hash = otherKey, "another"
		given(later).When(right).ThenRejected(t, otp.ErrNoSuchOTP)
	})
	t.Run("nothing was requested", func(t *testing.T) {
		nobody.When(right).ThenRejected(t, otp.ErrNoSuchOTP)
	})
	t.Run("for 30 hours", func(t *testing.T) {
		given().When(right, after(life-time.Millisecond)).Then(t, verified)
		given().When(right, after(life)).ThenRejected(t, otp.ErrExpired)
		given().When(wrong, after(life)).ThenRejected(t, otp.ErrExpired)
	})
	t.Run("mend: once", func(t *testing.T) {
		used := given(otp.Verified{Nonce: "x", Role: otp.RoleWorker})
		used.When(right).ThenRejected(t, otp.ErrUsed)
		used.When(wrong).ThenRejected(t, otp.ErrUsed)
	})
	t.Run("five tries", func(t *testing.T) {
		given(rejected(4)).When(right).Then(t, verified).AndAnswer(t, granted)
		given(rejected(4)).When(wrong).
			Then(t, otp.Rejected{Nonce: estest.AnyString, Tries: 5}).AndAnswerRejected(t, otp.ErrWrongCode)
		given(rejected(5)).When(right).ThenRejected(t, otp.ErrTooManyTries)
		given(rejected(5)).When(wrong).ThenRejected(t, otp.ErrTooManyTries)
	})
	t.Run("a repetition is granted nothing, whatever the code", func(t *testing.T) {
		given().When(right).Repeated(estest.Entropy(1)).AndAnswerRejected(t, otp.ErrRepeated)
		given().When(wrong).Repeated(estest.Entropy(1)).AndAnswerRejected(t, otp.ErrRepeated)
	})
	t.Run("the code is in no event", func(t *testing.T) {
		env := es.Env{Now: estest.Noon, Secret: []byte(estest.Secret)}
		state := toPhone.Evolve(otp.OTP{})
		for _, command := range []otp.Verify{right, wrong} {
			d, err := otp.DoVerify.Decide(state, command, env)
			if err != nil || strings.Contains(string(d.Events[0].Data), command.Code) {
				t.Errorf("%s, %v", d.Events[0].Data, err)
			}
		}
	})
}

func TestVerifyInput(t *testing.T) {
	with := func(change func(*otp.Verify)) otp.Verify {
		c := right
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		command otp.Verify
		field   string
	}{
		"another role":             {with(func(c *otp.Verify) { c.Role = "admin" }), "role"},
		"another country":          {with(func(c *otp.Verify) { c.Country = "DE" }), "country"},
		"no primary":               {with(func(c *otp.Verify) { c.Primary = "" }), "primary"},
		"a phone of which country": {with(func(c *otp.Verify) { c.Primary = "0812-3456-7890" }), "primary"},
		"a phone of another":       {with(func(c *otp.Verify) { c.Country = "SG" }), "primary"},
		"a phone from elsewhere":   {with(func(c *otp.Verify) { c.Primary = "+49 151 23456789" }), "primary"},
		"an org's phone":           {with(func(c *otp.Verify) { c.Role = otp.RoleOrg }), "primary"},
		"a worker's e-mail":        {with(func(c *otp.Verify) { c.Primary, c.Role = email, otp.RoleWorker }), "primary"},
		"no key":                   {with(func(c *otp.Verify) { c.Key = "" }), "key"},
		"half a key":               {with(func(c *otp.Verify) { c.Key = key[:31] }), "key"},
		"another kind of key":      {with(func(c *otp.Verify) { c.Key = strings.Repeat("x", 32) }), "key"},
		"no code":                  {with(func(c *otp.Verify) { c.Code = "" }), "code"},
		"four digits":              {with(func(c *otp.Verify) { c.Code = "1234" }), "code"},
		"six digits":               {with(func(c *otp.Verify) { c.Code = "123456" }), "code"},
		"other characters":         {with(func(c *otp.Verify) { c.Code = "1234x" }), "code"},
		"a sign":                   {with(func(c *otp.Verify) { c.Code = "-1234" }), "code"},
		"space":                    {with(func(c *otp.Verify) { c.Code = " 1234" }), "code"},
		"digits of other scripts":  {with(func(c *otp.Verify) { c.Code = "١٢٣" }), "code"}, // six bytes
	} {
		t.Run(name, func(t *testing.T) { given().When(c.command).ThenRejected(t, es.Invalid(c.field, "")) })
	}
}

func TestSending(t *testing.T) {
	t.Run("mend: the code is sent to the phone", func(t *testing.T) {
		estest.Saga(otp.Sending).On(estest.Committed(otp.Aggregate, phoneID, toPhone)).Does(t, es.Text(es.SMS{
			Number: phone,
			Text:   code + " is your Foldstream code. It is good for 30 hours, once. Tell it to nobody.",
		}))
	})
	t.Run("mend: the code is sent to the e-mail address", func(t *testing.T) {
		estest.Saga(otp.Sending).On(estest.Committed(otp.Aggregate, emailID, toEmail)).Does(t, es.Post(es.Mail{
			Address: email, Subject: "Your Foldstream code",
			Text: "Hello,\n\nyour code is " + code + ". It is good once, until 2 June 2026, 18:00 UTC. Tell it to nobody.\n\n" +
				"If you did not ask for it, there is nothing that you need to do.\n",
		}))
	})
	t.Run("nothing upon others", func(t *testing.T) {
		estest.Saga(otp.Sending).On(estest.Committed(otp.Aggregate, phoneID, verified, rejected(1))).Does(t)
	})
}

func TestStatuses(t *testing.T) {
	of := func(id string, events ...es.Event[otp.OTP]) estest.Commit {
		return estest.Committed(otp.Aggregate, id, events...)
	}
	fresh := otp.Status{ID: phoneID, Status: "requested", RequestedAt: estest.Noon, ExpiresAt: estest.Noon.Add(life)}
	t.Run("requested", func(t *testing.T) {
		estest.View(otp.Statuses, of(phoneID, toPhone)).Is(t, fresh).ListedIn(t)
		other := fresh
		other.ID = emailID
		estest.View(otp.Statuses, of(emailID, toEmail)).Is(t, other)
	})
	t.Run("tried", func(t *testing.T) {
		want := fresh
		want.Tries = 2
		estest.View(otp.Statuses, of(phoneID, toPhone, rejected(1), rejected(2))).Is(t, want)
	})
	t.Run("verified, and requested again", func(t *testing.T) {
		want, at := fresh, estest.Noon.Add(time.Hour)
		want.Status, want.VerifiedAt, want.Tries = "verified", &at, 1
		done := []estest.Commit{of(phoneID, toPhone, rejected(1)), of(phoneID, verified).At(at)}
		estest.View(otp.Statuses, done...).Is(t, want)
		estest.View(otp.Statuses, append(done, of(phoneID, toPhone))...).Is(t, fresh)
	})
	t.Run("tells neither primary, nor key, nor hash, and only to who may read", func(t *testing.T) {
		doc, err := otp.Statuses.Apply(nil, es.Commit{Stream: "otp-x", Version: 1, Events: recorded(t, toPhone), Origin: es.Origin{Time: estest.Noon}})
		if err != nil {
			t.Fatal(err)
		}
		text, err := es.Encode(doc)
		for _, secret := range []string{phone, key, toPhone.Hash, code} {
			if err != nil || strings.Contains(string(text), secret) {
				t.Errorf("%s has %s, %v", text, secret, err)
			}
		}
		if otp.GetStatus.Role != es.RoleRead {
			t.Errorf("it is told to %q", otp.GetStatus.Role)
		}
	})
}

func recorded(t *testing.T, events ...es.Event[otp.OTP]) []es.Recorded {
	t.Helper()
	r, err := otp.Aggregate.Record(events)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// codesOf are the codes that the saga sends under so many keys.
func codesOf(t *testing.T, n int) map[string]int {
	t.Helper()
	seen := map[string]int{}
	for i := range n {
		e := toPhone
		e.Key = fmt.Sprintf("%032x", i)
		acts, err := otp.Sending.React(es.Commit{Stream: "otp-x", Version: 1, Events: recorded(t, e)}, 0, []byte(estest.Secret))
		if err != nil {
			t.Fatal(err)
		}
		sent, _, _ := strings.Cut(acts[0].SMS.Text, " ")
		seen[sent]++
	}
	return seen
}

func TestCodes(t *testing.T) {
	const n = 20_000
	digits, seen := map[int]int{}, codesOf(t, n)
	for c := range seen {
		if len(c) != 5 || strings.Trim(c, "0123456789") != "" {
			t.Fatalf("%q", c)
		}
		digits[int(c[0]-'0')]++
	}
	if len(seen) < n*85/100 { // 18,127 are to be expected of 100,000
		t.Errorf("%d codes of %d are different", len(seen), n)
	}
	for d := range 10 {
		if digits[d] < len(seen)/10*8/10 || digits[d] > len(seen)/10*12/10 {
			t.Errorf("%d codes of %d begin with %d", digits[d], len(seen), d)
		}
	}
}
