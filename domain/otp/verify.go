package otp

import (
	"strings"

	"github.com/foldstream/foldstream/es"
)

// Verify asks for a token. It addresses the primary as [Request] does. A phone number in its international form needs no
// country, and the role shows in the primary: what is asked for is a token for the role that the code was requested for.
type Verify struct {
	Primary string  `json:"primary"`
	Country Country `json:"country,omitzero" jsonschema:"enum=ID,enum=PH,enum=VN,enum=SG,enum=MY,enum=TH,enum=KH,enum=LA,enum=MM,enum=BN,enum=JP,enum=TW,enum=KR,enum=HK"`
	Role    Role    `json:"role,omitzero" jsonschema:"enum=worker,enum=org"`
	Key     string  `json:"key"`
	Code    string  `json:"code" secret:"true"`
}

// DoVerify declares [Verify].
var DoVerify = es.Handles[Verify](Aggregate, "verify-otp", "POST /otps/verifications", es.Public(), es.UsesSecret(), es.Answers[es.Grant]())

func (c Verify) normal() (string, error) {
	role := c.Role
	if role == "" {
		role = roleOf(c.Primary)
	}
	return normal(role, c.Country, c.Primary)
}

// Stream implements [es.Command].
func (c Verify) Stream() string {
	to, err := c.normal()
	if err != nil {
		return ""
	}
	return idOf(to)
}

// Validate implements [es.Command].
func (c Verify) Validate() error {
	if c.Role != "" {
		if err := c.Role.check(); err != nil {
			return err
		}
	}
	if c.Country != "" {
		if err := c.Country.check(); err != nil {
			return err
		}
	}
	if _, err := c.normal(); err != nil {
		return err
	}
	if len(c.Key) != 2*keyBytes || strings.Trim(c.Key, "0123456789abcdef") != "" {
		return es.Invalid("key", "a key has %d hexadecimal digits, as they were answered", 2*keyBytes)
	}
	if len(c.Code) != codeDigits || strings.Trim(c.Code, "0123456789") != "" {
		return es.Invalid("code", "a code has %d digits", codeDigits)
	}
	return nil
}

// Decide gives [Verified] or [Rejected], or [ErrNoSuchOTP], [ErrUsed], [ErrExpired], [ErrTooManyTries]. A wrong key does
// not count as a try: it never leads anywhere, and would let anybody use up the tries.
func (c Verify) Decide(o OTP, env es.Env) ([]es.Event[OTP], error) {
	switch {
	case !o.exists() || !same(c.Key, o.Key):
		return nil, ErrNoSuchOTP
	case o.Verified:
		return nil, ErrUsed
	case !env.Now.Before(o.ExpiresAt):
		return nil, ErrExpired
	case o.Tries >= MaxTries:
		return nil, ErrTooManyTries
	case !same(hashOf(env.Secret, o.Key, c.Code), o.Hash):
		return []es.Event[OTP]{Rejected{Nonce: nonce(env), Tries: o.Tries + 1}}, nil
	}
	return []es.Event[OTP]{Verified{Nonce: nonce(env), Role: o.Role}}, nil
}

// Answer grants a token to the attempt that has just succeeded, and refuses the one that has just failed with
// [ErrWrongCode]. A repetition of either is refused with [ErrRepeated]: it was not decided on, so that its code has not
// been looked at.
func (c Verify) Answer(o OTP, env es.Env) (any, error) {
	switch {
	case o.Last.Nonce != nonce(env):
		return nil, ErrRepeated
	case !o.Last.Succeeded:
		return nil, ErrWrongCode
	}
	return es.Grant{Subject: c.Stream(), Roles: []string{string(o.Role), es.RoleRead, es.RoleWrite}, TTL: tokenLife}, nil
}
