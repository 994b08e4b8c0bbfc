# 两条命令即可开始：make run 启动系统，make test 运行全部测试。
.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# Any Python from 3.11 on; a name that exists but does not start (a shim of a version manager) is passed over.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$name; break; fi; done)
BIN := .venv/bin
HOST ?=
PORT ?=
TESTS ?=
WORKERS ?= auto

.PHONY: help run ocr test soak fuzz browser-test check format bench lock upgrade clean environment development

help: ## 显示本说明
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: environment ## 启动系统（首次自动安装并装入示例数据；可加 HOST=0.0.0.0 PORT=9000）
	@exec $(BIN)/tracker run $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT))

test: development ## 运行全部测试，含浏览器与 PostgreSQL（可加 TESTS=tests/house）
	@$(PYTHON) tools/system_packages.py
	@$(PYTHON) tools/ocr_environment.py --tests
	@$(BIN)/python -m pytest -n $(WORKERS) --maxprocesses 8 --dist loadfile --no-loadscope-reorder $(TESTS)

ocr: ## 安装文字识别组件，用来读取扫描件和照片（装在 .venv-ocr，重启后生效）
	@$(PYTHON) tools/ocr_environment.py

soak: development ## 长时间的故障测试：反复断电、多个定时程序、数据库重启（约十分钟）
	@SOAK=1 $(BIN)/python -m pytest -n 0 tests/jobs tests/services/test_reminder_lives.py $(TESTS)

fuzz: development ## 随机改坏各种格式的文件再读，找读取程序的毛病（限时一分钟；可加 FUZZ_SECONDS=600 KIND=pdf SEED=1000）
	@$(BIN)/python -m tools.fuzz_readers --seconds $(or $(FUZZ_SECONDS),60) $(if $(KIND),--kind $(KIND)) $(if $(SEED),--seed $(SEED))

browser-test: development ## 只运行浏览器测试，截图存入 tests/artifacts
	@$(PYTHON) tools/system_packages.py
	@SCREENSHOTS=1 $(BIN)/python -m pytest -m browser $(TESTS)

check: development ## 检查格式、写法、类型与分层
	@$(BIN)/ruff format --check --quiet . || { echo '格式不合，执行 make format 即可改正。'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tools.build_static --check
	@echo '检查通过。'

format: development ## 按统一格式整理代码
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

bench: development ## 测量性能，与基准之比（可加 BENCH=名称；BENCH="reminders --large" 按百万项任务测）
	@$(BIN)/python -m bench $(BENCH)

lock: development ## 按 pyproject.toml 重写依赖锁定文件，已锁版本不动
	@$(BIN)/python tools/lock.py

upgrade: development ## 把锁定的依赖升到最新
	@$(BIN)/python tools/lock.py --upgrade

clean: ## 删除虚拟环境与缓存，不动 instance/ 中的数据
	@rm -rf .venv .venv-ocr build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage tests/artifacts *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment development:
	@if [ -z "$(PYTHON)" ]; then echo '没有找到 Python 3.11 或更新的版本。请先安装，或用 make PYTHON=路径 指明。'; exit 1; fi
	@$(PYTHON) tools/environment.py $(if $(filter environment,$@),runtime,development)
