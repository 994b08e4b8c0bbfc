"""The ledger over HTTP: its address, table, filters, paging, batches, workbook, cost and hostile input."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from lxml import html
from openpyxl import load_workbook
from sqlalchemy import func, select

from tests.support.factories import TODAY, make_evidence, make_report, make_task
from tracker.db.models import AuditEntry, Notice, ProgressReport, SupportingUnit, Task
from tracker.domain.documents import DeadlineSource
from tracker.domain.ledger_rows import LEDGER_COLUMNS
from tracker.domain.tasks import TaskStatus
from tracker.web.ledger_page import COLUMNS

PAYLOAD = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>"


@pytest.fixture
def add(runtime, county):
    """Add a task of the township: ``add("标题", TaskStatus.ASSIGNED, due_on=…)`` gives its id."""

    def make(title: str, status=TaskStatus.IN_PROGRESS, *, unit=None, **values) -> int:
        with runtime.database.writing.begin() as session:
            unit = session.merge(unit or county.township)
            for name in ("owner", "lead_unit", "report"):
                if values.get(name) is not None:
                    values[name] = session.merge(values[name])
            return make_task(session, unit, status, title=title, **values).id

    return make


@pytest.fixture
def chief(someone):
    """The supervisor on the ledger's first page."""
    person = someone("supervisor")
    person.open("/ledger/")
    return person


def page_of(person):
    return html.fromstring(person.response.get_data(as_text=True))


def table(person) -> list[list[str]]:
    """The visible texts of the table's body."""
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("./td[not(@class='select')]")]
        for row in page_of(person).xpath("//table[contains(@class, 'data-table')]/tbody/tr")
    ]


def titles(person) -> list[str]:
    return [row[1] for row in table(person)]


def heads(person) -> list[str]:
    found = page_of(person).xpath("//table[contains(@class, 'data-table')]/thead//th[not(@class='select')]")
    return [" ".join(head.text_content().split()) for head in found]


def chips(person) -> dict[str, str]:
    """What is filtered by, and the address without it."""
    return {
        chip.text_content().strip(): chip.xpath("./a/@href")[0] for chip in page_of(person).xpath("//li[@class='chip']")
    }


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


# ---- the table


def test_a_row_says_what_whose_when_and_how_it_stands(county, add, someone):
    add(
        "组织执法培训",
        owner=county.officer,
        due_on=TODAY + timedelta(days=90),
        original_due_on=TODAY + timedelta(days=60),
        extension_count=1,
        percent=60,
        number="LWZ-2026-001",
        years_carried=2,
        extension_pending=True,
    )
    add("推定时限", due_source=DeadlineSource.PLAN_YEAR, due_confirmed=False, due_on=TODAY - timedelta(days=2))
    add("暂缓的", TaskStatus.SUSPENDED, due_on=TODAY - timedelta(days=5))
    person = someone("supervisor")
    person.open("/ledger/?sort=-due")
    assert heads(person) == ["编号", "任务内容", "牵头单位", "责任人", "时限", "进度", "状态", "亮灯"]
    rows = {row[1]: row for row in table(person)}
    training, inferred, stopped = rows["组织执法培训"], rows["推定时限"], rows["暂缓的"]
    assert training[0] == "LWZ-2026-001"
    assert training[2:4] == ["柳湾镇", "李文"]
    assert "还有 90 天" in training[4]
    assert "原定 2026-08-09，延期 1 次" in training[4]
    assert "申请延期中" in training[4]
    assert training[5] == "60%"
    assert training[6] == "办理中 结转第 2 年"
    assert "推定" in inferred[4]
    assert "逾期 2 天" in inferred[4]
    assert inferred[3] == "未指定"
    assert inferred[7] == "逾期"
    assert "天" not in stopped[4]  # its clock stands still
    assert stopped[7] == "不计时"


def test_a_title_leads_to_its_task_and_shows_the_wording(add, chief):
    task_id = add("标题", wording="全部的话")
    chief.open("/ledger/")
    (link,) = page_of(chief).xpath("//a[@data-row-link]")
    assert (link.get("href"), link.get("title"), link.text_content()) == (f"/tasks/{task_id}", "全部的话", "标题")
    chief.open(link.get("href"))
    assert chief.status == 200


