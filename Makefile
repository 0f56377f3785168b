# make setup   everything the mesh needs, pinned and hash-checked; does nothing the second time
# make demo    the whole story on real input            make up      the mesh, left running
# make check   lint, types, architecture, contracts,    make test    unit, integration, the story
#              licences, compose and Dockerfile         make bench   speed, and the cost of rest
# make proto   code from proto/, the table of rights     make lock    resolve the pins anew
#
# PYTHON=…       the Python to build the environments from (3.11 or newer)
# TORCH_INDEX=…  an index that holds CPU wheels of torch, for the training environment
# FRAMEWELL_VERBOSE=1  show all output

PYTHON ?= python3
export PYTHON
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

UV := .tools/uv/bin/uv
BIN := .venv/bin
STEP := sh infra/make/step
# Installing packages must not depend on a person's own settings.
export UV_NO_CONFIG = 1
export UV_PYTHON_DOWNLOADS = never

# Training is not among them: torch is in its own environment.
MESH_SERVICES := $(filter-out training,$(notdir $(wildcard services/*)))
MESH_PACKAGES := $(wildcard libs/*) infra/embedded $(MESH_SERVICES:%=services/%)
# Training's sources are looked at here (import contracts), never run.
LOOKED_AT := services/training
TRAINING_PACKAGES := libs/contracts libs/kafka libs/kit libs/models infra/embedded services/training
MESH_SOURCES := $(foreach package,$(MESH_PACKAGES),$(wildcard $(package)/framewell_*)) benchmarks
# The viewers that the gateway's pages load; a folder that git ignores.
PAGES := services/gateway/framewell_gateway/entrypoints/http/static/vendored
# The web console, built into the gateway's package; a folder that git ignores, too.
CONSOLE := services/gateway/console
BUILT_CONSOLE := services/gateway/framewell_gateway/entrypoints/http/static/console
CONSOLE_SOURCES := $(wildcard $(CONSOLE)/*.json $(CONSOLE)/*.ts $(CONSOLE)/*.html $(CONSOLE)/public/*) \
	$(shell find $(CONSOLE)/src -type f ! -name '*.test.ts*' 2>/dev/null)
# Clients in other languages: each is complete in itself, with a lock of its own.
EXAMPLES := $(patsubst %/package.json,%,$(wildcard examples/*/package.json))
# A real OpenID Connect provider, for tests of signing in.
IDENTITY_PROVIDER := services/gateway/tests/identity_provider
PYPROJECTS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml) infra/embedded/pyproject.toml

.PHONY: help setup demo up down check lint types types-mesh types-training architecture contracts console evidence locks \
	licences containers vulnerabilities test forget-runs test-again test-unit test-unit-mesh test-unit-training test-console console-pictures test-on-servers \
	test-integration test-package test-story test-console-story test-media chaos fuzz-rest fuzz-media proto lock bench bench-backbone bench-idle bench-media \
	bench-media-scale bench-search bench-relabel bench-list bench-door bench-console bench-analysis bench-serving clients optional-models quality clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# --- set-up -----------------------------------------------------------------------------------------

setup: .venv/.complete node_modules/.complete $(PAGES)/.complete $(BUILT_CONSOLE)/.complete infra/embedded/jars/.complete \
	.venv-training/.complete .framewell-models/.complete .framewell-demo/sources/.complete \
	$(EXAMPLES:%=%/node_modules/.complete) $(IDENTITY_PROVIDER)/node_modules/.complete

.tools/uv/.complete: infra/make/uv.requirements.lock
	@sh infra/make/need python java maven node disk
	@echo "Setting up (once; pinned versions, checked hashes):"
	@rm -rf .tools/uv && $(PYTHON) -m venv .tools/uv
	@$(STEP) "package installer" .tools/uv/bin/python -m pip install --quiet --require-hashes -r $<
	@touch $@

