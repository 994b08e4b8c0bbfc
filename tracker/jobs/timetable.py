"""The timetable: every job, when it runs, and why then. One page, read by the scheduler and by the operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.jobs.handlers import clean_up, is_after, plan_reminders
from tracker.jobs.intakes import clear_files, resume_intakes
from tracker.jobs.promises import compare_promises
from tracker.jobs.sending import send_messages
from tracker.runtime import Runtime
from tracker.services.sending_hours import round_begins


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its name, how often it is looked at (seconds), why, and what it does."""

    name: str
    every: float
    why: str
    run: Callable[[Runtime], str | None]


def remind(runtime: Runtime) -> str | None:
    """Plan reminders once the working day has begun; before that hour nothing happens."""
    with runtime.database.reading() as session:
        start = round_begins(session)
    return plan_reminders(runtime) if is_after(runtime, start.hour, start.minute) else None


TIMETABLE: tuple[Job, ...] = (
    Job("remind", 60, "工作日到了所设的时间（默认 8:30）即提醒；停机后自动补上，重复运行不会重复提醒", remind),
    Job("send", 30, "把已生成的邮件发出；失败的按 1、2、5、15、30、60 分钟间隔重试", send_messages),
    Job("resume_intakes", 60, "接着处理中断的报告识别", resume_intakes),
    Job("compare_promises", 60, "与往年和其他单位的计划比对：补上升级前入账的、人工添加的和中断的", compare_promises),
    Job("clear_files", 86400, "删除没有任何记录引用、存放超过一天的文件，例如放弃的上传", clear_files),
    Job("clean_up", 3600, "清理过期的登录和重复提交凭据", clean_up),
)
