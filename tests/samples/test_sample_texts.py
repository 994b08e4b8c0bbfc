"""The sample county's texts and story: complete, consistent, alive on whatever day they are built."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as WordDocument

from tracker.db.models.units import UnitKind
from tracker.domain.documents import Outcome, ReportReading
from tracker.domain.extraction import read_report
from tracker.domain.permissions import Role
from tracker.domain.tasks import FINAL, TaskStatus
from tracker.domain.unit_names import KnownUnit, names_same_unit
from tracker.language.lexicon import load_lexicon
from tracker.readers.registry import read_file
from tracker.samples.docx_writer import NumberingCounter, chinese_number, write_docx
from tracker.samples.files import build_evidence_file, build_report_file
from tracker.samples.manifest import ManifestError, load_county
from tracker.samples.story import REPORTS, ReportSpec, StepKind, StepSpec, TaskSpec, replay
from tracker.samples.when import Anchor, When, parse_when, render

COUNTY = load_county()
TODAY = date(2026, 11, 20)
DAYS = [
    date(2026, 1, 1),
    date(2026, 1, 20),
    date(2026, 3, 10),
    date(2026, 6, 30),
    TODAY,
    date(2026, 12, 31),
    date(2028, 2, 29),
]
ALL_REPORTS = sorted(COUNTY.reports.values(), key=lambda report: report.key)
BODY = r"[一二三四五六七八九十]+"


def status_on(task: TaskSpec, today: date) -> TaskStatus:
    """Return the state of a task on a day, before a year is locked."""
    start = TaskStatus.ESTABLISHED if task.successor else TaskStatus.PROPOSED
    return replay(tuple(step for step, _ in COUNTY.timeline(task, today)), start)


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Read a sample report the way an upload is read: as a file, by the real readers and the real extraction."""
    folder = tmp_path_factory.mktemp("reports")
    lexicon = load_lexicon()

    @cache
    def reading_of(key: str) -> ReportReading:
        name, content = build_report_file(COUNTY.reports[key], TODAY)
        path = Path(folder) / name
        path.write_bytes(content)
        return read_report(read_file(path)[1], lexicon)

    return reading_of


# --- the county


def test_county_is_large_enough_to_look_like_one() -> None:
    below = [unit for unit in COUNTY.units.values() if unit.parent is not None]
    filing = [unit for unit in below if unit.files_reports]
    filed = Counter(report.unit for report in COUNTY.reports.values())
    assert len(filing) >= 14
    assert sum(count == 3 for count in filed.values()) >= 7
    assert sum(count in {1, 2} for count in filed.values()) >= 5
    assert sum(unit.key not in filed for unit in filing) >= 2
    assert 150 <= len(COUNTY.tasks) <= 250


def test_every_role_has_an_account_and_every_filing_unit_a_head_and_an_officer() -> None:
    roles = Counter(person.role for person in COUNTY.people.values())
    assert roles[Role.SUPERVISOR] >= 2
    assert roles[Role.AUDITOR] == roles[Role.ADMIN] == 1
    for unit in COUNTY.units.values():
        if unit.files_reports:
            have = {person.role for person in COUNTY.people.values() if person.unit == unit.key}
            assert {Role.HEAD, Role.OFFICER} <= have, unit.key
    assert {COUNTY.people[name].role for name in COUNTY.showcase} == set(Role)


def test_names_codes_and_addresses_are_distinct_and_fictional() -> None:
    codes = [unit.code for unit in COUNTY.units.values()]
    names = [person.name for person in COUNTY.people.values()]
    assert len(codes) == len(set(codes))
    assert len(names) == len(set(names))
    assert all(person.email.endswith(".example") for person in COUNTY.people.values())
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+)?", name) for name in COUNTY.people)


def test_supervisors_stand_above_all_units() -> None:
    areas = [unit.key for unit in COUNTY.units.values() if unit.kind is UnitKind.AREA]
    assert len(areas) == 1
    assert all(p.unit == areas[0] for p in COUNTY.people.values() if p.role in {Role.SUPERVISOR, Role.AUDITOR})


