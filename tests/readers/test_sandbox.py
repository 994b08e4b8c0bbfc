"""Work in child processes: fast when it behaves, ended with a clear word when it does not."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.readers.package import document_xml, paragraph, write_docx
from tracker.domain.documents import Outcome
from tracker.domain.formats import link_report_from_dict, reading_from_dict
from tracker.readers import sandbox
from tracker.readers.base import MEGABYTE, Limits, UnreadableDocument
from tracker.readers.sandbox import ChildFailed, link_in_child, read_and_extract_in_child, run_in_child

HERE = "tests.readers.misbehaving"
SHORT = Limits(seconds=0.3)
EARLIER = """云岭县石桥镇人民政府
关于2030年度法治政府建设情况的报告
一、工作开展情况
全年查办市容案件12件。
二、存在的问题
一是巡查人手紧缺；二是普法办法不多。
三、2031年工作计划
（一）充实巡查力量。6月底前增配持证巡查员不少于3名。
（二）改进普法方式。全年开展以案释法课堂不少于6场。
"""
LATER = """云岭县石桥镇人民政府
关于2031年度法治政府建设情况的报告
一、工作开展情况
5月增配持证巡查员3名，执法力量得到充实。
二、存在的问题
一是普法活动开展不够。
三、2032年工作计划
（一）改进普法方式。全年开展以案释法课堂不少于4场。
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "3f2a"
    path.write_text(EARLIER, encoding="utf-8")
    return path


def failure(function: str, *args: Any, limits: Limits = SHORT) -> ChildFailed:
    with pytest.raises(ChildFailed) as caught:
        run_in_child(f"{HERE}:{function}", args, limits)
    return caught.value


