# make alone lists the commands. PYTHON=python uses the interpreter at hand and sets nothing up;
# PIP_ARGS="…" is handed to pip at set-up; BASE=python3.12 makes .venv with another Python.
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

site: run ## run, then build the site into build/site
	@$(PYTHON) -m scripts.site

book: $(READY:ready=book) ## write the book as EPUB and PDF into build/book (Typst is installed on first use)
	@$(PYTHON) -m scripts.book

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

.PHONY: help run test check tangle site book serve lab bench clean
