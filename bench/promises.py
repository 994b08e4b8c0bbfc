"""Plan items in bulk: 200,000 of a province's units over ten years, with repetition and boilerplate as reports have them."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bench.world import NOW
from tracker.db.migrate import upgrade
from tracker.db.models import Promise, PromiseMark, PromiseRun, Report, Unit, UnitKind, User
from tracker.db.session import open_database
from tracker.domain.permissions import Role
from tracker.language.folding import SKETCH_EVERY, SKETCH_GRAM, fold, sketch
from tracker.language.lexicon import load_lexicon

ITEMS_A_PLAN = 30
YEARS = range(2016, 2026)
REPEATED, SHARED = 0.3, 0.2  # of a plan: last year's again, everybody's


def words(text: str) -> list[str]:
    """The words of a list."""
    return text.split()


VERBS = words(
    "开展 组织 推进 完善 健全 规范 加强 落实 推行 建立 制定 修订 整合 清理 公布 抽查 评查 通报 培训 选聘 配备 改造 打造 深化"
)
FIELDS = words(
    "行政执法 普法宣传 矛盾纠纷 行政复议 规范性文件 重大行政决策 公共法律服务 政务公开 营商环境 法律明白人 村规民约 案卷 裁量基准 执法证件 司法所 "
    "网格 信访 食品安全 生态环境 安全生产 农村宅基地 校园周边 道路交通 河道采砂 森林防火 农民工工资 特种设备 医疗卫生 殡葬 旅游市场 烟草 物业 招投标"
)
THINGS = words(
    "专项行动 示范点 联席会议 责任清单 工作台账 宣传栏 讲师团 调解室 服务窗口 巡查队伍 培训班 知识竞赛 法治长廊 应急预案 数据平台 监督电话 整改方案 "
    "评价办法 奖惩细则 走访活动 问卷调查 观摩会 案例汇编 执法记录仪 检查计划 回访制度 备案目录 议事规则 咨询热线 联系点"
)
WHO = words(
    "镇司法所 综合执法队 党政办 派出所 市场监管所 农业服务中心 应急办 村民委员会 驻村律师 网格员 法律顾问 包村干部 分管领导 各站所"
)
HOW = words(
    "每季度通报一次 每月调度一次 逐件明确责任人 实行销号管理 纳入年度考核 建立问题清单 邀请群众代表参加 录入系统备查 发现问题当场整改 结果向社会公开 "
    "做到底数清情况明 分片包干到人 由专人跟踪督办 形成书面报告 及时回复当事人 对整改不力的约谈 选树典型予以表彰 同步开展回头看 确保件件有着落"
)


def sentence(dice: random.Random) -> str:
    """One clause with its measure."""
    head = f"{dice.choice(VERBS)}{dice.choice(FIELDS)}{dice.choice(THINGS)}"
    middle = (
        f"由{dice.choice(WHO)}牵头{dice.choice(VERBS)}{dice.choice(FIELDS)}{dice.choice(THINGS)}{dice.randint(2, 60)}次"
    )
    return f"{head}，{middle}，{dice.choice(HOW)}"


def item(dice: random.Random) -> str:
    """A plan item of two to four sentences, about a hundred characters."""
    return "。".join(sentence(dice) for _ in range(dice.randint(2, 4))) + "。"


def reworded(words: str, dice: random.Random) -> str:
    """The same promise a year later: other numbers, a clause moved or changed."""
    parts = ["".join(str(dice.randint(2, 60)) if c.isdigit() else c for c in part) for part in words[:-1].split("。")]
    dice.shuffle(parts)
    if dice.random() < 0.5:
        parts[-1] = parts[-1].replace("，", f"，{dice.choice(HOW)}，", 1)
    return "。".join(parts) + "。"


def plans(units: int, dice: random.Random) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (unit, report year, items), year by year as reports come in."""
    common = [item(dice) for _ in range(400)]
    last: dict[int, list[str]] = {}
    for year in YEARS:
        for unit in range(2, units + 2):
            before = last.get(unit, [])
            again = [reworded(one, dice) for one in before[: int(ITEMS_A_PLAN * REPEATED)]]
            shared = [reworded(one, dice) for one in dice.sample(common, int(ITEMS_A_PLAN * SHARED))]
            fresh = [item(dice) for _ in range(ITEMS_A_PLAN - len(again) - len(shared))]
            last[unit] = [*again, *fresh, *shared]
            dice.shuffle(last[unit])
            yield unit, year, last[unit]


