"""Finds the installation a command works on: the settings come from the project's ``config.py``."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import cast

import click
from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.word_lists import WordListsUnusable
from tracker.runtime import Runtime, open_runtime
from tracker.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def load_settings() -> Settings:
    """Read the settings by running the file named in ``TRACKER_CONFIG`` (default: the project's ``config.py``)."""
    path = Path(os.environ.get("TRACKER_CONFIG", str(ROOT / "config.py")))
    spec = importlib.util.spec_from_file_location("tracker_config", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise click.ClickException(f"找不到配置文件 {path}。请在项目目录中运行，或用环境变量 TRACKER_CONFIG 指明。")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        return cast(Settings, module.load_settings())
    except ValueError as error:
        raise click.ClickException(f"配置有误：{error}。请运行 tracker check-config 查看。") from error


def open_installation() -> Runtime:
    """Return the runtime of the installation; word lists that cannot be used end the command."""
    try:
        return open_runtime(load_settings())
    except WordListsUnusable as error:
        raise click.ClickException(str(error)) from error


def check_migrated(runtime: Runtime) -> None:
    """Raise a ClickException that says what to do where the database is not at the newest migration, or not there."""
    from tracker.db.migrate import is_current

    try:
        current = is_current(runtime.database.writing_engine, runtime.settings.database_url)
    except SQLAlchemyError as error:
        raise click.ClickException(
            f"数据库无法连接（{type(error).__name__}）。请检查 TRACKER_DATABASE_URL，再运行 tracker check-config。"
        ) from error
    if not current:
        raise click.ClickException("数据库还没有升级到当前版本，请先运行：tracker migrate")
