package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Importer copies commits of other stores into the events table, and relays them itself, since their order in the feed is
// given: the table's stream would bring them in any. Their items say that they are copies, by which [Relay] passes them over.
//
// A batch is written in one transaction with a note of its source in the feed table, that holds references to the batch. So
// at most the last batch of a source can be missing in the feed, and whoever asks for the note, or sweeps, adds it then.
type Importer struct {
	Relay       *Relay
	Checkpoints string // table of [Checkpoints]
}

var _ engine.Importer = (*Importer)(nil)

const (
	copiedFrom = "copied"  // attribute of a copy: the source
	copyingKey = "copying" // of the item that lists the sources
	muting     = 16        // checkpoints that are moved at once

	copiedCommits = transactionItems - 2 // but for the note, and the list of sources
	copiedBytes   = 3 << 20              // the rest is for what DynamoDB counts beside the JSON
)

// Room implements [engine.Importer]. A batch of the feed has room for as many.
func (*Importer) Room() (commits, bytes int) { return copiedCommits, copiedBytes }

func copiesKey(source string) item { return item{pk: text("copies/" + source), "position": number(0)} }

// Copied implements [engine.Importer]. It costs a GetItem, and a BatchGetItem for the streams of the last batch.
func (m *Importer) Copied(ctx context.Context, source string) (uint64, error) {
	position, err := m.Relay.finish(ctx, source)
	if err != nil {
		return 0, fmt.Errorf("look how much of %s is copied: %w", source, err)
	}
	return position, nil
}

// Noted implements [engine.Importer]. It costs a GetItem.
func (m *Importer) Noted(ctx context.Context, source string) (uint64, error) {
	position, _, err := m.Relay.noted(ctx, source)
	if err != nil {
		return 0, fmt.Errorf("look how much of %s is copied: %w", source, err)
	}
	return position, nil
}

// Copy implements [engine.Importer]. It costs one TransactWriteItems of twice the units that a PutItem for each commit takes
// and about a dozen for the note, and what [Relay] makes of the commits.
func (m *Importer) Copy(ctx context.Context, source string, was, now uint64, drafts ...es.Draft) error {
	commits := make([]es.Commit, len(drafts))
	for i, d := range drafts {
		commits[i] = d.Commit()
	}
	puts, err := m.puts(source, drafts)
	if err != nil {
		return err
	}
	writes := append(m.noting(source, was, now, commits), puts...)
	refused, err := transact(ctx, m.Relay.Feed.Client, writes)
	if err != nil {
		return failed("copy commits of "+source, err)
	}
	if _, stale := refused[0]; stale {
		return fmt.Errorf("copy commits of %s: %w", source, engine.ErrStale)
	}
	before := len(writes) - len(puts)
	for n, d := range drafts {
		if there, conflict := refused[before+n]; conflict {
			return conflictOf(d.Stream, there)
		}
	}
	return m.Relay.bringCopies(ctx, commits)
}

// puts makes each draft a write that only an empty place takes. One that does not follow those before it is refused here.
func (m *Importer) puts(source string, drafts []es.Draft) ([]types.TransactWriteItem, error) {
	if len(drafts) > copiedCommits {
		return nil, fmt.Errorf("copy %d commits: %w", len(drafts), engine.ErrTooLarge)
	}
	var puts []types.TransactWriteItem
	heads, bytes := map[es.StreamID]es.Head{}, 0
	for _, d := range drafts {
		if head, seen := heads[d.Stream]; seen && head != d.After {
			return nil, &engine.Conflict{Stream: d.Stream}
		}
		heads[d.Stream] = d.Commit().Head()
		i, size, err := encode(d)
		if err != nil {
			return nil, err
		}
		if err := checkStream(d.Stream); err != nil {
			return nil, err
		}
		if bytes += size; bytes > copiedBytes {
			return nil, fmt.Errorf("copy more than %d bytes: %w", copiedBytes, engine.ErrTooLarge)
		}
		i[copiedFrom] = text(source)
		puts = append(puts, types.TransactWriteItem{Put: &types.Put{
			TableName: aws.String(m.Relay.Feed.Events.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(aggregateId)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}})
	}
	return puts, nil
}

// noting are the writes that move a source's note; the first of them is refused when it is elsewhere.
func (m *Importer) noting(source string, was, now uint64, commits []es.Commit) []types.TransactWriteItem {
	table := aws.String(m.Relay.Feed.Table)
	note := &types.Put{TableName: table, Item: copiesKey(source), ConditionExpression: aws.String("attribute_not_exists(pk)")}
	note.Item["last"] = number(now)
	if len(commits) > 0 {
		references := make([]types.AttributeValue, len(commits))
		for n, c := range commits {
			references[n] = text(referenceOf(c).String())
		}
		note.Item["commits"] = &types.AttributeValueMemberL{Value: references}
	}
	if was > 0 {
		note.ConditionExpression = aws.String("#last = :was")
		note.ExpressionAttributeNames = map[string]string{"#last": "last"}
		note.ExpressionAttributeValues = item{":was": number(was)}
		return []types.TransactWriteItem{{Put: note}}
	}
	return []types.TransactWriteItem{{Put: note}, {Update: &types.Update{
		TableName: table, Key: item{pk: text(copyingKey), "position": number(0)},
		UpdateExpression:          aws.String("ADD sources :source"),
		ExpressionAttributeValues: item{":source": &types.AttributeValueMemberSS{Value: []string{source}}},
	}}}
}

// finish brings on what may be missing of a source's last batch, and gives how far the source is copied.
func (r *Relay) finish(ctx context.Context, source string) (uint64, error) {
	position, batch, err := r.noted(ctx, source)
	if err != nil || len(batch) == 0 {
		return position, err
	}
	return position, r.bringMissing(ctx, batch)
}

// noted reads a source's note: how far it is copied, and its last batch.
func (r *Relay) noted(ctx context.Context, source string) (position uint64, batch []reference, err error) {
	out, err := r.Feed.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(r.Feed.Table), ConsistentRead: aws.Bool(true), Key: copiesKey(source),
	})
	if err != nil {
		return 0, nil, err
	}
	if position, err = numberOf(out.Item, "last"); err != nil {
		return 0, nil, err
	}
	list, _ := out.Item["commits"].(*types.AttributeValueMemberL)
	if list == nil {
		return position, nil, nil
	}
	for _, value := range list.Value {
		ref, err := parseReference(textOf(item{"": value}, ""))
		if err != nil {
			return 0, nil, err
		}
		batch = append(batch, ref)
	}
	return position, batch, nil
}

