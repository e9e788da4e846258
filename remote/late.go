package remote

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/foldstream/foldstream/adapters/apigateway"
	"github.com/foldstream/foldstream/adapters/kms"
	"github.com/foldstream/foldstream/adapters/scheduling"
	"github.com/foldstream/foldstream/adapters/secrets"
	"github.com/foldstream/foldstream/cloud/mailing"
	"github.com/foldstream/foldstream/cloud/pushing"
	"github.com/foldstream/foldstream/cloud/sealing"
	"github.com/foldstream/foldstream/cloud/searching"
	"github.com/foldstream/foldstream/cloud/secrecy"
	"github.com/foldstream/foldstream/cloud/texting"
	"github.com/foldstream/foldstream/cloud/timing"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/topology"
)

// late is a port that is made when it is used for the first time, and again when that failed.
type late[T any] struct {
	around *surroundings
	grant  topology.Grant // of the functions that have it
	from   func(cfg aws.Config, says func(name string) string) T

	mu   sync.Mutex
	made bool
	port T
}

func (l *late[T]) get(ctx context.Context) (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.made {
		says, err := l.around.says(ctx, l.grant)
		if err != nil {
			return l.port, err
		}
		l.port, l.made = l.from(l.around.cfg, says), true
	}
	return l.port, nil
}

func after[T any](around *surroundings, g topology.Grant, from func(aws.Config, func(string) string) T) *late[T] {
	return &late[T]{around: around, grant: g, from: from}
}

type lateSecrets struct{ *late[*secrets.Secrets] }

func (s *surroundings) secrets() engine.Secrets {
	return lateSecrets{after(s, topology.ReadSecret, secrecy.New)}
}

func (l lateSecrets) Secret(ctx context.Context) ([]byte, error) {
	port, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return port.Secret(ctx)
}

type lateTimers struct{ *late[*scheduling.Timers] }

func (s *surroundings) timers() engine.Timers {
	return lateTimers{after(s, topology.SetTimers, timing.New)}
}

func (l lateTimers) Set(ctx context.Context, e engine.Errand) error {
	port, err := l.get(ctx)
	if err != nil {
		return err
	}
	return port.Set(ctx, e)
}

// lateAgenda is empty for an app without timers.
type lateAgenda struct{ *late[*scheduling.Agenda] }

func (s *surroundings) agenda() engine.Agenda {
	return lateAgenda{after(s, topology.ListTimers, timing.NewAgenda)}
}

func (l lateAgenda) Upcoming(ctx context.Context, cursor string, limit int) (engine.Upcoming, error) {
	if l.around.having(l.grant) < 0 {
		return engine.Upcoming{}, nil
	}
	port, err := l.get(ctx)
	if err != nil {
		return engine.Upcoming{}, err
	}
	return port.Upcoming(ctx, cursor, limit)
}

type lateMailer struct{ *late[engine.Mailer] }

func (s *surroundings) mailer() engine.Mailer {
	return lateMailer{after(s, topology.SendMail, mailing.New)}
}

func (l lateMailer) Mail(ctx context.Context, id, address string, m es.Mail) error {
	port, err := l.get(ctx)
	if err != nil {
		return err
	}
	return port.Mail(ctx, id, address, m)
}

type lateTexter struct{ *late[engine.Texter] }

func (s *surroundings) texter() engine.Texter {
	return lateTexter{after(s, topology.SendText, texting.New)}
}

func (l lateTexter) Text(ctx context.Context, id string, m es.SMS) error {
	port, err := l.get(ctx)
	if err != nil {
		return err
	}
	return port.Text(ctx, id, m)
}

type lateKeys struct{ *late[*kms.DataKeys] }

func (s *surroundings) dataKeys() engine.DataKeys {
	return lateKeys{after(s, topology.SealPersonal, sealing.New)}
}

func (l lateKeys) NewKey(ctx context.Context, subject string) (key, wrapped []byte, err error) {
	port, err := l.get(ctx)
	if err != nil {
		return nil, nil, err
	}
	return port.NewKey(ctx, subject)
}

func (l lateKeys) Wrap(ctx context.Context, subject string, key []byte) ([]byte, error) {
	port, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return port.Wrap(ctx, subject, key)
}

func (l lateKeys) Unwrap(ctx context.Context, subject string, wrapped []byte) ([]byte, error) {
	port, err := l.get(ctx)
	if err != nil {
		return nil, err
	}
	return port.Unwrap(ctx, subject, wrapped)
}

type latePusher struct{ *late[*apigateway.Pusher] }

func (s *surroundings) pusher() engine.Pusher {
	return latePusher{after(s, topology.PushMessages, pushing.New)}
}

func (l latePusher) Push(ctx context.Context, connectionID string, message []byte) error {
	port, err := l.get(ctx)
	if err != nil {
		return err
	}
	return port.Push(ctx, connectionID, message)
}

// lateSearch does nothing for a stage without a domain.
type lateSearch struct{ *late[engine.WholeSearch] }

func (s *surroundings) search() engine.WholeSearch {
	return lateSearch{after(s, topology.IndexViews, searching.New)}
}

func (l lateSearch) Index(ctx context.Context, view, id string, version uint64, text string) error {
	port, err := l.get(ctx)
	if err != nil || port == nil {
		return err
	}
	return port.Index(ctx, view, id, version, text)
}

func (l lateSearch) Find(ctx context.Context, view, query string, limit int) ([]string, error) {
	port, err := l.get(ctx)
	if err != nil || port == nil {
		return nil, err
	}
	return port.Find(ctx, view, query, limit)
}

func (l lateSearch) EraseTexts(ctx context.Context, view string) error {
	port, err := l.get(ctx)
	if err != nil || port == nil {
		return err
	}
	return port.EraseTexts(ctx, view)
}