.venv/.complete: requirements.lock $(PYPROJECTS) .tools/uv/.complete
	@test -x .venv/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@VIRTUAL_ENV=.venv $(STEP) "mesh environment (.venv)" $(UV) pip sync --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(STEP) "mesh packages" $(UV) pip install --no-deps --no-build-isolation \
		$(MESH_PACKAGES:%=-e %) $(LOOKED_AT:%=-e %)
	@touch $@

# Wheels of torch for a chosen device carry other hashes than the ones in the lock: then the lock gives
# the versions and the chosen index is trusted for torch. One environment after the other: both build the libraries.
.venv-training/.complete: services/training/requirements.lock $(PYPROJECTS) .tools/uv/.complete | .venv/.complete
	@test -x .venv-training/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv-training
ifdef TORCH_INDEX
	@VIRTUAL_ENV=.venv-training $(STEP) "training environment (torch by TORCH_INDEX)" \
		sh infra/make/training-from-index "$(TORCH_INDEX)"
else
	@VIRTUAL_ENV=.venv-training $(STEP) "training environment (.venv-training)" \
		$(UV) pip sync --require-hashes services/training/requirements.lock
endif
	@VIRTUAL_ENV=.venv-training $(STEP) "training packages" $(UV) pip install --no-deps --no-build-isolation \
		$(TRAINING_PACKAGES:%=-e %)
	@touch $@

node_modules/.complete: package.json package-lock.json .npmrc $(CONSOLE)/package.json | .tools/uv/.complete
	@$(STEP) "npm packages" npm ci --no-progress
	@touch $@

$(IDENTITY_PROVIDER)/node_modules/.complete: $(IDENTITY_PROVIDER)/package.json $(IDENTITY_PROVIDER)/package-lock.json | .tools/uv/.complete
	@$(STEP) "npm packages of $(IDENTITY_PROVIDER)" npm ci --no-progress --prefix $(IDENTITY_PROVIDER)
	@touch $@

examples/%/node_modules/.complete: examples/%/package.json examples/%/package-lock.json | .tools/uv/.complete
	@$(STEP) "npm packages of examples/$*" npm ci --no-progress --prefix examples/$*
	@touch $@

