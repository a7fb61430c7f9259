"""The bench: Mittari and DuckDB on the same events, in one run, with results compared.

Makes N conversations, lets each side do the same work as a process of its own, takes time and peak memory, compares
facts and numbers, and prints a table. Each is told two threads; both read files that are in the machine's cache.

    python bench/run.py --mittari target/release/mittari --conversations 10000000
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet

import answers
import compare
import desk
import generate
import measure
import report_sql

HERE = Path(__file__).parent
ROOT = HERE.parent
SPANS = 20_000_000


@dataclass
class Line:
    """One line of the table."""

    what: str
    mittari: str
    duckdb: str
    ratio: str
    target: str
    reached: bool | None


@dataclass
class Bench:
    """One run."""

    options: argparse.Namespace
    work: Path
    lines: list[Line] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Progress, for who waits."""
        print(text, file=sys.stderr, flush=True)

    def add(self, what: str, mittari: str, duckdb_: str, ratio: str, target: str, reached: bool | None) -> None:
        """A line, shown at once."""
        self.lines.append(Line(what, mittari, duckdb_, ratio, target, reached))
        self.say(f"  {what}: {mittari} | {duckdb_} | {ratio} | {target} | {reached}")

    def metrics(self) -> list[str]:
        """The metrics that both sides answer."""
        return list(dict.fromkeys(measure.metric for measure in report_sql.measures(ROOT / "catalogue")))

    def duckdb_side(self, *words: object) -> measure.Taken:
        """DuckDB, as a process of its own."""
        memory = ["--memory", self.options.duckdb_memory] if self.options.duckdb_memory else []
        return measure.run([sys.executable, HERE / "duckdb_side.py", *words, "--threads", self.options.threads, *memory])


def generated(bench: Bench, conversations: int) -> dict:
    """The events, made unless they lie there."""
    folder = bench.work / f"made-{conversations}"
    noted = folder / "generated.json"
    if not noted.exists():
        bench.say(f"making {conversations:,} conversations ...")
        # In a process of its own: what it leaves in memory is nobody's.
        measure.run([sys.executable, HERE / "generate.py", "--conversations", conversations, "--out", folder])
    return json.loads(noted.read_text()) | {"folder": folder}


def cold(bench: Bench, made: dict) -> tuple[desk.Mittari, measure.Taken, measure.Taken]:
    """Import, rebuild and report of one size; what rebuild and report took."""
    data = bench.work / f"data-{made['conversations']}"
    shutil.rmtree(data, ignore_errors=True)
    mittari = desk.Mittari(bench.options.mittari.resolve(), data)
    mittari.begin()
    bench.say("Mittari imports ...")
    imported = mittari.bring(made["folder"] / "events")
    bench.say(f"  {imported.seconds:.1f} s, {imported.peak_mib:.0f} MiB; {imported.output[:400]}")
    bench.say("Mittari rebuilds ...")
    rebuilt = mittari.run("rebuild")
    bench.say(f"  {rebuilt.seconds:.1f} s, {rebuilt.peak_mib:.0f} MiB")
    reported = mittari.report(bench.metrics())
    bench.say(f"  report {reported.seconds:.2f} s, {reported.peak_mib:.0f} MiB")
    made |= {"imported": imported, "answers": reported.output}
    return mittari, rebuilt, reported