# --- the texts


@pytest.mark.parametrize("report", ALL_REPORTS, ids=lambda report: report.key)
def test_text_is_whole(report: ReportSpec) -> None:
    source = (REPORTS / report.file).read_text(encoding="utf-8")
    text = report.text(TODAY)
    assert 1_000 <= len(text) <= 3_500
    assert "{" not in text
    assert "}" not in text
    assert not re.search(r"20\d\d年", source), "a year must be told as {Y}"
    assert str(report.year(TODAY)) in text
    assert all(line == line.strip() for line in source.splitlines())
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日$", text)


def test_no_text_is_left_out() -> None:
    assert {path.name for path in REPORTS.iterdir()} == {report.file for report in ALL_REPORTS}


def test_forms_and_encodings_vary() -> None:
    forms = {(report.format, report.encoding, report.numbered) for report in ALL_REPORTS}
    assert {form for form, _, _ in forms} == {"docx", "txt"}
    assert {"utf-8", "utf-8-sig", "gb18030"} <= {encoding for _, encoding, _ in forms}
    assert {True, False} == {numbered for form, _, numbered in forms if form == "docx"}


def test_report_is_filed_after_it_was_signed() -> None:
    for report in ALL_REPORTS:
        year, month, day = map(int, re.findall(r"(\d{4})年(\d{1,2})月(\d{1,2})日$", report.text(TODAY))[0])
        assert date(year, month, day) <= report.filed_on(TODAY), report.key


# --- the files


@pytest.mark.parametrize("report", ALL_REPORTS, ids=lambda report: report.key)
def test_file_read_back_is_the_text(report: ReportSpec, tmp_path: Path) -> None:
    name, content = build_report_file(report, TODAY)
    path = tmp_path / name
    path.write_bytes(content)
    document = read_file(path)[1]

    def plain(text: str) -> list[str]:
        return [re.sub(r"\s", "", line) for line in text.splitlines() if line.strip()]

    assert plain(document.text) == plain(report.text(TODAY))
    assert document.reader == ("docx" if report.format == "docx" else "text")


def test_words_numbers_are_not_in_the_text() -> None:
    for report in ALL_REPORTS:
        if report.format != "docx" or not report.numbered:
            continue
        word = WordDocument(BytesIO(build_report_file(report, TODAY)[1]))
        typed = [p.text for p in word.paragraphs if re.match(rf"({BODY}、|（{BODY}）|\d+\.)", p.text)]
        assert typed == [], report.key


def test_a_plan_stands_in_a_table_with_units_and_deadlines() -> None:
    word = WordDocument(BytesIO(build_report_file(COUNTY.reports["scjg_2"], TODAY)[1]))
    rows = [[cell.text for cell in row.cells] for row in word.tables[0].rows]
    assert rows[0] == ["序号", "重点任务", "责任单位", "完成时限"]
    assert len(rows) == 8
    assert rows[3][2:] == ["消费者权益保护股", "6月底前"]


def test_the_same_day_gives_the_same_bytes() -> None:
    report = COUNTY.reports["liuwan_2"]
    assert build_report_file(report, TODAY) == build_report_file(report, TODAY)


def test_evidence_is_a_readable_document(tmp_path: Path) -> None:
    name, content = build_evidence_file("验收单.docx", "验收结论：合格。")
    path = tmp_path / name
    path.write_bytes(content)
    assert read_file(path)[1].text.splitlines() == ["验收单", "验收结论：合格。"]


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        (["一、甲", "（一）乙", "（二）丙", "二、丁", "（一）戊"], [0, 1, 1, 0, 1]),
        (["一、甲", "1.乙", "2.6月底前完成", "2.6公里"], [0, 2, 2, None]),
        (["一、甲", "三、乙", "二、丙"], [0, None, 0]),
        (["（一）甲", "1.乙", "（二）丙", "1.丁"], [1, 2, 1, 2]),
        (["（一)甲", "一是乙", "正文"], [None, None, None]),
    ],
)
def test_counter_takes_only_the_numbers_word_would_give(lines: list[str], taken: list[int | None]) -> None:
    counter = NumberingCounter()
    results = [counter.take(line) for line in lines]
    assert [result and result[0] for result in results] == taken


