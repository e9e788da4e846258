package handler

import (
	"context"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// The routes by which admins ask for something to be done. What is asked for becomes a job.
var (
	RebuildView = SystemRoute{
		Name: "rebuild-view", Route: "POST /admin/views/{view}/rebuilds", Role: es.RoleAdmin,
		Input: reflect.TypeFor[RebuildAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for a view to be made anew from the events, while it is served, and to take the place of the live generation.",
	}
	ReturnView = SystemRoute{
		Name: "return-view", Route: "POST /admin/views/{view}/return", Role: es.RoleAdmin,
		Input: reflect.TypeFor[ViewAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for readers to get the generation of a view that was kept; the live one is kept then.",
	}
	DropGenerations = SystemRoute{
		Name: "drop-generations", Route: "DELETE /admin/views/{view}/generations", Role: es.RoleAdmin,
		Input: reflect.TypeFor[ViewAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for all generations of a view to be dropped but the live one.",
	}
	RetryParked = SystemRoute{
		Name: "retry-parked", Route: "POST /admin/parked/{consumer}/{stream}/retry", Role: es.RoleAdmin,
		Input: reflect.TypeFor[RetryAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for a consumer to go on with a parked stream, now that the cause is mended.",
	}
	SkipParked = SystemRoute{
		Name: "skip-parked", Route: "POST /admin/parked/{consumer}/{stream}/skip", Role: es.RoleAdmin,
		Input: reflect.TypeFor[SkipAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for a consumer to leave out the commit that a stream is parked at, and to go on behind it. The reason is kept.",
	}
	ForgetPerson = SystemRoute{
		Name: "forget-person", Route: "POST /admin/people/{subject}/forgetting", Role: es.RoleAdmin,
		Input: reflect.TypeFor[ForgetAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for a person to be forgotten, which cannot be undone: what is personal in events can be read by nobody any more. The reason is kept.",
	}
	VerifyStore = SystemRoute{
		Name: "verify-store", Route: "POST /admin/verifications", Role: es.RoleAdmin,
		Input: reflect.TypeFor[VerifyAsked](), Answer: reflect.TypeFor[JobAnswer](),
		What: "Asks for all that is stored to be held against the events. The job fails when anything is wrong.",
	}
	// AdminActions lists them all.
	AdminActions = []SystemRoute{RebuildView, ReturnView, DropGenerations, RetryParked, SkipParked, ForgetPerson, VerifyStore}
)

// RebuildAsked is what RebuildView takes.
type RebuildAsked struct {
	View string `json:"-" path:"view"`
	Keep bool   `json:"keep,omitzero"` // the generation that was live, to return to
}

// ViewAsked is what ReturnView and DropGenerations take.
type ViewAsked struct {
	View string `json:"-" path:"view"`
}

// RetryAsked is what RetryParked takes.
type RetryAsked struct {
	Consumer string `json:"-" path:"consumer"`
	Stream   string `json:"-" path:"stream"`
}

// SkipAsked is what SkipParked takes.
type SkipAsked struct {
	Consumer string `json:"-" path:"consumer"`
	Stream   string `json:"-" path:"stream"`
	Reason   string `json:"reason"`
}

// ForgetAsked is what ForgetPerson takes.
type ForgetAsked struct {
	Subject string `json:"-" path:"subject"` // the id of a user, or what else events name as whom they are about
	Reason  string `json:"reason"`
}

// VerifyAsked is what VerifyStore takes: nothing.
type VerifyAsked struct{}

// MaxReason is how many characters the reason for leaving something out, or for forgetting somebody, has at most.
const MaxReason = 500

// JobAnswer is what routes answer that ask for a job. What becomes of it ListJobs tells.
type JobAnswer struct {
	JobID string `json:"jobId"`
}

// Action is the handler of one of [AdminActions].
func Action(r SystemRoute, desk *engine.Desk) HTTP {
	return func(ctx context.Context, request events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		job, err := asked(r, request)
		if err == nil {
			job.By = identity(request).User
			job, err = desk.Ask(ctx, job)
		}
		if err != nil {
			return NewProblem(ctx, engine.NewID(), err).Response(), nil
		}
		return answer(r.Status(), JobAnswer{JobID: job.ID}), nil
	}
}

// asked reads which job a request asks for.
func asked(r SystemRoute, request events.APIGatewayV2HTTPRequest) (engine.Job, error) {
	switch r {
	case RebuildView:
		a, err := take[RebuildAsked](r, request)
		return engine.Job{Kind: engine.JobRebuild, View: a.View, Keep: a.Keep}, err
	case ReturnView:
		a, err := take[ViewAsked](r, request)
		return engine.Job{Kind: engine.JobReturn, View: a.View}, err
	case DropGenerations:
		a, err := take[ViewAsked](r, request)
		return engine.Job{Kind: engine.JobDrop, View: a.View}, err
	case RetryParked:
		a, err := take[RetryAsked](r, request)
		return engine.Job{Kind: engine.JobRetry, Consumer: a.Consumer, Stream: es.StreamID(a.Stream)}, err
	case ForgetPerson:
		a, err := take[ForgetAsked](r, request)
		if err == nil {
			err = checkReason(&a.Reason, "somebody is forgotten")
		}
		return engine.Job{Kind: engine.JobForget, Subject: a.Subject, Reason: a.Reason}, err
	case VerifyStore:
		_, err := take[VerifyAsked](r, request)
		return engine.Job{Kind: engine.JobVerify}, err
	default:
		a, err := take[SkipAsked](SkipParked, request)
		if err == nil {
			err = checkReason(&a.Reason, "it is left out")
		}
		return engine.Job{Kind: engine.JobSkip, Consumer: a.Consumer, Stream: es.StreamID(a.Stream), Reason: a.Reason}, err
	}
}

func checkReason(reason *string, of string) error {
	*reason = strings.TrimSpace(*reason)
	if n := utf8.RuneCountInString(*reason); n < 1 || n > MaxReason {
		return es.Invalid("reason", "say in 1 to %d characters why %s", MaxReason, of)
	}
	return nil
}
