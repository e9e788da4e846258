package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"github.com/foldstream/foldstream/es"
)

// Events of about 300 bytes, in commits of 10 unless said otherwise. Compare the figures of one run only.

func benchDraft(b *testing.B, events int) es.Draft {
	b.Helper()
	d := es.Draft{Stream: es.NewStreamID("bench", uuid.NewString()), Origin: es.Origin{
		CommandID: uuid.NewString(), TraceID: uuid.NewString(), Invoker: uuid.NewString(),
	}}
	for i := range events {
		data, err := es.Encode(map[string]any{
			"by": uuid.NewString(), "at": "2031-03-04T05:06:07.089Z", "turn": i, "cells": []int{1, 2, 3, 4, 5, 6, 7, 8, 9},
			"text": strings.Repeat("x", 130), "nested": map[string]string{"a": "b", "c": "d"},
		})
		if err != nil {
			b.Fatal(err)
		}
		d.Events = append(d.Events, es.Recorded{Type: "TurnTaken", Data: data})
	}
	return d
}

func benchOpen(b *testing.B, dir string, options ...Option) *DB {
	b.Helper()
	db, err := Open(dir, options...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return db
}

func perSecond(b *testing.B, events int) {
	b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkAppend(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := benchOpen(b, b.TempDir())
			template := benchDraft(b, 10)
			var appended atomic.Int64
			var running sync.WaitGroup
			b.ResetTimer()
			for range writers {
				running.Go(func() {
					d := template
					d.Stream = es.NewStreamID("bench", uuid.NewString())
					for appended.Add(1) <= int64(b.N) {
						if err := db.Append(b.Context(), d); err != nil {
							b.Error(err)
							return
						}
						d.After = d.Commit().Head()
					}
				})
			}
			running.Wait()
			perSecond(b, 10*b.N)
		})
	}
}

// BenchmarkRaw is the limit that the engine sets to BenchmarkAppend: it inserts the same rows from one goroutine, so many
// in a transaction, and nothing else.
func BenchmarkRaw(b *testing.B) {
	for _, group := range []int{1, 16} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) {
			dir := b.TempDir()
			benchOpen(b, dir)
			conn, err := connect(filepath.Join(dir, "events.db"), "FULL")
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := conn.Close(); err != nil {
					b.Error(err)
				}
			})
			rows := make([]record, group)
			for i := range rows {
				if rows[i], err = newRecord(benchDraft(b, 10)); err != nil {
					b.Fatal(err)
				}
			}
			n := 0
			b.ResetTimer()
			for ; n < b.N; n += group {
				benchTransaction(b, conn, rows)
			}
			perSecond(b, 10*n)
		})
	}
}

func benchTransaction(b *testing.B, conn *sqlite.Conn, rows []record) {
	if err := exec(conn, "BEGIN IMMEDIATE"); err != nil {
		b.Fatal(err)
	}
	for i := range rows {
		if err := rows[i].insert(conn); err != nil {
			b.Fatal(err)
		}
		rows[i].After = rows[i].Commit().Head()
	}
	if err := exec(conn, "COMMIT"); err != nil {
		b.Fatal(err)
	}
}

// fill appends events in commits of so many, to streams of 100 events, in one transaction for each hundred commits.
func fill(b *testing.B, db *DB, events, inCommit int) (stream es.StreamID) {
	b.Helper()
	d := benchDraft(b, inCommit)
	for done := 0; done < events; {
		if err := db.events.write(b.Context(), func(conn *sqlite.Conn) error {
			for range 100 {
				if done%100 == 0 {
					d.Stream, d.After = es.NewStreamID("bench", uuid.NewString()), es.Head{}
				}
				r, err := newRecord(d)
				if err != nil {
					return err
				}
				if err := r.insert(conn); err != nil {
					return err
				}
				d.After = d.Commit().Head()
				done += inCommit
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	return d.Stream
}

func BenchmarkLoad(b *testing.B) {
	for _, inCommit := range []int{1, 10} {
		b.Run(fmt.Sprintf("stream=100/commit=%d", inCommit), func(b *testing.B) {
			db := benchOpen(b, b.TempDir(), Relaxed())
			stream := fill(b, db, 10_000, inCommit)
			for b.Loop() {
				events := 0
				for c, err := range db.Load(b.Context(), stream, 0) {
					if err != nil {
						b.Fatal(err)
					}
					events += len(c.Events)
				}
				if events != 100 {
					b.Fatalf("the stream has %d events", events)
				}
			}
			perSecond(b, 100*b.N)
		})
	}
}

func BenchmarkCatchUp(b *testing.B) {
	const million = 1_000_000
	for _, inCommit := range []int{1, 10} {
		b.Run(fmt.Sprintf("commit=%d", inCommit), func(b *testing.B) {
			db := benchOpen(b, b.TempDir(), Relaxed())
			fill(b, db, million, inCommit)
			for b.Loop() {
				events, position := 0, uint64(0)
				for {
					page, err := db.Read(b.Context(), position, 1000)
					if err != nil {
						b.Fatal(err)
					}
					if len(page) == 0 {
						break
					}
					for _, p := range page {
						events += len(p.Events)
					}
					position = page[len(page)-1].Position
				}
				if events != million {
					b.Fatalf("the feed has %d events", events)
				}
			}
			perSecond(b, million*b.N)
		})
	}
}

// BenchmarkDelivery takes the way of a commit from its append to the handler of a queue: one at a time, and 16 writers'
// as fast as they come.
func BenchmarkDelivery(b *testing.B) {
	for _, writers := range []int{1, 16} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := benchOpen(b, b.TempDir(), Queue("q"))
			arrived := make(chan struct{}, b.N+batchSize)
			ctx, stop := context.WithCancel(b.Context())
			var polling, running sync.WaitGroup
			polling.Go(func() {
				for ctx.Err() == nil {
					_, err := db.Poll(ctx, "q", time.Minute, func(_ context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
						for range batch.Records {
							arrived <- struct{}{}
						}
						return events.SQSEventResponse{}, nil
					})
					if err != nil && ctx.Err() == nil {
						b.Error(err)
					}
				}
			})
			template := benchDraft(b, 1)
			var appended atomic.Int64
			b.ResetTimer()
			for range writers {
				running.Go(func() {
					d := template
					d.Stream = es.NewStreamID("bench", uuid.NewString())
					for appended.Add(1) <= int64(b.N) {
						if err := db.Append(b.Context(), d); err != nil {
							b.Error(err)
						}
						d.After = d.Commit().Head()
						<-arrived
					}
				})
			}
			running.Wait()
			b.StopTimer()
			stop()
			polling.Wait()
		})
	}
}
