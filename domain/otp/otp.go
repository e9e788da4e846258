// Package otp is how people sign in without a password: a code is sent to their phone or e-mail address, and whoever knows
// it is granted a token.
//
// There is one stream for each primary, the phone number or e-mail address; its id is derived from that, and is the
// subject of the tokens. A code itself is stored nowhere: see codeOf.
package otp

import (
	"time"

	"github.com/foldstream/foldstream/es"
)

const (
	codeLife  = 30 * time.Hour
	pause     = time.Minute // between two requests
	tokenLife = 30 * 24 * time.Hour

	// MaxTries is how many wrong codes may be tried for each that was sent.
	MaxTries = 5
)

// OTP is the state of a primary's last code; the zero value is that none was ever requested.
type OTP struct {
	Key         string
	Hash        string // of the code
	Role        Role
	RequestedAt time.Time
	ExpiresAt   time.Time
	Tries       int // wrong ones
	Verified    bool
	Last        Attempt
}

// Attempt tells one attempt to verify from all others, and how it went.
type Attempt struct {
	Nonce     string
	Succeeded bool
}

func (o OTP) exists() bool { return o.Key != "" }

// Aggregate is the fold of one-time passwords.
var Aggregate = es.Of(
	"otp",
	es.On[SMSRequested]("OtpToSmsRequested"),
	es.On[EmailRequested]("OtpToEmailRequested"),
	es.On[Verified]("OtpVerified"),
	es.On[Rejected]("OtpRejected"),
).Private()

// The refusals of one-time passwords.
var (
	ErrNoSuchOTP        = es.NotFound("NoSuchOtp", "no code was requested under this key, or a later one has taken its place")
	ErrExpired          = es.Conflict("OtpExpired", "this code was good for 30 hours; request another")
	ErrUsed             = es.Conflict("OtpUsed", "this code has been used; request another")
	ErrTooManyTries     = es.TooMany("OtpTooManyTries", "five wrong codes were tried; request another")
	ErrWrongCode        = es.Unauthenticated("WrongCode", "this is not the code that was sent")
	ErrRequestedJustNow = es.TooMany("OtpRequestedJustNow", "a code has just been sent; the next one can be requested a minute after")
	ErrRepeated         = es.Conflict("RepeatedVerification", "a verification is answered once; verify again with another Idempotency-Key, or none")
)

// Issued says that a code was requested, and which one it is to who knows the secret.
type Issued struct {
	To          string    `json:"to" personal:"id"` // the primary, normalised
	Key         string    `json:"key"`
	Hash        string    `json:"otpHash"`
	RequestedAt time.Time `json:"requestedAt"`
	ExpiresAt   time.Time `json:"expiresAt"`
	Role        Role      `json:"role"`
	Country     Country   `json:"country"`
}

func (e Issued) otp() OTP {
	return OTP{Key: e.Key, Hash: e.Hash, Role: e.Role, RequestedAt: e.RequestedAt, ExpiresAt: e.ExpiresAt}
}

// SMSRequested says that a code is to be sent to a phone.
type SMSRequested Issued

// Evolve implements [es.Event]. A new code knows nothing of the one before.
func (e SMSRequested) Evolve(OTP) OTP { return Issued(e).otp() }

// EmailRequested says that a code is to be sent to an e-mail address.
type EmailRequested Issued

// Evolve implements [es.Event]. A new code knows nothing of the one before.
func (e EmailRequested) Evolve(OTP) OTP { return Issued(e).otp() }

// Verified says that somebody knew the code.
type Verified struct {
	Nonce string `json:"nonce"`
	Role  Role   `json:"role"`
}

// Evolve implements [es.Event].
func (e Verified) Evolve(o OTP) OTP {
	o.Verified, o.Last = true, Attempt{Nonce: e.Nonce, Succeeded: true}
	return o
}

// Rejected says that somebody did not know the code.
type Rejected struct {
	Nonce string `json:"nonce"`
	Tries int    `json:"tries"` // with this one
}

// Evolve implements [es.Event].
func (e Rejected) Evolve(o OTP) OTP {
	o.Tries, o.Last = e.Tries, Attempt{Nonce: e.Nonce}
	return o
}