def test_chinese_numbers() -> None:
    assert [chinese_number(n) for n in (1, 9, 10, 11, 20, 42, 99)] == [
        "一", "九", "十", "十一", "二十", "四十二", "九十九"
    ]  # fmt: skip
    with pytest.raises(ValueError, match="0"):
        chinese_number(0)


def test_writer_keeps_what_it_cannot_number() -> None:
    word = WordDocument(BytesIO(write_docx("标题\n\n二、第二\n正文。", numbered=True)))
    assert [p.text for p in word.paragraphs] == ["标题", "二、第二", "正文。"]


# --- what is read from them


@pytest.mark.parametrize("report", ALL_REPORTS, ids=lambda report: report.key)
def test_report_is_read_as_intended(report: ReportSpec, read) -> None:  # type: ignore[no-untyped-def]
    reading = read(report.key)
    area, unit = (
        KnownUnit(0, COUNTY.units[key].name, COUNTY.units[key].short_name) for key in ("qinglan", report.unit)
    )
    assert names_same_unit(reading.unit, unit, area)
    assert (reading.report_year, reading.plan_year) == (report.year(TODAY), report.year(TODAY) + 1)
    assert reading.notices == ()
    assert len(reading.problems) >= 3
    assert 5 <= len(reading.items) <= 12


@pytest.mark.parametrize("report", ALL_REPORTS, ids=lambda report: report.key)
def test_every_item_has_its_story(report: ReportSpec, read) -> None:  # type: ignore[no-untyped-def]
    items = {item.id: item.text for item in read(report.key).items}
    told = {
        task.item: [name for name, text in items.items() if task.item in text] for task in COUNTY.tasks_of(report.key)
    }
    assert {item: names for item, names in told.items() if len(names) != 1} == {}
    assert sorted(name for names in told.values() for name in names) == sorted(items)


def test_quotes_stand_in_the_next_report_once() -> None:
    for task in COUNTY.tasks:
        if task.link is None or task.link.quote is None:
            continue
        report = COUNTY.reports[task.report]
        (later,) = (r for r in ALL_REPORTS if r.unit == report.unit and r.offset == report.offset + 1)
        assert later.text(TODAY).count(task.link.quote) == 1, (task.report, task.link.quote)


# --- the story


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_timelines_run_forward_and_end_today(today: date) -> None:
    for task in COUNTY.tasks:
        days = [day for _, day in COUNTY.timeline(task, today)]
        assert days == sorted(days)
        assert all(day <= today for day in days)
        status_on(task, today)  # raises where the life cycle has no such way


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_the_running_year_is_alive_on_any_day(today: date) -> None:
    running = [task for task in COUNTY.tasks if COUNTY.plan_offset(task) == 0]
    states = Counter(status_on(task, today) for task in running)
    for state in (
        "proposed",
        "established",
        "assigned",
        "in_progress",
        "in_review",
        "returned",
        "suspended",
        "withdrawn",
    ):
        assert states[TaskStatus(state)] >= 1, state
    overdue = [
        task
        for task in running
        if task.due is not None
        and task.due.on(today.year, COUNTY.reports[task.report].filed_on(today), today) < today
        and status_on(task, today) is TaskStatus.IN_PROGRESS
    ]
    assert len(overdue) >= 5


def test_the_earlier_year_is_over_and_explained() -> None:
    for task in (task for task in COUNTY.tasks if COUNTY.plan_offset(task) == -2):
        if status_on(task, date(2026, 1, 1)) is TaskStatus.DISMISSED:
            continue
        name = f"{task.report} {task.item}"
        assert status_on(task, date(2026, 1, 1)) in FINAL, name
        assert task.verdict is not None, name
        assert task.link is not None, name
        plain = task.ends is TaskStatus.CLOSED and task.link.outcome is Outcome.DONE
        assert plain or task.explanation, name
    assert COUNTY.years[-2].locked is not None
    assert COUNTY.years[-1].locked is None


