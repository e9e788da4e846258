package estest

import (
	"math"
	"reflect"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// These match by type when they stand in an expected value.
const (
	AnyString = "\x00any string"  // any but the empty one, which is what a forgotten field holds
	AnyInt    = math.MinInt64 + 1 // any at all
)

// AnyTime matches any time but the zero one.
var AnyTime = time.Date(-9999, 1, 1, 0, 0, 0, 0, time.UTC)

var equality = cmp.Options{
	cmp.Exporter(func(reflect.Type) bool { return true }),
	cmpopts.EquateEmpty(),
	cmp.FilterValues(
		func(x, y any) bool { return isMatcher(x) || isMatcher(y) },
		cmp.Comparer(func(x, y any) bool {
			return reflect.TypeOf(x) == reflect.TypeOf(y) && matches(x) && matches(y)
		}),
	),
}

// compare gives a readable difference, empty if there is none.
func compare(want, got any) string { return cmp.Diff(want, got, equality) }

func isMatcher(v any) bool {
	if at, ok := v.(time.Time); ok {
		return at.Equal(AnyTime)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.String:
		return r.String() == AnyString
	case reflect.Int, reflect.Int64:
		return r.Int() == AnyInt
	default:
		return false
	}
}

// matches reports whether a value is what a matcher of its type stands for.
func matches(v any) bool {
	if at, ok := v.(time.Time); ok {
		return !at.IsZero()
	}
	r := reflect.ValueOf(v)
	return r.CanInt() || r.Len() > 0
}
