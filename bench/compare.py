"""Whether Mittari's facts and DuckDB's are the same.

Facts in Mittari's lake are change rows: each counts as often as its weight says. People are keyed hashes there,
so ids of customers and agents are compared through the pairing that the conversations give, which must be
one to one. `rows_differ` compares row by row and is for small data; `sums_differ` compares counts and sums of
every column and is for large.
"""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

PEOPLE = ["customer_id", "agent", "agent_id", "agent_at_first_reply", "agent_at_solve", "agent_at_survey",
          "agent_most_replies", "opened_agent"]
FACTS = ["conversations", "episodes", "waits", "replies", "contacts"]


def active_files(table: Path) -> list[str]:
    """The data files of a Delta table's last version."""
    log = table / "_delta_log"
    active: dict[str, None] = {}
    first = 0
    last_checkpoint = log / "_last_checkpoint"
    if last_checkpoint.exists():
        version = json.loads(last_checkpoint.read_text())["version"]
        first = version + 1
        rows = duckdb.execute(f"SELECT add.path FROM read_parquet('{log}/{version:020}.checkpoint*.parquet') WHERE add.path IS NOT NULL")
        active = dict.fromkeys(path for (path,) in rows.fetchall())
    for commit in sorted(log.glob("*.json")):
        if int(commit.stem) < first:
            continue
        for line in commit.read_text().splitlines():
            action = json.loads(line)
            if "add" in action:
                active[action["add"]["path"]] = None
            elif "remove" in action:
                active.pop(action["remove"]["path"], None)
    return [str(table / path) for path in active]


class Comparison:
    """Both sides' facts as views `theirs_FACT` (DuckDB) and `ours_FACT` (Mittari)."""

    def __init__(self, data: Path, facts: Path, threads: int = 2, only: list[str] | None = None) -> None:
        self.db = duckdb.connect(config={"threads": threads})
        self.db.execute("SET TimeZone = 'UTC'")
        self.facts = only or FACTS
        for fact in self.facts:
            files = active_files(data / "facts" / fact)
            self.db.execute(f"CREATE VIEW ours_{fact} AS FROM read_parquet({files}, union_by_name = true)")
            self.db.execute(f"CREATE VIEW theirs_{fact} AS FROM read_parquet('{facts}/{fact}/*.parquet')")

    def columns(self, fact: str) -> list[tuple[str, str]]:
        """The columns of DuckDB's side; Mittari may have more."""
        return [(name, kind) for name, kind, *_ in self.db.execute(f"DESCRIBE theirs_{fact}").fetchall()]

    def sums_differ(self) -> list[str]:
        """Every column's count and sum (of texts: the number of distinct ones)."""
        found = []
        for fact in self.facts:
            columns = self.columns(fact)
            theirs = self.db.execute(f"SELECT {', '.join(_sums(columns, '1'))} FROM theirs_{fact}").fetchone()
            ours = self.db.execute(f"SELECT {', '.join(_sums(columns, 'weight'))} FROM ours_{fact}").fetchone()
            names = ["rows"] + [f"{what} of {name}" for name, _ in columns for what in ("count", "sum")]
            found += [f"{fact}: {name}: Mittari {our}, DuckDB {their}"
                      for name, our, their in zip(names, ours, theirs) if our != their]
        return found

    def rows_differ(self) -> list[str]:
        """Row by row, people paired."""
        found = self._pair_people()
        for fact in self.facts:
            columns = self.columns(fact)
            theirs = ", ".join(_text(name, kind, people=False) for name, kind in columns)
            ours = ", ".join(_text(name, kind, people=True) for name, kind in columns)
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE theirs AS SELECT {theirs} FROM theirs_{fact}")
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE changes AS SELECT {ours}, sum(weight)::BIGINT AS many "
                            f"FROM ours_{fact} GROUP BY ALL HAVING sum(weight) <> 0")
            self.db.execute("CREATE OR REPLACE TEMP TABLE ours AS SELECT c.* EXCLUDE (many) FROM changes c, range(c.many)")
            if negative := self.db.execute("SELECT count(*) FROM changes WHERE many < 0").fetchone()[0]:
                found.append(f"{fact}: {negative} rows taken away that were never there")
            for who, some in (("Mittari", "FROM ours EXCEPT ALL FROM theirs"), ("DuckDB", "FROM theirs EXCEPT ALL FROM ours")):
                rows = self.db.execute(f"SELECT * FROM ({some}) ORDER BY ALL").fetchall()
                found += [f"{fact}: only {who} has {row}" for row in rows[:5]]
                found += [f"{fact}: and {len(rows) - 5} more only in {who}"] if len(rows) > 5 else []
        return found

    def _pair_people(self) -> list[str]:
        """The table `people`: their hash in the lake, their id in the events."""
        keys = {"conversations": ["conversation_id"], "replies": ["conversation_id", "replied_at", "waiting_since"]}
        pairs = []
        for fact, key in keys.items():
            if fact not in self.facts:
                continue
            names = [name for name, _ in self.columns(fact) if name in PEOPLE]
            self.db.execute(f"CREATE OR REPLACE TEMP TABLE held_{fact} AS SELECT {', '.join(key + names)} FROM ours_{fact} "
                            f"GROUP BY ALL HAVING sum(weight) > 0")
            pairs += [f"SELECT o.{name} AS hashed, t.{name} AS told FROM held_{fact} o JOIN theirs_{fact} t USING ({', '.join(key)})"
                      for name in names]
        self.db.execute(f"CREATE OR REPLACE TEMP TABLE people AS SELECT DISTINCT hashed, told FROM ({' UNION ALL '.join(pairs)}) "
                        "WHERE hashed IS NOT NULL AND told IS NOT NULL")
        hashes, ids = self.db.execute("SELECT count(*) - count(DISTINCT hashed), count(*) - count(DISTINCT told) FROM people").fetchone()
        return [f"people: {hashes} hashes stand for several ids, {ids} ids have several hashes"] if hashes or ids else []


def _text(name: str, kind: str, *, people: bool) -> str:
    """A column as text, so that types of the two sides need not agree."""
    if people and name in PEOPLE:
        return f"(SELECT told FROM people WHERE hashed = {name}) AS {name}"
    if kind.startswith("TIMESTAMP"):
        return f"epoch_us({name})::VARCHAR AS {name}"
    if kind.endswith("[]"):
        return f"nullif(array_to_string({name}, ','), '') AS {name}"
    return f"{name}::VARCHAR AS {name}"


def _sums(columns: list[tuple[str, str]], weight: str) -> list[str]:
    """Count and sum of each column, by weight."""
    sums = [f"sum({weight})::HUGEINT"]
    for name, kind in columns:
        # An empty list is none.
        there = f"len({name}) > 0" if kind.endswith("[]") else f"{name} IS NOT NULL"
        sums.append(f"coalesce(sum({weight}) FILTER ({there}), 0)::HUGEINT")
        if kind.startswith("TIMESTAMP"):
            sums.append(f"coalesce(sum({weight} * (epoch_us({name}) // 1000)), 0)::HUGEINT")
        elif kind == "BOOLEAN":
            sums.append(f"coalesce(sum({weight}) FILTER ({name}), 0)::HUGEINT")
        elif kind in ("BIGINT", "HUGEINT", "INTEGER"):
            sums.append(f"coalesce(sum({weight} * {name}::HUGEINT), 0)::HUGEINT")
        elif kind.endswith("[]"):
            sums.append(f"coalesce(sum({weight} * len({name})), 0)::HUGEINT")
        else:
            sums.append(f"count(DISTINCT {name})::HUGEINT")
    return sums