def is_gone(pid: int) -> bool:
    """Wait for the kernel to report the end of a process that was killed; a zombie is gone."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state in "ZX":
            return True
        os.sched_yield()
    return False


def test_reads_a_report(report: Path) -> None:
    data = read_and_extract_in_child(report, "石桥镇2030.txt")
    assert (data["file"], data["reader"], data["report_year"]) == ("石桥镇2030.txt", "text", 2030)
    assert [item["title"] for item in data["items"]] == ["充实巡查力量", "改进普法方式"]
    assert reading_from_dict(data).items[0].deadline.due_on.isoformat() == "2031-06-30"


def test_a_refusal_keeps_its_words(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xff\xd8\xff\xe0" + b"\0" * 100)
    with pytest.raises(UnreadableDocument) as caught:
        read_and_extract_in_child(path, "照片.docx")
    assert caught.value.code == "mismatch"
    assert "JPEG" in caught.value.message


def test_links_two_readings(tmp_path: Path) -> None:
    readings = []
    for name, text in (("a", EARLIER), ("b", LATER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        readings.append(read_and_extract_in_child(tmp_path / name, f"{name}.txt"))
    report = link_report_from_dict(link_in_child(*readings))
    outcomes = {link.item: link.outcome for link in report.links if link.commitment is None}
    assert outcomes["i1"] is Outcome.DONE


@pytest.mark.parametrize("function", ["spin", "wait_in_a_call"])
def test_an_overrun_is_ended(function: str) -> None:
    run_in_child(f"{HERE}:echo", [1])
    began = time.monotonic()
    assert failure(function).code == "timeout"
    assert time.monotonic() - began < 5


def test_memory_is_limited() -> None:
    assert failure("hoard", limits=Limits(memory_bytes=100 * MEGABYTE)).code == "memory"


@pytest.mark.parametrize("function", ["abort", "fault", "leave"])
def test_a_crash_is_told(function: str) -> None:
    assert failure(function, limits=Limits()).code == "crashed"
    assert run_in_child(f"{HERE}:echo", ["还在"]) == "还在"


def test_children_of_a_child_end_with_it() -> None:
    pid = run_in_child(f"{HERE}:child_and_result", [])
    assert is_gone(pid)


def test_an_unexpected_error_tells_its_kind_and_none_of_its_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        error = failure("fail", "绝密内容")
    assert error.code == "error"
    assert "ValueError" in error.detail
    assert "绝密内容" not in error.detail + caplog.text
    assert "misbehaving" in caplog.text


def test_a_result_must_be_json() -> None:
    assert failure("bad_result").code == "error"


def test_a_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET_KEY", "hunter2")
    sandbox.stop_sandbox()
    seen = run_in_child(f"{HERE}:surroundings", [])
    assert set(seen["environment"]) <= {"PATH", "LANG", "LC_CTYPE"}
    assert "hunter2" not in seen["initial"]
    assert seen["folder"] == "/"
    assert seen["files"] <= 8
    assert seen["pytest"] is False


def test_limits_in_force(tmp_path: Path) -> None:
    in_force = run_in_child(f"{HERE}:limits", [], Limits(seconds=3.2, memory_bytes=64 * MEGABYTE))
    assert (in_force["core"], in_force["file"], in_force["processor"]) == (0, 0, 5)
    assert in_force["memory"] > 64 * MEGABYTE
    assert failure("write", str(tmp_path / "x")).code == "error"


def test_many_threads_at_once(report: Path) -> None:
    with ThreadPoolExecutor(12) as pool:
        texts = list(pool.map(lambda n: run_in_child(f"{HERE}:echo", [f"第{n}项"]), range(40)))
        readings = list(pool.map(lambda n: read_and_extract_in_child(report, f"{n}.txt")["file"], range(12)))
    assert texts == [f"第{n}项" for n in range(40)]
    assert readings == [f"{n}.txt" for n in range(12)]


def test_a_slow_file_does_not_hold_up_another() -> None:
    run_in_child(f"{HERE}:echo", [1])
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(failure, "spin", limits=Limits(seconds=1.5))
        assert run_in_child(f"{HERE}:echo", ["快"]) == "快"
        assert not slow.done()
        assert slow.result().code == "timeout"


def test_large_messages_pass() -> None:
    value = ["法治政府建设" * 1_000] * 200
    assert run_in_child(f"{HERE}:echo", [value]) == value


def test_a_killed_host_is_replaced() -> None:
    run_in_child(f"{HERE}:echo", [1])
    process = sandbox._state.host._process
    assert process is not None
    process.kill()
    process.wait()
    assert run_in_child(f"{HERE}:echo", [2]) == 2


def test_a_forked_process_gets_a_host_of_its_own() -> None:
    run_in_child(f"{HERE}:echo", [1])
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = 0 if run_in_child(f"{HERE}:echo", ["子"]) == "子" else 1
            sandbox.stop_sandbox()
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert run_in_child(f"{HERE}:echo", ["父"]) == "父"


def test_the_host_ends_with_its_parent() -> None:
    script = (
        "from tracker.readers import sandbox; sandbox.start_sandbox(); "
        "print(sandbox._state.host._process.pid, flush=True); import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.returncode == -signal.SIGKILL
    for _ in range(400):
        if is_gone(int(done.stdout)):
            break
    assert is_gone(int(done.stdout))


@pytest.mark.parametrize(
    ("limits", "code", "words"),
    [
        (Limits(seconds=0.001), "timeout", "已停止"),
        (Limits(memory_bytes=24 * MEGABYTE), "memory", "内存超过"),
    ],
)
def test_a_costly_document_is_given_up(tmp_path: Path, limits: Limits, code: str, words: str) -> None:
    body = "".join(paragraph(f"（{number}）增配持证巡查员不少于3名。") for number in range(30_000))
    path = write_docx(tmp_path / "大.docx", document=document_xml(body))
    with pytest.raises(UnreadableDocument) as caught:
        read_and_extract_in_child(path, "大.docx", limits)
    assert (caught.value.code, words in caught.value.message) == (code, True)
