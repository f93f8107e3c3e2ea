# make alone lists the commands. PYTHON=python uses the interpreter at hand and sets nothing up;
# PIP_ARGS="…" is handed to pip at set-up; BASE=python3.12 makes .venv with another Python.
# LIVE_PACKAGES=folder gives `make site` Pyodide's distribution, whose NumPy and Matplotlib it then brings.
# `make run NOTE=07` stops after that note; `make serve PORT=8001` and `make lab PORT=8889` listen elsewhere.

BASE ?= python3
PYTHON ?= .venv/bin/python
ifeq ($(PYTHON),.venv/bin/python)
READY := .venv/ready
endif

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY) ## run every note (or up to NOTE=07) in one kernel and record its results
	@$(PYTHON) -m scripts.run $(NOTE)

test: $(READY) ## run the tests (the slow ones with TESTS='-m slow')
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

check: $(READY) ## ask whether notes, results, package, figures and links agree
	@$(PYTHON) -m ruff check && $(PYTHON) -m ruff format --check && $(PYTHON) -m mypy && $(PYTHON) -m scripts.check

tangle: $(READY) ## write the package micrograd/ from the notes
	@$(PYTHON) -m scripts.tangle

site: run $(READY:ready=live) ## run, then build the site into build/site (Node is installed on first use)
	@$(PYTHON) -m scripts.site $(LIVE_PACKAGES)

book: $(READY:ready=book) ## write the book as EPUB and PDF into build/book (Typst is installed on first use)
	@$(PYTHON) -m scripts.book

review: $(READY) ## show which results differ from the last commit, old beside new (ACCEPT=all, PUT_BACK=notes/x.md:7)
	@$(PYTHON) -m scripts.review $(PORT) $(if $(ACCEPT),--accept $(ACCEPT)) $(if $(PUT_BACK),--put-back $(PUT_BACK))

serve: $(READY) ## show the site while you write; an edit runs the notes from there on
	@$(PYTHON) -m scripts.serve $(PORT)

lab: $(READY:ready=lab) ## open the notes in JupyterLab (installed on first use)
	@$(PYTHON) -m scripts.lab $(PORT)

bench: $(READY) ## measure engine, run and site against others, into build/bench.md
	@$(PYTHON) -m scripts.bench

clean: ## delete what can be made again (not .venv)
	rm -rf build .pytest_cache .ruff_cache .hypothesis

.venv/ready: requirements.txt
	@$(BASE) -m scripts.setup $(PIP_ARGS)
	@touch $@

.venv/lab: requirements-lab.txt $(READY)
	@$(BASE) -m scripts.setup -r requirements-lab.txt $(PIP_ARGS)
	@touch $@

.venv/book: requirements-book.txt $(READY)
	@$(BASE) -m scripts.setup -r requirements-book.txt $(PIP_ARGS)
	@touch $@

# Without a network there is none: then the site is built all the same, and says so.
.venv/live: requirements-live.txt $(READY)
	@$(BASE) -m scripts.setup -r requirements-live.txt $(PIP_ARGS) && touch $@ || true

.PHONY: help run test check tangle site book review serve lab bench clean
