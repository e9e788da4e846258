package otp_test

import (
	"strings"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/otp"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/es/estest"
)

const (
	phone = "+6281234567890"
	email = "ann@example.com"
	// phoneID and emailID are in tokens, URLs and streams. They must never change.
	phoneID = "a190f44d-d246-5e5b-8b89-bac34a18c6a0"
	emailID = "c5942cd4-8216-5f2e-9cc1-f802cd4c7b38"
	// key is what the entropy 1, 2, 3 makes, and code what is sent under it.
	key      = "01020300000000000000000000000000"
	otherKey = "04050600000000000000000000000000"
	code     = "07076"
)

var lot = estest.Entropy(1, 2, 3)

var (
	byPhone = otp.Request{Primary: "0812-3456-7890", Country: "ID", Role: otp.RoleWorker}
	byEmail = otp.Request{Primary: " Ann@Example.COM ", Country: "SG", Role: otp.RoleOrg}

	toPhone = otp.SMSRequested{
		To: phone, Key: key, Hash: "aad808644330b01acd0c81a1e2495f6d95db0cc842fbf1a4b2405890c31df8f5",
		RequestedAt: estest.Noon, ExpiresAt: estest.Noon.Add(30 * time.Hour), Role: otp.RoleWorker, Country: "ID",
	}
	toEmail = otp.EmailRequested{
		To: email, Key: key, Hash: toPhone.Hash,
		RequestedAt: estest.Noon, ExpiresAt: estest.Noon.Add(30 * time.Hour), Role: otp.RoleOrg, Country: "SG",
	}
	answered = otp.Challenge{Key: key, ExpiresAt: estest.Noon.Add(30 * time.Hour)}

	nobody = estest.Given(otp.Aggregate)
)

func given(events ...es.Event[otp.OTP]) estest.Past[otp.OTP] {
	return estest.Given(otp.Aggregate, append([]es.Event[otp.OTP]{toPhone}, events...)...)
}

// after is a time that long after noon.
func after(d time.Duration) estest.Option { return estest.At(estest.Noon.Add(d)) }

func TestRequest(t *testing.T) {
	t.Run("workers by phone", func(t *testing.T) {
		nobody.When(byPhone, lot).Then(t, toPhone).AndAnswer(t, answered).AndState(t, otp.OTP{
			Key: key, Hash: toPhone.Hash, Role: otp.RoleWorker, RequestedAt: estest.Noon, ExpiresAt: estest.Noon.Add(30 * time.Hour),
		})
	})
	t.Run("organisations by e-mail", func(t *testing.T) {
		nobody.When(byEmail, lot).Then(t, toEmail).AndAnswer(t, answered)
	})
	t.Run("anybody may ask", func(t *testing.T) {
		if otp.DoRequest.Role != "" || otp.DoVerify.Role != "" {
			t.Error("who has no token yet cannot get one")
		}
	})
	t.Run("a repetition is answered as the first was, whatever the entropy", func(t *testing.T) {
		nobody.When(byPhone, lot).Repeated(estest.Entropy(9)).AndAnswer(t, answered)
	})
	t.Run("mend: the code is stored nowhere in the clear, and found by nobody without the secret", func(t *testing.T) {
		stored, err := otp.DoRequest.Decide(nil, byPhone, es.Env{Now: estest.Noon, Entropy: [32]byte{1, 2, 3}, Secret: []byte(estest.Secret)})
		if err != nil || strings.Contains(string(stored.Events[0].Data), code) {
			t.Errorf("%s, %v", stored.Events[0].Data, err)
		}
		other, err := otp.DoRequest.Decide(nil, byPhone, es.Env{Now: estest.Noon, Entropy: [32]byte{1, 2, 3}, Secret: []byte("another")})
		if err != nil || strings.Contains(string(other.Events[0].Data), toPhone.Hash) {
			t.Errorf("another secret makes the same hash: %s, %v", other.Events[0].Data, err)
		}
		if !otp.Aggregate.IsPrivate() {
			t.Error("the primary is told to others")
		}
	})
	again := toPhone
	again.Key, again.Hash = otherKey, estest.AnyString
	again.RequestedAt, again.ExpiresAt = estest.Noon.Add(time.Minute), estest.Noon.Add(time.Minute+30*time.Hour)
	t.Run("mend: once a minute", func(t *testing.T) {
		given().When(byPhone, after(0)).ThenRejected(t, otp.ErrRequestedJustNow)
		given().When(byPhone, after(time.Minute-time.Millisecond)).ThenRejected(t, otp.ErrRequestedJustNow)
		given().When(byPhone, after(time.Minute), estest.Entropy(4, 5, 6)).Then(t, again)
	})
	t.Run("mend: once a minute, also after a code was used", func(t *testing.T) {
		used := given(otp.Verified{Nonce: "x", Role: otp.RoleWorker})
		used.When(byPhone, after(time.Minute-time.Millisecond)).ThenRejected(t, otp.ErrRequestedJustNow)
		used.When(byPhone, after(time.Minute), estest.Entropy(4, 5, 6)).Then(t, again)
	})
	t.Run("a new code knows nothing of the one before", func(t *testing.T) {
		want := otp.OTP{Key: otherKey, Hash: estest.AnyString, Role: otp.RoleWorker, RequestedAt: again.RequestedAt, ExpiresAt: again.ExpiresAt}
		given(otp.Rejected{Nonce: "x", Tries: 5}, otp.Verified{Nonce: "y"}).
			When(byPhone, after(time.Minute), estest.Entropy(4, 5, 6)).AndState(t, want)
	})
	t.Run("others tell the kind apart", func(t *testing.T) {
		if otp.ErrRequestedJustNow.Kind != es.KindTooMany || otp.ErrTooManyTries.Kind != es.KindTooMany || otp.ErrWrongCode.Kind != es.KindUnauthenticated {
			t.Error("wrong kinds")
		}
	})
}

