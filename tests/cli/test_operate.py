"""The operator's commands on an installation: migrate, create-user, scheduler, check-config, and the backup drill."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from config import load_settings
from tests.support.factories import NOW, actor, make_county, make_evidence, make_task
from tests.support.web import Visitor
from tracker.application import create_app
from tracker.cli import main
from tracker.db.models import AuditEntry, EvidenceFile, Notice, ProgressReport, Unit, User
from tracker.runtime import Runtime, open_runtime
from tracker.services.alarms import reset_alarms
from tracker.services.holds import hold_clock, open_hold
from tracker.services.progress import ProgressFields, report_progress


@dataclass
class Installation:
    """A folder with its environment; ``run`` calls the command line on it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str, **more: str) -> Result:
        """Run ``tracker …`` and give its result; the output is what it said on both streams."""
        return CliRunner().invoke(main, list(arguments), env={**self.environment, **more})

    def open(self) -> Runtime:
        """Open it as a door does; dispose of its database afterwards."""
        return open_runtime(load_settings(self.environment))

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "tracker.db"


@pytest.fixture
def make_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Installation]:
    """Make empty installations: ``make_installation("old")``."""
    import os

    for name in list(os.environ):
        if name.startswith("TRACKER_"):
            monkeypatch.delenv(name)

    def make(name: str) -> Installation:
        folder = tmp_path / name
        return Installation(folder, {"TRACKER_INSTANCE": str(folder)})

    return make


@pytest.fixture
def installation(make_installation: Callable[[str], Installation], sqlite_template: Path) -> Installation:
    """A migrated, empty installation."""
    made = make_installation("instance")
    made.folder.mkdir()
    shutil.copyfile(sqlite_template, made.database)
    return made


# ---- before the first migration


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "5139"),
        ("scheduler", "--once"),
        ("create-user", "admin", "--name", "张管", "--role", "admin", "--unit", "清溪县", "--create-area"),
    ],
)
def test_nothing_works_on_a_database_that_is_not_migrated(
    make_installation: Callable[[str], Installation], command: tuple[str, ...]
) -> None:
    result = make_installation("new").run(*command)
    assert result.exit_code == 1
    assert "数据库还没有升级到当前版本，请先运行：tracker migrate" in result.output
    assert "Traceback" not in result.output


def test_a_database_that_does_not_answer_is_named(installation: Installation) -> None:
    url = "postgresql+psycopg://nobody:secret-word@127.0.0.1:1/none"
    result = installation.run("scheduler", "--once", TRACKER_DATABASE_URL=url)
    assert result.exit_code == 1
    assert "数据库无法连接" in result.output
    assert "secret-word" not in result.output


def test_migrating_twice_does_no_harm(make_installation: Callable[[str], Installation]) -> None:
    new = make_installation("new")
    for _ in range(2):
        result = new.run("migrate")
        assert (result.exit_code, result.output.strip()) == (0, "数据库已是当前版本。")
    assert new.run("check-config").exit_code == 0


# ---- create-user


def create(installation: Installation, username: str = "admin", *more: str, unit: str = "清溪县") -> Result:
    return installation.run("create-user", username, "--name", "张管", "--role", "admin", "--unit", unit, *more)


def test_the_first_account_signs_in_and_must_change_its_password(installation: Installation) -> None:
    result = create(installation, "admin", "--create-area")
    assert result.exit_code == 0
    password = re.search(r"一次性密码：(\S+)", result.output).group(1)
    app = create_app(load_settings(installation.environment))
    someone = Visitor(app)
    someone.sign_in("admin", password)
    assert "修改密码" in someone.text
    app.extensions["tracker"].database.dispose()
    with sqlite3.connect(installation.database) as connection:
        assert password not in str(connection.execute("SELECT * FROM user_account").fetchall())
        (line,) = connection.execute("SELECT actor_name, summary FROM audit_entry WHERE action = 'user.create'")
        assert line == ("系统", "命令行新建账号：admin")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("admin",), "没有名为“清溪县”的单位。首次建立时请加 --create-area。"),
        (("existing",), "这个账号名已被使用，请换一个。"),
    ],
)
def test_what_cannot_be_created_says_why(installation: Installation, arguments: tuple[str], sentence: str) -> None:
    unit = "清溪县"
    if arguments[0] == "existing":
        assert create(installation, "existing", "--create-area").exit_code == 0
    result = create(installation, *arguments, unit=unit)
    assert (result.exit_code, result.output.strip()) == (1, sentence)
    runtime = installation.open()
    with runtime.database.reading() as session:
        expected = int(arguments[0] == "existing")
        assert session.scalar(select(func.count()).select_from(User)) == expected
        assert session.scalar(select(func.count()).select_from(Unit)) == expected
    runtime.database.dispose()


