// Command foldstream runs the system on one machine, and looks after its store.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/local"
)

func main() { os.Exit(run()) }

func run() (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := root().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "foldstream:", err)
		return 1
	}
	return 0
}

// root is the command line. The flags' defaults come from the environment, so that either way works everywhere.
func root() *cobra.Command {
	config := local.Config{App: domain.App}
	c := &cobra.Command{
		Use:   "foldstream",
		Short: "Event sourcing on AWS Lambda, and on this machine",
		Long: "Event sourcing on AWS Lambda, and on this machine.\n\n" +
			"FOLDSTREAM_ADDR and FOLDSTREAM_DATA stand for --addr and --data. FOLDSTREAM_LOG sets the least level that is logged.",
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return logs() },
	}
	c.PersistentFlags().StringVar(&config.Address, "addr", environment("FOLDSTREAM_ADDR", "127.0.0.1:8080"), "address to listen on")
	c.PersistentFlags().StringVar(&config.Data, "data", environment("FOLDSTREAM_DATA", ".foldstream"), "folder of the data")
	c.AddCommand(serve(&config), parked(&config), replay(&config), appoint(&config))
	return c
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// logs sends the log to standard error: for people on a terminal, as JSON elsewhere.
func logs() error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(environment("FOLDSTREAM_LOG", "INFO"))); err != nil {
		return fmt.Errorf("FOLDSTREAM_LOG: %w", err)
	}
	var h slog.Handler = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})
	if isatty.IsTerminal(os.Stderr.Fd()) {
		h = tint.NewHandler(os.Stderr, &tint.Options{Level: level, TimeFormat: "15:04:05.000"})
	}
	slog.SetDefault(slog.New(h))
	return nil
}

// open opens the store for one of the commands that look after it, and closes it behind that.
func open(config *local.Config, then func(*local.System) error) error {
	system, err := local.Open(*config, false)
	if err != nil {
		return err
	}
	return errors.Join(then(system), system.Close())
}
