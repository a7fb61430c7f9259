"""The report as DuckDB's SQL, made from the same metric files.

A metric file's conditions are SQL, so DuckDB can be asked the same question: one aggregate per fact and date, a
FILTER per metric, exact quantiles. Covered are counts, shares, means, quantiles and ratios over the facts that
events feed; not covered are stocks (backlog), splits, and what needs other tables.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FACTS = {"conversations", "episodes", "waits", "replies", "contacts"}
WINDOWS = {"reopen_days": 7}
BUSINESS = {"first_response_us", "first_response_human_us", "first_resolution_us", "resolution_us", "complaint_resolution_us",
            "queue_us", "handling_us", "wait_us"}


@dataclass(frozen=True)
class Measure:
    """One metric, or one side of a ratio, as an aggregate."""

    metric: str
    part: str  # "value", "numerator" or "denominator"
    fact: str
    dated_by: str
    expression: str
    count: str
    scale: float


def measures(catalogue: Path) -> list[Measure]:
    """What of the catalogue is asked of both sides."""
    found: list[Measure] = []
    for file in sorted(catalogue.glob("*/*.toml")):
        metric = tomllib.loads(file.read_text())
        found.extend(_of(metric, metric["id"], metric.get("dated_by"), metric["formula"]))
        for name, changed in metric.get("variant", {}).items():
            formula = metric["formula"] | {key: value for key, value in changed.items() if key in ("where", "of", "value")}
            found.extend(_of(metric, f"{metric['id']}_{name}", changed.get("dated_by", metric.get("dated_by")), formula))
    return found


def sql(fact: str, dated_by: str, asked: list[Measure], files: str, now: str) -> str:
    """One SELECT: month, channel, and for each measure a value and a count."""
    columns = ",\n  ".join(f"{m.expression} AS v{place}, {m.count} AS n{place}" for place, m in enumerate(asked))
    columns = columns.replace("{now}", now)
    return (f"SELECT date_trunc('month', {dated_by})::DATE AS month, channel,\n  {columns}\n"
            f"FROM read_parquet('{files}') WHERE {dated_by} IS NOT NULL GROUP BY ALL")


def _of(metric: dict, name: str, dated_by: str | None, formula: dict) -> list[Measure]:
    if "split" in metric or "stock" in formula or "per" in formula or "stock" in metric:
        return []
    kind = formula["kind"]
    if kind == "ratio":
        return _ratio(metric, name, formula)
    if formula.get("from") not in FACTS or not isinstance(dated_by, str):
        return []
    where = _where(metric, formula.get("where"))
    fact = formula["from"]
    count = f"count(*) FILTER ({where})"
    if kind == "count":
        return [Measure(name, "value", fact, dated_by, count, count, 1)]
    if kind == "share":
        of = _filled(metric, formula["of"])
        share = f"count(*) FILTER ({where} AND ({of})) / nullif({count}, 0)"
        return [Measure(name, "value", fact, dated_by, share, count, 100)]
    value = formula["value"]
    if kind == "mean":
        return [Measure(name, "value", fact, dated_by, f"avg({value}) FILTER ({where})", count, 1)]
    if kind == "quantile" and value in BUSINESS:
        return [measure for business in (False, True) for measure in _durations(name, fact, dated_by, where, value, business)]
    return []


def _durations(name: str, fact: str, dated_by: str, where: str, value: str, business: bool) -> list[Measure]:
    """Median, mean and 90th percentile; in business time too."""
    ending = "_business" if business else ""
    column = value.removesuffix("_us") + "_business_us" if business else value
    where = where.replace(value, column)
    count = f"count(*) FILTER ({where})"
    # Both quantiles by one aggregate, which DuckDB computes once.
    quantiles = f"(quantile_cont({column}, [0.5, 0.9]) FILTER ({where}))"
    forms = {"": f"{quantiles}[1]", "_mean": f"avg({column}) FILTER ({where})", "_p90": f"{quantiles}[2]"}
    return [Measure(f"{name}{form}{ending}", "value", fact, dated_by, expression, count, 1e-6)
            for form, expression in forms.items()]


def _ratio(metric: dict, name: str, formula: dict) -> list[Measure]:
    sides = {part: formula[part] for part in ("numerator", "denominator")}
    if any(side.get("from") not in FACTS or "stock" in side or "distinct" in side for side in sides.values()):
        return []
    made = []
    for part, side in sides.items():
        where = _where(metric, side.get("where"))
        total = f"sum({side['value']}) FILTER ({where})" if "value" in side else f"count(*) FILTER ({where})"
        scale = 1e-6 if side.get("value", "").endswith("_us") else 1
        if part == "numerator" and metric["unit"] == "percent":
            scale *= 100
        made.append(Measure(name, part, side["from"], side.get("dated_by", metric.get("dated_by")), total, f"count(*) FILTER ({where})", scale))
    return made


def _where(metric: dict, where: str | None) -> str:
    """The condition, and that the case is old enough to count."""
    parts = [f"({_filled(metric, where)})"] if where else []
    if matures := metric.get("matures"):
        parts.append(f"{_filled(metric, matures['from'])} + INTERVAL '{_filled(metric, matures['after'])}' <= TIMESTAMP '{{now}}'")
    return " AND ".join(parts) or "true"


def _filled(metric: dict, text: str) -> str:
    for name, value in (metric.get("params", {}) | WINDOWS).items():
        text = text.replace("{" + name + "}", str(value))
    return text
