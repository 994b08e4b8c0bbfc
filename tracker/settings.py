"""The settings of one installation, as values. ``config.py`` fills them from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How e-mail leaves the house.

    ``transport`` is ``smtp``, ``file`` (one .eml a message in ``folder``), ``console`` or ``off``;
    ``security`` is ``none``, ``starttls`` or ``ssl``; ``timeout`` is in seconds and
    counts for all steps of one message; ``per_minute`` is how many the server takes in a minute (0: any number).
    """

    transport: str = "off"
    host: str = "localhost"
    port: int = 25
    username: str | None = None
    password: str | None = None
    security: str = "none"
    sender: str = "法治建设督办台账 <ledger@localhost>"
    folder: Path | None = None
    timeout: float = 10.0
    per_minute: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an installation may set; each field is described in docs/operations.md."""

    instance_path: Path
    database_url: str
    secret_key: str
    base_url: str = "http://127.0.0.1:8000"
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    trusted_proxies: int = 0  # how many proxies in front set X-Forwarded-*
    mail: MailSettings = field(default_factory=MailSettings)
    product_name: str = "法治建设督办台账"
    development: bool = False
    cookie_secure: bool = False
    session_idle_minutes: int = 30
    session_absolute_hours: int = 12
    login_attempts: int = 5
    login_lock_minutes: int = 15
    password_min_length: int = 10
    upload_limit_mb: int = 50
    unpacked_limit_mb: int = 200
    unpacked_ratio: int = 100
    member_limit: int = 2_000
    nesting_limit: int = 200
    page_limit: int = 500
    reading_seconds: float = 20.0
    reading_memory_mb: int = 512
    batch_files: int = 300  # files in one batch
    batch_limit_mb: int = 300  # all files of a batch as they are sent
    batch_unpacked_limit_mb: int = 1000  # what the zip of a batch may unpack to
    office: str | None = None  # LibreOffice: a program, or "off"; without it what is on the path
    office_seconds: float = 60.0
    ocr_pages: int = 100
    ocr_page_seconds: float = 120.0
    ocr_memory_mb: int = 3072
    ocr_python: Path | None = None  # the Python of an environment with the recogniser; None: this one
    web_threads: int = 8
    lexicon_folder: Path | None = None  # edited word lists in place of the shipped ones
    outgoing_hosts: tuple[str, ...] = ()  # whom channels may call: a host, or host:port
    secrets_key: str | None = None  # seals what is saved of channels; without it drawn from ``secret_key``
    wecom_key: str | None = None
    dingtalk_token: str | None = None
    dingtalk_secret: str | None = None
    feishu_token: str | None = None
    feishu_secret: str | None = None
    webhook_secret: str | None = None
    metrics_token: str | None = None
    metrics_addresses: tuple[str, ...] = ()

    @property
    def storage_path(self) -> Path:
        """The folder of uploaded originals and evidence files."""
        return self.instance_path / "files"

    @property
    def scan_lock_path(self) -> Path:
        """The file whose lock lets one recogniser of scans at a time run on this server."""
        return self.instance_path / "scans.lock"

    @property
    def linking_model_path(self) -> Path:
        """The file of the weights that this installation learnt from its own decisions, if it adopted any."""
        return self.instance_path / "linking-model.toml"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an embedded SQLite file."""
        return self.database_url.startswith("sqlite")
