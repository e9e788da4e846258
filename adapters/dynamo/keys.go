package dynamo

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// Keys keeps an item for each subject: the subject's key as it is wrapped, or the note that the subject is forgotten. The
// table is the only one without point-in-time recovery, with which deleted keys could be had back for 35 days.
type Keys struct {
	Client   *dynamodb.Client
	Table    string
	DataKeys engine.DataKeys // nil for who only lists who is forgotten
}

var _ engine.Keys = (*Keys)(nil)

const (
	wrappedKey = "sealedKey"
	note       = "note"
)

func subjectKey(subject string) item { return item{"subject": text(subject), sk: text("key")} }

// Keys implements [engine.Keys]. It costs a BatchGetItem for each 100 subjects, a read unit for each, and an unwrapping for
// each key. For who has none it costs the making of a key and a PutItem, with a write unit.
func (k *Keys) Keys(ctx context.Context, subjects []string, making bool) (map[string]engine.SubjectKey, error) {
	subjects = slices.Compact(slices.Sorted(slices.Values(subjects)))
	all := k.begin(ctx)
	var wanted []item
	for _, subject := range subjects {
		wanted = append(wanted, subjectKey(subject))
	}
	items, err := getAll(ctx, k.Client, k.Table, wanted)
	if err != nil {
		return nil, failed("read the keys of subjects", err)
	}
	there := map[string]item{}
	for _, i := range items {
		there[textOf(i, "subject")] = i
	}
	for _, subject := range subjects {
		if i, ok := there[subject]; ok {
			all.add(subject, func(ctx context.Context) ([]byte, error) { return k.open(ctx, subject, i) })
		} else if making {
			all.add(subject, func(ctx context.Context) ([]byte, error) { return k.create(ctx, subject) })
		}
	}
	return all.found, all.Wait()
}

// opening opens several keys at once.
type opening struct {
	*errgroup.Group
	ctx   context.Context
	mu    sync.Mutex
	found map[string]engine.SubjectKey
}

// keysAtOnce is how many keys are opened at once.
const keysAtOnce = 16

func (k *Keys) begin(ctx context.Context) *opening {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(keysAtOnce)
	return &opening{Group: group, ctx: ctx, found: map[string]engine.SubjectKey{}}
}

