package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
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
		Use:   "publish",
		Short: "Put the web pages where the stage's CloudFront finds them",
		Long: "Put the web pages where the stage's CloudFront finds them: what `serve` has at / and /docs/, told where the stage's API\n" +
			"is. Where all of that is, the stage's stacks say.",
		Example: "  foldstream publish --stage dev",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			stage := topology.Stage(at.stage)
			if err := stage.Check(); err != nil {
				return err
			}
			if gone && stage == topology.Production {
				return fmt.Errorf("the stage %s keeps its files", stage)
			}
			cfg, err := remote.Environment(c.Context())
			if err != nil {
				return err
			}
			stacks, err := outputs(c.Context(), cfg, stage)
			if err != nil {
				return err
			}
			client := s3.NewClient(cfg)
			if gone {
				return empty(c.Context(), client, stacks.buckets())
			}
			to, err := stacks.target()
			if err != nil {
				return err
			}
			if err := upload(c.Context(), to.app(at.App), to.config, &s3.Pages{Client: client, Bucket: to.bucket}); err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "The pages are at %s\n", to.url)
			return nil
		},
	}
	c.Flags().BoolVar(&gone, "remove", false, "instead, remove all files of the stage, the archive's too, as it takes before buckets can be deleted")
	return c
}

// empty removes what is in the buckets of a stage. One that is gone already has nothing in it.
func empty(ctx context.Context, client *sdk.Client, buckets []string) error {
	for _, bucket := range buckets {
		err := (&s3.Pages{Client: client, Bucket: bucket}).Clear(ctx)
		var missing *types.NoSuchBucket
		if err != nil && !errors.As(err, &missing) {
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

// told is what the stacks of a stage put out.
type told struct {
	stage       topology.Stage
	web, shared map[string]string
}

func outputs(ctx context.Context, cfg aws.Config, stage topology.Stage) (told, error) {
	pages, err := remote.Outputs(ctx, cfg, stage, "web")
	if err != nil {
		return told{}, err
	}
	shared, err := remote.Outputs(ctx, cfg, stage, "shared")
	return told{stage, pages, shared}, err
}

// buckets are those that have something in them. A stack that is not there, or was never finished, has none.
func (t told) buckets() []string {
	all := []string{t.web["WebBucket"], t.shared["ArchiveBucket"], t.shared["ArchiveResults"]}
	return slices.DeleteFunc(all, func(bucket string) bool { return bucket == "" })
}

func (t told) target() (target, error) {
	var errs []error
	output := func(name string) string {
		if t.web[name] == "" {
			errs = append(errs, fmt.Errorf("the stack %s has no output %s: is the stage deployed?", t.stage.Name("web"), name))
		}
		return t.web[name]
	}
	to := target{
		bucket: output("WebBucket"), url: output("WebUrl"),
		config: web.Config{API: output("ApiUrl"), WebSocket: output("SocketUrl"), Issuer: output("Issuer")},
	}
	_, to.provided = t.shared["Audience"]
	return to, errors.Join(errs...)
}
