// Command foldstream runs the system on one machine, and looks after its store.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/domain"
	"github.com/foldstream/foldstream/internal/observe"
	"github.com/foldstream/foldstream/internal/redact"
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
func root() *cobra.Command { return commands(&site{Config: local.Config{App: domain.App}}) }

func commands(at *site) *cobra.Command {
	c := &cobra.Command{
		Use:   "foldstream",
		Short: "Event sourcing on AWS Lambda, and on this machine",
		Long: "Event sourcing on AWS Lambda, and on this machine.\n\n" +
			"FOLDSTREAM_ADDR, FOLDSTREAM_DATA and FOLDSTREAM_STAGE stand for --addr, --data and --stage. FOLDSTREAM_LOG sets the\n" +
			"least level that is logged. With a stage, the account and the region are those of the usual environment of AWS.",
		SilenceUsage:      true,
		SilenceErrors:     true,
		PersistentPreRunE: func(*cobra.Command, []string) error { return logs() },
	}
	c.PersistentFlags().StringVar(&at.Address, "addr", environment("FOLDSTREAM_ADDR", "127.0.0.1:8080"), "address to listen on")
	c.PersistentFlags().StringVar(&at.Data, "data", environment("FOLDSTREAM_DATA", ".foldstream"), "folder of the data")
	c.PersistentFlags().StringVar(&at.stage, "stage", os.Getenv("FOLDSTREAM_STAGE"), "deployed stage to look after; none for this machine's data")
	group := func(id, title string, commands ...*cobra.Command) {
		c.AddGroup(&cobra.Group{ID: id, Title: title})
		for _, command := range commands {
			command.GroupID = id
			c.AddCommand(command)
		}
	}
	group("run", "To run it:", serve(&at.Config), appoint(at), publish(at), costs())
	group("look", "To look into it, which changes nothing:",
		tail(at), showStream(at), replay(at), trace(at), stats(at), views(at), verify(at), smoke(at), follow())
	group("mend", "To mend what is stuck:", parked(at), redrive(at))
	group("change", "To change what is kept:",
		rebuild(at), closeStreams(at), archive(at), forget(at), export(at), imports(at), migrate(at))
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
	var h slog.Handler = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level, ReplaceAttr: redact.Attr})
	if isatty.IsTerminal(os.Stderr.Fd()) {
		h = tint.NewHandler(os.Stderr, &tint.Options{Level: level, TimeFormat: "15:04:05.000", ReplaceAttr: redact.Attr})
	}
	slog.SetDefault(slog.New(observe.Log(h)))
	return nil
}
