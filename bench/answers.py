"""The report's numbers of both sides, in one form, and where they differ.

A number is keyed by metric, month and channel. Only numbers that are there on either side count: Mittari also
says where there were none.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb

import report_sql

Key = tuple[str, str, str | None]


def of_duckdb(file: Path, catalogue: Path) -> dict[Key, tuple[float, int]]:
    """From the table that `duckdb_side.py report` wrote: metric, part, month, channel, value, n."""
    parts: dict[Key, dict[str, tuple[float | None, int]]] = {}
    scales = {(m.metric, m.part): m.scale for m in report_sql.measures(catalogue)}
    rows = duckdb.execute(f"SELECT metric, part, month::VARCHAR, channel, value, n FROM read_parquet('{file}')").fetchall()
    for metric, part, month, channel, value, n in rows:
        scaled = None if value is None else value * scales[metric, part]
        parts.setdefault((metric, month, channel), {})[part] = (scaled, n)
    return {key: answer for key, found in parts.items() if (answer := _answer(key[0], found)) is not None}


def of_mittari(output: str) -> dict[Key, tuple[float, int]]:
    """From `mittari report --format json`."""
    return {(row["metric"], row["period"][:10], row["group"].get("channel")): (row["value"], row["n"])
            for row in json.loads(output) if row["value"] is not None and row["n"] != 0}


def differences(ours: dict[Key, tuple[float, int]], theirs: dict[Key, tuple[float, int]]) -> list[str]:
    """What is not the same, up to a millionth of a millionth of rounding."""
    found = [f"{key}: only Mittari has {ours[key]}" for key in ours.keys() - theirs.keys()]
    found += [f"{key}: only DuckDB has {theirs[key]}" for key in theirs.keys() - ours.keys()]
    for key in ours.keys() & theirs.keys():
        (our, our_n), (their, their_n) = ours[key], theirs[key]
        if our_n != their_n or not math.isclose(our, their, rel_tol=1e-9, abs_tol=2e-6):
            found.append(f"{key}: Mittari {our} (n {our_n}), DuckDB {their} (n {their_n})")
    return sorted(found)


def _answer(metric: str, parts: dict[str, tuple[float | None, int]]) -> tuple[float, int] | None:
    if "value" in parts:
        value, n = parts["value"]
        return (value, n) if n and value is not None else None
    # A group that one side does not know adds nothing there.
    (above, _), (below, n) = parts.get("numerator", (0.0, 0)), parts.get("denominator", (None, 0))
    return ((above or 0.0) / below, n) if below else None
