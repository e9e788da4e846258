package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/spf13/cobra"

	"github.com/foldstream/foldstream/adapters/s3"
	"github.com/foldstream/foldstream/es"
	"github.com/foldstream/foldstream/remote"
	"github.com/foldstream/foldstream/topology"
	"github.com/foldstream/foldstream/web"
)

func publish(at *site) *cobra.Command {
	var gone bool
	c := &cobra.Command{
		Use:   "publish OUTPUTS",
		Short: "Put the web pages where the stage's CloudFront finds them",
		Long: "Put the web pages where the stage's CloudFront finds them: what `serve` has at / and /docs/, told where the stage's API\n" +
			"is. OUTPUTS is the file that `cdk deploy --outputs-file` wrote.",
		Example: "  foldstream publish --stage dev cdk.out/outputs.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			to, err := readOutputs(args[0], topology.Stage(at.stage))
			if err != nil {
				return err
			}
			cfg, err := remote.Environment(c.Context())
			if err != nil {
				return err
			}
			client := s3.NewClient(cfg)
			pages := &s3.Pages{Client: client, Bucket: to.bucket}
			if gone {
				return empty(c.Context(), client, topology.Stage(at.stage), append(to.others, to.bucket))
			}
			if err := upload(c.Context(), to.app(at.App), to.config, pages); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The pages are at %s\n", to.url)
			return nil
		},
	}
	c.Flags().BoolVar(&gone, "remove", false, "instead, remove all files of the stage, the archive's too, as it takes before buckets can be deleted")
	return c
}

func empty(ctx context.Context, client *sdk.Client, stage topology.Stage, buckets []string) error {
	if stage == topology.Production {
		return fmt.Errorf("the stage %s keeps its files", stage)
	}
	for _, bucket := range buckets {
		if err := (&s3.Pages{Client: client, Bucket: bucket}).Clear(ctx); err != nil {
			return err
		}
	}
	return nil
}

func upload(ctx context.Context, app *es.App, config web.Config, pages *s3.Pages) error {
	site, err := web.New(app, config)
	if err != nil {
		return err
	}
	return pages.Publish(ctx, inOrder(site))
}

// inOrder are the files as they are published: pages last, because they name the others.
func inOrder(site web.Site) []s3.File {
	var files []s3.File
	for path, text := range site {
		files = append(files, s3.File{
			Key: web.Address(path), ContentType: web.ContentType(path), CacheControl: web.CacheControl(path), Text: text,
		})
	}
	slices.SortFunc(files, func(a, b s3.File) int {
		if x, y := isPage(a), isPage(b); x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Key, b.Key)
	})
	return files
}

func isPage(f s3.File) bool { return strings.HasPrefix(f.ContentType, "text/html") }

// target is where pages go, and what they are told.
type target struct {
	bucket, url string
	others      []string // buckets of the stage beside that of the pages
	config      web.Config
	provided    bool // whether a provider issues the tokens, and not the stage
}

// app is what the stage has of the app.
func (t target) app(whole *es.App) *es.App {
	if t.provided {
		return whole.WithoutSignIn()
	}
	return whole
}

// readOutputs reads what the stacks of a stage put out.
func readOutputs(file string, stage topology.Stage) (target, error) {
	if err := stage.Check(); err != nil {
		return target{}, err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return target{}, fmt.Errorf("read the outputs of the stacks: %w", err)
	}
	var stacks map[string]map[string]string
	if err := es.Decode(text, &stacks); err != nil {
		return target{}, fmt.Errorf("read the outputs of the stacks in %s: %w", file, err)
	}
	var errs []error
	output := func(name string) string {
		value := stacks[stage.Name("web")][name]
		if value == "" {
			errs = append(errs, fmt.Errorf("%s has no output %s of the stack %s: was it deployed with --outputs-file?", file, name, stage.Name("web")))
		}
		return value
	}
	to := target{
		bucket: output("WebBucket"), url: output("WebUrl"),
		config: web.Config{API: output("ApiUrl"), WebSocket: output("SocketUrl"), Issuer: output("Issuer")},
	}
	_, to.provided = stacks[stage.Name("shared")]["Audience"]
	for _, name := range []string{"ArchiveBucket", "ArchiveResults"} {
		if bucket := stacks[stage.Name("shared")][name]; bucket != "" {
			to.others = append(to.others, bucket)
		}
	}
	return to, errors.Join(errs...)
}
