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

import report_sql

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


def write_report(session: Session, facts: Path, out: Path, catalogue: Path, now: str) -> None:
    """Every metric by month and channel, as one table: metric, part, month, channel, value, n."""
    began = time.perf_counter()
    asked: dict[tuple[str, str], list[report_sql.Measure]] = {}
    for measure in report_sql.measures(catalogue):
        asked.setdefault((measure.fact, measure.dated_by), []).append(measure)
    session.db.execute("CREATE TABLE answers (metric VARCHAR, part VARCHAR, month DATE, channel VARCHAR, value DOUBLE, n BIGINT)")
    for (fact, dated_by), measures in asked.items():
        select = report_sql.sql(fact, dated_by, measures, f"{facts}/{fact}/*.parquet", now)
        session.db.execute(f"CREATE OR REPLACE TEMP TABLE wide AS {select}")
        for place, measure in enumerate(measures):
            session.db.execute(f"INSERT INTO answers SELECT '{measure.metric}', '{measure.part}', month, channel, v{place}, n{place} FROM wide")
    session.db.execute(f"COPY answers TO '{out}' (FORMAT parquet)")
    session.seconds["report"] = round(time.perf_counter() - began, 3)


def business_time(session: Session, spans: Path) -> dict:
    """The business time of all spans, the best of five runs; the spans lie in memory."""
    session.run("calendar.sql", holidays=HOLIDAYS)
    session.db.execute(f"CREATE TABLE spans AS FROM read_parquet('{spans}')")
    query = (SQL / "business.sql").read_text()
    best, total = float("inf"), None
    for _ in range(5):
        began = time.perf_counter()
        total = session.db.execute(query).fetchone()[0]
        best = min(best, time.perf_counter() - began)
    return {"seconds": best, "total": int(total)}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["facts", "report", "business"])
    parser.add_argument("--events", nargs="+")
    parser.add_argument("--facts", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=Path, help="with facts: where the report goes")
    parser.add_argument("--catalogue", type=Path, default=Path(__file__).parent.parent / "catalogue")
    parser.add_argument("--now", default="2025-12-29", help="the last moment of the data")
    parser.add_argument("--spans", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", help="memory limit, e.g. 2GB; default: DuckDB's own")
    options = parser.parse_args()
    session = Session(options.threads, options.memory, options.out.parent / "duckdb-tmp")
    began = time.perf_counter()
    if options.what == "facts":
        compute_facts(session, options.events, options.out)
        if options.report:
            write_report(session, options.out, options.report, options.catalogue, options.now)
    elif options.what == "report":
        write_report(session, options.facts, options.out, options.catalogue, options.now)
    else:
        print(json.dumps(business_time(session, options.spans)))
        return
    print(json.dumps({"seconds": round(time.perf_counter() - began, 3), "phases": session.seconds}))


if __name__ == "__main__":
    main()
