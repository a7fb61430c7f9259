"""An independent oracle: DuckDB's SQL and Mittari's folds must say the same of random conversations.

Nothing is shared but the rules: `bench/duckdb/*.sql` asks for the facts in sets and windows, Mittari folds case by
case. The data are drawn by the bench's generator with what real exports have: events missing, out of order, in one
instant, told without an actor, reopened months later, merged in chains, deleted. Compared are all rows of all
facts and all numbers of the report: after imports, after a part of them once more, after one more day (which Mittari adds to what it has, and
DuckDB counts from nothing), after a rebuild, and with that day forgotten.

    python tests/oracle/run.py --mittari target/release/mittari --seeds 3
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import answers
import compare
import desk
import duckdb
import duckdb_side
import generate
import report_sql

CATALOGUE = Path(__file__).parents[2] / "catalogue"
# Broken scripts and merged ones, by seed: ordinary, odd, tangled.
MIXES = [{"odd": 0.1, "merged": 0.02}, {"odd": 0.7, "merged": 0.05}, {"odd": 0.4, "merged": 0.35, "tangled": 0.3}]


class Expected:
    """What DuckDB says of some files of events."""

    def __init__(self, folders: list[Path], facts: Path) -> None:
        self.facts, report = facts, facts.with_suffix(".report.parquet")
        session = duckdb_side.Session(2, None, facts.with_suffix(".tmp"))
        duckdb_side.compute_facts(session, [f"{folder}/*.parquet" for folder in folders], facts)
        now = session.db.execute("SELECT make_timestamp(epoch_us(max(occurred_at)))::VARCHAR FROM told").fetchone()[0]
        duckdb_side.write_report(session, facts, report, CATALOGUE, now)
        self.answers = answers.of_duckdb(report, CATALOGUE)

    def differences(self, mittari: desk.Mittari) -> list[str]:
        """Facts row by row, and the report number by number."""
        found = compare.Comparison(mittari.data, self.facts).rows_differ()
        metrics = list(dict.fromkeys(measure.metric for measure in report_sql.measures(CATALOGUE)))
        return found + answers.differences(answers.of_mittari(mittari.report(metrics).output), self.answers)


def differences(program: Path, seed: int, conversations: int, work: Path) -> list[str]:
    """All differences on the data of one seed."""
    generate.generate(work, conversations, threads=2, script_count=1500, weeks=8, seed=seed, **MIXES[seed % len(MIXES)])
    first, day = work / "events", work / "day"
    before, after = Expected([first], work / "before"), Expected([first, day], work / "after")
    mittari = desk.Mittari(program, work / "data")
    mittari.begin()
    # The later weeks first: the order of imports must not matter.
    for file in sorted(first.iterdir(), reverse=seed % 2 == 1):
        mittari.bring(file)
    found = [f"after the import: {line}" for line in before.differences(mittari)]
    again = work / "again.parquet"
    duckdb.execute(f"COPY (FROM read_parquet('{first}/*.parquet') USING SAMPLE 30% ORDER BY hash(external_id)) TO '{again}' (FORMAT parquet)")
    mittari.bring(again)
    found += [f"a part brought again: {line}" for line in before.differences(mittari)]
    mittari.bring(day)
    found += [f"after one more day: {line}" for line in after.differences(mittari)]
    mittari.run("rebuild")
    found += [f"rebuilt: {line}" for line in after.differences(mittari)]
    last = max(entry["id"] for entry in json.loads(mittari.run("imports", "--json").output))
    mittari.run("forget", last)
    found += [f"the day forgotten: {line}" for line in before.differences(mittari)]
    return found


def main() -> None:
    """The command line; ends with 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mittari", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--conversations", type=int, default=1000)
    options = parser.parse_args()
    differing = 0
    for seed in range(options.seeds):
        with tempfile.TemporaryDirectory() as folder:
            found = differences(options.mittari.resolve(), seed, options.conversations, Path(folder))
        print(f"seed {seed}: {'the same' if not found else f'{len(found)} differences'} (duckdb {duckdb.__version__})")
        for line in found[:20]:
            print(f"  {line}")
        differing += bool(found)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
