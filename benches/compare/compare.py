#!/usr/bin/env python3
"""The same questions to eniplan, DuckDB and Polars; see README.md beside this file."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import psutil

LOG_SQL = """
COPY (
  WITH log AS (
    SELECT function, epoch_ms(start) AS s, epoch_ms(start) + duration_ms AS e
    FROM read_csv('{file}', columns = {{'start': 'TIMESTAMP', 'function': 'VARCHAR', 'duration_ms': 'BIGINT'}})
  ),
  events AS (SELECT function, s AS t, 1 AS d FROM log UNION ALL SELECT function, e, -1 FROM log),
  running AS (
    SELECT function, sum(d) OVER (PARTITION BY function ORDER BY t, d ROWS UNBOUNDED PRECEDING) AS n FROM events
  )
  SELECT function, max(n)::BIGINT AS peak FROM running GROUP BY function ORDER BY function
) TO '{out}' (HEADER)
"""

DAY_SQL = """
COPY (
  SELECT HashFunction AS function, list_sum(counts)::BIGINT AS total, list_max(counts)::BIGINT AS busiest
  FROM (SELECT HashFunction, [{minutes}] AS counts
        FROM read_csv('{file}', header = true, auto_detect = false, delim = ',', columns = {columns}))
) TO '{out}' (HEADER)
"""


def duckdb_log(file, out):
    import duckdb

    duckdb.sql(LOG_SQL.format(file=file, out=out))


def duckdb_day(file, out):
    import duckdb

    minutes = ", ".join(f'"{m}"' for m in range(1, 1441))
    names = ["HashOwner", "HashApp", "HashFunction", "Trigger"]
    columns = {**{n: "VARCHAR" for n in names}, **{str(m): "INTEGER" for m in range(1, 1441)}}
    duckdb.sql(DAY_SQL.format(file=file, out=out, minutes=minutes, columns=columns))


def polars_log(file, out):
    import polars as pl

    schema = {"start": pl.String, "function": pl.Categorical, "duration_ms": pl.Int64}
    log = pl.scan_csv(file, schema=schema).with_columns(
        s=pl.col("start").str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms").dt.epoch("ms")
    )
    starts = log.select("function", t="s", d=pl.lit(1, pl.Int32))
    ends = log.select("function", t=pl.col("s") + pl.col("duration_ms"), d=pl.lit(-1, pl.Int32))
    peaks = (
        pl.concat([starts, ends])
        .group_by("function")
        .agg(peak=pl.col("d").sort_by("t", "d").cum_sum().max())
        .with_columns(pl.col("function").cast(pl.String))
        .sort("function")
    )
    peaks.collect().write_csv(out)


def polars_day(file, out):
    import polars as pl

    minutes = [str(m) for m in range(1, 1441)]
    day = pl.scan_csv(file, schema_overrides={m: pl.Int32 for m in minutes}).select(
        function="HashFunction",
        total=pl.sum_horizontal([pl.col(m).cast(pl.Int64) for m in minutes]),
        busiest=pl.max_horizontal(minutes),
    )
    day.collect().write_csv(out)


TOOLS = {"duckdb": (duckdb_log, duckdb_day), "polars": (polars_log, polars_day)}


def measured(command, stdout):
    """Seconds and peak resident bytes of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=stdout)
    watched, peak = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
        except psutil.Error:
            pass
        time.sleep(0.005)
    seconds = time.perf_counter() - began
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return seconds, peak


def of_eniplan(path, fields):
    with open(path) as file:
        return sorted(tuple(row[field] for field in fields) for row in json.load(file)["functions"])


def of_csv(path, drop):
    with open(path) as file:
        rows = [line.rstrip("\n").split(",") for line in file][1:]
    return sorted((tuple([] if drop else [row[0]]) + tuple(int(cell) for cell in row[1:])) for row in rows)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("eniplan")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--functions", type=int, default=46_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default=os.path.join(tempfile.gettempdir(), "eniplan-compare"))
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    place = lambda name: os.path.join(args.folder, name)
    for name, rows in [("azure-day", args.functions), ("big-log", args.rows)]:
        made = place(f"{name}-{rows}.csv")
        if not os.path.exists(made):
            subprocess.run([args.eniplan, "generate", name, "--rows", str(rows), "-o", made, "--quiet"], check=True)
    questions = [("log", f"big-log-{args.rows}.csv", args.rows), ("day", f"azure-day-{args.functions}.csv", args.functions)]
    print(f"{os.cpu_count()} cores\n")
    for index, (question, file, rows) in enumerate(questions):
        file = place(file)
        size = os.path.getsize(file)
        with open(file, "rb") as warm:
            while warm.read(1 << 24):
                pass
        best = {}
        for _ in range(args.runs):
            for tool in ["eniplan", *TOOLS]:
                out = place(f"{question}-{tool}.out")
                if tool == "eniplan":
                    with open(out, "wb") as stdout:
                        command = [args.eniplan, "demand", file, "--by-function", "--format", "json", "--quiet"]
                        took = measured(command, stdout)
                else:
                    took = measured([sys.executable, __file__, "--run", tool, str(index), file, out], None)
                best[tool] = min(best.get(tool, took), took)
        if question == "log":
            answers = [of_eniplan(place("log-eniplan.out"), ["function", "peak_concurrency"])]
        else:
            # eniplan shortens the hashes to names: the values are compared as a sorted list.
            answers = [of_eniplan(place("day-eniplan.out"), ["invocations", "busiest_slot_invocations"])]
        answers += [of_csv(place(f"{question}-{tool}.out"), question == "day") for tool in TOOLS]
        equal = all(answer == answers[0] for answer in answers)
        print(f"{question}: {rows:,} rows, {size / 1e6:.0f} MB; answers {'equal' if equal else 'DIFFER'}")
        print("| tool | seconds | million rows/s | MB/s | peak memory, MB |\n|---|---|---|---|---|")
        for tool, (seconds, peak) in best.items():
            print(f"| {tool} | {seconds:.2f} | {rows / seconds / 1e6:.2f} | {size / seconds / 1e6:.0f} | {peak / 1e6:.0f} |")
        print()
        if not equal:
            sys.exit(1)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--run":
        TOOLS[sys.argv[2]][int(sys.argv[3])](sys.argv[4], sys.argv[5])
    else:
        main()
