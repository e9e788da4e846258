package wiring

import (
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/token"
)

// Parts are the ports of a Lambda that need other services than DynamoDB.
type Parts struct {
	Agenda    engine.Agenda
	Archive   engine.Archive // nil for who reads none, and where there is none
	Authority *token.Authority
	Backlogs  engine.Backlogs
	DataKeys  engine.DataKeys
	Inbox     engine.Inbox
	Mailer    engine.Mailer
	Pusher    engine.Pusher
	Search    engine.WholeSearch
	Secrets   engine.Secrets
	Texter    engine.Texter
	Timers    engine.Timers
	Upkeep    engine.Inbox
}

// Option gives a Lambda one of these. Each is in a package of its own, so that only who asks for it links its service.
type Option func(*Parts)

// Gather applies options.
func Gather(options []Option) Parts {
	var p Parts
	for _, option := range options {
		option(&p)
	}
	return p
}