func (o *opening) add(subject string, open func(context.Context) ([]byte, error)) {
	o.Go(func() error {
		key, err := open(o.ctx)
		if err != nil {
			return fmt.Errorf("the key of %s: %w", subject, err)
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.found[subject] = engine.SubjectKey{Subject: subject, Key: key}
		return nil
	})
}

// open gives the key in an item, nil for who is forgotten.
func (k *Keys) open(ctx context.Context, subject string, i item) ([]byte, error) {
	wrapped, ok := i[wrappedKey].(*types.AttributeValueMemberB)
	if !ok {
		return nil, nil
	}
	return k.DataKeys.Unwrap(ctx, subject, wrapped.Value)
}

// create makes a key, or gives the one of whoever was first.
func (k *Keys) create(ctx context.Context, subject string) ([]byte, error) {
	key, wrapped, err := k.DataKeys.NewKey(ctx, subject)
	if err != nil {
		return nil, err
	}
	there, refused, err := k.put(ctx, subject, wrapped)
	switch {
	case err != nil:
		return nil, failed("keep a key", err)
	case refused:
		return k.open(ctx, subject, there)
	}
	return key, nil
}

func (k *Keys) put(ctx context.Context, subject string, wrapped []byte) (there item, refused bool, err error) {
	i := subjectKey(subject)
	i[wrappedKey] = &types.AttributeValueMemberB{Value: wrapped}
	return put(ctx, k.Client, &types.Put{
		TableName: aws.String(k.Table), Item: i, ConditionExpression: aws.String("attribute_not_exists(subject)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
}

// Forget implements [engine.Keys]. It costs an UpdateItem; where there is a note already, a GetItem and a PutItem more.
func (k *Keys) Forget(ctx context.Context, f engine.Forgetting) error {
	doing := "forget " + f.Subject
	written, err := es.Encode(f)
	if err != nil {
		return &es.Fault{Doing: doing, Err: err}
	}
	_, noted, err := update(ctx, k.Client, &dynamodb.UpdateItemInput{
		TableName: aws.String(k.Table), Key: subjectKey(f.Subject),
		UpdateExpression: aws.String("SET note = :note REMOVE sealedKey"), ConditionExpression: aws.String("attribute_not_exists(note)"),
		ExpressionAttributeValues: item{":note": text(string(written))},
	})
	if err == nil && noted {
		err = k.renote(ctx, f)
	}
	if err != nil {
		return failed(doing, err)
	}
	return nil
}

// renote replaces when it was done in a note.
func (k *Keys) renote(ctx context.Context, f engine.Forgetting) error {
	out, err := k.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(k.Table), Key: subjectKey(f.Subject), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return err
	}
	was, err := forgettingOf(out.Item)
	if err != nil {
		return err
	}
	was.Done = f.Done
	written, err := es.Encode(was)
	if err != nil {
		return err
	}
	i := subjectKey(f.Subject)
	i[note] = text(string(written))
	_, _, err = put(ctx, k.Client, &types.Put{TableName: aws.String(k.Table), Item: i})
	return err
}

func forgettingOf(i item) (f engine.Forgetting, err error) {
	if err := es.Decode([]byte(textOf(i, note)), &f); err != nil {
		return f, &es.Fault{Doing: "read the note of " + textOf(i, "subject"), Err: err}
	}
	return f, nil
}

// Forgettings implements [engine.Keys]. It reads the whole table.
func (k *Keys) Forgettings(ctx context.Context) (all []engine.Forgetting, err error) {
	for i, err := range k.scan(ctx, note) {
		if err != nil {
			return nil, fmt.Errorf("list who is forgotten: %w", err)
		}
		f, err := forgettingOf(i)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b engine.Forgetting) int { return strings.Compare(a.Subject, b.Subject) })
	return all, nil
}

// scan yields the items that have an attribute.
func (k *Keys) scan(ctx context.Context, attribute string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		pages := dynamodb.NewScanPaginator(k.Client, &dynamodb.ScanInput{
			TableName: aws.String(k.Table), ConsistentRead: aws.Bool(true), FilterExpression: aws.String("attribute_exists(#attribute)"),
			ExpressionAttributeNames: map[string]string{"#attribute": attribute},
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield(nil, failed("read the table of keys", err))
				return
			}
			for _, i := range page.Items {
				if !yield(i, nil) {
					return
				}
			}
		}
	}
}

// AllKeys implements [engine.Keys]. It reads the whole table, and costs an unwrapping for each key.
func (k *Keys) AllKeys(ctx context.Context) iter.Seq2[engine.SubjectKey, error] {
	return func(yield func(engine.SubjectKey, error) bool) {
		for i, err := range k.scan(ctx, wrappedKey) {
			key := engine.SubjectKey{Subject: textOf(i, "subject")}
			if err == nil {
				key.Key, err = k.open(ctx, key.Subject, i)
			}
			if !yield(key, err) || err != nil {
				return
			}
		}
	}
}

// Adopt implements [engine.Keys]. It costs a wrapping and a PutItem; where there is a key already, an unwrapping more.
func (k *Keys) Adopt(ctx context.Context, key engine.SubjectKey) error {
	doing := "adopt the key of " + key.Subject
	wrapped, err := k.DataKeys.Wrap(ctx, key.Subject, key.Key)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	there, refused, err := k.put(ctx, key.Subject, wrapped)
	if err != nil || !refused {
		if err != nil {
			err = failed(doing, err)
		}
		return err
	}
	held, err := k.open(ctx, key.Subject, there)
	if err == nil && string(held) != string(key.Key) {
		err = engine.ErrStale
	}
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
