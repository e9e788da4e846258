package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/engine"
)

// forgetting is how a subject is to be forgotten.
type forgetting struct {
	yes, dry, list, later, lines bool
	why                          string
}

func forget(at *site) *cobra.Command {
	var how forgetting
	c := &cobra.Command{
		Use:   "forget SUBJECT",
		Short: "Forget a person: delete the key of what is personal, and let no view show it",
		Long: "Forget a person: delete the key of what is personal, and let no view show it.\n\n" +
			"A subject is the id of a user, as tokens have it; account-NAME for players of the arcade, and the stream of a team for the\n" +
			"names of its players. The events stay, and so do copies of them in archives and exports, but nobody can read what is personal\n" +
			"in them any more: it shows as erased. Unique values that were made of it, such as an e-mail address, are free again.\n" +
			"This cannot be undone. Processes may know the key for " + engine.ForgetBound.String() + " more: the command waits for that, and looks once\n" +
			"more then. When it is interrupted, it goes on when it is called again.",
		Example: "  foldstream forget 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --dry-run\n" +
			"  foldstream forget 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --yes --why 'asked by letter'\n  foldstream forget --list",
		Args: func(c *cobra.Command, args []string) error {
			if how.list {
				return cobra.NoArgs(c, args)
			}
			return cobra.ExactArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if !how.yes && !how.dry && !how.list {
				return errors.New("this cannot be undone: say --yes, or see with --dry-run what there is")
			}
			return at.open(c.Context(), func(s *station) error {
				if how.list {
					return how.showAll(c, s)
				}
				return how.run(c, s, args[0])
			})
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.Flags().BoolVar(&how.yes, "yes", false, "forget the subject for ever")
	c.Flags().BoolVar(&how.dry, "dry-run", false, "tell what there is about the subject, and change nothing")
	c.Flags().BoolVar(&how.list, "list", false, "list who is forgotten")
	c.Flags().BoolVar(&how.later, "no-wait", false, "do not wait until no process can know the key; call it again later")
	c.Flags().BoolVar(&how.lines, "json", false, "one line of JSON")
	c.Flags().StringVar(&how.why, "why", "", "why, for --list")
	c.MarkFlagsMutuallyExclusive("yes", "dry-run", "list")
	return c
}

func (how forgetting) run(c *cobra.Command, s *station, subject string) error {
	m := newProgress(c.ErrOrStderr(), how.lines)
	f := &engine.Forget{Installation: s.Installation, Subject: subject, By: operator(), Why: how.why, Tell: m.forget}
	var report *engine.Forgotten
	var err error
	if how.dry {
		report, err = f.Look(c.Context())
	} else {
		report, err = f.Run(c.Context(), !how.later)
	}
	m.end()
	if report == nil {
		return err
	}
	if how.lines {
		return errors.Join(err, line(c.OutOrStdout(), report))
	}
	return errors.Join(err, how.show(c.OutOrStdout(), report))
}

func (how forgetting) show(w io.Writer, r *engine.Forgotten) error {
	fmt.Fprintf(w, "%s: %d texts in %d streams are sealed by the subject's key.\n", r.Subject, r.Found.Texts, r.Found.Streams)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, e := range r.Found.Events {
		fmt.Fprintf(table, "  %d\t%s\tof %s\n", e.Count, e.Type, e.Category)
	}
	for _, v := range r.Rows {
		fmt.Fprintf(table, "  %d\trows\tof the view %s\n", v.Rows, v.View)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	again := "are free again"
	if how.dry {
		again = "would be free again"
	}
	fmt.Fprintf(w, "Unique values that %s: %d. Traces and queues hold what is sealed; no snapshot does.\n", again, r.Values)
	if r.Found.Plain > 0 {
		fmt.Fprintf(w, "%d texts are NOT sealed: they were stored before they were declared to be personal, and remain. foldstream migrate seals those that\n"+
			"the shape of their event declares. Forget the subject again in the store that they are moved to, and delete what copies this one has.\n", r.Found.Plain)
	}
	if r.Found.Unread > 0 {
		fmt.Fprintf(w, "%d events cannot be read by this program: nobody knows whether they have texts that are not sealed.\n", r.Found.Unread)
	}
	switch {
	case how.dry:
		fmt.Fprintln(w, "Nothing is changed.")
	case r.Waiting:
		fmt.Fprintf(w, "The key is deleted. Call this again after %s, to be sure that nobody who knew it has saved anything since.\n",
			r.Again.Format(time.RFC3339))
	case r.Done.IsZero():
		fmt.Fprintln(w, "The key is deleted, and nobody can know it any more. What is not sealed remains: the subject is NOT forgotten.")
	default:
		fmt.Fprintln(w, "The key is deleted, and nobody can know it any more. The subject is forgotten.")
	}
	return nil
}

func (how forgetting) showAll(c *cobra.Command, s *station) error {
	all, err := s.Keys.Forgettings(c.Context())
	if err != nil {
		return err
	}
	if how.lines {
		for _, f := range all {
			if err := line(c.OutOrStdout(), f); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		fmt.Fprintln(c.OutOrStdout(), "Nobody is forgotten.")
		return nil
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SUBJECT\tSINCE\tDONE\tBY\tWHY")
	for _, f := range all {
		done := "no: call forget again"
		if !f.Done.IsZero() {
			done = f.Done.Format(time.RFC3339)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.Subject, f.At.Format(time.RFC3339), done, f.By, f.Why)
	}
	return table.Flush()
}
