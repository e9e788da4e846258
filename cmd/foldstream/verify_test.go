package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/foldstream/foldstream/domain/wallet"
	"github.com/foldstream/foldstream/engine"
)

func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *whole{"here": onThisMachine, "stage": onAStage} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.fill()
			says(t, w.verify(t), "Nothing is wrong.", "1 snapshots, 1 unique values, 1 timers", "1 snapshot is of another fold and unused")
			for _, d := range append(damages, w.damage...) {
				t.Run(d.what, func(t *testing.T) {
					d.do(t, w)
					says(t, w.verify(t), append(d.want, "failed: ")...)
				})
			}
			says(t, w.verify(t, "--json"), `{"check":"view","where":"wallets ghost"`, `"findings":`)
			if at, few := w.findings(0), w.findings(1); len(at) == 0 || !slices.Equal(at, few) {
				t.Errorf("with one stream in mind at once it finds %q, and else %q", few, at)
			}
		})
	}
}

// findings are all that verify finds, with so many streams and rows in mind at once.
func (w *whole) findings(inMind int) (all []string) {
	w.station(func(s *station) {
		v := s.Verify()
		v.Patience, v.InMind = time.Millisecond, inMind
		v.Found = func(f engine.Finding) { all = append(all, fmt.Sprintf("%+v", f)) }
		_, err := v.Run(context.Background())
		w.try("verify", err)
	})
	slices.Sort(all)
	return all
}

// TestVerifyWhileEventsComeIn finds nothing wrong with a store that is at work.
func TestVerifyWhileEventsComeIn(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *whole{"here": onThisMachine, "stage": onAStage} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.fill()
			ctx, stop := context.WithCancel(t.Context())
			var writer sync.WaitGroup
			writer.Go(func() {
				w.station(func(s *station) {
					for n := 0; ctx.Err() == nil; n++ {
						id := fmt.Sprint("busy-", n%5)
						if n < 5 {
							w.execute(s, wallet.DoOpen, wallet.Open{ID: id, Owner: "ada", Currency: "EUR"})
						}
						w.execute(s, wallet.DoCredit, wallet.Credit{WalletID: id, Amount: "1"})
					}
				})
			})
			for range 3 {
				says(t, w.verify(t, "--patience", "1m"), "Nothing is wrong.")
			}
			stop()
			writer.Wait()
			if said := w.verify(t, "--patience", "1m"); !strings.Contains(said, "Nothing is wrong.") {
				t.Error(said)
			}
		})
	}
}
