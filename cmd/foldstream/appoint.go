package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/domain/identity"
	"github.com/foldstream/foldstream/engine"
	"github.com/foldstream/foldstream/es"
)

func appoint(at *site) *cobra.Command {
	return &cobra.Command{
		Use:   "appoint-admin USER",
		Short: "Make a user an admin, as it takes for the first one",
		Long: "Make a user an admin, by user id. The user has the role from the next login on. Who is one already stays one, and nothing is\n" +
			"written.",
		Example: "  foldstream appoint-admin 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f\n  foldstream appoint-admin 0192d3c8-5b1f-7cc3-98c4-dc0c0c07398f --stage prod",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return at.open(c.Context(), func(s *station) error {
				_, err := s.Commands.Execute(c.Context(), engine.Request{
					Decl: identity.DoAppointAdmin, Command: identity.AppointAdmin{UserID: args[0]},
					ID: engine.NewID(), TraceID: engine.NewID(), Invoker: es.Identity{Roles: []string{es.RoleSystem}},
				})
				if err == nil {
					fmt.Fprintf(c.OutOrStdout(), "%s is an admin from the next login on.\n", args[0])
				}
				return err
			})
		},
	}
}