def side_by_side(bench: Bench, made: dict) -> None:
    """Everything from events to numbers, on both sides."""
    mittari, rebuilt, reported = cold(bench, made)
    facts, report = bench.work / "duckdb", bench.work / "report.parquet"
    bench.say("DuckDB: facts and report ...")
    theirs = bench.duckdb_side("facts", "--events", f"{made['folder']}/events/*.parquet", "--out", facts, "--report", report, "--now", now_of(made))
    bench.say(f"  {theirs.seconds:.1f} s, {theirs.peak_mib:.0f} MiB; {theirs.output.strip()}")
    seconds = rebuilt.seconds + reported.seconds
    bench.add("rebuild and report", f"{seconds:.1f} s", f"{theirs.seconds:.1f} s", f"{theirs.seconds / seconds:.1f} times as fast",
              "5 times, aim 10", theirs.seconds >= 5 * seconds)
    peak = max(rebuilt.peak_mib, reported.peak_mib)
    bench.add("peak memory of these", f"{peak:.0f} MiB", f"{theirs.peak_mib:.0f} MiB", f"{peak / theirs.peak_mib:.2f} of it",
              "half, at most 2048 MiB", peak <= theirs.peak_mib / 2 and peak <= 2048)
    import_line(bench, made, rebuilt)
    report_line(bench, made, mittari, facts)
    bench.different += [f"facts: {line}" for line in compare.Comparison(mittari.data, facts, bench.options.threads).sums_differ()]
    ours = answers.of_mittari(made["answers"])
    found = answers.differences(ours, answers.of_duckdb(report, ROOT / "catalogue"))
    bench.different += [f"report: {line}" for line in found]
    bench.notes.append(f"{len(ours):,} numbers of {len(bench.metrics())} metrics compared, and count and sum of every column of {len(compare.FACTS)} facts.")
    refresh_line(bench, made, mittari, seconds)


def import_line(bench: Bench, made: dict, rebuilt: measure.Taken) -> None:
    """Reading, checking, bucketing, writing, syncing; without the fold that an import ends with."""
    imported = made["imported"]
    told = json.loads(imported.output)
    stored = told.get("seconds_stored") or max(imported.seconds - rebuilt.seconds, 0.001)
    rate = made["events"] / stored
    how = "" if "seconds_stored" in told else " (whole import less a rebuild)"
    bench.add("import, before its fold", f"{stored:.1f} s{how}, {imported.peak_mib:.0f} MiB", "", f"{rate / 1e6:.2f} million events/s", "1 million", rate >= 1e6)
    bench.add("import, with its fold", f"{imported.seconds:.1f} s", "", f"{made['events'] / imported.seconds / 1e6:.2f} million events/s", "", None)


def report_line(bench: Bench, made: dict, mittari: desk.Mittari, facts: Path) -> None:
    """The report alone, on facts that are there."""
    best = min((mittari.report(bench.metrics()) for _ in range(3)), key=lambda taken: taken.seconds)
    theirs = min((bench.duckdb_side("report", "--facts", facts, "--out", bench.work / "again.parquet", "--now", now_of(made)) for _ in range(3)),
                 key=lambda taken: taken.seconds)
    bench.add("report on facts that are there", f"{best.seconds:.2f} s, {best.peak_mib:.0f} MiB", f"{theirs.seconds:.2f} s, {theirs.peak_mib:.0f} MiB",
              f"{theirs.seconds / best.seconds:.1f} times as fast", "as fast", best.seconds <= theirs.seconds)


def refresh_line(bench: Bench, made: dict, mittari: desk.Mittari, cold_seconds: float) -> None:
    """One more day: import, fold and report again."""
    before = mittari.run("imports", "--json").seconds
    taken = mittari.bring(made["folder"] / "day")
    allowed = max(0.02 * cold_seconds, 0.5)
    bench.add(f"refresh after one more day ({made['day_events']:,} events)", f"{taken.seconds:.2f} s, {taken.peak_mib:.0f} MiB", "",
              f"{100 * taken.seconds / cold_seconds:.1f} % of cold", f"2 % or 0.5 s: {allowed:.2f} s", taken.seconds <= allowed)
    bench.notes.append(f"Of the refresh, {before:.2f} s is what opening the folder and doing nothing takes.")
    if bench.options.check_refresh:
        facts = bench.work / "duckdb-day"
        bench.duckdb_side("facts", "--events", f"{made['folder']}/events/*.parquet", f"{made['folder']}/day/*.parquet", "--out", facts)
        found = compare.Comparison(mittari.data, facts, bench.options.threads).sums_differ()
        # Counts of distinct texts see rows that were taken back.
        bench.different += [f"after the refresh: {line}" for line in found if "sum of" not in line or "_us" in line or "_at" in line]


