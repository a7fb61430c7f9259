"""Makes the events of N conversations as a help desk would export them: Parquet files by four weeks, in time order.

DuckDB multiplies the scripts of `scripts.py` by conversations, so that ten million conversations take minutes
and flat memory. The same N and seed give the same rows. One more day lies in a file of its own. What it does
not do: surveys, orders and the like; the bench measures events.

    python bench/generate.py --conversations 10000000 --out DIR
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import duckdb
import pyarrow as pa

import scripts

WEEKS = 104
WEEKS_PER_FILE = 4
START = "2024-01-01"  # a Monday
WEEK_US = 7 * 86400 * 1_000_000
DAY_US = 86400 * 1_000_000
# How much comes in by weekday and by hour of the day.
DAY_WEIGHTS = [16, 16, 16, 15, 15, 12, 10]
HOUR_WEIGHTS = [1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 10, 9, 8, 9, 9, 8, 7, 6, 5, 5, 4, 3, 2, 2]


def generate(out: Path, conversations: int, *, threads: int = 2, script_count: int = 4000, odd: float = 0.0,
             merged: float = 0.006, tangled: float = 0.0, weeks: int = WEEKS, seed: int = 20260101) -> dict:
    """Writes `events-NN.parquet` and `day/events.parquet` under `out`; says how many rows.

    `odd` and `merged` are the scripts'; of the merged, the share `tangled` goes into newer ones, so that some merge in
    a circle, or into one that is not there.
    """
    (out / "events").mkdir(parents=True, exist_ok=True)
    (out / "day").mkdir(parents=True, exist_ok=True)
    db = duckdb.connect(config={"threads": threads, "memory_limit": "2GB", "temp_directory": str(out / "tmp")})
    db.execute("SET TimeZone = 'UTC'")
    _load_steps(db, scripts.scripts(script_count, seed, odd, merged))
    start_us = db.execute(f"SELECT epoch_us(TIMESTAMP '{START}')").fetchone()[0]
    end_us = start_us + weeks * WEEK_US
    per_week = conversations // weeks
    db.execute(_macros(start_us, per_week, max(1, conversations * 3 // 10), seed, weeks, tangled))
    db.execute("CREATE TABLE carried AS SELECT * FROM events_of(0, 0)")
    rows = 0
    for number, first in enumerate(range(0, weeks, WEEKS_PER_FILE)):
        last = min(first + WEEKS_PER_FILE, weeks)
        upper = conversations if last == weeks else last * per_week
        rows += _write(db, first * per_week, upper, start_us + last * WEEK_US, out / "events" / f"events-{number:02}.parquet")
    day_share = DAY_WEIGHTS[0] / sum(DAY_WEIGHTS)
    db.execute(f"CREATE OR REPLACE MACRO hour_of(i) AS {_hour_sql('i', [DAY_WEIGHTS[0]])}")
    db.execute(f"CREATE OR REPLACE MACRO week_of(i) AS {weeks}")
    day_rows = _write(db, conversations, conversations + round(per_week * day_share), end_us + DAY_US, out / "day" / "events.parquet")
    facts = {"conversations": conversations, "events": rows, "day_events": day_rows, "odd": odd, "seed": seed,
             "weeks": weeks, "duckdb": duckdb.__version__}
    (out / "generated.json").write_text(json.dumps(facts))
    return facts


def _load_steps(db: duckdb.DuckDBPyConnection, drawn: list[scripts.Script]) -> None:
    """The scripts as a table of steps."""
    rows = [
        (number, script.channel, position, step.at, step.kind, step.actor_kind, step.actor, step.public, step.automated,
         step.value, step.target)
        for number, script in enumerate(drawn)
        for position, step in enumerate(script.steps)
    ]
    names = ["script", "channel", "position", "at", "kind", "actor_kind", "actor", "public", "automated", "value", "target"]
    types = [pa.int32(), pa.string(), pa.int32(), pa.int64(), pa.string(), pa.string(), pa.string(), pa.bool_(), pa.bool_(),
             pa.string(), pa.string()]
    steps_arrow = pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, zip(*rows), types)})
    db.execute("CREATE TABLE steps AS SELECT * FROM steps_arrow")
    db.execute(f"CREATE MACRO script_count() AS {len(drawn)}")
    del steps_arrow


def _hour_sql(key: str, days: list[int]) -> str:
    """An hour of the week, drawn by weight."""
    hours = [day * 24 + hour for day, day_weight in enumerate(days) for hour, weight in enumerate(HOUR_WEIGHTS)
             for _ in range(day_weight * weight // 8 or 1)]
    return f"({hours}::USMALLINT[])[(draw({key}, 11) % {len(hours)} + 1)::BIGINT]"


def _macros(start_us: int, per_week: int, customers: int, seed: int, weeks: int, tangled: float) -> str:
    """Who and when, by the number of the conversation."""
    return f"""
    CREATE MACRO draw(i, salt) AS hash(i * 64 + salt + {seed % 1000} * 1000003::BIGINT);
    CREATE MACRO share(i, salt) AS (draw(i, salt) >> 11)::DOUBLE / 9007199254740992.0;
    CREATE MACRO hour_of(i) AS {_hour_sql('i', DAY_WEIGHTS)};
    CREATE MACRO week_of(i) AS least(i // {per_week}, {weeks - 1});
    CREATE MACRO opened(i) AS {start_us} + week_of(i) * {WEEK_US}::BIGINT
        + (hour_of(i)::BIGINT * 3600 + (draw(i, 12) % 3600)::BIGINT) * 1000000;
    CREATE MACRO conversation_name(i) AS (215470000000000 + i * 17)::VARCHAR;
    CREATE MACRO customer_name(i) AS 'cus_' || printf('%014x', (hash((floor(pow(share(i, 13), 1.3) * {customers}))::BIGINT) >> 9)::BIGINT);
    CREATE MACRO agent_name(i, place) AS 'agent-' || ((draw(i, 14) % 40) * 15 + (draw(i, 15 + place) % 15))::VARCHAR;
    CREATE MACRO team_name(i, place) AS ['billing', 'support', 'returns', 'technical', 'vip', 'sales', 'field', 'onboarding'][
        ((draw(i, 14) % 40 // 5)::BIGINT + place * 3) % 8 + 1];
    CREATE MACRO resolve(reference, i) AS CASE reference
        WHEN 'CUSTOMER' THEN customer_name(i) WHEN 'A0' THEN agent_name(i, 0) WHEN 'A1' THEN agent_name(i, 1)
        WHEN 'A2' THEN agent_name(i, 2) WHEN 'T0' THEN team_name(i, 0) WHEN 'T1' THEN team_name(i, 1)
        WHEN 'BOT' THEN 'bot-1' ELSE reference END;
    CREATE MACRO other(i) AS CASE
        WHEN share(i, 21) < {tangled} / 2 THEN conversation_name(i + 1 + (draw(i, 20) % 3)::BIGINT)
        WHEN share(i, 21) < {tangled} THEN 'not-here'
        ELSE conversation_name(greatest(0, i - 1 - (draw(i, 20) % 50)::BIGINT)) END;
    CREATE MACRO events_of(first, last) AS TABLE
        SELECT c.i, s.position, s.kind, c.opened_us + (round(s.at * c.pace)::BIGINT * 1000000) AS occurred_us,
               s.actor_kind, resolve(s.actor, c.i) AS actor_id,
               CASE WHEN s.kind = 'opened' OR s.actor = 'CUSTOMER' THEN c.customer_id END AS customer_id,
               s.public, s.automated, CASE WHEN s.kind = 'opened' THEN s.channel END AS channel,
               resolve(s.value, c.i) AS value,
               CASE WHEN s.target = 'OTHER' THEN other(c.i) ELSE s.target END AS target
        FROM (SELECT range AS i, opened(range) AS opened_us, (draw(range, 1) % script_count())::INTEGER AS script,
                     exp(2.0 * (share(range, 2) + share(range, 3) + share(range, 4) - 1.5)) AS pace,
                     customer_name(range) AS customer_id
              FROM range(first, last)) c
        JOIN steps s USING (script);
    """


def _write(db: duckdb.DuckDBPyConnection, first: int, last: int, until_us: int, file: Path) -> int:
    """The events before `until_us` of these conversations and of those before; later ones are carried on."""
    db.execute(f"CREATE OR REPLACE TEMP TABLE chunk AS SELECT * FROM carried UNION ALL SELECT * FROM events_of({first}, {last})")
    db.execute(f"CREATE OR REPLACE TABLE carried AS SELECT * FROM chunk WHERE occurred_us >= {until_us}")
    written = db.execute(f"""
        COPY (SELECT conversation_name(i) AS conversation_id, kind, make_timestamp(occurred_us)::TIMESTAMPTZ AS occurred_at,
                     actor_kind, actor_id, customer_id, public, automated, channel, value, target,
                     (360000000000000 + i * 64 + position)::VARCHAR AS external_id
              FROM chunk WHERE occurred_us < {until_us} ORDER BY occurred_us, hash(i, position))
        TO '{file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)""").fetchone()[0]
    db.execute("DROP TABLE chunk")
    return written


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--conversations", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--odd", type=float, default=0.0, help="share of scripts that are broken as exports are")
    options = parser.parse_args()
    began = time.perf_counter()
    made = generate(options.out, options.conversations, threads=options.threads, odd=options.odd)
    print(json.dumps(made), f"{time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