def _method() -> str:
    """A name for the way of sketching, so that a store made another way is not taken for this one."""
    return f"{SKETCH_GRAM}-{SKETCH_EVERY}"


def store_of(items: int) -> Path:
    """Return the SQLite file of so many stored items; makes it on the first call."""
    path = Path(tempfile.gettempdir()) / f"tracker-bench-promises-{items}-{_method()}.db"
    if path.exists():
        return path
    building = path.with_suffix(".building")
    for leftover in building.parent.glob(f"{building.name}*"):
        leftover.unlink()
    upgrade(f"sqlite:///{building}")
    database = open_database(f"sqlite:///{building}")
    with database.writing.begin() as session:
        _fill(session, items)
    with database.writing_engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    database.dispose()
    building.rename(path)
    return path


def _fill(session: Session, items: int) -> None:
    units = max(2, items // (ITEMS_A_PLAN * len(YEARS)))
    session.execute(insert(Unit), list(_units(units)))
    person = {
        "id": 1,
        "username": "duban",
        "name": "督办员",
        "role": Role.SUPERVISOR,
        "unit_id": 1,
        "password_hash": "-",
    }
    session.execute(insert(User), [{**person, "created_at": NOW}])
    lexicon, dice = load_lexicon(), random.Random(20260610)
    marks: list[tuple[int, int]] = []
    number = 0
    for report, (unit, year, texts) in enumerate(plans(units, dice), start=1):
        session.execute(insert(Report), [report_row(report, unit, year, texts)])
        session.execute(insert(PromiseRun), [{"report_id": report, "attempts": 1, "compared_at": NOW}])
        rows = []
        for place, words in enumerate(texts):
            number += 1
            folded = fold(words, lexicon)
            marks += [(mark, number) for mark in sketch(folded)]
            rows.append(_promise(number, report, unit, year, place, words, folded.size))
        session.execute(insert(Promise), rows)
    marks.sort()
    for start in range(0, len(marks), 50_000):
        rows = [{"mark": mark, "promise_id": one} for mark, one in marks[start : start + 50_000]]
        session.execute(insert(PromiseMark), rows)


def _units(units: int) -> Iterator[dict[str, Any]]:
    for number in range(1, units + 2):
        root = number == 1
        yield {
            "id": number,
            "parent_id": None if root else 1,
            "path": "1/" if root else f"1/{number}/",
            "name": "青岚省" if root else f"第{number}镇人民政府",
            "short_name": "青岚省" if root else f"第{number}镇",
            "code": f"U{number}",
            "kind": UnitKind.AREA if root else UnitKind.TOWNSHIP,
            "created_at": NOW,
        }


def report_row(identity: int, unit: int, year: int, texts: list[str]) -> dict[str, Any]:
    """A report whose reading has these items."""
    body, items = "", []
    for number, words in enumerate(texts, start=1):
        items.append({"id": f"i{number}", "text": words, "start": len(body), "end": len(body) + len(words)})
        body += words + "\n"
    return {
        "id": identity,
        "unit_id": unit,
        "report_year": year,
        "plan_year": year + 1,
        "title": f"第{unit}镇{year}年法治政府建设工作报告",
        "file_name": "report.txt",
        "file_key": "0" * 64,
        "file_size": len(body),
        "content_digest": f"{identity:064x}",
        "reader": "text",
        "text": body,
        "reading": {"items": items},
        "notices": [],
        "uploaded_by_id": 1,
        "created_at": NOW - timedelta(days=1),
    }


def _promise(number: int, report: int, unit: int, year: int, place: int, words: str, size: int) -> dict[str, Any]:
    return {
        "id": number,
        "report_id": report,
        "unit_id": unit,
        "plan_year": year + 1,
        "item_ref": f"i{place + 1}",
        "text": words,
        "start": place * 1000,
        "end": place * 1000 + len(words),
        "size": size,
        "written": 1,
        "earlier": [],
    }