def test_an_empty_ledger_says_how_to_begin_and_a_filter_without_result_how_to_go_on(add, chief):
    assert "台账里还没有任务" in chief.text
    chief.open("/ledger/?focus=overdue")
    assert "没有符合条件的任务" in chief.text
    assert chief.links()["看全部任务"] == "/ledger/"
    chief.open("/ledger/?sort=-number&columns=year")
    assert "台账里还没有任务" in chief.text


def test_columns_are_chosen_and_kept(add, chief):
    add("一项")
    chief.open("/ledger/?year=2026")
    form = chief._form(1)
    assert form.get("action") == "/ledger/"
    chosen = [("columns", "area"), ("columns", "urged")]
    kept = [(name, value) for name, value in form.form_values() if name != "columns"]
    chief.open("/ledger/?" + "&".join(f"{name}={value}" for name, value in kept + chosen))
    assert heads(chief) == ["编号", "任务内容", "亮灯", "类别", "催办次数"]
    assert "2026 年" in chips(chief)
    for href in [*chips(chief).values(), *chief.links().values()]:
        if href.startswith("/ledger/?"):
            assert asked(href)["columns"] == ["area", "urged"]
    chief.submit(0, q="一项")  # the filter form keeps them as well
    assert heads(chief)[3:] == ["类别", "催办次数"]


def test_without_any_tick_only_the_fixed_columns_stay(add, chief):
    add("一项")
    chief.open("/ledger/")
    kept = [value for name, value in chief._form(1).form_values() if name == "columns"]
    hidden = page_of(chief).xpath("//form[@class='menu-body']/input[@type='hidden'][@name='columns']/@value")
    assert hidden == ["number"]
    assert kept
    chief.open("/ledger/?columns=number")
    assert heads(chief) == ["编号", "任务内容", "亮灯"]


def test_every_column_can_be_shown(add, chief):
    add("一项", area="行政执法", extension_count=2, urge_count=3)
    chief.open("/ledger/?" + "&".join(f"columns={column.key}" for column in COLUMNS))
    assert heads(chief) == [column.label for column in COLUMNS]
    (row,) = table(chief)
    cells = dict(zip(heads(chief), row, strict=True))
    assert (cells["年度"], cells["类别"], cells["延期次数"], cells["催办次数"]) == ("2026", "行政执法", "2", "3")
    assert (cells["原定时限"], cells["最近反馈"]) == ("2026-09-30", "—")


def test_sorting_by_the_heads(add, chief):
    add("乙", due_on=TODAY + timedelta(days=2), number="B")
    add("甲", due_on=TODAY + timedelta(days=3), number="A")
    chief.open("/ledger/")
    assert titles(chief) == ["乙", "甲"]
    (due,) = page_of(chief).xpath("//th[@aria-sort]")
    assert (due.get("aria-sort"), due.text_content().strip()) == ("ascending", "时限")
    chief.open(chief.links()["时限"])
    assert titles(chief) == ["甲", "乙"]
    chief.open(chief.links()["时限"])
    assert titles(chief) == ["乙", "甲"]
    chief.open(chief.links()["编号"])
    assert titles(chief) == ["甲", "乙"]
    chief.open(chief.links()["编号"])
    assert titles(chief) == ["乙", "甲"]


# ---- the address


def test_filters_show_as_chips_that_can_be_taken_away(county, add, chief):
    add("组织执法培训", area="行政执法")
    add("编制目录", area="行政决策", unit=county.sister)
    chief.open("/ledger/")
    chief.submit(0, q="培训", year="2026", unit=str(county.township.id), status="in_progress", area="行政执法")
    assert titles(chief) == ["组织执法培训"]
    assert set(chips(chief)) == {"2026 年", "柳湾镇", "办理中", "行政执法", "“培训”"}
    left = asked(chips(chief)["柳湾镇"])
    assert "unit" not in left
    assert left["q"] == ["培训"]
    for href in chips(chief).values():
        chief.open(href)
        assert chief.status == 200
        assert len(chips(chief)) == 4
    chief.open("/ledger/?area=行政决策&year=2026")
    assert titles(chief) == ["编制目录"]
    chief.open(chief.links()["全部清除"])
    assert len(titles(chief)) == 2


