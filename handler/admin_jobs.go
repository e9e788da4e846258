package handler

import (
	"context"
	"reflect"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// The routes by which admins see what there is to be done, and what has become of it.
var (
	ListViews = SystemRoute{
		Name: "list-views", Route: "GET /admin/views", Role: es.RoleAdmin,
		Input: reflect.TypeFor[ViewsAsked](), Answer: reflect.TypeFor[ViewsAnswer](),
		What: "The views with their generations, and what they have not dealt with yet.",
	}
	ListParked = SystemRoute{
		Name: "list-parked", Route: "GET /admin/parked", Role: es.RoleAdmin,
		Input: reflect.TypeFor[ParkedAsked](), Answer: reflect.TypeFor[ParkedAnswer](),
		What: "The streams that a consumer cannot get on with.",
	}
	ListJobs = SystemRoute{
		Name: "list-jobs", Route: "GET /admin/jobs", Role: es.RoleAdmin,
		Input: reflect.TypeFor[JobsAsked](), Answer: reflect.TypeFor[JobsAnswer](),
		What: "What admins have asked for, and what has become of it, the newest first.",
	}
	adminJobs = append([]SystemRoute{ListViews, ListParked, ListJobs}, AdminActions...)
)

// ViewsAsked is what ListViews takes: nothing.
type ViewsAsked struct{}

// ViewsAnswer is what ListViews answers.
type ViewsAnswer struct {
	Items []engine.ViewState `json:"items"`
	End   uint64             `json:"end"` // position of the feed's last commit
}

// Views is the handler of [ListViews].
func Views(overview *engine.Overview) HTTP {
	return reads(ListViews, func(ctx context.Context, _ ViewsAsked) (ViewsAnswer, error) {
		states, end, err := overview.Views(ctx)
		return ViewsAnswer{Items: states, End: end}, err
	})
}

// ParkedAsked is what ListParked takes: nothing.
type ParkedAsked struct{}

// ParkedAnswer is what ListParked answers.
type ParkedAnswer struct {
	Items []engine.Parked `json:"items"`
	More  bool            `json:"more,omitzero"` // there are more than one answer holds
}

// Parked is the handler of [ListParked].
func Parked(lot engine.ParkingLot) HTTP {
	return reads(ListParked, func(ctx context.Context, _ ParkedAsked) (ParkedAnswer, error) {
		all, err := lot.Parked(ctx)
		items := fitting(all)
		return ParkedAnswer{Items: items, More: len(items) < len(all)}, err
	})
}

// JobsAsked is what ListJobs takes.
type JobsAsked struct {
	Limit int `query:"limit"`
}

// JobsAnswer is what ListJobs answers: as many jobs as are asked for, and as one answer holds.
type JobsAnswer struct {
	Items []engine.Job `json:"items"`
}

// Jobs is the handler of [ListJobs].
func Jobs(jobs engine.Jobs) HTTP {
	return reads(ListJobs, func(ctx context.Context, asked JobsAsked) (JobsAnswer, error) {
		all, err := jobs.Jobs(ctx, asked.Limit)
		return JobsAnswer{Items: fitting(all)}, err
	})
}

// fitting gives the first items that an answer has room for, as a list that is not nil.
func fitting[T any](all []T) []T {
	items, bytes := []T{}, 0
	for _, item := range all {
		text, _ := es.Encode(item) // what cannot be encoded the answer fails with
		if bytes += len(text) + len(","); bytes > MaxListedBytes {
			return items
		}
		items = append(items, item)
	}
	return items
}
