package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/foldstream/foldstream/adapters/awsconfig"
)

// adapt changes all templates of a cloud assembly. `cdk deploy` uploads a template under the hash of its content, and not
// at all when that is there, so that a changed one gets the hash that it then has.
func adapt(dir, endpoint string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no templates in %s (%w)", dir, err)
	}
	hashes := map[string]string{}
	for _, file := range files {
		was, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read a template: %w", err)
		}
		now, err := adapted(filepath.Base(file), was, endpoint)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file, now, 0o600); err != nil {
			return fmt.Errorf("write a template: %w", err)
		}
		hashes[hash(was)] = hash(now)
	}
	return readdress(dir, hashes)
}

func adapted(name string, text []byte, endpoint string) ([]byte, error) {
	var t template
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	for _, d := range deviations {
		if places := d.change(&t, endpoint); places > 0 {
			d.told(name, places)
		}
	}
	text, err := json.Marshal(t, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return text, nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// roles are the roles that the CDK's bootstrap made for deployments.
var roles = []string{"assumeRoleArn", "assumeRoleExternalId", "assumeRoleAdditionalOptions", "cloudFormationExecutionRoleArn", "lookupRole"}

// readdress gives the assembly the templates' hashes, and has its caller's own credentials deploy it.
func readdress(dir string, hashes map[string]string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.assets.json"))
	if err != nil {
		return fmt.Errorf("find the assets: %w", err)
	}
	tell("where it checks permissions, the bootstrap's roles may not do what the bootstrap lets them: the caller deploys")
	for _, file := range append(files, filepath.Join(dir, "manifest.json")) {
		text, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the assembly: %w", err)
		}
		var manifest map[string]any
		if err := json.Unmarshal(text, &manifest); err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		rewrite(manifest, func(m map[string]any) any {
			for _, role := range roles {
				delete(m, role)
			}
			return m
		})
		if text, err = json.Marshal(manifest, json.Deterministic(true), jsontext.WithIndent(" ")); err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
		now := string(text)
		for was, is := range hashes {
			now = strings.ReplaceAll(now, was, is)
		}
		if err := os.WriteFile(file, []byte(now), 0o600); err != nil {
			return fmt.Errorf("write the assembly: %w", err)
		}
	}
	return nil
}

// repair makes the topic of a deployed stage a FIFO topic.
func repair(ctx context.Context, stage string) error {
	topics := sns.NewFromConfig(awsconfig.From(os.Getenv))
	pages := sns.NewListTopicsPaginator(topics, &sns.ListTopicsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("find the topic: %w", err)
		}
		for _, topic := range page.Topics {
			if !strings.HasSuffix(aws.ToString(topic.TopicArn), ":foldstream-"+stage+"-commits.fifo") {
				continue
			}
			tell("CloudFormation makes a standard topic of a FIFO one: it is made a FIFO topic now")
			_, err := topics.SetTopicAttributes(ctx, &sns.SetTopicAttributesInput{
				TopicArn: topic.TopicArn, AttributeName: aws.String("FifoTopic"), AttributeValue: aws.String("true"),
			})
			if err != nil {
				return fmt.Errorf("make the topic FIFO: %w", err)
			}
			return nil
		}
	}
	return fmt.Errorf("the stage %s has no topic", stage)
}