def memory_line(bench: Bench, made: dict, full_peak: float) -> None:
    """Whether memory stays flat: the same with half of the conversations."""
    half = generated(bench, made["conversations"] // 2)
    _, rebuilt, reported = cold(bench, half)
    peak = max(rebuilt.peak_mib, reported.peak_mib)
    bench.add("peak memory with half the data", f"{peak:.0f} MiB", "", f"{full_peak / peak:.2f} times as much for twice the data", "flat", full_peak <= 1.15 * peak)


def business_line(bench: Bench) -> None:
    """Business time alone, of many spans in memory; of Mittari the difference of two runs."""
    spans, raw = bench.work / "spans.parquet", bench.work / "spans.bin"
    db = duckdb.connect(config={"threads": bench.options.threads})
    start = "epoch_us(TIMESTAMP '2024-01-01') + (hash(i) % (700 * 86400))::BIGINT * 1000000"
    db.execute(f"COPY (SELECT {start} AS from_us, from_us + (hash(i * 7 + 1) % (20 * 86400))::BIGINT * 1000000 AS until_us FROM range({SPANS}) t(i)) "
               f"TO '{spans}' (FORMAT parquet)")
    with raw.open("wb") as file:
        for batch in pyarrow.parquet.ParquetFile(spans).iter_batches():
            pairs = duckdb.arrow(batch).query("pairs", "SELECT unnest([from_us, until_us]) AS t FROM pairs").to_arrow_table()
            file.writelines(chunk.buffers()[1][:len(chunk) * 8] for chunk in pairs.column("t").chunks)
    theirs = json.loads(bench.duckdb_side("business", "--spans", spans, "--out", bench.work / "unused").output)
    times = 20
    runs = [measure.run([bench.options.business, desk.settings(), number], stdin=raw) for number in (1, times + 1)]
    seconds = (runs[1].seconds - runs[0].seconds) / times
    if int(runs[0].output) != theirs["total"]:
        bench.different.append(f"business time: Mittari {runs[0].output.strip()}, DuckDB {theirs['total']}")
    bench.add(f"business time of {SPANS:,} spans", f"{seconds * 1e3:.0f} ms", f"{theirs['seconds'] * 1e3:.0f} ms",
              f"{theirs['seconds'] / seconds:.0f} times as fast", "20 times", theirs["seconds"] >= 20 * seconds)


def now_of(made: dict) -> str:
    """The watermark of the events without the extra day."""
    files = f"{made['folder']}/events/*.parquet"
    return duckdb.execute(f"SELECT make_timestamp(epoch_us(max(occurred_at)))::VARCHAR FROM read_parquet('{files}')").fetchone()[0]


def table(bench: Bench, made: dict) -> str:
    """The table in Markdown."""
    mark = {True: "yes", False: "**no**", None: ""}
    head = (f"{made['conversations']:,} conversations, {made['events']:,} events, {bench.options.threads} threads, DuckDB {duckdb.__version__}, "
            f"{os.cpu_count()} cores ({platform.machine()}).")
    rows = [f"| {line.what} | {line.mittari} | {line.duckdb} | {line.ratio} | {line.target} | {mark[line.reached]} |" for line in bench.lines]
    same = "Results: the same on both sides." if not bench.different else f"Results DIFFER in {len(bench.different)} places."
    return "\n".join([head, "", "| | Mittari | DuckDB | | target | reached |", "|---|---|---|---|---|---|", *rows, "", same, *bench.notes])


def main() -> None:
    """The command line; ends with 1 where results differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mittari", type=Path, default=os.environ.get("MITTARI"), required="MITTARI" not in os.environ)
    parser.add_argument("--business", type=Path, help="the program of crates/core/examples/business_durations.rs")
    parser.add_argument("--conversations", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--duckdb-memory", help="a limit for DuckDB; default: its own")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    parser.add_argument("--half", action="store_true", help="also take the memory with half of the data")
    parser.add_argument("--check-refresh", action="store_true", help="also compare the facts after the extra day")
    parser.add_argument("--out", type=Path, help="also write the table into this file")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(options, options.work.resolve())
    if options.business:
        business_line(bench)
    made = generated(bench, options.conversations)
    side_by_side(bench, made)
    if options.half:
        full_peak = float(next(line for line in bench.lines if line.what == "peak memory of these").mittari.split()[0])
        memory_line(bench, made, full_peak)
    text = table(bench, made)
    print(text)
    for line in bench.different[:40]:
        print(f"  {line}")
    if options.out:
        options.out.write_text(text + "\n")
    sys.exit(1 if bench.different else 0)


if __name__ == "__main__":
    main()