def test_the_tabs_keep_the_filters(add, chief):
    add("一项", TaskStatus.ASSIGNED)
    chief.open("/ledger/?year=2026&q=一项")
    chief.open(next(href for text, href in chief.links().items() if text.startswith("待签收")))
    assert titles(chief) == ["一项"]
    assert set(chips(chief)) == {"2026 年", "“一项”"}
    (current,) = page_of(chief).xpath("//*[@aria-label='任务范围']//a[@aria-current]")
    assert current.text_content().strip() == "待签收"


@pytest.mark.parametrize(
    "address",
    [
        "/ledger/?year=99999999999999999999",
        "/ledger/?year=-5",
        "/ledger/?year=abc&unit=abc&status=abc&area=abc&focus=abc&sort=abc&role=abc&columns=abc&at=abc",
        "/ledger/?unit=99999999999999999999",
        "/ledger/?status=proposed",
        "/ledger/?at=%3E2026-01-01~99999999999999999999",
        "/ledger/?at=%3C%00~1&sort=number",
        "/ledger/?at=%3E2026-01-01T00:00:00~1&sort=-updated",
        "/ledger/?year=2026&year=2025&year=",
        "/ledger/?_external=1&_scheme=javascript&_anchor=x&_method=POST&endpoint=x&self=x&changes=x&base=x",
        "/ledger/?%ff=%fe&q=%ff%fe",
        "/ledger/?q=" + "%E6%B3%95" * 2000,
        "/ledger",
    ],
)
def test_a_strange_address_shows_the_ledger(add, chief, address):
    add("一项")
    chief.open(address)
    assert chief.status == 200
    assert "javascript" not in chief.response.get_data(as_text=True)
    for href in chief.links().values():
        assert href.startswith(("/", "#")), href
        assert "None" not in unquote(href)


def test_what_is_no_value_is_not_filtered_by(county, add, chief):
    add("一项")
    chief.open(f"/ledger/?unit={county.other_township.id}&status=proposed&area=别的&year=0")
    assert (titles(chief), chips(chief)) == (["一项"], {})


def test_pages_forwards_and_back(add, chief):
    for index in range(60):
        add(f"第{index:02d}项", due_on=TODAY + timedelta(days=index // 7))
    chief.open("/ledger/?year=2026")
    first = titles(chief)
    assert "本页 25 项，共 60 项" in chief.text
    assert "上一页" not in chief.links()
    chief.open(chief.links()["下一页"])
    second = titles(chief)
    assert set(chips(chief)) == {"2026 年"}
    chief.open(chief.links()["下一页"])
    assert len(titles(chief)) == 10
    assert "下一页" not in chief.links()
    assert len({*first, *second, *titles(chief)}) == 60
    chief.open(chief.links()["上一页"])
    assert titles(chief) == second
    assert chief.links()["回到第一页"] == "/ledger/?year=2026"
    chief.open(chief.links()["上一页"])
    assert titles(chief) == first
    assert "回到第一页" not in chief.links()


def test_a_new_order_begins_with_its_first_page(add, chief):
    for index in range(30):
        add(f"第{index}项")
    chief.open("/ledger/")
    chief.open(chief.links()["下一页"])
    assert "at" in asked(chief.path)
    assert "at" not in asked(chief.links()["编号"])


# ---- roles and scope


@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("supervisor", ["本镇", "司法所", "石渡"]),
        ("auditor", ["本镇", "司法所", "石渡"]),
        ("officer", ["本镇", "司法所"]),
        ("head", ["本镇", "司法所"]),
        ("sister", ["石渡"]),
        ("section", ["司法所"]),
        ("other_supervisor", ["外县"]),
    ],
)
def test_who_sees_what(county, add, someone, username, seen):
    add("本镇", number="A1")
    add("司法所", number="A2", unit=county.section)
    add("石渡", number="A3", unit=county.sister)
    add("外县", number="A4", unit=county.other_township)
    person = someone(username)
    person.open("/ledger/?sort=number")
    assert titles(person) == seen
    assert f"共 {len(seen)} 项" in person.text
    ticks = page_of(person).xpath("//input[@name='ids']")
    assert bool(ticks) == username.endswith("supervisor")
    sheet = sheet_of(person, "/ledger/export.xlsx")
    assert [row[4].value for row in sheet.iter_rows(min_row=2)] == [sheet_wording] * len(seen)
    options = page_of(person).xpath("//select[@name='unit']/option/text()")
    assert ("白鹿镇" in options) == (username == "other_supervisor")


