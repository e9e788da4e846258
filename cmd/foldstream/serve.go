package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/local"
)

func serve(config *local.Config) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the whole system: API, WebSocket, projectors and sagas",
		Args:  cobra.NoArgs,
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
