# Foldstream. `make` lists what there is to do.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
LAMBDA_FLAGS := -tags lambda.norpc,nethttpomithttp2 -trimpath -buildvcs=false -ldflags='-s -w -buildid='
TOOL := go tool -modfile=tools/go.mod

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: run
run: ## run the whole system on this machine: http://127.0.0.1:8080, data in ./.foldstream
	go run ./cmd/foldstream serve

.PHONY: demo
demo: ## a story told by a server of its own: STORY=match|otp|room|tournament|wallet, or all
	go run ./cmd/demo -story "$(STORY)"

.PHONY: test
test: ## every test: domain, adapters against real engines, end to end, stacks
	tools/engines.sh >/dev/null || { code=$$?; \
	  if [ $$code != 3 ] || [ -n "$${CI:-}" ]; then exit $$code; fi; \
	  echo '*** The tests against AWS-compatible engines do not run on this machine (above: why). All others do. ***' >&2; \
	  export FOLDSTREAM_ENGINES=off; }; \
	go vet ./...; \
	go test -race -timeout 15m ./...
	cd infra && go vet ./... && go test -timeout 15m ./...

.PHONY: engines
engines: ## install the AWS-compatible engines that the adapters are tested against
	tools/engines.sh

.PHONY: lint
lint: ## golangci-lint with staticcheck, gofumpt and the import rules
	$(TOOL) golangci-lint run ./...
	for module in infra bench; do (cd $$module && go tool -modfile=../tools/go.mod golangci-lint run --config ../.golangci.yml ./...); done

.PHONY: fmt
fmt: ## format the code
	$(TOOL) golangci-lint fmt ./...

.PHONY: bench
bench: ## figures, beside the raw engine and the peers, in one run
	LAMBDA_FLAGS="$(LAMBDA_FLAGS)" bench/run

.PHONY: lambdas
lambdas: ## build every Lambda for arm64, reproducibly, into dist/
	rm -rf dist && mkdir dist
	export CGO_ENABLED=0 GOOS=linux GOARCH=arm64; \
	for kind in functions/*/; do \
	  out=dist/$$(basename $$kind); \
	  if [ -e $$kind/main.go ]; then out=dist; else mkdir -p $$out; fi; \
	  go build -o $$out/ $(LAMBDA_FLAGS) ./$$kind...; \
	done
	find dist -type f | while read -r f; do mv $$f $$f.tmp; mkdir $$f; mv $$f.tmp $$f/bootstrap; done
	@du -sh dist && find dist -name bootstrap | wc -l

.PHONY: synth
synth: lambdas ## the CloudFormation templates, offline, into cdk.out/
	npm ci --no-audit --no-fund --silent
	npx cdk synth --quiet
