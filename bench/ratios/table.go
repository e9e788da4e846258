package main

import (
	"fmt"
	"slices"
	"strings"
)

// figure is a line of the table: a benchmark's figure, or how it stands to another's.
type figure struct {
	title    string
	of, to   string // benchmarks; to is empty for an absolute figure
	unit     string
	least    float64 // the aim, when it is a lower bound
	most     float64 // the aim, when it is an upper bound
	decimals int
}

// ratios are the figures to quote.
var ratios = []figure{
	{title: "append by tens, 1 writer: ours to raw SQLite", of: "Append/by=foldstream/writers=1", to: "Append/by=raw/writers=1", unit: "events/s", least: 0.9, decimals: 2},
	{title: "append by tens, 16 writers: ours to raw SQLite, grouped", of: "Append/by=foldstream/writers=16", to: "Append/by=raw/writers=16", unit: "events/s", least: 0.9, decimals: 2},
	{title: "command, 1 writer: ours warm to ours cold", of: "Command/by=foldstream-warm/writers=1", to: "Command/by=foldstream-cold/writers=1", unit: "commands/s", decimals: 2},
	{title: "command, 16 writers: ours warm to ours cold", of: "Command/by=foldstream-warm/writers=16", to: "Command/by=foldstream-cold/writers=16", unit: "commands/s", decimals: 2},
	{title: "command, 1 writer: ours cold, on disk, to eventhorizon in memory", of: "Command/by=foldstream-cold/writers=1", to: "Command/by=eventhorizon/writers=1", unit: "commands/s", decimals: 2},
	{title: "command, 16 writers: ours cold, on disk, to eventhorizon in memory", of: "Command/by=foldstream-cold/writers=16", to: "Command/by=eventhorizon/writers=16", unit: "commands/s", decimals: 2},
	{title: "command, 1 writer: ours warm, on disk, to eventhorizon in memory", of: "Command/by=foldstream-warm/writers=1", to: "Command/by=eventhorizon/writers=1", unit: "commands/s", decimals: 2},
	{title: "command, 16 writers: ours warm, on disk, to eventhorizon in memory", of: "Command/by=foldstream-warm/writers=16", to: "Command/by=eventhorizon/writers=16", unit: "commands/s", decimals: 2},
	{title: "command, 1 writer: ours cold to emmett on SQLite", of: "Command/by=foldstream-cold/writers=1", to: "Command/by=emmett-sqlite/writers=1", unit: "commands/s", decimals: 2},
	{title: "command, 16 writers: ours cold to emmett on SQLite", of: "Command/by=foldstream-cold/writers=16", to: "Command/by=emmett-sqlite/writers=16", unit: "commands/s", decimals: 2},
	{title: "command, 1 writer: ours cold, on disk, to castore in memory", of: "Command/by=foldstream-cold/writers=1", to: "Command/by=castore-memory/writers=1", unit: "commands/s", decimals: 2},
	{title: "command, 16 writers: ours warm, on disk, to castore in memory", of: "Command/by=foldstream-warm/writers=16", to: "Command/by=castore-memory/writers=16", unit: "commands/s", decimals: 2},
	{title: "catch-up, commits of 10: ours to raw scan", of: "CatchUp/by=foldstream/commit=10", to: "CatchUp/by=raw-scan/commit=10", unit: "events/s", decimals: 2},
	{title: "catch-up, commits of 10: ours to raw scan and decode", of: "CatchUp/by=foldstream/commit=10", to: "CatchUp/by=raw-decoded/commit=10", unit: "events/s", decimals: 2},
	{title: "catch-up, commits of 1: ours to raw scan", of: "CatchUp/by=foldstream/commit=1", to: "CatchUp/by=raw-scan/commit=1", unit: "events/s", decimals: 2},
	{title: "catch-up, commits of 1: ours to raw scan and decode", of: "CatchUp/by=foldstream/commit=1", to: "CatchUp/by=raw-decoded/commit=1", unit: "events/s", decimals: 2},
	{title: "rebuild to catch-up, commits of 10", of: "Rebuild/by=foldstream/commit=10", to: "CatchUp/by=foldstream/commit=10", unit: "events/s", decimals: 2},
	{title: "rebuild to catch-up, commits of 1", of: "Rebuild/by=foldstream/commit=1", to: "CatchUp/by=foldstream/commit=1", unit: "events/s", decimals: 2},
	{title: "load of 100,000 events: with a snapshot to without", of: "Long/by=foldstream-snapshot", to: "Long/by=foldstream-whole", unit: "loads/s", decimals: 0},
	{title: "fold of typed events: ours to eventhorizon", of: "Fold/by=foldstream", to: "Fold/by=eventhorizon", unit: "events/s", decimals: 2},
	{title: "decode and fold: ours to encoding/json", of: "Decode/by=foldstream", to: "Decode/by=encoding-json", unit: "events/s", decimals: 2},
	{title: "decode and fold: ours to eventhorizon", of: "Decode/by=foldstream", to: "Decode/by=eventhorizon", unit: "events/s", decimals: 2},
	{title: "HTTP, 64 connections: ours to a server that does nothing", of: "HTTP/by=foldstream", to: "HTTP/by=bare", unit: "commands/s", decimals: 2},
	{title: "Lambda's init: a command to one that does nothing", of: "Init/function=command", to: "Init/function=floor", unit: "init-ms", decimals: 2},
	{title: "Lambda's init: a projector to one that does nothing", of: "Init/function=projector", to: "Init/function=floor", unit: "init-ms", decimals: 2},
	{title: "Lambda's init: a query to one that does nothing", of: "Init/function=query", to: "Init/function=floor", unit: "init-ms", decimals: 2},
}

