# What people type. `make demo` and `make test` install what is missing first.
.PHONY: demo demo-cloud build test test-example test-address test-thread test-resume test-faults test-memory test-page fuzz coverage lint format docs docs-options \
	compare-peers compare-sam2 compare-sparse compare-cloud-step samples world test-world install-dependencies

PACKAGES = pkg-config libavformat-dev libavcodec-dev libswscale-dev libavutil-dev libopenblas-dev libdnnl-dev
DITTA = .build/release/ditta
CLIP = samples/dusk-rain
SCANS = samples/scans
CLOUD_MODEL = weights/mink14-half-world10
PEERS = .build/peers
WORLD = .build/world
KIND = stills
JOBS = 2
MINUTES = 10
PYTHON = python3
SWIFT = Package.swift Sources Tests benchmarks fuzz Examples

demo: build
	rm -rf demo && mkdir -p demo
	$(DITTA) run $(CLIP)/clip.mp4 -o demo/plain --method iss
	$(DITTA) run $(CLIP)/clip.mp4 -o demo/ditta
	@echo && echo "== the plain model, frame by frame"
	@$(DITTA) eval demo/plain $(CLIP) --skip-warm-up | sed -n 5,14p
	@echo && echo "== adapted to the video"
	@$(DITTA) eval demo/ditta $(CLIP) --skip-warm-up | sed -n 5,14p
	@echo && echo "look at demo/ditta/overlay.mp4 (adapted) and demo/plain/overlay.mp4; reports: demo/*/report.json"

# A drive of a scanner with 16 beams in an unseen town, by a model that was trained on 64: as trained, and trained on each scan's picture.
demo-cloud: build
	rm -rf demo/cloud && mkdir -p demo
	$(DITTA) cloud run $(SCANS) --model $(CLOUD_MODEL) -o demo/cloud
	@echo && echo "look at demo/cloud/report.html: clouds to turn, before and after; report: demo/cloud/report.json"

build: install-dependencies
	swift build -c release

# With optimisation, as users run it: the numeric tests take minutes without.
test: install-dependencies
	swift build -c release --build-tests
	swift test -c release --skip-build

# Examples/LabelVideo, built by version against a repository made of the working tree.
test-example: build
	scripts/test-example.sh $(abspath $(DITTA))

# Optimised, too; each in a build folder of its own.
test-address: install-dependencies
	scripts/test-sanitized.sh address

test-thread: install-dependencies
	scripts/test-sanitized.sh thread

# Damaged files for everything that parses: `make fuzz MINUTES=60`, shared by all parsers; see docs/reliability.md.
fuzz: install-dependencies
	scripts/fuzz.sh $(MINUTES)

# Runs that are stopped at random moments and go on, and runs in which calls of the system fail: some minutes each.
test-resume: build
	scripts/test-resume.sh $(DITTA) $(CLIP)/clip.mp4 25 --fit 426x240

test-faults: build
	scripts/test-faults.sh $(DITTA) Tests/MediaTests/Golden/numbered.mp4 --fit 64x64 --passes 1 --duration 6f

# Runs in address spaces of all sizes.
test-memory: build
	scripts/test-memory.sh $(DITTA) $(CLIP)/clip.mp4 --duration 20f --passes 1

# The report page of a cloud run in a browser without a screen; needs chromium.
test-page: build
	scripts/test-page.sh $(abspath $(DITTA)) $(SCANS) $(CLOUD_MODEL)

# Which lines of Swift in Sources the tests run, file by file.
coverage: install-dependencies
	scripts/coverage.sh

# The reference of DittaKit as web pages.
docs: install-dependencies
	scripts/docs.sh .build/docs

lint:
	swift format lint --strict --recursive $(SWIFT)

# docs/options.md anew, from what the code declares.
docs-options: install-dependencies
	DITTA_RENEW_DOCS=1 swift test -c release --filter OptionsPageTests

format:
	swift format --in-place --recursive $(SWIFT)

# ditta beside other runtimes on the same weights and frames; PEER_OPTIONS="--models b0 --rounds 1" is a short look.
compare-peers: build $(PEERS)/venv/installed
	$(PEERS)/venv/bin/python benchmarks/peers/compare.py $(PEER_OPTIONS)

# SAM 2 beside transformers; PEER_OPTIONS="--objects 1 --rounds 1" is a short look.
compare-sam2: build $(PEERS)/venv/installed
	$(PEERS)/venv/bin/python benchmarks/peers/compare_sam2.py $(PEER_OPTIONS)

# A sparse convolution beside spconv and PyTorch: `make compare-sparse SCAN=file.bin`, a scan of SemanticKITTI.
compare-sparse: build $(PEERS)/venv/installed
	@test -n "$(SCAN)" || { echo "say on which scan: make compare-sparse SCAN=sequences/00/velodyne/000000.bin"; exit 2; }
	$(PEERS)/venv/bin/python benchmarks/peers/compare_sparse.py "$(SCAN)" $(PEER_OPTIONS)

# A whole step of training MinkUNet beside PyTorch over spconv, on the same scan.
compare-cloud-step: build $(PEERS)/venv/installed
	@test -n "$(SCAN)" || { echo "say on which scan: make compare-cloud-step SCAN=sequences/00/velodyne/000000.bin"; exit 2; }
	$(PEERS)/venv/bin/python benchmarks/peers/compare_cloud_step.py "$(SCAN)" $(PEER_OPTIONS)

$(PEERS)/venv/installed: benchmarks/peers/requirements.txt
	python3 -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/pip install -q -r $<
	touch $@

# Labelled streets for training and tests: `make world OUT=dir SEEDS=1..600`, or laser scans with KIND=scans; see world/README.md.
world: $(WORLD)/venv/installed
	@test -n "$(OUT)" && test -n "$(SEEDS)" || { echo "say where and which: make world OUT=dir SEEDS=1..600"; exit 2; }
	$(WORLD)/venv/bin/python world/dataset.py --out "$(OUT)" --seeds "$(SEEDS)" --kind $(KIND) --jobs $(JOBS) $(WORLD_OPTIONS)

# The clips in samples/ anew; their labels must come out as they are.
samples: $(WORLD)/venv/installed
	$(WORLD)/venv/bin/python world/samples.py --samples samples --work $(WORLD)/samples --jobs $(JOBS)

# What of it needs no Blender, only numpy.
test-world:
	cd world && $(PYTHON) -m unittest

$(WORLD)/venv/installed: world/requirements.txt
	python3.11 -m venv $(WORLD)/venv
	$(WORLD)/venv/bin/pip install -q -r $<
	touch $@

install-dependencies:
	@sh scripts/install-dependencies.sh $(PACKAGES)
