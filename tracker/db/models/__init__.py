"""All models, so that one import fills the metadata."""

from tracker.db.models.batches import Batch, BatchFile, BatchFileStatus, BatchStatus
from tracker.db.models.delivery import CalendarFeed, Preference, ReminderOverride, SupervisionSlip
from tracker.db.models.links import LinkDecision, TaskLink
from tracker.db.models.plan_returns import PlanRemark, PlanReturn
from tracker.db.models.promises import Promise, PromiseMark, PromiseMatch, PromiseRun
from tracker.db.models.reconciliation import ReconciliationLine, ReconciliationSheet
from tracker.db.models.reminders import (
    FAILURE_LABELS,
    Alarm,
    Beat,
    ChannelState,
    ClockHold,
    FailureKind,
    JobRun,
    Message,
    MessageStatus,
    Notice,
)
from tracker.db.models.reports import Intake, IntakeStatus, Report
from tracker.db.models.system import AuditEntry, CalendarDay, RequestReceipt, Setting
from tracker.db.models.tasks import (
    ClosureRequest,
    EvidenceFile,
    ExtensionRequest,
    ProgressReport,
    SupportingUnit,
    Task,
    TaskSource,
)
from tracker.db.models.units import Unit, UnitKind
from tracker.db.models.users import SignInAttempt, User, WebSession

__all__ = [
    "FAILURE_LABELS",
    "Alarm",
    "AuditEntry",
    "Batch",
    "BatchFile",
    "BatchFileStatus",
    "BatchStatus",
    "Beat",
    "CalendarDay",
    "CalendarFeed",
    "ChannelState",
    "ClockHold",
    "ClosureRequest",
    "EvidenceFile",
    "ExtensionRequest",
    "FailureKind",
    "Intake",
    "IntakeStatus",
    "JobRun",
    "LinkDecision",
    "Message",
    "MessageStatus",
    "Notice",
    "PlanRemark",
    "PlanReturn",
    "Preference",
    "ProgressReport",
    "Promise",
    "PromiseMark",
    "PromiseMatch",
    "PromiseRun",
    "ReconciliationLine",
    "ReconciliationSheet",
    "ReminderOverride",
    "Report",
    "RequestReceipt",
    "Setting",
    "SignInAttempt",
    "SupervisionSlip",
    "SupportingUnit",
    "Task",
    "TaskLink",
    "TaskSource",
    "Unit",
    "UnitKind",
    "User",
    "WebSession",
]
