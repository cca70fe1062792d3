# What one types here. The work is done by scripts/, each of which says what it does in its first lines.
SHELL := /bin/sh
PREFIX ?= /usr/local
SWIFT_FILES := Package.swift Sources Tests Examples Benchmarks/instructions

.DEFAULT_GOAL := help
.PHONY: counts help build install demo demo-stop test bench format lint clean

help: ## Show this
	@sed -n 's/^\([a-z-]*\):[a-z ]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

build: ## Build the launcher and the kit, release mode
	@scripts/packages libsqlite3-dev libcurl4-openssl-dev pkg-config
	@scripts/build-kit

install: build ## Install miniboss with its kit below PREFIX (/usr/local)
	@scripts/install "$(PREFIX)"

demo: ## Run the README's example on a real engine with a real PostgreSQL
	@scripts/demo start

demo-stop: ## Stop and remove the demo, and the engine if the demo started it
	@scripts/demo stop

test: lint ## Run the whole test suite, engine tests included, and count the instructions
	@scripts/test
	@scripts/count-instructions

bench: ## Measure against the floor, the Python original and Compose (about an hour); BENCH=--quick for two minutes
	@scripts/bench $(BENCH)

counts: ## Count the instructions of the pure parts against Benchmarks/thresholds.json
	@scripts/count-instructions

format: ## Format the Swift files in place
	@swift format --in-place --parallel --recursive $(SWIFT_FILES)

lint: ## Check the Swift files against .swift-format
	@swift format lint --strict --parallel --recursive $(SWIFT_FILES)

clean: ## Remove what building made
	@rm -rf .build .build-*
