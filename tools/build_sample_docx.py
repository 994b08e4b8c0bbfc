"""Write the sample county's reports as files into a folder, to look at them in Word or to feed them to the command line.

python tools/build_sample_docx.py FOLDER [--today 2026-07-01]
"""

from __future__ import annotations

import argparse
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tracker.samples.files import build_report_file
from tracker.samples.manifest import load_county


def main() -> None:
    """Build all files; the years follow ``--today``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=None)
    arguments = parser.parse_args()
    today = arguments.today or datetime.now(ZoneInfo("Asia/Shanghai")).date()
    county = load_county()
    for report in county.reports.values():
        name, content = build_report_file(report, today)
        folder = arguments.folder / county.units[report.unit].short_name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    print(f"{len(county.reports)} files in {arguments.folder}")  # noqa: T201


if __name__ == "__main__":
    main()
