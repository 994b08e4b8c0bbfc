"""A backup that can be trusted while the house is at work: the database by its own means, then the files.

The order matters: files are written before the rows that name them and never deleted, so files copied after the
database always contain everything the copied rows name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from tracker.domain.errors import RuleViolation
from tracker.storage import Storage


class BackupFailed(RuleViolation):
    """备份没有完成，目标目录里的内容不可使用。"""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: its folder, the number of stored files, and the size of the database copy in bytes."""

    folder: Path
    files: int
    database_bytes: int


def back_up(database_url: str, storage: Storage, target: Path, *, now: datetime) -> Backup:
    """Write a backup into the new folder ``target``; raises BackupFailed and leaves no half-made folder of that name."""
    if target.exists():
        raise BackupFailed(f"目录 {target} 已存在，请换一个名字。")
    building = target.with_name(f".{target.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    try:
        database = _copy_database(database_url, building)
        files = _copy_files(storage, building / "files")
        manifest = {
            "made_at": now.isoformat(),
            "database": database.name,
            "database_sha256": _sha256(database),
            "files": files,
        }
        (building / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2), encoding="utf-8")
        building.rename(target)
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        raise BackupFailed(f"备份没有完成：{error}") from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return Backup(target, files, (target / database.name).stat().st_size)


def _copy_database(database_url: str, folder: Path) -> Path:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return _copy_sqlite(Path(url.database or ""), folder / "tracker.db")
    target = folder / "tracker.dump"
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    tool = shutil.which("pg_dump")
    if tool is None:
        raise BackupFailed("本机没有 pg_dump，无法备份 PostgreSQL。请安装与服务器同版本的 PostgreSQL 客户端。")
    subprocess.run([tool, "--format=custom", f"--file={target}", f"--dbname={plain}"], check=True, timeout=3600)
    return target


def _copy_sqlite(source: Path, target: Path) -> Path:
    """Copy by SQLite's own backup interface: a plain copy of a database in WAL mode may lack its newest commits."""
    if not source.is_file():
        raise BackupFailed(f"找不到数据库文件 {source}。")
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as origin, sqlite3.connect(target) as copy:
        origin.backup(copy)
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    origin.close()
    copy.close()
    if verdict != "ok":
        raise BackupFailed(f"备份的数据库没有通过完整性检查：{verdict}")
    return target


def _copy_files(storage: Storage, target: Path) -> int:
    target.mkdir()
    count = 0
    for path in storage.root.glob("??/*"):
        (target / path.parent.name).mkdir(exist_ok=True)
        shutil.copy2(path, target / path.parent.name / path.name)
        count += 1
    return count


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
