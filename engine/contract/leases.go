package contract

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/foldstream/foldstream/engine"
)

// Leases tests an [engine.Leases]. Times are the suite's own: no clock passes.
func Leases(t *testing.T, open func(t *testing.T) engine.Leases) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, engine.Leases)
	}{
		{"a lease is held until its time", heldLease},
		{"its token is greater each time", growingTokens},
		{"a release frees it at once", releasedLease},
		{"an old token releases nothing", oldRelease},
		{"releasing what nobody holds is no error", needlessRelease},
		{"names are kept apart", leaseNames},
		{"of many who ask exactly one gets it", leaseRace},
		{"nothing happens after the context has ended", cancelledLease},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// acquire takes a lease, and tries again while the store is busy.
func acquire(t *testing.T, leases engine.Leases, name string, now, until time.Time) uint64 {
	t.Helper()
	token, err := acquirePatiently(t.Context(), leases, name, now, until)
	try(t, "acquire a lease", err)
	if token == 0 {
		t.Fatal("the token is 0, which stands for none")
	}
	return token
}

func acquirePatiently(ctx context.Context, leases engine.Leases, name string, now, until time.Time) (token uint64, err error) {
	err = patiently(func() error {
		token, err = leases.Acquire(ctx, name, now, until)
		return err
	})
	return token, err
}

// held makes sure that a lease cannot be had at a time.
func held(t *testing.T, leases engine.Leases, name string, now time.Time) {
	t.Helper()
	_, err := acquirePatiently(t.Context(), leases, name, now, now.Add(time.Hour))
	fails(t, "acquire what is held", err, engine.ErrHeld)
}

func newLease() string { return "lease-" + uuid.NewString() }

func heldLease(t *testing.T, leases engine.Leases) {
	name := newLease()
	first := acquire(t, leases, name, minute(0), minute(1))
	for _, now := range []time.Time{minute(0), minute(0).Add(30 * time.Second), minute(1).Add(-time.Millisecond)} {
		held(t, leases, name, now)
	}
	second := acquire(t, leases, name, minute(1), minute(2))
	held(t, leases, name, minute(1))
	third := acquire(t, leases, name, minute(9), minute(10))
	if second <= first || third <= second {
		t.Fatalf("the tokens are %d, %d, %d", first, second, third)
	}
	held(t, leases, name, minute(9))
}

func growingTokens(t *testing.T, leases engine.Leases) {
	name := newLease()
	last := uint64(0)
	for round := range 12 {
		token := acquire(t, leases, name, minute(round), minute(round+1))
		if token <= last {
			t.Fatalf("behind token %d comes %d", last, token)
		}
		last = token
		if round%3 > 0 {
			try(t, "release", leases.Release(t.Context(), name, token))
		}
	}
}

func releasedLease(t *testing.T, leases engine.Leases) {
	name := newLease()
	for range 3 {
		token := acquire(t, leases, name, minute(0), minute(60))
		held(t, leases, name, minute(0))
		try(t, "release", leases.Release(t.Context(), name, token))
	}
}

func oldRelease(t *testing.T, leases engine.Leases) {
	name := newLease()
	first := acquire(t, leases, name, minute(0), minute(60))
	try(t, "release", leases.Release(t.Context(), name, first))
	second := acquire(t, leases, name, minute(1), minute(60))
	for _, token := range []uint64{first, second + 1, 0} {
		try(t, "release with another token", leases.Release(t.Context(), name, token))
		held(t, leases, name, minute(2))
	}
	third := acquire(t, leases, name, minute(60), minute(90))
	try(t, "release what has expired", leases.Release(t.Context(), name, second))
	held(t, leases, name, minute(61))
	try(t, "release", leases.Release(t.Context(), name, third))
	acquire(t, leases, name, minute(61), minute(90))
}

func needlessRelease(t *testing.T, leases engine.Leases) {
	name := newLease()
	try(t, "release what was never taken", leases.Release(t.Context(), name, 1))
	token := acquire(t, leases, name, minute(0), minute(1))
	for range 3 {
		try(t, "release", leases.Release(t.Context(), name, token))
	}
	acquire(t, leases, name, minute(0), minute(1))
}

func leaseNames(t *testing.T, leases engine.Leases) {
	own := newLease()
	for _, name := range []string{own, own + "#", own + "é", own + "É", own + "e\u0301", own + " ", own + "🂡", "%" + own} {
		token := acquire(t, leases, name, minute(0), minute(1))
		held(t, leases, name, minute(0))
		defer func() { try(t, "release", leases.Release(t.Context(), name, token)) }()
	}
}

func leaseRace(t *testing.T, leases engine.Leases) {
	name := newLease()
	last := uint64(0)
	for round := range 8 {
		var tokens [writers]uint64
		won := -1
		for i, err := range together(t.Context(), writers, func(ctx context.Context, i int) (err error) {
			tokens[i], err = acquirePatiently(ctx, leases, name, minute(round), minute(round+1))
			return err
		}) {
			switch {
			case err != nil:
				fails(t, "acquire what another has got", err, engine.ErrHeld)
			case won >= 0:
				t.Fatalf("both %d and %d have got it", won, i)
			default:
				won = i
			}
		}
		if won < 0 {
			t.Fatal("nobody has got it")
		}
		if tokens[won] <= last {
			t.Fatalf("behind token %d comes %d", last, tokens[won])
		}
		last = tokens[won]
	}
}

func cancelledLease(t *testing.T, leases engine.Leases) {
	name := newLease()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := leases.Acquire(ctx, name, minute(0), minute(1))
	fails(t, "acquire", err, context.Canceled)
	token := acquire(t, leases, name, minute(0), minute(1))
	fails(t, "release", leases.Release(ctx, name, token), context.Canceled)
	held(t, leases, name, minute(0))
}