// absolutes are the figures that have an aim of their own, and those of HTTP.
func absolutes(m figures) []figure {
	all := []figure{
		{title: "warm commands a second, 16 writers", of: "Command/by=foldstream-warm/writers=16", unit: "commands/s", least: 15_000},
		{title: "cold commands a second, 16 writers", of: "Command/by=foldstream-cold/writers=16", unit: "commands/s"},
		{title: "events a second caught up, commits of 10", of: "CatchUp/by=foldstream/commit=10", unit: "events/s", least: 800_000},
		{title: "events a second caught up, commits of 1", of: "CatchUp/by=foldstream/commit=1", unit: "events/s", least: 800_000},
		{title: "events a second rebuilt, commits of 10", of: "Rebuild/by=foldstream/commit=10", unit: "events/s", least: 500_000},
		{title: "events a second rebuilt, commits of 1", of: "Rebuild/by=foldstream/commit=1", unit: "events/s", least: 500_000},
		{title: "commands a second over HTTP, 64 connections", of: "HTTP/by=foldstream", unit: "commands/s"},
		{title: "ms of a command over HTTP, median", of: "HTTP/by=foldstream", unit: "p50-ms", decimals: 1},
		{title: "ms of a command over HTTP, 99 of 100", of: "HTTP/by=foldstream", unit: "p99-ms", decimals: 1},
	}
	for _, f := range []string{"floor", "command", "projector", "query"} {
		a := figure{title: "ms of Lambda's init, " + f, of: "Init/function=" + f, unit: "init-ms", decimals: 1}
		if f != "floor" {
			a.most = 5
		}
		all = append(all, a)
	}
	return append(all, largest(m))
}

// largest is the size of the largest Lambda.
func largest(m figures) figure {
	f := figure{title: "MB of the largest Lambda", unit: "MB", most: 9, decimals: 2}
	for name, rounds := range m {
		of, isSize := strings.CutSuffix(name, " MB")
		if isSize && (f.of == "" || slices.Max(rounds) > slices.Max(m[f.of+" MB"])) {
			f.of = of
		}
	}
	if _, function, ok := strings.Cut(f.of, "function="); ok {
		f.title += " (" + function + ")"
	}
	return f
}

// value is the figure, if what it needs was measured.
func (f figure) value(m figures, s summary) (v float64, ok bool) {
	of, to := m[f.of+" "+f.unit], m[f.to+" "+f.unit]
	if len(of) == 0 || f.to != "" && len(to) == 0 {
		return 0, false
	}
	v = s(f.unit, of)
	if f.to != "" {
		v /= s(f.unit, to)
	}
	return v, true
}

func (f figure) show(m figures, s summary) string {
	v, ok := f.value(m, s)
	if !ok {
		return "not measured"
	}
	return fmt.Sprintf("%.*f", f.decimals, v)
}

func (f figure) aimed() string {
	switch {
	case f.least > 0:
		return fmt.Sprintf(">= %g", f.least)
	case f.most > 0:
		return fmt.Sprintf("<= %g", f.most)
	default:
		return ""
	}
}

func (f figure) verdict(m figures) string {
	v, ok := f.value(m, best)
	if ok && (f.least > 0 && v < f.least || f.most > 0 && v > f.most) {
		return "MISSED"
	}
	return ""
}
