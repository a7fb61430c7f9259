"""The desk that both sides measure: its settings, and how Mittari is called."""

from __future__ import annotations

import json
from pathlib import Path

import measure
from duckdb_side import HOLIDAYS

DAYS = ("mon", "tue", "wed", "thu", "fri")


def settings() -> str:
    """settings.toml: periods in UTC, hours of Helsinki."""
    hours = "\n".join(f'{day} = ["09:00-17:00"]' for day in DAYS)
    return f"""company = "Bench"
zone = "UTC"
calendar = "helsinki"

[calendars.helsinki]
zone = "Europe/Helsinki"
holidays = {json.dumps(HOLIDAYS)}

[calendars.helsinki.hours]
{hours}
"""


class Mittari:
    """The program, on one data folder."""

    def __init__(self, program: Path, data: Path) -> None:
        self.program, self.data = program, data

    def begin(self) -> None:
        """A new folder with the desk's settings."""
        self.data.mkdir(parents=True)
        (self.data / "settings.toml").write_text(settings())

    def run(self, *words: object, seconds_max: float = 3600) -> measure.Taken:
        """One command."""
        return measure.run([self.program, "--data", self.data, *words], seconds_max=seconds_max)

    def bring(self, *files: Path) -> measure.Taken:
        """Imports files of events."""
        return self.run("import", "--as", "conversation_events", "--json", *files)

    def report(self, metrics: list[str]) -> measure.Taken:
        """Metrics by month and channel, in JSON."""
        return self.run("report", "--metrics", ",".join(metrics), "--by", "month,channel", "--format", "json")