def test_the_last_year_is_half_reconciled() -> None:
    links = Counter(task.link.decision.value for task in COUNTY.tasks if task.link and COUNTY.plan_offset(task) == -1)
    assert links["confirmed"] >= 15
    assert links["proposed"] >= 15


def test_the_story_has_all_that_happens() -> None:
    told = {step.kind for task in COUNTY.tasks for step in COUNTY.all_steps(task)}
    assert told >= set(StepKind) - {StepKind.DECLINE, StepKind.REOPEN}
    closed_late = [
        task for task in COUNTY.tasks for step in task.steps if step.kind is StepKind.APPROVE and "逾期" in step.reason
    ]
    assert len(closed_late) >= 8
    assert {task.ends for task in COUNTY.tasks} == set(TaskStatus) - {TaskStatus.ARCHIVED}


def test_closing_needs_evidence_or_a_reason() -> None:
    for task in COUNTY.tasks:
        files = [file for step in task.steps for file in step.files]
        for step in task.steps:
            if step.kind is StepKind.REQUEST_CLOSURE:
                assert files or step.reason, (task.report, task.item)


# --- days and percentages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("06-30", date(2026, 6, 30)),
        ("prev 12-28", date(2025, 12, 28)),
        ("next 01-12", date(2027, 1, 12)),
        ("0%", date(2026, 1, 1)),
        ("50%", date(2026, 1, 6)),
        ("-5d", date(2026, 1, 6)),
        ("-30d", date(2026, 1, 1)),
        ("+7d", date(2026, 1, 18)),
    ],
)
def test_days_of_the_story(text: str, expected: date) -> None:
    assert parse_when(text).on(2026, date(2026, 1, 1), date(2026, 1, 11)) == expected


@pytest.mark.parametrize("text", ["", "6-30", "02-29", "13-01", "5d", "half", "last 01-01"])
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        parse_when(text)


def test_render_puts_years() -> None:
    assert render("{Y}年到{Y+1}年，{Y-2}年起", 2024) == "2024年到2025年，2022年起"
    assert render("{X} {Y}", 2024) == "{X} 2024"


@pytest.mark.parametrize(
    ("percent", "pace", "elapsed", "expected"),
    [(40, False, 90, 40), (-20, True, 90, 70), (-20, True, 10, 0), (0, True, 100, 95), (0, True, None, 50)],
)
def test_percent_at_a_pace(percent: int, pace: bool, elapsed: int | None, expected: int) -> None:
    step = StepSpec(StepKind.REPORT_PROGRESS, When(Anchor.SHARE, 50), percent, pace)
    assert step.percent_at(elapsed) == expected


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('ends = "closed"', 'ends = "unfinished"', "ends"),
        ('unit = "shidu.zfd"', 'unit = "nowhere"', "unknown unit"),
        ('do = "approve"', 'do = "suspend"', "reason|day|待审核"),
        ('kind = "township"', 'sort = "township"', "kind"),
        ('at = "04-17"', 'at = "-3d"', "not both"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(before: str, after: str, message: str, tmp_path: Path) -> None:
    source = (REPORTS.parent / "county.toml").read_text(encoding="utf-8")
    broken = tmp_path / "county.toml"
    assert before in source
    broken.write_text(source.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ManifestError, match=message):
        load_county(broken)


def test_one_day_later_the_story_is_one_day_older() -> None:
    task = next(task for task in COUNTY.tasks if task.is_relative and task.due is not None)
    today = date(2026, 8, 1)
    for day in (today, today + timedelta(days=1)):
        filed = COUNTY.reports[task.report].filed_on(day)
        assert task.due is not None
        assert (day - task.due.on(day.year, filed, day)).days == -task.due.value