def test_an_unknown_role_is_refused_with_the_choices(installation: Installation) -> None:
    result = installation.run("create-user", "x", "--name", "x", "--role", "king", "--unit", "x")
    assert result.exit_code == 2
    assert "officer、head、supervisor、auditor、admin" in result.output


# ---- scheduler


def test_a_round_as_of_a_moment_reminds_once(installation: Installation) -> None:
    runtime = installation.open()
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        task = make_task(session, county.township, owner=county.officer)
        reset_alarms(session, task, now=NOW)
        due = task.due_on
    eve = (due.replace(day=due.day - 1)).isoformat()
    for round_ in range(2):
        result = installation.run("scheduler", "--once", "--at", f"{eve}T08:30")
        assert result.exit_code == 0, result.output
        assert "remind：" in result.output
        with runtime.database.reading() as session:
            notices = session.scalars(select(Notice).where(Notice.recipient_id == county.officer.id)).all()
        assert len(notices) == len({(notice.rule, notice.channel) for notice in notices}), round_
        assert notices
    runtime.database.dispose()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--at", "2026-07-01T08:30"), "--at 只能与 --once 合用"),
        (("--once", "--at", "明天"), "不是有效的时间"),
        (("--once", "--at", "2026-02-30T08:30"), "不是有效的时间"),
    ],
)
def test_a_moment_that_is_none_is_refused(
    make_installation: Callable[[str], Installation], arguments: tuple[str, ...], sentence: str
) -> None:
    result = make_installation("new").run("scheduler", *arguments)
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_leap_of_the_clock_is_confirmed_by_the_operator(installation: Installation) -> None:
    assert "没有需要确认" in installation.run("confirm-clock").output
    runtime = installation.open()
    with runtime.database.writing.begin() as session:
        hold_clock(session, from_at=NOW, to_at=NOW + timedelta(days=30))
    assert "send：系统时间待确认，暂停发送" in installation.run("scheduler", "--once").output
    result = installation.run("confirm-clock", "--yes")
    assert result.exit_code == 0, result.output
    assert "由 2026-06-10 09:00 跳到 2026-07-10 09:00" in result.output
    with runtime.database.reading() as session:
        assert open_hold(session) is None
    runtime.database.dispose()


# ---- check-config


def test_a_sound_installation_has_no_problems(installation: Installation) -> None:
    result = installation.run("check-config")
    assert result.exit_code == 0
    assert "问题" not in result.output
    for sentence in ("数据库已是当前版本", "文件目录可写", "密钥文件只有本账号可读", "邮件方式：off", "节假日安排"):
        assert sentence in result.output


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"TRACKER_MAIL_TRANSPORT": "pigeon"}, "邮件方式：pigeon，应为 smtp、file、console 或 off"),
        ({"TRACKER_BASE_URL": "https://ledger.example.org"}, "其主机名不在 TRACKER_TRUSTED_HOSTS 中"),
        ({"TRACKER_DATABASE_URL": "postgresql+psycopg://nobody:secret-word@127.0.0.1:1/none"}, "数据库无法连接"),
    ],
)
def test_each_problem_is_named(installation: Installation, environment: dict[str, str], sentence: str) -> None:
    result = installation.run("check-config", **environment)
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if line.startswith("问题")]
    assert sentence in line
    assert "secret-word" not in result.output


def test_a_secret_that_others_can_read_is_named(installation: Installation) -> None:
    installation.run("check-config")
    (installation.folder / "secret_key").chmod(0o644)
    result = installation.run("check-config")
    assert result.exit_code == 1
    assert "请执行 chmod 600" in result.output


def test_a_setting_that_is_no_number_is_one_line(installation: Installation) -> None:
    result = installation.run("check-config", TRACKER_WEB_THREADS="many")
    assert result.exit_code == 1
    assert result.output.startswith("配置有误")
    assert "Traceback" not in result.output


