package dynamo

import (
	"context"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Append adds commits that are in the event store to the feed. Each gets into it once, and behind those before it in its
// stream, in whatever order and however often commits are handed in: the ones that are there already are left out, and
// those that are missing between are read from the event store. When many append at once each waits for its turn; one
// that never gets it gives an [engine.ErrBusy]. A failed call may have added some of the commits. Each 98 commits cost one
// TransactWriteItems of two write units for each stream, about ten for the references and two for the head.
func (f *Feed) Append(ctx context.Context, commits []es.Commit) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := &plan{feed: f, fed: map[es.StreamID]uint64{}}
	for _, c := range commits {
		p.pending = append(p.pending, spanOf(c))
	}
	for lost := 0; lost < turns; {
		batch, err := p.next(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		stale, err := f.write(ctx, batch)
		switch {
		case err != nil:
			return failed("append to the feed", err)
		case stale == nil:
			p.done(batch)
			lost = 0
			continue
		case stale.head:
			lost++
			if err := betweenTries.Pause(ctx, lost); err != nil {
				return err
			}
		}
		maps.Copy(p.fed, stale.fed)
	}
	return fmt.Errorf("append to the feed: %w", engine.ErrBusy)
}

// turns is how many batches of others may come before one of ours.
const turns = 30

// span is a commit as the feed sees it.
type span struct {
	stream      es.StreamID
	era         int
	first, last uint64
}

func spanOf(c es.Commit) span { return span{c.Stream, c.Era, c.Version, c.Last()} }

// plan says what to add next.
type plan struct {
	feed    *Feed
	pending []span
	taken   int                    // how many of pending the batch made last covers
	fed     map[es.StreamID]uint64 // how far streams are in the feed, as far as is known
}

// next gives up to a batch of commits that join on to what the feed holds of their streams. Until the feed says otherwise
// it is supposed to hold all that came before a commit.
func (p *plan) next(ctx context.Context) ([]span, error) {
	var batch []span
	reached := map[es.StreamID]uint64{}
	for p.taken = 0; p.taken < len(p.pending) && len(batch) < batchCommits; {
		c := p.pending[p.taken]
		at, known := reached[c.stream]
		if !known {
			if at, known = p.fed[c.stream]; !known {
				at = c.first - 1
			}
		}
		joining, err := p.joining(ctx, c, at, batchCommits-len(batch))
		if err != nil {
			return nil, err
		}
		batch = append(batch, joining...)
		reached[c.stream] = at
		if len(joining) > 0 {
			reached[c.stream] = joining[len(joining)-1].last
		}
		if reached[c.stream] >= c.last {
			p.taken++
		}
	}
	if len(batch) == 0 {
		p.pending = p.pending[p.taken:]
	}
	return batch, nil
}

// joining gives the commits of a stream behind a version up to c, but not more than limit.
func (p *plan) joining(ctx context.Context, c span, at uint64, limit int) ([]span, error) {
	if c.last <= at {
		return nil, nil
	}
	if c.first == at+1 {
		return []span{c}, nil
	}
	var found []span
	for commit, err := range p.feed.Events.Load(ctx, c.stream, at) {
		if err != nil {
			return nil, err
		}
		if commit.Version != at+1 {
			break
		}
		at = commit.Last()
		found = append(found, spanOf(commit))
		if at >= c.last || len(found) == limit {
			return found, nil
		}
	}
	return nil, &es.Fault{Doing: "append to the feed", Err: fmt.Errorf("%s has no commit at version %d, but one at %d", c.stream, at+1, c.first)}
}

// done takes note that a batch is in the feed.
func (p *plan) done(batch []span) {
	for _, c := range batch {
		p.fed[c.stream] = c.last
	}
	p.pending = p.pending[p.taken:]
}

// stale is what turned out to be otherwise than supposed when a batch was refused.
type stale struct {
	head bool
	fed  map[es.StreamID]uint64
}

// write adds one batch behind the last known position, in one transaction. A refusal says where the feed is instead.
func (f *Feed) write(ctx context.Context, batch []span) (*stale, error) {
	if !f.known {
		if err := f.readHead(ctx); err != nil {
			return nil, err
		}
	}
	last := f.last + uint64(len(batch))
	references := make([]types.AttributeValue, len(batch))
	var streams []es.StreamID
	was, now := map[es.StreamID]uint64{}, map[es.StreamID]uint64{}
	for n, c := range batch {
		references[n] = text(reference{c.stream, c.era, c.first}.String())
		if _, seen := now[c.stream]; !seen {
			streams = append(streams, c.stream)
			was[c.stream] = c.first - 1
		}
		now[c.stream] = c.last
	}
	writes := []types.TransactWriteItem{f.move(headKey, f.last, last), {Put: &types.Put{
		TableName: aws.String(f.Table), ConditionExpression: aws.String("attribute_not_exists(pk)"),
		Item: item{pk: text(chunkKey(chunkOf(last))), "position": number(last), "commits": &types.AttributeValueMemberL{Value: references}},
	}}}
	for _, stream := range streams {
		writes = append(writes, f.move(fedKey(stream), was[stream], now[stream]))
	}
	refused, err := transact(ctx, f.Client, writes)
	if err != nil {
		return nil, err
	}
	if len(refused) > 0 {
		return f.learn(refused, streams, was)
	}
	f.last = last
	return nil, nil
}

// learn reads from the items that are there instead how far the feed is.
func (f *Feed) learn(refused map[int]item, streams []es.StreamID, was map[es.StreamID]uint64) (*stale, error) {
	s := stale{fed: map[es.StreamID]uint64{}}
	for n, there := range refused {
		at, err := numberOf(there, "last")
		if err != nil {
			return nil, err
		}
		switch {
		case n == 0 && at > 0:
			f.last, s.head = at, true
		case n < 2:
			f.known, s.head = false, true
		case at == was[streams[n-2]]:
			return nil, fmt.Errorf("the feed refused %s behind version %d, which is where it is", streams[n-2], at)
		default:
			s.fed[streams[n-2]] = at
		}
	}
	return &s, nil
}

const headKey = "head"

func fedKey(stream es.StreamID) string { return "stream/" + string(stream) }

// move is the write that brings the head or a stream's item from one place to another.
func (f *Feed) move(key string, from, to uint64) types.TransactWriteItem {
	p := &types.Put{
		TableName: aws.String(f.Table), Item: item{pk: text(key), "position": number(0), "last": number(to)},
		ConditionExpression:                 aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	if from > 0 {
		p.ConditionExpression = aws.String("#last = :from")
		p.ExpressionAttributeNames = map[string]string{"#last": "last"}
		p.ExpressionAttributeValues = item{":from": number(from)}
	}
	return types.TransactWriteItem{Put: p}
}

func (f *Feed) readHead(ctx context.Context) error {
	out, err := f.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(f.Table), ConsistentRead: aws.Bool(true), Key: item{pk: text(headKey), "position": number(0)},
	})
	if err != nil {
		return err
	}
	if f.last, err = numberOf(out.Item, "last"); err != nil {
		return err
	}
	f.known = true
	return nil
}

// End implements [engine.Feed]: it reads what whoever appends has written. It costs a GetItem.
func (f *Feed) End(ctx context.Context) (uint64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readHead(ctx); err != nil {
		return 0, failed("read the end of the feed", err)
	}
	return f.last, nil
}

// reached is the position given out last as far as this process knows, which is 0 before it knows any.
func (f *Feed) reached() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// fed reads how far streams are in the feed.
func (f *Feed) fed(ctx context.Context, streams []es.StreamID) (map[es.StreamID]uint64, error) {
	keys := make([]item, len(streams))
	for n, stream := range streams {
		keys[n] = item{pk: text(fedKey(stream)), "position": number(0)}
	}
	found, err := getAll(ctx, f.Client, f.Table, keys)
	if err != nil {
		return nil, err
	}
	fed := make(map[es.StreamID]uint64, len(found))
	for _, i := range found {
		stream := es.StreamID(textOf(i, pk)[len(fedKey("")):])
		if fed[stream], err = numberOf(i, "last"); err != nil {
			return nil, err
		}
	}
	return fed, nil
}
