# One entry for people and for CI. `make help` lists the targets.
#
# Tests and the demo start private instances of Dovecot and Postfix on loopback, with directories and
# ports of their own, and need root (a container will do).

SUITE := sh tests/suite.sh
# nextest runs tests side by side and shows slow ones; without it cargo's own runner does.
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo yes)
ifeq ($(NEXTEST),yes)
RUN_TESTS := cargo nextest run --no-fail-fast
else
RUN_TESTS := cargo test --no-fail-fast
endif

# Tests are built with crash points (see src/crash.rs); releases never are.
TESTED := --locked --features failpoints

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  %-8s %s\n", $$1, $$2 }'

.PHONY: deps
deps: ## Install what the tests need and this machine lacks
	sh tests/install.sh test

.PHONY: demo
demo: ## Play a whole outage on real Dovecot and Postfix (DEMO_EXIT=1: end after the proof)
	sh tests/install.sh demo
	program=$$(cargo test --release --locked --test demo --no-run --message-format=json-render-diagnostics \
		| sed -n 's/.*"name":"demo".*"executable":"\([^"]*\)".*/\1/p') && exec "$${program:?was not built}"

.PHONY: test
# A property's cases are drawn from one seed here; `make soak` draws others, and more.
test: export PROPTEST_RNG_SEED := 2026
test: ## Install what is missing and run all tests
	@$(SUITE) --start
	@$(SUITE) install sh tests/install.sh test
	@$(SUITE) build cargo test --no-run $(TESTED)
	@$(SUITE) unit $(RUN_TESTS) $(TESTED) --lib --bins --test tidy
	@$(SUITE) integration $(RUN_TESTS) $(TESTED) --test it
	@$(SUITE) demo env DEMO_EXIT=1 $(MAKE) --no-print-directory demo
	@cat target/kills*.txt target/matrix.txt
	@$(SUITE) --summary

.PHONY: browser
browser: ## Walk through the pages in Chromium and Firefox, and look at them with axe
	cargo test $(TESTED) --test it browser:: -- --nocapture

.PHONY: check
check: ## Formatting, lints, licences and sources of dependencies, documentation
	sh tests/install.sh check
	cargo fmt --check
	cargo clippy --all-targets $(TESTED) -- -D warnings
	cargo clippy --test demo $(TESTED) -- -D warnings
	cargo deny check bans licenses sources
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items --locked

.PHONY: soak
soak: ## Full matrices and long counts; goes on where it stopped
	sh tests/install.sh test
	sh tests/soak.sh

.PHONY: bench
bench: ## Benchmarks side by side with the peers; JSON under target/bench/
	sh tests/install.sh bench
	cargo bench --locked
