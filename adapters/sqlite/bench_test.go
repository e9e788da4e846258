package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/es"
)

func benchDraft(stream es.StreamID, after es.Head, n int) es.Draft {
	d := es.Draft{Stream: stream, After: after, Origin: es.Origin{CommandID: uuid.NewString(), TraceID: uuid.NewString(), Invoker: uuid.NewString()}}
	for i := range n {
		data, _ := es.Encode(map[string]any{"by": uuid.NewString(), "at": "2031-03-04T05:06:07.089Z", "n": i, "cells": []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, "text": strings.Repeat("x", 130), "nested": map[string]string{"a": "b", "c": "d"}})
		d.Events = append(d.Events, es.Recorded{Type: "TurnTaken", Data: data})
	}
	return d
}

func benchAppend(b *testing.B, writers int) {
	dir := b.TempDir()
	db, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	proto := benchDraft("x", es.Head{}, 10)
	var n atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wg.Go(func() {
			d := proto
			d.Stream = es.StreamID(fmt.Sprintf("bench-%d-%s", w, uuid.NewString()))
			for n.Add(1) <= int64(b.N) {
				if err := db.Append(b.Context(), d); err != nil {
					b.Error(err)
					return
				}
				d.After = d.Commit().Head()
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N*10)/b.Elapsed().Seconds(), "events/s")
	reportWAL(b, dir)
}

func reportWAL(b *testing.B, dir string) {
	i, _ := os.Stat(filepath.Join(dir, "events.db"))
	b.ReportMetric(float64(i.Size())/float64(b.N), "bytes/commit")
}

func BenchmarkAppend1(b *testing.B)  { benchAppend(b, 1) }
func BenchmarkAppend16(b *testing.B) { benchAppend(b, 16) }

func benchRaw(b *testing.B, group int) {
	dir := b.TempDir()
	db, err := Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	conn, err := sqlite.OpenConn(filepath.Join(dir, "events.db"))
	if err != nil {
		b.Fatal(err)
	}
	exec(conn, "PRAGMA synchronous=FULL")
	b.ResetTimer()
	var rs []record
	for i := range group {
		d := benchDraft(es.StreamID(fmt.Sprintf("bench-%d-%s", i, uuid.NewString())), es.Head{}, 10)
		r, _ := newRecord(d)
		rs = append(rs, r)
	}
	for i := 0; i < b.N; i += group {
		if group > 1 {
			exec(conn, "BEGIN IMMEDIATE")
		}
		for g := range group {
			r := &rs[g]
			if err := r.insert(conn); err != nil {
				b.Fatal(err)
			}
			r.After = r.Commit().Head()
		}
		if group > 1 {
			exec(conn, "COMMIT")
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N*10)/b.Elapsed().Seconds(), "events/s")
	reportWAL(b, dir)
}
func BenchmarkRaw1(b *testing.B)  { benchRaw(b, 1) }
func BenchmarkRaw16(b *testing.B) { benchRaw(b, 16) }

func BenchmarkCatchUp(b *testing.B) {
	for _, per := range []int{10, 1} {
		b.Run(fmt.Sprint(per), func(b *testing.B) {
			db, err := Open(b.TempDir(), Relaxed())
			if err != nil {
				b.Fatal(err)
			}
			d := benchDraft("x", es.Head{}, per)
			total := 200_000
			db.events.write(b.Context(), func(conn *sqlite.Conn) error {
				for i := range total / per {
					d.Stream = es.StreamID(fmt.Sprintf("bench-%d", i))
					r, _ := newRecord(d)
					if err := r.insert(conn); err != nil {
						return err
					}
				}
				return nil
			})
			for b.Loop() {
				n := 0
				for after := uint64(0); ; {
					page, err := db.Read(b.Context(), after, 1000)
					if err != nil {
						b.Fatal(err)
					}
					if len(page) == 0 {
						break
					}
					for _, p := range page {
						n += len(p.Events)
					}
					after = page[len(page)-1].Position
				}
				if n != total {
					b.Fatal(n)
				}
			}
			b.ReportMetric(float64(total*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
