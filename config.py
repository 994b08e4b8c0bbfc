"""Reads the settings from the environment; read by ``wsgi.py``, ``migrations/env.py``, the command line and the tests.

Every variable begins with ``TRACKER_`` and is described in docs/operations.md. Nothing in ``tracker/`` imports
this file: settings come in as an argument.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from tracker.readers.scans.source import own_python
from tracker.settings import MailSettings, Settings

ROOT = Path(__file__).resolve().parent


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Build the settings of this installation; creates the instance folder and its secret on the first call."""
    env = os.environ if environ is None else environ
    instance = Path(env.get("TRACKER_INSTANCE", str(ROOT / "instance"))).resolve()
    instance.mkdir(parents=True, exist_ok=True)
    base_url = env.get("TRACKER_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    return Settings(
        instance_path=instance,
        database_url=env.get("TRACKER_DATABASE_URL", f"sqlite:///{instance / 'tracker.db'}"),
        secret_key=env.get("TRACKER_SECRET_KEY") or _secret_key(instance / "secret_key"),
        base_url=base_url,
        trusted_hosts=_list(env.get("TRACKER_TRUSTED_HOSTS"), default=("127.0.0.1", "localhost")),
        trusted_proxies=int(env.get("TRACKER_TRUSTED_PROXIES", "0")),
        mail=_mail(env, instance),
        product_name=env.get("TRACKER_PRODUCT_NAME", "法治建设督办台账"),
        development=_flag(env.get("TRACKER_DEVELOPMENT")),
        cookie_secure=_flag(env.get("TRACKER_COOKIE_SECURE"), default=base_url.startswith("https://")),
        session_idle_minutes=int(env.get("TRACKER_SESSION_IDLE_MINUTES", "30")),
        session_absolute_hours=int(env.get("TRACKER_SESSION_ABSOLUTE_HOURS", "12")),
        login_attempts=int(env.get("TRACKER_LOGIN_ATTEMPTS", "5")),
        login_lock_minutes=int(env.get("TRACKER_LOGIN_LOCK_MINUTES", "15")),
        password_min_length=int(env.get("TRACKER_PASSWORD_MIN_LENGTH", "10")),
        upload_limit_mb=int(env.get("TRACKER_UPLOAD_LIMIT_MB", "50")),
        unpacked_limit_mb=int(env.get("TRACKER_UNPACKED_LIMIT_MB", "200")),
        unpacked_ratio=int(env.get("TRACKER_UNPACKED_RATIO", "100")),
        member_limit=int(env.get("TRACKER_MEMBER_LIMIT", "2000")),
        nesting_limit=int(env.get("TRACKER_NESTING_LIMIT", "200")),
        page_limit=int(env.get("TRACKER_PAGE_LIMIT", "500")),
        reading_seconds=float(env.get("TRACKER_READING_SECONDS", "20")),
        reading_memory_mb=int(env.get("TRACKER_READING_MEMORY_MB", "512")),
        batch_files=int(env.get("TRACKER_BATCH_FILES", "300")),
        batch_limit_mb=int(env.get("TRACKER_BATCH_LIMIT_MB", "300")),
        batch_unpacked_limit_mb=int(env.get("TRACKER_BATCH_UNPACKED_LIMIT_MB", "1000")),
        ocr_python=_ocr_python(env.get("TRACKER_OCR_PYTHON")),
        ocr_pages=int(env.get("TRACKER_OCR_PAGES", "100")),
        ocr_page_seconds=float(env.get("TRACKER_OCR_PAGE_SECONDS", "120")),
        ocr_memory_mb=int(env.get("TRACKER_OCR_MEMORY_MB", "3072")),
        office=env.get("TRACKER_OFFICE") or None,
        office_seconds=float(env.get("TRACKER_OFFICE_SECONDS", "60")),
        web_threads=int(env.get("TRACKER_WEB_THREADS", "8")),
        lexicon_folder=Path(folder) if (folder := env.get("TRACKER_LEXICON_FOLDER")) else None,
        outgoing_hosts=_list(env.get("TRACKER_OUTGOING_HOSTS"), default=()),
        secrets_key=env.get("TRACKER_SECRETS_KEY") or None,
        wecom_key=env.get("TRACKER_WECOM_KEY") or None,
        dingtalk_token=env.get("TRACKER_DINGTALK_TOKEN") or None,
        dingtalk_secret=env.get("TRACKER_DINGTALK_SECRET") or None,
        feishu_token=env.get("TRACKER_FEISHU_TOKEN") or None,
        feishu_secret=env.get("TRACKER_FEISHU_SECRET") or None,
        webhook_secret=env.get("TRACKER_WEBHOOK_SECRET") or None,
        metrics_token=env.get("TRACKER_METRICS_TOKEN") or None,
        metrics_addresses=_list(env.get("TRACKER_METRICS_ADDRESSES"), default=()),
    )


def _mail(env: Mapping[str, str], instance: Path) -> MailSettings:
    defaults = MailSettings()
    return MailSettings(
        transport=env.get("TRACKER_MAIL_TRANSPORT", "off"),
        host=env.get("TRACKER_MAIL_HOST", defaults.host),
        port=int(env.get("TRACKER_MAIL_PORT", str(defaults.port))),
        username=env.get("TRACKER_MAIL_USERNAME"),
        password=env.get("TRACKER_MAIL_PASSWORD"),
        security=env.get("TRACKER_MAIL_SECURITY", defaults.security),
        sender=env.get("TRACKER_MAIL_SENDER", defaults.sender),
        folder=Path(env.get("TRACKER_MAIL_FOLDER", str(instance / "mail"))),
        timeout=float(env.get("TRACKER_MAIL_TIMEOUT", str(defaults.timeout))),
        per_minute=int(env.get("TRACKER_MAIL_PER_MINUTE", str(defaults.per_minute))),
    )


def _secret_key(path: Path) -> str:
    """Return the installation's secret, made at random and readable by its owner alone on the first start."""
    if not path.exists():
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _ocr_python(given: str | None) -> Path | None:
    """Return the Python that recognises scans: as given, else that of `make ocr`, else none of its own."""
    return Path(given) if given else own_python()


def _list(value: str | None, default: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if value else default


def _flag(value: str | None, *, default: bool = False) -> bool:
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}
