package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Agenda implements [engine.Agenda]. Scheduler lists schedules in an order of its own, so that only those of a page are in
// that of their times. Timers that wait as messages can only be counted.
type Agenda struct {
	Messages  *sqs.Client
	Schedules *scheduler.Client
	Queue     string // URL
	Group     string // of the schedules
}

var _ engine.Agenda = (*Agenda)(nil)

// lookups is how many schedules of a page are read at once.
const lookups = 10

// Upcoming implements [engine.Agenda]. It costs a ListSchedules and a GetSchedule for each schedule: the list itself tells
// neither a schedule's time nor its errand. The first page costs a GetQueueAttributes more.
func (a *Agenda) Upcoming(ctx context.Context, cursor string, limit int) (engine.Upcoming, error) {
	input := &scheduler.ListSchedulesInput{GroupName: aws.String(a.Group), MaxResults: aws.Int32(int32(limit))}
	if cursor != "" {
		input.NextToken = aws.String(cursor)
	}
	list, err := a.Schedules.ListSchedules(ctx, input)
	if invalid := (*types.ValidationException)(nil); cursor != "" && errors.As(err, &invalid) {
		return engine.Upcoming{}, es.Invalid("cursor", "this is no cursor of a list, or one that is too old")
	}
	if err != nil {
		return engine.Upcoming{}, fmt.Errorf("list the schedules: %w", err)
	}
	page := engine.Upcoming{Next: aws.ToString(list.NextToken)}
	if page.Errands, err = a.errands(ctx, list.Schedules); err != nil {
		return engine.Upcoming{}, err
	}
	if cursor == "" {
		page.Soon, err = a.soon(ctx)
	}
	return page, err
}

// errands reads the errands of schedules, as far as they are still there.
func (a *Agenda) errands(ctx context.Context, schedules []types.ScheduleSummary) ([]engine.Errand, error) {
	found := make([]engine.Errand, len(schedules))
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(lookups)
	for i, s := range schedules {
		all.Go(func() (err error) {
			found[i], err = a.errand(ctx, aws.ToString(s.Name))
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(e engine.Errand) bool { return e.ID == "" })
	slices.SortFunc(found, func(a, b engine.Errand) int { return a.Due.Compare(b.Due) })
	return found, nil
}

// errand reads the errand of a schedule; a zero one when its time has come meanwhile.
func (a *Agenda) errand(ctx context.Context, name string) (e engine.Errand, err error) {
	doing := "read the schedule " + name
	s, err := a.Schedules.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: aws.String(a.Group), Name: aws.String(name)})
	if gone := (*types.ResourceNotFoundException)(nil); errors.As(err, &gone) {
		return e, nil
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", doing, err)
	}
	if err := es.Decode([]byte(aws.ToString(s.Target.Input)), &e); err != nil {
		return e, &es.Fault{Doing: doing, Err: err}
	}
	return e, nil
}

// soon is about how many messages wait until their errands are due.
func (a *Agenda) soon(ctx context.Context) (int, error) {
	const delayed = sqstypes.QueueAttributeNameApproximateNumberOfMessagesDelayed
	out, err := a.Messages.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(a.Queue), AttributeNames: []sqstypes.QueueAttributeName{delayed},
	})
	if err != nil {
		return 0, fmt.Errorf("count the timers that are due soon: %w", err)
	}
	n, err := strconv.Atoi(out.Attributes[string(delayed)])
	if err != nil {
		return 0, fmt.Errorf("count the timers that are due soon: %w", err)
	}
	return n, nil
}
