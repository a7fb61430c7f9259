"""DuckDB's side of the bench: the same facts, the same report, the same business time, as SQL.

Runs as a process of its own, so that its memory can be taken. What SQL says lies in `duckdb/*.sql`; here are the
order of statements and the rounds of conversations that were merged into others, each of which needs the open
wait of the ones before. Prints one JSON object: seconds by phase.

    python bench/duckdb_side.py facts --events 'DIR/events/*.parquet' --out DIR/duckdb
    python bench/duckdb_side.py report --facts DIR/duckdb --out report.parquet
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import duckdb

SQL = Path(__file__).parent / "duckdb"
FACTS = ["conversations", "episodes", "waits", "replies", "contacts"]
HOLIDAYS = [
    "2024-01-01", "2024-01-06", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-06-21", "2024-12-06",
    "2024-12-24", "2024-12-25", "2024-12-26", "2025-01-01", "2025-01-06", "2025-04-18", "2025-04-21", "2025-05-01",
    "2025-05-29", "2025-06-20", "2025-12-06", "2025-12-24", "2025-12-25", "2025-12-26", "2026-01-01", "2026-01-06",
]


class Session:
    """A connection, and the files of SQL with their places filled in."""

    def __init__(self, threads: int, memory: str | None, scratch: Path) -> None:
        config = {"threads": threads, "temp_directory": str(scratch)}
        self.db = duckdb.connect(config=config | ({"memory_limit": memory} if memory else {}))
        self.seconds: dict[str, float] = {}

    def run(self, name: str, **places: object) -> None:
        """Runs a file statement by statement and notes how long it took."""
        began = time.perf_counter()
        text = (SQL / name).read_text()
        for place, value in places.items():
            text = text.replace("{" + place + "}", str(value))
        for statement in duckdb.extract_statements(text):
            self.db.execute(statement)
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - began, 3)


def compute_facts(session: Session, events: list[str], out: Path) -> None:
    """Everything from events in Parquet to facts in Parquet."""
    shutil.rmtree(out, ignore_errors=True)
    for fact in FACTS:
        (out / fact).mkdir(parents=True)
    session.run("events.sql", events=events)
    session.run("calendar.sql", holidays=HOLIDAYS)
    session.run("merges.sql")
    session.run("timelines.sql", steps="alone", out=out, part="alone")
    for number in range(1000):
        session.run("round_begins.sql")
        if session.db.execute("SELECT count(*) FROM free").fetchone()[0] == 0:
            break
        session.run("timelines.sql", steps="free_steps", out=out, part=f"merged-{number}")
        session.run("round_ends.sql")
    session.run("contacts.sql", out=out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["facts", "report", "business"])
    parser.add_argument("--events", nargs="+")
    parser.add_argument("--facts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", help="memory limit, e.g. 2GB; default: DuckDB's own")
    options = parser.parse_args()
    session = Session(options.threads, options.memory, options.out.parent / "duckdb-tmp")
    began = time.perf_counter()
    if options.what == "facts":
        compute_facts(session, options.events, options.out)
    elif options.what == "report":
        session.run("report.sql", facts=options.facts, out=options.out)
    print(json.dumps({"seconds": round(time.perf_counter() - began, 3), "phases": session.seconds}))


if __name__ == "__main__":
    main()
