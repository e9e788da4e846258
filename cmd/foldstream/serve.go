package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/local"
	"github.com/foldstream/foldstream/token"
)

func serve(config *local.Config) *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the whole system: API, WebSocket, projectors and sagas",
		Long: "Run the whole system: API, WebSocket, projectors and sagas.\n\n" +
			"With an issuer, people sign in there and not here: docs/identity.md says how. FOLDSTREAM_ISSUER, FOLDSTREAM_AUDIENCE and\n" +
			"FOLDSTREAM_ROLES_CLAIM stand for the flags.",
		Example: "  foldstream serve\n  foldstream serve --addr 127.0.0.1:8081 --data green",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			system, err := local.Open(*config, true)
			if err != nil {
				return err
			}
			listener, err := system.Listen(c.Context())
			if errors.Is(err, syscall.EADDRINUSE) {
				err = fmt.Errorf("%w; set FOLDSTREAM_ADDR to another address, such as 127.0.0.1:8081", err)
			}
			if err != nil {
				return errors.Join(err, system.Close())
			}
			welcome(c.OutOrStdout(), listener.Addr(), config.Data)
			return errors.Join(system.Serve(c.Context(), listener), system.Close())
		},
	}
	c.Flags().StringVar(&config.PublicURL, "public-url", os.Getenv("FOLDSTREAM_PUBLIC_URL"), "URL that people reach it by, and that tokens are issued under; the address unless it is said")
	p := &config.Provider
	c.Flags().StringVar(&p.Issuer, "issuer", os.Getenv("FOLDSTREAM_ISSUER"), "URL of an OpenID Connect issuer, in place of accounts of our own")
	c.Flags().StringVar(&p.Audience, "audience", os.Getenv("FOLDSTREAM_AUDIENCE"), "audience, or client, that its tokens are for")
	c.Flags().StringVar(&p.Roles, "roles-claim", environment("FOLDSTREAM_ROLES_CLAIM", token.Scope), "claim of its tokens that holds the roles")
	return c
}

func welcome(w io.Writer, address net.Addr, data string) {
	fmt.Fprintf(w, `Foldstream runs.
  API        http://%[1]s
  Reference  http://%[1]s/docs/
  WebSocket  ws://%[1]s/ws
  Data       %[2]s
Stop it with Ctrl-C.
`, address, data)
}