sheet_wording = "组织执法人员专题培训不少于4次，6月底前完成行政执法证件清理。"


def test_an_administrator_has_no_ledger(add, someone):
    add("一项")
    person = someone("admin")
    for path in ("/ledger/", "/ledger/export.xlsx"):
        person.open(path)
        assert person.status == 403


@pytest.mark.parametrize("username", ["officer", "head", "auditor", "admin"])
def test_batches_are_the_supervisors(add, someone, username):
    task_id = add("一项")
    person = someone(username)
    page = person.open("/tasks/1" if username == "admin" else "/ledger/").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
    for action in ("urge", "assign"):
        answer = person.client.post(f"/ledger/{action}", data={"csrf_token": token, "ids": [str(task_id)]})
        assert answer.status_code == 403


# ---- batches


def tick(person, action: str, chosen: list[int], **fields):
    """Press a batch button with some rows ticked."""
    form = person._form("/ledger/urge")
    data = {name: value for name, value in form.form_values() if name != "ids"}
    data |= {"ids": [str(task_id) for task_id in chosen], **fields}
    return person._keep(person.client.post(f"/ledger/{action}", data=data, follow_redirects=True))


def read(runtime, task_id: int) -> Task:
    with runtime.database.reading() as session:
        return session.get_one(Task, task_id)


def count(runtime, model) -> int:
    with runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_urging_several_shows_what_will_happen_first(runtime, county, add, chief):
    first, second = add("甲", number="A1", owner=county.officer), add("乙", number="A2", owner=county.officer)
    done = add("丙", TaskStatus.CLOSED, number="A3")
    chief.open("/ledger/?year=2026&sort=number")
    tick(chief, "urge", [first, second, done])
    assert "催办 3 项" in chief.text
    assert [row[0] for row in table(chief)] == ["A1", "A2", "A3"]
    assert (read(runtime, first).urge_count, count(runtime, Notice)) == (0, 0)
    chief.submit(0, text="请月底前反馈")
    assert "已催办 2 项：A1、A2。" in chief.text
    assert "1 项没有催办：任务当前为“已办结”" in chief.text
    assert urlsplit(chief.path).query == "year=2026&sort=number"  # back to the place one came from
    assert [read(runtime, task_id).urge_count for task_id in (first, second, done)] == [1, 1, 0]
    with runtime.database.reading() as session:
        reasons = set(session.scalars(select(Notice.reason)))
    assert any("请月底前反馈" in reason for reason in reasons)


def test_sending_several_out(runtime, add, chief):
    ready, again = add("甲", TaskStatus.ESTABLISHED, number="A1"), add("乙", TaskStatus.ASSIGNED, number="A2")
    chief.open("/ledger/")
    tick(chief, "assign", [ready, again])
    assert "从今天起计算签收时限" in chief.text
    chief.submit(0)
    assert "已交办 1 项：A1。" in chief.text
    assert "1 项没有交办：任务当前为“待签收”" in chief.text
    assert read(runtime, ready).status is TaskStatus.ASSIGNED


def test_the_same_batch_sent_twice_is_done_once(runtime, county, add, chief):
    task_id = add("甲", owner=county.officer)
    chief.open("/ledger/")
    tick(chief, "urge", [task_id])
    form = dict(chief._form(0).form_values())
    for _ in range(2):
        chief._keep(chief.client.post("/ledger/urge", data=form, follow_redirects=True))
        assert chief.status == 200
    assert read(runtime, task_id).urge_count == 1


@pytest.mark.parametrize("action", ["urge", "assign"])
def test_nothing_ticked_asks_to_tick(runtime, add, chief, action):
    add("甲")
    chief.open("/ledger/?q=甲")
    tick(chief, action, [])
    assert "没有勾选任务" in chief.text
    assert asked(chief.path) == {"q": ["甲"]}