func TestRequestInput(t *testing.T) {
	with := func(change func(*otp.Request)) otp.Request {
		c := byPhone
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		command otp.Request
		field   string
	}{
		"no role":               {with(func(c *otp.Request) { c.Role = "" }), "role"},
		"another role":          {with(func(c *otp.Request) { c.Role = "admin" }), "role"},
		"no country":            {with(func(c *otp.Request) { c.Country = "" }), "country"},
		"another country":       {with(func(c *otp.Request) { c.Country = "DE" }), "country"},
		"a country in small":    {with(func(c *otp.Request) { c.Country = "id" }), "country"},
		"a worker's e-mail":     {with(func(c *otp.Request) { c.Primary = email }), "primary"},
		"an org's phone":        {with(func(c *otp.Request) { c.Role = otp.RoleOrg }), "primary"},
		"an org of no country":  {otp.Request{Primary: email, Role: otp.RoleOrg}, "country"},
		"an e-mail with a name": {otp.Request{Primary: "Ann <ann@example.com>", Country: "ID", Role: otp.RoleOrg}, "primary"},
	} {
		t.Run(name, func(t *testing.T) { nobody.When(c.command, lot).ThenRejected(t, es.Invalid(c.field, "")) })
	}
}

func TestIDs(t *testing.T) {
	for name, c := range map[string]struct {
		command interface{ Stream() string }
		want    string
	}{
		"a phone":                         {byPhone, phoneID},
		"however it is written":           {otp.Request{Primary: "+62 (812) 34567-890", Country: "ID", Role: otp.RoleWorker}, phoneID},
		"to verify":                       {otp.Verify{Primary: "0812 3456 7890", Country: "ID", Role: otp.RoleWorker}, phoneID},
		"to verify, without a role":       {otp.Verify{Primary: "0812 3456 7890", Country: "ID"}, phoneID},
		"to verify, without a country":    {otp.Verify{Primary: phone}, phoneID},
		"an e-mail":                       {byEmail, emailID},
		"an e-mail to verify":             {otp.Verify{Primary: email}, emailID},
		"an e-mail to verify with a role": {otp.Verify{Primary: "ANN@example.com", Role: otp.RoleOrg, Country: "SG"}, emailID},
		"no phone":                        {otp.Request{Primary: "12", Country: "ID", Role: otp.RoleWorker}, ""},
		"no phone to verify":              {otp.Verify{Primary: "12", Country: "ID"}, ""},
	} {
		if got := c.command.Stream(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
