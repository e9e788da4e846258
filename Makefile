# Foldstream. `make` lists what there is to do.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# What Lambdas are built for; amd64 where an engine runs them on such a machine.
ARCH ?= arm64
LAMBDA_FLAGS := -tags lambda.norpc,nethttpomithttp2 -trimpath -buildvcs=false -ldflags='-s -w -buildid='
TOOL := go tool -modfile=tools/go.mod

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

.PHONY: run
run: ## run the whole system on this machine: http://127.0.0.1:8080, data in ./.foldstream
	go run ./cmd/foldstream serve

.PHONY: demo
demo: ## a story told by a server of its own, or by a deployed STAGE at URL: STORY=match|otp|room|tournament|wallet, or all
	go run ./cmd/demo -story "$(STORY)" $(if $(URL),-url "$(URL)" -outbox dynamodb:foldstream-$(STAGE)-outbox)

# What package-lock.json names: for the web pages, their tests, and the CDK's command line.
libraries := node_modules/.package-lock.json
$(libraries): package-lock.json
	npm ci --no-audit --no-fund --silent
	@touch $@

.PHONY: libraries
libraries: $(libraries)

.PHONY: web
web: $(libraries) ## build the web pages from web/src into web/dist, from where they are embedded
	go run ./web/bundle

.PHONY: web-watch
web-watch: $(libraries) ## serve the pages at http://127.0.0.1:8081 as web/src has them at each load, before the API of make run
	go run ./web/bundle -watch 127.0.0.1:8081

.PHONY: web-test
web-test: $(libraries) ## try the pages in a browser, as web/src has them: RUN=name of a test, FILES=name of a file
	FOLDSTREAM_PAGES=source RUN="$(RUN)" FILES="$(FILES)" go test -count=1 -timeout 15m -v ./web/browser

.PHONY: pictures
pictures: $(libraries) ## take the README's pictures of the pages anew
	PICTURES="$(CURDIR)/docs/pictures" FILES=pictures go test -count=1 -v ./web/browser

.PHONY: test
test: $(libraries) ## every test: domain, adapters against real engines, end to end, pages in a browser, stacks
	tools/engines.sh >/dev/null || { code=$$?; \
	  if [ $$code != 3 ] || [ -n "$${CI:-}" ]; then exit $$code; fi; \
	  echo '*** The tests against AWS-compatible engines do not run on this machine (above: why). All others do. ***' >&2; \
	  export FOLDSTREAM_ENGINES=off; }; \
	go vet ./...; \
	go test -race -p 4 -parallel 4 -timeout 15m ./... # most of it is waiting
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

.PHONY: cost
cost: ## what it costs on AWS: count the stacks, measure the demo, and write docs/cost.md
	cd infra && go test . -run TestStandingIsCounted -update
	go test ./cost -run TestMeasured -update
	go test ./cost -run TestPage -update
	@go run ./cmd/foldstream cost

.PHONY: lambdas
lambdas: ## build every Lambda for arm64 (ARCH=amd64), reproducibly, into dist/
	rm -rf dist && mkdir dist
	export CGO_ENABLED=0 GOOS=linux GOARCH=$(ARCH); \
	for kind in functions/*/; do \
	  out=dist/$$(basename $$kind); \
	  if [ -e $$kind/main.go ]; then out=dist; else mkdir -p $$out; fi; \
	  go build -o $$out/ $(LAMBDA_FLAGS) ./$$kind...; \
	done
	find dist -type f | while read -r f; do mv $$f $$f.tmp; mkdir $$f; mv $$f.tmp $$f/bootstrap; done
	@du -sh dist && find dist -name bootstrap | wc -l

.PHONY: synth
synth: lambdas ## the CloudFormation templates of STAGE, offline, into cdk.out/
	env -u AWS_ENDPOINT_URL infra/synth "$(STAGE)" cdk.out $(CDK)

# Which installation of the system; any word of up to 16 letters gives one of its own, as for a branch.
STAGE ?= dev
# Options for cdk, as CDK='-c search=opensearch'; docs/switches.md lists them.
CDK ?=

.PHONY: deploy
deploy: ## deploy STAGE to AWS, from nothing to a system that answers
	@go run ./remote/ready "$(STAGE)"
	$(MAKE) --no-print-directory lambdas
	infra/deploy "$(STAGE)" $(CDK)

.PHONY: destroy
destroy: $(if $(wildcard dist/*),,lambdas) ## remove STAGE from AWS, with all its data; CDK as it was deployed
	infra/destroy "$(STAGE)" $(CDK)

.PHONY: smoke
smoke: ## replay every view, and compare with what readers see: on this machine, or on a deployed STAGE
	go run ./cmd/foldstream smoke $(if $(filter command environment,$(origin STAGE)),--stage "$(STAGE)")

# What the end-to-end suite plays on: empty for a server of its own, or the system at URL. With the STAGE of a deployed one, or
# the folder DATA of a server on this machine, the tests that appoint an admin or read mails run as well. e2e/doc.go says more.
URL ?=
DATA ?=
OUTBOX ?=
RUN ?=
SKIP ?=
given-stage = $(if $(filter command environment,$(origin STAGE)),$(STAGE))

.PHONY: e2e
e2e: ## the end-to-end suite, on a server of its own, or on the system at URL with its STAGE or DATA; RUN=TestA|TestB
	@$(if $(URL),,$(if $(given-stage),echo "e2e: say with URL where the stage $(STAGE) is" >&2; exit 2))
	export FOLDSTREAM_URL="$(URL)" FOLDSTREAM_STAGE="$(given-stage)" FOLDSTREAM_DATA="$(abspath $(DATA))" \
	  FOLDSTREAM_OUTBOX="$(if $(filter dynamodb:%,$(OUTBOX)),$(OUTBOX),$(abspath $(OUTBOX)))"; \
	cd e2e && go test -race -count=1 -timeout 60m -run "$(RUN)" -skip "$(SKIP)"

.PHONY: localstack-up
localstack-up: ## start an AWS-compatible engine: ENGINE=ministack (no Docker), localstack, floci
	localstack/up

.PHONY: localstack-deploy
localstack-deploy: ## deploy the stacks to it, as the stage e2e
	source .localstack/env && export CDK_OUT=.localstack/cdk.out && $(MAKE) deploy STAGE=e2e ARCH="$$(go env GOHOSTARCH)"

.PHONY: localstack-test
localstack-test: ## run the end-to-end suite against it, rebuild a view, replay all and verify
	localstack/test

.PHONY: localstack-destroy
localstack-destroy: ## remove the stacks from it, and see that nothing is left
	source .localstack/env && export CDK_OUT=.localstack/cdk.out && $(MAKE) destroy STAGE=e2e && go run ./localstack/left e2e

.PHONY: localstack-down
localstack-down: ## stop it
	localstack/down

.PHONY: localstack
localstack: ## all of these, one after the other, on a free port
	localstack/run
