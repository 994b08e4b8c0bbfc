"""The operator's commands: migrate, create-user, backup, check-config."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from tracker.cli.installation import check_migrated, load_settings, open_installation
from tracker.domain.calendar import LOCAL_ZONE, WorkingCalendar
from tracker.domain.errors import RuleViolation
from tracker.domain.permissions import ROLE_LABELS, Role
from tracker.domain.word_lists import WordListsUnusable, use_word_lists


@click.command("migrate", help="把数据库升级到当前版本。")
def migrate_command() -> None:
    """Run the missing migrations."""
    from tracker.db.migrate import upgrade

    upgrade(load_settings().database_url)
    click.echo("数据库已是当前版本。")


@click.command("create-user", help="新建账号（首个系统管理员由此建立）。")
@click.argument("username")
@click.option("--name", required=True, help="姓名")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="角色")
@click.option("--unit", "unit_name", required=True, help="所属单位全称；不存在时用 --create-area 新建顶级地区")
@click.option("--create-area", is_flag=True, help="单位不存在时，作为顶级地区新建")
@click.option("--email", default=None, help="电子邮箱")
def create_user_command(
    username: str, name: str, role: str, unit_name: str, create_area: bool, email: str | None
) -> None:
    """Create an account with a one-time password that must be changed at the first sign-in."""
    from tracker.services.users import create_first_user

    password = secrets.token_urlsafe(12)
    runtime = open_installation()
    check_migrated(runtime)
    try:
        with runtime.database.writing.begin() as session:
            create_first_user(
                session,
                username=username,
                name=name,
                role=Role(role),
                unit_name=unit_name,
                create_area=create_area,
                email=email,
                password=password,
                now=runtime.now(),
            )
    except RuleViolation as error:
        raise click.ClickException(error.message) from error
    click.echo(f"已新建{ROLE_LABELS[Role(role)]}账号 {username}，一次性密码：{password}")
    click.echo("首次登录后须修改密码。")


@click.command("backup", help="备份数据库和全部文件到一个新目录。")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
def backup_command(folder: Path | None) -> None:
    """Back up while the server runs."""
    from tracker.services.backup import back_up

    runtime = open_installation()
    moment = runtime.now().astimezone(LOCAL_ZONE).strftime("%Y%m%d-%H%M%S")
    target = folder or runtime.settings.instance_path / "backups" / moment
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        backup = back_up(runtime.settings.database_url, runtime.storage, target, now=runtime.now())
    except RuleViolation as error:
        raise click.ClickException(error.message) from error
    if runtime.settings.linking_model_path.exists():
        shutil.copy2(runtime.settings.linking_model_path, backup.folder)
    click.echo(
        f"已备份到 {backup.folder}：数据库 {backup.database_bytes / 1024 / 1024:.1f} MB，文件 {backup.files} 个。"
    )


@click.command("check-config", help="检查配置、数据库、目录、邮件和日历，指出问题。")
def check_config_command() -> None:
    """Print one line a check; exit 1 where something must be mended."""
    findings = _findings()
    for good, sentence in findings:
        click.echo(f"{click.style('正常', fg='green') if good else click.style('问题', fg='red')}  {sentence}")
    if not all(good for good, _ in findings):
        raise SystemExit(1)


def _findings() -> list[tuple[bool, str]]:
    settings = load_settings()
    findings = [(True, f"实例目录：{settings.instance_path}"), _word_lists_finding(settings.lexicon_folder)]
    if not findings[-1][0]:
        return findings  # nothing else starts with them
    findings.append(_database_finding())
    findings.append(_storage_finding(settings.storage_path))
    secret = settings.instance_path / "secret_key"
    private = not secret.exists() or secret.stat().st_mode & 0o077 == 0
    findings.append(
        (private, "密钥文件只有本账号可读" if private else f"密钥文件 {secret} 可被他人读取，请执行 chmod 600")
    )
    host = settings.base_url.split("//", 1)[-1].split("/")[0].rsplit(":", 1)[0]
    trusted = host in settings.trusted_hosts
    findings.append(
        (trusted, f"链接地址：{settings.base_url}" + ("" if trusted else "，其主机名不在 TRACKER_TRUSTED_HOSTS 中"))
    )
    mail = settings.mail
    known = mail.transport in {"smtp", "file", "console", "off"}
    findings.append((known, f"邮件方式：{mail.transport}" + ("" if known else "，应为 smtp、file、console 或 off")))
    findings.extend(_calendar_findings())
    return findings


def _word_lists_finding(folder: Path | None) -> tuple[bool, str]:
    try:
        use_word_lists(folder)
    except WordListsUnusable as error:
        return False, str(error)
    return True, f"词表目录：{folder}" if folder else "词表：自带"


def _database_finding() -> tuple[bool, str]:
    from tracker.db.migrate import is_current

    runtime = open_installation()
    try:
        current = is_current(runtime.database.writing_engine, runtime.settings.database_url)
    except SQLAlchemyError as error:
        return False, f"数据库无法连接：{type(error).__name__}"
    return current, "数据库已是当前版本" if current else "数据库需要升级，请运行 tracker migrate"


def _storage_finding(path: Path) -> tuple[bool, str]:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".write-test"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return False, f"文件目录 {path} 不能写入：{error.strerror}"
    return True, f"文件目录可写：{path}"


def _calendar_findings() -> list[tuple[bool, str]]:
    year = open_installation().today().year
    calendar = WorkingCalendar()
    good = calendar.known(year)
    findings = [(good, f"{year} 年节假日安排{'已内置' if good else '缺失，请在“设置—日历”中补录调休'}")]
    if not calendar.known(year + 1):
        findings.append((True, f"{year + 1} 年节假日安排尚未内置，公布后请在“设置—日历”中补录"))
    return findings
