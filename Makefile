# `make demo` shows what this project does, `make test` runs every test, `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

export SWIFT ?= swift
BUILD := build
SCRATCH := $(BUILD)/swift
# Not PYTHON: that is the user's, and says which interpreter environments are made with.
VENV_PYTHON := $(BUILD)/venv/bin/python
RELEASE := --scratch-path $(SCRATCH) --configuration release

# The models that `make models` makes: all there are recipes for. `make demo` needs the first two.
DEFAULT_MODELS := retinaface facenet
MODELS ?= $(DEFAULT_MODELS) dlib mtcnn centerface edgeface-s
# The plugins that are built and installed, folders of plugins/; PLUGINS= for none.
PLUGINS ?= decoder-webp decoder-heif index-hnsw store-postgres

# Where `make install` puts things; DESTDIR, if there is one, goes before every path that is written.
PREFIX = /usr/local
LIBDIR = $(PREFIX)/lib

.PHONY: help demo test build plugins check floors lint sanitize fuzz lfw benchmark clean models samples conformance labelled \
  toolchain packages environment install uninstall abi abi-record soak test-tools typecheck wheel test-wheel python-tools \
  test-swift docs

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: build samples ## Find and verify the faces of real photographs; pictures and a page go to build/demo.
	@$(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS)"
	@python3 tools/demo.py

test: build models samples conformance test-tools ## Run every test there is: Swift, C, Python.
	@$(VENV_PYTHON) scripts/run_tests.py

build: toolchain packages ## Build build/bin/facenet, build/lib/libfacenet.so and the plugins.
	@$(SWIFT) build $(RELEASE) --static-swift-stdlib -Xlinker -z -Xlinker now --product facenet-tool
	@sh scripts/place.sh "$$($(SWIFT) build $(RELEASE) --show-bin-path)" $(BUILD)
	@sh scripts/build-library.sh $(BUILD)
	@sh scripts/plugins.sh $(BUILD) $(PLUGINS)

plugins: packages $(BUILD)/lib/libfacenet.so ## Build the plugins into build/plugins; PLUGINS="decoder-webp" for some.
	@sh scripts/plugins.sh $(BUILD) $(PLUGINS)

check: floors lint typecheck test test-wheel ## Check the floors, the format and the types, then run every test.

floors: ## Check that every import points to a floor below.
	@python3 scripts/floors.py

lint: toolchain ## Check the format of the Swift sources.
	@$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

typecheck: python-tools ## Check the types of the Python package, its tests and examples.
	@cd bindings/python && $(CURDIR)/$(BUILD)/python-tools/bin/mypy

wheel: build python-tools ## Make the Python wheel, libraries included, in build/wheel.
	@sh scripts/make-wheel.sh $(BUILD)

test-wheel: wheel models samples ## Test the wheel in fresh environments, with numpy and without.
	@python3 scripts/test_wheel.py

sanitize: toolchain packages ## Run the engine's tests and the C tests of sessions under the sanitizers.
	@for kind in address thread; do sh scripts/sanitize.sh $$kind $(BUILD) || exit 1; done

.PHONY: deb test-deb
deb: toolchain packages ## Build the Debian packages of what is committed into build/deb.
	@sh scripts/packages.sh build-essential debhelper dh-python git lintian pybuild-plugin-pyproject \
	  python3-setuptools python3-wheel
	@sh scripts/deb.sh $(BUILD)

test-deb: deb ## Install the Debian packages in a clean root and run the examples there; needs root.
	@sh scripts/test-deb.sh $(BUILD)

# SEED=... starts from a seed, to do again what another run did.
SECONDS ?= 60
fuzz: toolchain samples conformance ## Call the whole C header with hostile arguments for SECONDS (60).
	@$(VENV_PYTHON) fuzz/fuzz.py --seconds $(SECONDS) $(if $(SEED),--seed $(SEED))

lfw: labelled build ## Run the public LFW test; make lfw DATA=DIR, where DIR holds images/ and pairs.txt.
	@$(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS)"
	@$(BUILD)/bin/facenet evaluate pairs "$(DATA)/images" --pairs "$(DATA)/pairs.txt"

# TORCH=1 adds facenet-pytorch and several gigabytes. OPTIONS go to benchmarks/run.py: make benchmark OPTIONS=--quick
benchmark: build samples ## Time this library and its peers by turns; the table goes to benchmarks/results.
	@$(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS) edgeface-s"
	@sh tools/environment.sh $(BUILD)/benchmark/venv benchmarks/requirements.txt 3.11
	@test -z "$(TORCH)" || sh tools/environment.sh $(BUILD)/benchmark/torch benchmarks/requirements-torch.txt 3.11
	@$(BUILD)/benchmark/venv/bin/python benchmarks/run.py $(OPTIONS)

