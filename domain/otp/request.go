package otp

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

// Request asks for a code. A saga sends it.
type Request struct {
	Primary string  `json:"primary"`
	Country Country `json:"country" jsonschema:"enum=ID,enum=PH,enum=VN,enum=SG,enum=MY,enum=TH,enum=KH,enum=LA,enum=MM,enum=BN,enum=JP,enum=TW,enum=KR,enum=HK"`
	Role    Role    `json:"role" jsonschema:"enum=worker,enum=org"`
}

// Challenge is what [Request] answers, beside the id. The key is no secret: it names the code, and does not give it away.
type Challenge struct {
	Key       string    `json:"key"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// DoRequest declares [Request].
var DoRequest = es.Handles[Request](Aggregate, "request-otp", "POST /otps", es.Public(), es.UsesSecret(), es.Answers[Challenge]())

func (c Request) normal() (string, error) { return normal(c.Role, c.Country, c.Primary) }

// Stream implements [es.Command].
func (c Request) Stream() string {
	to, err := c.normal()
	if err != nil {
		return ""
	}
	return idOf(to)
}

// Validate implements [es.Command].
func (c Request) Validate() error {
	if err := c.Role.check(); err != nil {
		return err
	}
	if err := c.Country.check(); err != nil {
		return err
	}
	_, err := c.normal()
	return err
}

// Decide gives [SMSRequested] or [EmailRequested] with a new code, which takes the place of the one before, or
// [ErrRequestedJustNow].
func (c Request) Decide(o OTP, env es.Env) ([]es.Event[OTP], error) {
	to, err := c.normal()
	if err != nil {
		return nil, err
	}
	if env.Now.Before(o.RequestedAt.Add(pause)) {
		return nil, ErrRequestedJustNow
	}
	key := newKey(env)
	issued := Issued{
		To: to, Key: key, Hash: hashOf(env.Secret, key, codeOf(env.Secret, key)),
		RequestedAt: env.Now, ExpiresAt: env.Now.Add(codeLife), Role: c.Role, Country: c.Country,
	}
	if c.Role == RoleOrg {
		return []es.Event[OTP]{EmailRequested(issued)}, nil
	}
	return []es.Event[OTP]{SMSRequested(issued)}, nil
}

// Answer implements [es.Answering].
func (c Request) Answer(o OTP, _ es.Env) (any, error) {
	return Challenge{Key: o.Key, ExpiresAt: o.ExpiresAt}, nil
}
