"""LibreOffice turns old Word documents (.doc, .wps) and RTF into .docx, which is then read as any other.

It runs headless, once at a time, in a process group of its own with a fresh profile and a folder that are gone
afterwards; macros and calls to other machines are switched off, time, memory and the size of files are limited.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracker.readers.base import MEGABYTE
from tracker.readers.sniffing import DOC, RTF

log = logging.getLogger(__name__)

CONVERTED = frozenset({DOC, RTF})
"""Media types that LibreOffice reads better than the readers here."""

_PROGRAMS = ("soffice", "libreoffice")
_OFF = frozenset({"off", "none", "0", "关"})
_BEGINNINGS = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf")
_OUTPUT_BYTES = 256 * MEGABYTE
_LAUNCH = (
    "import os, resource, sys\n"
    "for kind, most in ((resource.RLIMIT_CPU, int(sys.argv[1])), (resource.RLIMIT_AS, int(sys.argv[2])),"
    " (resource.RLIMIT_FSIZE, int(sys.argv[3])), (resource.RLIMIT_CORE, 0)):\n"
    "    hard = resource.getrlimit(kind)[1]\n"
    "    most = most if hard == resource.RLIM_INFINITY else min(most, hard)\n"
    "    resource.setrlimit(kind, (most, most))\n"
    "os.execv(sys.argv[4], sys.argv[4:])\n"
)
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>"""
_WAIT = 3  # conversions before this one
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Office:
    """An installed LibreOffice: its program, and what a conversion may cost."""

    program: Path
    seconds: float = 60.0
    memory_bytes: int = 4096 * MEGABYTE

    @property
    def longest_seconds(self) -> float:
        """How long a conversion may take, with the wait for one that is under way."""
        return self.seconds * (_WAIT + 1)

    @contextlib.contextmanager
    def converted(self, path: Path) -> Iterator[Path | None]:
        """Yield the document as .docx, None where LibreOffice could not make it; nothing is left afterwards."""
        with tempfile.TemporaryDirectory(prefix="tracker-office-", ignore_cleanup_errors=True) as folder:
            yield self._convert(path, Path(folder))

    def _convert(self, path: Path, folder: Path) -> Path | None:
        source, made = folder / "report.doc", folder / "out" / "report.docx"
        if not _one_at_a_time.acquire(timeout=self.seconds * _WAIT):
            log.warning("LibreOffice was busy for too long")
            return None
        try:
            shutil.copyfile(path, source)
            profile = folder / "profile" / "user"
            profile.mkdir(parents=True)
            (profile / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
            code = self._run(source, folder)
        except OSError:
            log.exception("LibreOffice could not be started")
            return None
        finally:
            _one_at_a_time.release()
        if code != 0 or not made.is_file() or made.stat().st_size == 0:
            log.warning("LibreOffice made nothing of a file (exit code %s)", code)
            return None
        return made

    def _run(self, source: Path, folder: Path) -> int | None:
        """Run the conversion; None where it took too long. All it started is killed in any case."""
        limits = (int(self.seconds) + 5, self.memory_bytes, _OUTPUT_BYTES)
        command = [
            *(sys.executable, "-I", "-c", _LAUNCH, *map(str, limits)),
            str(self.program),
            f"-env:UserInstallation=file://{folder}/profile",
            *("--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"),
            *("--convert-to", "docx:MS Word 2007 XML", "--outdir", str(folder / "out"), str(source)),
        ]
        dead_end = "http://127.0.0.1:9"
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "HOME": str(folder),
                "TMPDIR": str(folder),
                "http_proxy": dead_end,
                "https_proxy": dead_end,
            },
            cwd=folder,
            start_new_session=True,
        )
        try:
            return process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            log.warning("LibreOffice was stopped after %s seconds", self.seconds)
            return None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def find_office(setting: str | None = None, seconds: float = 60.0) -> Office | None:
    """Return the LibreOffice to use: what the setting names, else what is on the path; None where there is none."""
    if setting and setting.strip().lower() in _OFF:
        return None
    for name in (setting,) if setting else _PROGRAMS:
        found = shutil.which(name)
        if found:
            return Office(Path(found), seconds)
    if setting:
        log.warning("there is no program %s: old Word documents are read without LibreOffice", setting)
    return None


def may_need_office(path: Path) -> bool:
    """Say whether a file begins like one that LibreOffice reads better."""
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError:
        return False
    return head.startswith(_BEGINNINGS)