# Needs no models and no photographs, and uses those of ../shared where it is. OPTIONS=--quick for a minute's run.
SEARCH_PYTHON := $(BUILD)/search-benchmark/venv/bin/python
.PHONY: benchmark-search search-environment search-tuning lfw-distances lfw-identify
benchmark-search: build search-environment ## Time search beside its peers; the tables go to benchmarks/search/results.
	@test ! -d ../shared/data/lfw || $(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS) dlib"
	@$(SEARCH_PYTHON) benchmarks/search/run.py $(OPTIONS)

search-tuning: build search-environment ## Look for the parameters of MLANN that Sources/Search/TunedRows.swift holds.
	@$(SEARCH_PYTHON) benchmarks/search/tune.py $(OPTIONS)

lfw-distances: build search-environment ## Count the exact distances that MLANN needs on the LFW of ../shared.
	@$(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS) dlib"
	@$(SEARCH_PYTHON) benchmarks/search/distances.py $(OPTIONS)

lfw-identify: build search-environment ## Identify people of the LFW of ../shared, known ones and strangers.
	@$(MAKE) --no-print-directory models MODELS="$(DEFAULT_MODELS) dlib"
	@$(SEARCH_PYTHON) benchmarks/search/identification.py $(OPTIONS)
	@$(SEARCH_PYTHON) benchmarks/search/ambiguity.py $(OPTIONS)

search-environment:
	@sh benchmarks/search/environment.sh $(BUILD)/search-benchmark/venv

models: environment ## Fetch and convert the models into build/models; MODELS="dlib mtcnn" for some of them.
	@for name in $(MODELS); do \
	  test -f models/$$name.md || { echo "facenet: there is no recipe for a model called $$name" >&2; exit 2; }; \
	  $(VENV_PYTHON) models/$$name.py --output $(BUILD)/models/$$name.onnx >/dev/null || exit 1; \
	done

samples: environment ## Fetch the sample photographs into build/samples.
	@$(VENV_PYTHON) models/samples.py >/dev/null

conformance: environment ## Write the ONNX standard's own test cases into build/conformance.
	@$(VENV_PYTHON) Tests/Golden/onnx-conformance/make_conformance.py >/dev/null

install: $(BUILD)/bin/facenet $(BUILD)/lib/libfacenet.so ## Install below PREFIX (/usr/local); heeds LIBDIR and DESTDIR.
	@$(INSTALL) install

uninstall: $(BUILD)/bin/facenet $(BUILD)/lib/libfacenet.so ## Remove what `make install` with the same places has put.
	@$(INSTALL) uninstall

abi: ## Compare the ABI that facenet.h declares, and the library's exports, with the recorded ones in abi/.
	@sh scripts/packages.sh abigail-tools binutils
	@python3 scripts/abi.py compare

abi-record: ## Record the ABI that facenet.h declares as this version's.
	@sh scripts/packages.sh abigail-tools
	@python3 scripts/abi.py record

soak: build samples ## Verify 10,000 times through C and Python and print what memory grew; print what start-up costs.
	@$(MAKE) --no-print-directory models MODELS="retinaface edgeface-s"
	@python3 scripts/soak.py

test-swift: build models samples ## Build packages that depend on this one, by path and by tag, and run their programs.
	@$(VENV_PYTHON) bindings/swift/tests/test_examples.py
	@$(VENV_PYTHON) bindings/swift/tests/tagged.py

# BASE=/libfacenet where a web server offers the pages below that path.
docs: build ## Build the documentation of the Swift module into build/docs; a warning is an error.
	@sh scripts/docs.sh $(BUILD)/docs $(BUILD) $(BASE)
	@echo "python3 -m http.server --directory $(BUILD)/docs, then http://localhost:8000/documentation/facenet/"

clean: ## Remove everything that was built; what was downloaded stays in the user's cache.
	@rm -rf $(BUILD)

INSTALL = PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DESTDIR="$(DESTDIR)" BUILD="$(BUILD)" sh scripts/install.sh

# What was built is not built anew: `sudo make install` leaves build/ to its owner.
$(BUILD)/bin/facenet $(BUILD)/lib/libfacenet.so:
	@$(MAKE) --no-print-directory build

# A test that lacks its tool is skipped and says so.
test-tools: packages
	-@sh scripts/packages.sh abigail-tools cmake libblas3 libheif-examples man-db postgresql valgrind webp zsh

labelled:
	@test -n "$(DATA)" || { echo "facenet: say where the photographs are: make lfw DATA=DIR" >&2; exit 2; }
	@test -f "$(DATA)/pairs.txt" || { echo "facenet: there is no $(DATA)/pairs.txt" >&2; exit 2; }

toolchain:
	@sh scripts/toolchain.sh

packages:
	@sh scripts/packages.sh

python-tools: packages
	@sh tools/environment.sh $(BUILD)/python-tools bindings/python/requirements.txt

environment: packages
	@sh tools/environment.sh $(BUILD)/venv