$(PAGES)/.complete: node_modules/.complete infra/make/pages.mjs $(wildcard services/gateway/viewer/*)
	@$(STEP) "viewers of the gateway's pages" node infra/make/pages.mjs $(PAGES)
	@touch $@

$(BUILT_CONSOLE)/.complete: node_modules/.complete $(CONSOLE_SOURCES)
	@$(STEP) "console" npm run --silent build --workspace $(CONSOLE) -- --outDir $(CURDIR)/$(BUILT_CONSOLE).new --emptyOutDir
	@rm -rf $(BUILT_CONSOLE) && mv $(BUILT_CONSOLE).new $(BUILT_CONSOLE)
	@touch $@

infra/embedded/jars/.complete: infra/embedded/pom.xml infra/embedded/jars.sha256 | .venv/.complete
	@rm -rf infra/embedded/jars
	@$(STEP) "broker and database jars" mvn -B -ntp -f infra/embedded/pom.xml dependency:copy-dependencies
	@$(STEP) "hashes of the jars" $(BIN)/python -m framewell_embedded.jars verify
	@touch $@

# FRAMEWELL_MODELS_WITH="objects" fetches the models of optional analysers, too (docs/models.md).
.framewell-models/.complete: $(wildcard libs/models/framewell_models/manifests/*.yaml) $(if $(FRAMEWELL_MODELS_WITH),optional-models) | .venv/.complete
	@$(STEP) "model weights" $(BIN)/framewell models pull
	@touch $@

.framewell-demo/sources/.complete: libs/demo/framewell_demo/sources.yaml | .venv/.complete
	@$(STEP) "media of the demo" $(BIN)/framewell demo --fetch-only
	@touch $@

# Clients of the Open Inference Protocol that others make. Its tests run them where they are here.
clients: .tools/clients/.complete

.tools/clients/.complete: $(wildcard infra/make/clients/* infra/make/clients/ghz/*) | .tools/uv/.complete
	@$(STEP) "clients of the Open Inference Protocol" sh infra/make/clients/install
	@touch $@

# --- the mesh ---------------------------------------------------------------------------------------

# DEMO=--stay leaves the mesh running, with the day's data in its console.
demo: setup
	@$(BIN)/framewell demo $(DEMO)

up: setup
	@$(BIN)/framewell up

down:
	@$(BIN)/framewell down

# --- checks -----------------------------------------------------------------------------------------

check: lint types architecture contracts console locks evidence licences containers vulnerabilities

lint: .venv/.complete
	@$(STEP) "ruff" $(BIN)/ruff check .
	@$(STEP) "ruff format" $(BIN)/ruff format --check .

types: types-mesh types-training

types-mesh: .venv/.complete
	@$(STEP) "mypy (mesh)" $(BIN)/mypy $(MESH_SOURCES) tests/chaos

types-training: .venv-training/.complete
	@$(STEP) "mypy (training)" .venv-training/bin/mypy --cache-dir .framewell/cache/mypy-training \
		services/training/framewell_training

architecture: .venv/.complete
	@$(STEP) "import contracts" $(BIN)/lint-imports --no-cache

contracts: .venv/.complete node_modules/.complete
	@$(STEP) "buf lint" node_modules/.bin/buf lint proto
	@$(STEP) "buf breaking (against proto/released.binpb)" node_modules/.bin/buf breaking proto \
		--against proto/released.binpb
	@$(STEP) "generated code up to date" $(BIN)/python infra/make/proto --check
	@$(STEP) "client of REST up to date" $(BIN)/python infra/make/client --check
	@$(STEP) "AsyncAPI documents (AsyncAPI's parser)" node infra/make/asyncapi.mjs

console: .venv/.complete node_modules/.complete $(BUILT_CONSOLE)/.complete
	@$(STEP) "console: types" npm exec --workspace $(CONSOLE) -- tsc --noEmit
	@$(STEP) "console: Biome" npm exec --workspace $(CONSOLE) -- biome ci --error-on-warnings .
	@$(STEP) "console: client up to date" $(BIN)/python infra/make/console_client --check
	@$(STEP) "console: sizes" node infra/make/console-sizes.mjs $(BUILT_CONSOLE)

locks: .tools/uv/.complete
	@$(STEP) "locks up to date" sh infra/make/lock --check

evidence: .venv/.complete
	@$(STEP) "tables of recorded runs" $(BIN)/python infra/make/evidence --check
	@$(STEP) "words of refusals" $(BIN)/python infra/make/refusals --check

licences: .venv/.complete .venv-training/.complete infra/embedded/jars/.complete
	@$(STEP) "licences of dependencies" $(BIN)/python infra/make/licences

# Compose's own loader and BuildKit's own linter, built once. Every other tool of set-up does without Go.
containers:
	@if sh infra/make/need go 2>/dev/null; then \
		$(MAKE) -s .tools/containers && \
		$(STEP) "compose (Compose's loader)" .tools/containers compose infra/compose/env.example docker-compose.yml && \
		$(STEP) "compose for GPUs" .tools/containers compose infra/compose/env.example docker-compose.yml \
			infra/compose/cuda.yaml && \
		$(STEP) "Dockerfile (BuildKit's linter)" .tools/containers dockerfile Dockerfile; \
	else \
		printf '  %-44s %s\n' "compose, Dockerfile" "not checked: no Go 1.25 or newer"; \
	fi

.tools/containers: $(wildcard infra/make/containers/*)
	@mkdir -p .tools
	@$(STEP) "Compose's loader, BuildKit's linter (once)" env GOTOOLCHAIN=local \
		go build -C infra/make/containers -trimpath -o "$(CURDIR)/$@" .

vulnerabilities:
	@printf '  %-44s %s\n' "known vulnerabilities" "not checked: no package ships advisories (SECURITY.md)"

proto: .venv/.complete node_modules/.complete
	@$(BIN)/python infra/make/proto
	@$(BIN)/python infra/make/access
	@$(BIN)/python infra/make/client
	@$(BIN)/python infra/make/console_client

lock: .tools/uv/.complete
	@sh infra/make/lock $(LOCK_FLAGS)

# --- tests ------------------------------------------------------------------------------------------

# Files are shared out among processes; each has a broker and a database of its own where it needs them. One process
# more than there are cores is faster by a little, and tests of whole meshes then wait for one another too long.
WORKERS ?= 2
PYTEST := $(BIN)/pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder

test: forget-runs test-unit test-on-servers
	@echo "All tests passed: unit, integration, story."

# What failed in the last `make test`, one after the other: tells a test that a busy machine broke from a broken one.
# Fails unless all of its stages ran to their end and left something on record: it never stands for tests that did not run.
TRAINING_CACHE := .framewell/cache/pytest-training
FAILED := v/cache/lastfailed
AGAIN := --last-failed --last-failed-no-failures none
RAN := sh infra/make/ran
test-again:
	@ls .framewell/cache/ran/unit .framewell/cache/ran/training .framewell/cache/ran/servers >/dev/null
	@grep -qs : .framewell/cache/pytest/$(FAILED) $(TRAINING_CACHE)/$(FAILED) || \
		{ echo "no failed test is on record" >&2; exit 1; }
	@! grep -qs : $(TRAINING_CACHE)/$(FAILED) || \
		.venv-training/bin/pytest -q services/training -o cache_dir=$(TRAINING_CACHE) $(AGAIN)
	@! grep -qs : .framewell/cache/pytest/$(FAILED) || $(BIN)/pytest -q --ignore services/training $(AGAIN)
	@$(MAKE) test-console

# What ran before says nothing of this run, whose set-up may fail.
forget-runs:
	@rm -rf .framewell/cache/ran

# Training's tests, one process in its own environment, run beside all others.
test-unit: setup
	@echo "Unit tests (no server; $(WORKERS) cores), those of training beside them:"
	@$(MAKE) -j2 test-unit-mesh test-unit-training test-console

test-unit-mesh:
	@$(RAN) unit $(PYTEST) -m "not integration and not story" --ignore services/training

test-unit-training:
	@$(STEP) "unit tests of training" $(RAN) training .venv-training/bin/pytest -q services/training \
		-o cache_dir=$(TRAINING_CACHE)

# The console's own tests; its pages are tested in a browser by the gateway's tests.
test-console: node_modules/.complete
	@$(STEP) "unit tests of the console" npm run --silent test --workspace $(CONSOLE)

# A picture of every page of the console, to look at: both themes and languages, three windows.
# ONLY="assets review-refused" takes some, LOOKS="small.de wide.en.dark" some windows, languages and themes.
console-pictures: setup
	@FRAMEWELL_PAGES="$(ONLY)" FRAMEWELL_LOOKS="$(LOOKS)" $(BIN)/pytest -q -n 0 \
		services/gateway/tests/pages_in_browser/picture_book.py
	@echo "Look at .framewell/pictures"

# Benchmarks of whole meshes are left out: `make bench` runs them.
test-on-servers: setup
	@echo "Integration tests and the story (real brokers, databases, services and whole meshes):"
	@$(RAN) servers $(PYTEST) -m "integration or story" --ignore services/training \
		--deselect benchmarks/tests/test_idle_runs.py --deselect benchmarks/tests/test_media_runs.py

# One package while you work on it, e.g. make test-package PACKAGE=services/dataset: no server, nothing slow.
test-package: setup
	@test -n "$(PACKAGE)" || { echo "Say which: make test-package PACKAGE=services/dataset" >&2; exit 2; }
	@$(if $(findstring services/training,$(PACKAGE)),.venv-training/bin/pytest -q,$(PYTEST)) \
		-m "not integration and not story and not slow" $(PACKAGE)

test-integration: setup
	@echo "Integration tests (real brokers, databases and services, killed among other things):"
	@$(PYTEST) -m "integration" --ignore services/training

test-story: setup
	@echo "The story, end to end, on whole meshes:"
	@$(BIN)/pytest -q -m story tests

# Of it, what is played through the pages of the console alone, in a real browser and both languages.
test-console-story: setup
	@$(BIN)/pytest -q tests/story/test_console.py

# Every kind of media beside a full decode, and every proxy played to its end in a real browser; four in `make test`.
test-media: setup
	@FRAMEWELL_EVERY_KIND_IN_A_BROWSER=1 $(PYTEST) tests/media

# Half an hour; its short form is part of `make test`. CHAOS="--only kills" runs one row, CHAOS=--record also
# writes docs/evidence/chaos.json. Then rights and erasure in ORDERS random orders of events (0: none).
ORDERS ?= 2000
chaos: setup
	@PYTHONPATH=tests $(BIN)/python -m chaos $(CHAOS)
	@test $(ORDERS) = 0 || FRAMEWELL_ORDERS=$(ORDERS) $(BIN)/pytest -q -s --timeout 3600 -m "not integration" tests/orders

# schemathesis over all operations, for minutes; its short form is part of `make test`. FUZZ=1000 tries more of each.
FUZZ ?= 100
fuzz-rest: setup
	@FRAMEWELL_FUZZ_EXAMPLES=$(FUZZ) $(BIN)/pytest -q services/gateway/tests/test_fuzzed_operations.py

# Every broken file of the corpus through the jobs that read media, for minutes; a sample is part of `make test`.
# FUZZ_MEDIA="--only 'box-*' --verbose" runs some and says how each ended.
fuzz-media: setup
	@PYTHONPATH=tests $(BIN)/python -m hostile $(FUZZ_MEDIA)
	@PYTHONPATH=tests $(BIN)/python -m hostile $(FUZZ_MEDIA) --mesh

# --- benchmarks -------------------------------------------------------------------------------------

# Minutes long, on a quiet machine. BENCH=--record also writes docs/evidence/<area>.json.
bench: bench-backbone bench-idle bench-media bench-media-scale bench-search bench-relabel bench-analysis bench-list \
	bench-door bench-console

bench-backbone: setup
	@$(BIN)/python -m benchmarks.backbone $(BENCH)

bench-idle: setup
	@$(BIN)/python -m benchmarks.idle $(BENCH)

# BENCH="--part shots" measures one part; with --help, which there are.
bench-media: setup
	@$(BIN)/python -m benchmarks.media $(BENCH)

bench-media-scale: setup
	@$(BIN)/python -m benchmarks.media --part scale $(BENCH)

bench-search: setup
	@$(BIN)/python -m benchmarks.search $(BENCH)

bench-relabel: setup
	@$(BIN)/python -m benchmarks.relabel $(BENCH)

bench-list: setup
	@$(BIN)/python -m benchmarks.asset_list $(BENCH)

bench-door: setup
	@$(BIN)/python -m benchmarks.door $(BENCH)

# In Debian's Chromium, on a gateway with fakes; BENCH="--part list" measures one part.
bench-console: setup
	@$(BIN)/python -m benchmarks.console $(BENCH)

bench-analysis: setup
	@$(BIN)/python -m benchmarks.analysis $(BENCH)

# How right the analysers are, on material whose truth is in benchmarks/quality. QUALITY=--record writes
# docs/evidence/quality.json and the tables of docs/quality.md; QUALITY="--part labels" measures one analyser.
quality: setup
	@$(BIN)/python -m benchmarks.quality $(QUALITY)
	@$(BIN)/python infra/make/evidence

# tritonclient, MLServer and others measured side by side come with `make clients`.
bench-serving: setup clients
	@$(BIN)/python -m benchmarks.serving $(BENCH)

clean:
	rm -rf .venv .venv-training .tools node_modules infra/embedded/jars infra/embedded/target .framewell .framewell-models \
		.framewell-demo $(PAGES) $(BUILT_CONSOLE) $(EXAMPLES:%=%/node_modules) $(IDENTITY_PROVIDER)/node_modules