@pytest.mark.parametrize("confirm", ["", "1"])
@pytest.mark.parametrize("action", ["urge", "assign"])
def test_ids_out_of_scope_are_as_if_they_did_not_exist(runtime, county, add, chief, action, confirm):
    own = add("甲", TaskStatus.ESTABLISHED if action == "assign" else TaskStatus.IN_PROGRESS, owner=county.officer)
    foreign = add("外县", unit=county.other_township)
    chief.open("/ledger/")
    tick(chief, action, [own, foreign], confirm=confirm)
    before = read(runtime, foreign)
    assert (before.urge_count, before.status) == (0, TaskStatus.IN_PROGRESS)
    assert "外县" not in chief.text
    if confirm:
        assert "1 项没有" in chief.text
        assert "没有找到这项任务" in chief.text
    else:
        assert chief.status == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ids": ["1"] * 201}, "一次最多处理 200 项"),
        ({"ids": ["1"], "status": "closed"}, "提交的内容里有这个页面没有的字段"),
    ],
)
def test_a_batch_that_no_page_offers(add, chief, fields, sentence):
    add("甲")
    chief.open("/ledger/")
    tick(chief, "urge", [], **fields)
    assert sentence in chief.text


@pytest.mark.parametrize("ids", [["x"], [""], ["99999999999999999999"], ["-1"], ["0"], ["123456"]])
def test_a_batch_of_ids_nobody_has(add, chief, ids):
    add("甲")
    chief.open("/ledger/")
    tick(chief, "urge", [], ids=ids)
    assert chief.status == 404


def test_a_batch_leads_back_into_the_house_only(add, chief):
    task_id = add("甲")
    chief.open("/ledger/")
    for back in ("https://example.org/", "//example.org", "/\\example.org"):
        data = {name: value for name, value in chief._form("/ledger/urge").form_values() if name != "ids"}
        answer = chief.client.post("/ledger/urge", data={**data, "back": back})
        assert answer.headers["Location"] == "/ledger/"
    tick(chief, "urge", [task_id], back="https://example.org/")
    assert "example.org" not in chief.response.get_data(as_text=True)


def test_too_long_a_sentence_is_kept_and_explained(runtime, county, add, chief):
    task_id = add("甲", owner=county.officer)
    chief.open("/ledger/")
    tick(chief, "urge", [task_id])
    chief.submit(0, text="请" * 201)
    assert chief.status == 400
    assert "催办要求不能超过 200 字" in chief.text
    assert "请" * 201 in chief.response.get_data(as_text=True)
    assert read(runtime, task_id).urge_count == 0


# ---- the workbook


def sheet_of(person, address: str):
    answer = person.client.get(address)
    assert answer.status_code == 200
    return load_workbook(BytesIO(answer.data)).worksheets[0]