def test_a_files_folder_that_is_a_file_is_named(installation: Installation) -> None:
    (installation.folder / "files").write_text("in the way")
    result = installation.run("check-config")
    assert result.exit_code == 1
    assert "不能写入" in result.output


# ---- the backup drill


def store_evidence(runtime: Runtime, task_id: int, content: str) -> None:
    """Store a file and then its row, as the application does."""
    from tracker.db.models import Task

    stored = runtime.storage.save(io.BytesIO(content.encode()), limit=10**6)
    with runtime.database.writing.begin() as session:
        task = session.get_one(Task, task_id)
        uploader = session.scalars(select(User).where(User.username == "officer")).one()
        make_evidence(session, task, uploader, name=f"{content}.pdf").file_key = stored.key


def test_a_backup_under_load_is_restored_in_an_empty_installation(
    installation: Installation, make_installation: Callable[[str], Installation]
) -> None:
    """Two writers report and attach without a pause while the backup is taken; the copy is one consistent state."""
    runtime = installation.open()
    with runtime.database.writing.begin() as session:
        county = make_county(session)
        task_id = make_task(session, county.township).id
    clerk, stop, written = actor(county.officer), threading.Event(), [0]

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            with runtime.database.writing.begin() as session:
                report_progress(session, clerk, task_id, ProgressFields(number % 101, f"{writer}:{number}"), now=NOW)
            store_evidence(runtime, task_id, f"{writer}-{number}")
            number += 1
            written[0] += 1

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(2)]
    for thread in writers:
        thread.start()
    try:
        while written[0] < 10:
            stop.wait(0.01)
        before = written[0]
        target = installation.folder.parent / "backup"
        result = installation.run("backup", str(target))
        assert result.exit_code == 0, result.output
        assert written[0] >= before
    finally:
        stop.set()
        for thread in writers:
            thread.join()
    runtime.database.dispose()
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["database_sha256"] == hashlib.sha256((target / "tracker.db").read_bytes()).hexdigest()
    assert sorted(path.name for path in target.iterdir()) == ["files", "manifest.json", "tracker.db"]

    restored = restore(target, make_installation("restored"))
    assert restored.run("check-config").exit_code == 0
    assert_sound(restored, at_least=before)


def restore(backup: Path, into: Installation) -> Installation:
    """Do what the operator's manual says, in an empty installation."""
    into.folder.mkdir()
    shutil.copyfile(backup / "tracker.db", into.database)
    shutil.copytree(backup / "files", into.folder / "files")
    assert into.run("migrate").exit_code == 0
    return into


def assert_sound(restored: Installation, *, at_least: int) -> None:
    with sqlite3.connect(restored.database) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    runtime = restored.open()
    with runtime.database.reading() as session:
        reports = session.scalar(select(func.count()).select_from(ProgressReport)) or 0
        lines = session.scalar(select(func.count()).where(AuditEntry.action == "task.report_progress"))
        keys = session.scalars(select(EvidenceFile.file_key)).all()
    assert reports == lines  # what was written in one transaction came in whole
    assert reports >= at_least
    assert keys
    for key in keys:
        assert hashlib.sha256(runtime.storage.path(key).read_bytes()).hexdigest() == key
    runtime.database.dispose()


def test_a_backup_never_overwrites(installation: Installation, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.mkdir()
    (target / "mine").write_text("keep")
    result = installation.run("backup", str(target))
    assert result.exit_code == 1
    assert "已存在，请换一个名字" in result.output
    assert [path.name for path in target.iterdir()] == ["mine"]


def test_a_backup_goes_into_the_installation_by_its_moment(installation: Installation) -> None:
    result = installation.run("backup")
    assert result.exit_code == 0
    (folder,) = (installation.folder / "backups").iterdir()
    assert re.fullmatch(r"\d{8}-\d{6}", folder.name)
    assert str(folder) in result.output


def test_a_backup_that_fails_leaves_no_folder_of_that_name(
    make_installation: Callable[[str], Installation], tmp_path: Path
) -> None:
    new = make_installation("new")
    result = new.run("backup", str(tmp_path / "copy"))
    assert result.exit_code == 1
    assert "找不到数据库文件" in result.output
    assert not (tmp_path / "copy").exists()
    assert not list(tmp_path.glob(".copy*"))
