package main

import (
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

// repairing is how a consumer goes on with what is parked.
type repairing struct {
	all, dry, lines bool
	reason          string
}

// callers is how the names begin of those who work at the command line, as jobs note who has asked for them.
const callers = "cli:"

// operator is who works at the command line.
func operator() string {
	if me, err := user.Current(); err == nil {
		return callers + me.Username
	}
	return callers + environment("USER", "somebody") // as in a container without users
}

// upkeep carries out what would be asked for by the admin page.
func (s *station) upkeep() *engine.Upkeep {
	return &engine.Upkeep{
		Desk:      engine.Desk{App: s.App, Jobs: s.Jobs, Generations: s.Generations, Lot: s.Lot, World: s.World},
		Rebuild:   s.Rebuild,
		Consumers: s.Consumers,
	}
}

// repaired is what has become of one that was parked, as it is shown.
type repaired struct {
	Consumer string      `json:"consumer"`
	Stream   es.StreamID `json:"stream"`
	Version  uint64      `json:"version"` // that it was parked at
	Kind     string      `json:"kind"`
	Would    bool        `json:"would,omitzero"`
	Error    string      `json:"error,omitempty"`
}

func (how repairing) one(c *cobra.Command, s *station, kind, consumer string, stream es.StreamID) error {
	p, err := find(c, s, consumer, stream)
	if err != nil {
		return err
	}
	if !how.dry {
		err = how.carry(c, s, kind, p)
	}
	return errors.Join(err, how.tell(c, kind, p, err))
}

// tell shows what has become of one that was parked, or would.
func (how repairing) tell(c *cobra.Command, kind string, p engine.Parked, failed error) error {
	w := c.OutOrStdout()
	switch {
	case how.lines:
		r := repaired{Consumer: p.Consumer, Stream: p.Stream, Version: p.Version, Kind: kind, Would: how.dry}
		if failed != nil {
			r.Error = failed.Error()
		}
		return line(w, r)
	case how.dry:
		fmt.Fprintf(w, "would %s version %d of %s for %s\n", kind, p.Version, p.Stream, p.Consumer)
	case failed == nil && !how.all:
		fmt.Fprintf(w, "%s is up to date with %s.\n", p.Consumer, p.Stream)
	}
	return nil
}

func (how repairing) carry(c *cobra.Command, s *station, kind string, p engine.Parked) error {
	_, err := s.upkeep().Carry(c.Context(), engine.Job{
		Kind: kind, Consumer: p.Consumer, Stream: p.Stream, Reason: how.reason, By: operator(),
	}, callers)
	return err
}

// each retries all that is parked for a consumer.
func (how repairing) each(c *cobra.Command, s *station, consumer string) error {
	if s.Consumers[consumer] == nil {
		return fmt.Errorf("there is no consumer %q", consumer)
	}
	all, err := s.Lot.Parked(c.Context())
	if err != nil {
		return err
	}
	m := newProgress(c.ErrOrStderr(), how.dry || how.lines)
	defer m.end()
	mine := make([]engine.Parked, 0, len(all))
	for _, p := range all {
		if p.Consumer == consumer {
			mine = append(mine, p)
		}
	}
	var failures []error
	tried := 0
	for n, p := range mine {
		m.at(consumer, "streams", uint64(n), uint64(len(mine)))
		var err error
		if !how.dry {
			tried++
			if err = how.carry(c, s, engine.JobRetry, p); err != nil {
				failures = append(failures, fmt.Errorf("%s: %w", p.Stream, err))
			}
		}
		if err := how.tell(c, engine.JobRetry, p, err); err != nil {
			return err
		}
		if c.Context().Err() != nil {
			break
		}
	}
	m.end()
	if !how.dry && !how.lines {
		fmt.Fprintf(c.OutOrStdout(), "%s: of %d streams %d go on, %d do not, %d were not tried\n",
			consumer, len(mine), tried-len(failures), len(failures), len(mine)-tried)
	}
	return errors.Join(failures...)
}
