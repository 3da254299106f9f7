# The project's everyday commands. `make` lists them.

PYTHON_FILES := api renderer operator kubectl schedulers monitoring devcluster tests bench scripts examples
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format generate cluster cluster-monitoring cluster-down bench bench-cluster bench-memory lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## a virtual environment from the lock file, and the browser where the system lacks it
	@scripts/setup.sh

demo: setup ## render examples/invoices, 1,000 invoices, into out/demo
	@$(BIN)/pdfbatch run examples/invoices/batch.yaml --output out/demo
	@printf '\nthe PDFs:      out/demo/\nthe manifest:  out/demo/manifest.parquet, out/demo/manifest.jsonl\n'
	@printf 'the report:    out/demo/report.html\nprove it:      %s/pdfbatch verify out/demo\n' '$(BIN)'

test: ## all tests: unit, stores, render, chaos, schedulers, chart, monitoring, api_server, cluster (root; the first time builds Kubernetes)
	@scripts/setup.sh --tests
	@scripts/test.sh

check: setup ## before you push, under a minute: format, lint, types, doors, generated files, unit tests, the chart
	$(BIN)/ruff format --check $(PYTHON_FILES)
	$(BIN)/ruff check $(PYTHON_FILES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate.py --check
	$(BIN)/python scripts/chart_readme.py --check
	$(BIN)/python -m pytest tests/unit tests/chart -q -n 2

format: setup ## format the code, and mend what ruff can mend
	$(BIN)/ruff check --fix $(PYTHON_FILES)
	$(BIN)/ruff format $(PYTHON_FILES)

generate: setup ## write docs/manifest.md, crds/, dashboards, alerts and the chart's tables again from the models
	$(BIN)/python scripts/generate.py
	$(BIN)/python scripts/chart_readme.py

cluster: setup ## a real Kubernetes on this machine with pdfbatch installed (root; the first time builds it)
	@$(BIN)/python -m devcluster up >/dev/null
	@$(BIN)/python -m devcluster install
	@printf 'use it with:   ' && $(BIN)/python -m devcluster up

cluster-monitoring: cluster ## and a Prometheus and KEDA in it, which pdfbatch asks (the first time builds them)
	@$(BIN)/python -m devcluster monitoring

cluster-down: setup ## take the cluster down, without a trace
	@$(BIN)/python -m devcluster down

bench: setup ## measure side by side with others; writes bench/RESULTS.md
	@bench/setup.sh
	$(BIN)/python -m bench

bench-memory: setup ## 100,000 documents: does memory grow?
	$(BIN)/python -m bench.memory

bench-cluster: setup ## what Kubernetes costs: a cluster beside `pdfbatch run` (root; twenty minutes)
	$(BIN)/python -m bench.cluster

lock: ## resolve the dependencies again, with hashes
	uv pip compile --quiet --universal --generate-hashes --extra renderer --extra typst --extra weasyprint --extra ironpdf \
	  --extra operator --extra kubectl --extra dask --extra ray --extra celery --group dev --group bench --python-version 3.11 pyproject.toml -o requirements.lock
	scripts/lock-uv.sh

clean: ## remove everything that can be made again, but for out/
	rm -rf .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist bench/node_modules
	find $(PYTHON_FILES) -name __pycache__ -type d -prune -exec rm -rf {} +