// bringMissing brings on a batch of copies as a whole, unless all of it is in the feed.
func (r *Relay) bringMissing(ctx context.Context, batch []reference) error {
	seen := map[es.StreamID]bool{}
	var streams []es.StreamID
	for _, ref := range batch {
		if !seen[ref.stream] {
			seen[ref.stream] = true
			streams = append(streams, ref.stream)
		}
	}
	fed, err := r.Feed.fed(ctx, streams)
	if err != nil {
		return err
	}
	missing := false
	for _, ref := range batch {
		missing = missing || fed[ref.stream] < ref.version
	}
	if !missing {
		return nil
	}
	found, err := r.Feed.commits(ctx, batch)
	if err != nil {
		return err
	}
	commits := make([]es.Commit, len(batch))
	for n, ref := range batch {
		c, there := found[ref]
		if !there {
			return &es.Fault{Doing: "relay copies", Err: fmt.Errorf("there is no commit %s", ref)}
		}
		commits[n] = c
	}
	return r.bringCopies(ctx, commits)
}

// bringCopies lists the streams that commits begin, and brings the commits on. They are in the feed behind all that, as a
// sign that nothing of it is left to be done.
func (r *Relay) bringCopies(ctx context.Context, commits []es.Commit) error {
	if len(commits) == 0 {
		return nil
	}
	if r.Directory != nil {
		if err := r.Directory.Note(ctx, commits); err != nil {
			return err
		}
	}
	return r.bring(ctx, commits)
}

// finishAll brings on what was left undone of any source.
func (r *Relay) finishAll(ctx context.Context) error {
	out, err := r.Feed.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(r.Feed.Table), ConsistentRead: aws.Bool(true), Key: item{pk: text(copyingKey), "position": number(0)},
	})
	if err != nil {
		return failed("list what is copied", err)
	}
	sources, _ := out.Item["sources"].(*types.AttributeValueMemberSS)
	if sources == nil {
		return nil
	}
	var errs []error
	for _, source := range sources.Value {
		if _, err := r.finish(ctx, source); err != nil {
			errs = append(errs, fmt.Errorf("relay copies of %s: %w", source, err))
		}
	}
	return errors.Join(errs...)
}

// Mute implements [engine.Importer]. It costs an UpdateItem for each mark.
func (m *Importer) Mute(ctx context.Context, marks ...engine.Mark) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(muting)
	for _, mark := range marks {
		all.Go(func() error {
			_, _, err := update(ctx, m.Relay.Feed.Client, &dynamodb.UpdateItemInput{
				TableName: aws.String(m.Checkpoints), Key: checkpointKey(mark.Consumer, mark.Stream),
				UpdateExpression:          aws.String("SET version = :version"),
				ConditionExpression:       aws.String("attribute_not_exists(version) OR version < :version"),
				ExpressionAttributeValues: item{":version": number(mark.Version)},
			})
			if err != nil {
				return failed(fmt.Sprintf("move %s on in %s", mark.Consumer, mark.Stream), err)
			}
			return nil
		})
	}
	return all.Wait()
}
