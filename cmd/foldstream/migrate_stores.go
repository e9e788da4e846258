package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/sqlite"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/local"
)

// The words by which a store's move names the other store.
const (
	folderWord = "folder"
	stageWord  = "stage"
)

// name is what a move calls a site.
func (s *site) name() (string, error) {
	if s.stage != "" {
		return stageWord + " " + s.stage, nil
	}
	path, err := filepath.Abs(s.Data)
	return folderWord + " " + path, err
}

// named is the site that a move calls so.
func (s *site) named(name string) (*site, error) {
	other := *s
	word, where, _ := strings.Cut(name, " ")
	switch word {
	case folderWord:
		other.Data, other.stage = where, ""
	case stageWord:
		other.stage = where
	default:
		return nil, fmt.Errorf("%q is neither a folder nor a stage", name)
	}
	return &other, nil
}

// place makes a station one of a migration's stores.
func (s *station) place(name string) *engine.Place {
	return &engine.Place{
		Installation: s.Installation, Name: name, Moves: s.Moves, Importer: s.Importer,
		Inbox: func(ctx context.Context) (uint64, error) {
			if !slices.ContainsFunc(s.App.Folders(), func(f es.Folder) bool { return f.Traits().Writing == es.Single }) {
				return 0, nil
			}
			waiting, err := s.Backlogs.Backlog(ctx, engine.InboxName)
			return waiting.Waiting, err
		},
	}
}

// under opens both stores of the migration that is under way.
func (how *migrating) under(c *cobra.Command, at *site, run func(*move) error) error {
	return at.open(c.Context(), func(blue *station) error {
		now, err := blue.Moves.Move(c.Context())
		if err != nil {
			return err
		}
		rewrite, err := rewriteOf(at.App, now)
		if err != nil {
			return explained(err)
		}
		green, err := at.named(now.Other)
		if err != nil {
			return err
		}
		return how.between(c, at, blue, green, rewrite, run)
	})
}

// between opens green, and has something done with both.
func (how *migrating) between(c *cobra.Command, at *site, blue *station, to *site, rewrite *es.Rewrite, run func(*move) error) error {
	here, err := at.name()
	if err != nil {
		return err
	}
	there, err := to.name()
	if err != nil {
		return err
	}
	if here == there {
		return errors.New("a store cannot be moved into itself")
	}
	return to.open(c.Context(), func(green *station) error {
		bar := newProgress(c.ErrOrStderr(), how.json)
		defer bar.end()
		m := &move{
			Migration: &engine.Migration{
				Rewrite: rewrite, Blue: blue.place(here), Green: green.place(there), URL: how.url, Bound: blue.bound, Patience: how.patience,
				Progress: func(p engine.Migrating) { bar.at(p.Doing, p.Unit, p.Done, p.Of) },
			},
			c: c, ctx: c.Context(), out: c.OutOrStdout(), bar: bar, json: how.json, at: at, both: [2]*station{blue, green},
		}
		return explained(run(m))
	})
}

// prepare makes green's folder, if green is one: with blue's keys, if that has any to lend, and with its queues, which would
// else begin behind what is copied before anybody serves it.
func prepare(blue, green *site) error {
	if green.stage != "" {
		return nil
	}
	if blue.stage == "" {
		if err := lendKeys(blue.Data, green.Data); err != nil {
			return err
		}
	}
	if served, err := sqlite.IsServed(green.Data); err != nil || served {
		return err
	}
	system, err := local.Open(green.Config, true)
	if err != nil {
		return err
	}
	return system.Close()
}

// keyFiles are what green needs of blue's folder, for tokens and codes to hold.
var keyFiles = []string{"signing-key.pem", "secret.key"}

// lendKeys copies them into green's folder, before anybody makes others there.
func lendKeys(blue, green string) error {
	if err := os.MkdirAll(green, 0o700); err != nil {
		return err
	}
	for _, name := range keyFiles {
		key, err := os.ReadFile(filepath.Join(blue, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		path := filepath.Join(green, name)
		switch there, err := os.ReadFile(path); {
		case errors.Is(err, fs.ErrNotExist):
			if err := writeKey(path, key); err != nil {
				return err
			}
		case err != nil:
			return err
		case !bytes.Equal(there, key):
			return fmt.Errorf("%s is another than blue's: tokens and codes of blue would not hold there; take a folder that nobody has served", path)
		}
	}
	return nil
}

// writeKey writes a file that is there as a whole, or not at all.
func writeKey(path string, key []byte) error {
	begun := path + ".new"
	if err := os.WriteFile(begun, key, 0o600); err != nil {
		return err
	}
	return os.Rename(begun, path)
}