def test_the_workbook_has_the_filtered_rows_in_the_columns_of_the_field(runtime, county, add, chief):
    with runtime.database.writing.begin() as session:
        report = make_report(session, session.merge(county.township), session.merge(county.officer))
    earlier = add("去年的", plan_year=2025, number="LWZ-2025-007", status=TaskStatus.CARRIED_OVER)
    task_id = add(
        "组织培训",
        report=report,
        owner=county.officer,
        number="LWZ-2026-001",
        area="行政执法",
        percent=50,
        predecessor_id=earlier,
        supporting_names=["团县委"],
        quantities=[{"what": "专题培训", "op": ">=", "value": 4, "max": None, "unit": "次", "per": None}],
        due_source=DeadlineSource.PLAN_YEAR,
    )
    with runtime.database.writing.begin() as session:
        task = session.get_one(Task, task_id)
        session.add(SupportingUnit(task_id=task_id, unit_id=county.section.id))
        for done in ("开了一次", "开了两次"):
            session.add(
                ProgressReport(
                    task_id=task_id,
                    author_id=county.officer.id,
                    at=task.created_at,
                    percent=50,
                    done=done,
                    problems="缺场地",
                    next_step="再开两次",
                )
            )
        make_evidence(session, task, session.merge(county.officer), name="签到表.pdf")
        withdrawn = make_evidence(session, task, session.merge(county.officer), name="传错了.pdf")
        withdrawn.withdrawn_at = task.created_at
    sheet = sheet_of(chief, "/ledger/export.xlsx?year=2026")
    assert [cell.value for cell in sheet[1]] == list(LEDGER_COLUMNS)
    assert sheet.max_row == 2
    values = dict(zip(LEDGER_COLUMNS, (cell.value for cell in sheet[2]), strict=True))
    assert values["编号"] == "LWZ-2026-001"
    assert values["来源报告"] == "柳湾镇人民政府2025年法治政府建设工作报告"
    assert values["成果形式/量化指标"] == "专题培训 ≥4次"
    assert values["牵头单位"] == "柳湾镇人民政府"
    assert values["配合单位"] == "柳湾镇司法所、团县委"
    assert values["责任人"] == "李文"
    assert (values["进展情况"], values["存在问题"], values["下步措施"]) == ("开了两次", "缺场地", "再开两次")
    assert values["佐证材料"] == "1 件：签到表.pdf"
    assert (values["状态"], values["亮灯"], values["完成比例"]) == ("办理中", "正常", "50%")
    assert values["结转来源"] == "LWZ-2025-007"
    assert values["备注"] == "时限为推定"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["甲", "乙", "丙"]),
        ("?focus=overdue", ["乙"]),
        ("?q=丙", ["丙"]),
        ("?status=assigned", ["丙"]),
        ("?year=2020", []),
        ("?sort=-due&at=%3E2026-01-01~1&columns=number", ["甲", "乙", "丙"]),
    ],
)
def test_the_workbook_follows_the_filter(county, add, chief, query, expected):
    add("甲", number="A1", wording="甲")
    add("乙", number="A2", wording="乙", due_on=TODAY - timedelta(days=1))
    add("丙", TaskStatus.ASSIGNED, number="A3", wording="丙")
    add("外县", unit=county.other_township, number="A0")
    sheet = sheet_of(chief, f"/ledger/export.xlsx{query}")
    assert [row[4].value for row in sheet.iter_rows(min_row=2)] == expected


def test_the_link_to_the_workbook_carries_the_filter_and_nothing_else(add, chief):
    add("甲")
    chief.open("/ledger/?year=2026&q=甲&_external=1&foo=bar")
    assert asked(chief.links()["导出 Excel"]) == {"year": ["2026"], "q": ["甲"]}


def test_the_workbooks_name_and_its_line_in_the_log(runtime, add, chief):
    add("甲")
    answer = chief.client.get("/ledger/export.xlsx?year=2026&q=甲")
    assert quote("督办台账2026_20260610.xlsx") in answer.headers["Content-Disposition"]
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    with runtime.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.export")).one()
    assert (entry.actor_name, entry.summary) == ("陈督", "导出督办台账，条件：2026 年、“甲”")


def test_hostile_words_are_text_in_page_and_workbook(add, chief):
    formula = '=cmd|" /C calc"!A0'
    add(PAYLOAD, wording=formula, number="A1", area=PAYLOAD[:40])
    chief.open("/ledger/?columns=area&q=" + quote(PAYLOAD))
    page = chief.response.get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert PAYLOAD in chief.text or PAYLOAD.split("<img")[0] in chief.text
    sheet = sheet_of(chief, "/ledger/export.xlsx")
    assert sheet["E2"].value == formula
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_title_of_three_hundred_characters(add, chief):
    add("法" * 300)
    chief.open("/ledger/")
    assert titles(chief) == ["法" * 300]


# ---- cost


@pytest.mark.parametrize("query", ["", "?focus=overdue", "?q=培训&year=2026&sort=-number", "?role=supporting"])
def test_a_page_costs_six_statements_whatever_it_shows(add, chief, statements, query):
    seen, there = {}, 0
    for rows in (1, 25, 100):
        for index in range(there, rows):
            add(f"培训第{index}项", due_on=TODAY - timedelta(days=index % 9))
        there = rows
        chief.open(f"/ledger/{query}")  # the minute of the session is noted
        with statements() as found:
            chief.open(f"/ledger/{query}")
        seen[rows] = len(found)
    assert max(seen.values()) <= 6, seen
    assert len(set(seen.values())) == 1, seen


def test_the_workbook_costs_a_few_statements_a_batch(add, chief, statements):
    costs = []
    for rows in (1, 40):
        for index in range(rows):
            add(f"第{index}项")
        with statements() as found:
            sheet_of(chief, "/ledger/export.xlsx")
        costs.append(len(found))
    assert costs[0] == costs[1] <= 12
