"""Takes up what a killed process left of an upload, and clears the files nobody refers to.

Apart from the other handlers: it alone needs the readers.
"""

from __future__ import annotations

from tracker.runtime import Runtime
from tracker.services.batch_runs import open_batch_parts, resume_stale_batches
from tracker.services.intake import open_parts, resume_stale_intakes
from tracker.services.stored_files import remove_orphans


def resume_intakes(runtime: Runtime) -> str | None:
    """Finish uploads and go on with batches whose process ended; says nothing where there was none."""
    parts = open_parts(runtime.settings, runtime.database, runtime.storage, runtime.clock)
    number = resume_stale_intakes(parts) + resume_stale_batches(open_batch_parts(runtime.settings, parts))
    return f"接续处理报告 {number} 份" if number else None


def clear_files(runtime: Runtime) -> str | None:
    """Delete stored files that no row refers to; says nothing where there was none."""
    with runtime.database.reading() as session:
        number = remove_orphans(session, runtime.storage, now=runtime.now())
    return f"清理无主文件 {number} 个" if number else None
