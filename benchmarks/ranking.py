"""Speed of ranking evaluation beside other libraries, each in a process and an environment of its own.

python benchmarks/ranking.py [--only sorted shuffled text parquet scaling] [--users 100000] [--engines ...]

The environments of the peers are made on first use, in `--peers`. Ratios to recaudit in the same run are the
result; seconds depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

METRICS = ["ndcg@10", "ndcg@100", "recall@10", "recall@100", "mrr@10", "map@100"]
LIBRARIES = ("ranx", "rectools", "pytrec-eval-terrier", "pandas<3", "numpy<2", "pyarrow<20")
QUERIES = ("duckdb", "polars", "pyarrow", "pandas", "numpy")
PACKAGES = {"libraries": LIBRARIES, "queries": QUERIES}
HOMES = {"ranx": "libraries", "rectools": "libraries", "pytrec_eval": "libraries"}
HOMES |= {"duckdb": "queries", "polars": "queries"}
SECONDS_PER_ENGINE = 30
QUICK_ONES = {"recaudit", "duckdb", "polars"}
ROUNDS = 3
ITEMS, LENGTH, RELEVANT = 50_000, 100, 10


def workload(folder: Path, users: int) -> None:
    """Write sorted top-100 lists over 50,000 items with Zipf popularity, and about ten relevant items a user."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(7)
    share = np.cumsum(1 / np.arange(1, ITEMS + 1) ** 0.8)
    schema = pa.schema([("user", pa.int64()), ("item", pa.int64()), ("rank", pa.int64())])
    held: list[pa.Table] = []
    with pq.ParquetWriter(folder / "recs.parquet", schema) as writer:
        for start in range(0, users, 10_000):
            block = np.arange(start, min(start + 10_000, users))
            lists = distinct(rng, share, block.size, LENGTH)
            truth = distinct(rng, share, block.size, RELEVANT)
            columns = [np.repeat(block, LENGTH), lists.ravel(), np.tile(np.arange(1, LENGTH + 1), block.size)]
            writer.write_table(pa.table(columns, schema=schema))
            held.append(pa.table({"user": np.repeat(block, RELEVANT), "item": truth.ravel()}))
    pq.write_table(pa.concat_tables(held), folder / "truth.parquet")


def distinct(rng: np.random.Generator, share: np.ndarray, users: int, wanted: int) -> np.ndarray:
    """(users, wanted) different items per row, drawn by popularity; the last few may be uniform."""
    drawn = np.searchsorted(share / share[-1], rng.random((users, wanted)))
    while True:
        order = np.argsort(drawn, axis=1, kind="stable")
        ranked = np.take_along_axis(drawn, order, 1)
        again = np.zeros_like(drawn, bool)
        np.put_along_axis(again, order[:, 1:], ranked[:, 1:] == ranked[:, :-1], 1)
        if not again.any():
            return drawn
        drawn[again] = rng.integers(0, ITEMS, int(again.sum()))


def variant_of(folder: Path, variant: str) -> Path:
    """A folder with the same workload in another form, beside the sorted one."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    place = folder / variant
    place.mkdir()
    for name in ("recs", "truth"):
        rows = pq.read_table(folder / f"{name}.parquet")
        if variant == "shuffled":
            rows = rows.take(np.random.default_rng(0).permutation(len(rows)))
        if variant == "text":
            for at, (column, letter) in enumerate({"user": "u", "item": "i"}.items()):
                named = pc.binary_join_element_wise(letter, rows[column].cast(pa.string()), "")
                rows = rows.set_column(at, column, named)
        pq.write_table(rows, place / f"{name}.parquet")
    return place


def frames(folder: Path):
    """The workload as pandas frames."""
    import pandas as pd

    return pd.read_parquet(folder / "recs.parquet"), pd.read_parquet(folder / "truth.parquet")


def tables(folder: Path):
    """The workload as Arrow tables."""
    import pyarrow.parquet as pq

    return pq.read_table(folder / "recs.parquet"), pq.read_table(folder / "truth.parquet")


def recaudit(folder: Path, *, files: bool) -> Callable[[], dict[str, float]]:
    """This library, from pandas frames or straight from the files."""
    from recaudit.metrics import evaluate

    recs, truth = (folder / "recs.parquet", folder / "truth.parquet") if files else frames(folder)
    return lambda: evaluate(recs, truth, METRICS).mean


def ranx(folder: Path, *, files: bool = False) -> Callable[[], dict[str, float]]:  # noqa: ARG001
    """Ranx, which needs text ids and scores; conversion counted, the making of the text not."""
    from ranx import Qrels, Run, evaluate

    recs, truth = frames(folder)
    for table in (recs, truth):
        table[["user", "item"]] = table[["user", "item"]].astype(str)
    recs["score"], truth["grade"] = 1.0 / recs["rank"], 1

    def work() -> dict[str, float]:
        qrels = Qrels.from_df(truth, q_id_col="user", doc_id_col="item", score_col="grade")
        run = Run.from_df(recs, q_id_col="user", doc_id_col="item", score_col="score")
        return {name: float(value) for name, value in evaluate(qrels, run, METRICS).items()}

    return work


def rectools(folder: Path, *, files: bool = False) -> Callable[[], dict[str, float]]:  # noqa: ARG001
    """RecTools."""
    from rectools.metrics import MAP, MRR, NDCG, Recall, calc_metrics

    recs, truth = (table.rename(columns={"user": "user_id", "item": "item_id"}) for table in frames(folder))
    metrics = {"recall@10": Recall(10), "recall@100": Recall(100), "mrr@10": MRR(10), "map@100": MAP(100)}
    metrics |= {f"ndcg@{k}": NDCG(k, divide_by_achievable=True) for k in (10, 100)}
    return lambda: calc_metrics(metrics, reco=recs, interactions=truth)


def pytrec_eval(folder: Path, *, files: bool = False) -> Callable[[], dict[str, float]]:  # noqa: ARG001
    """trec_eval by pytrec-eval-terrier, from nested dictionaries made within the time."""
    import pytrec_eval as trec

    recs, truth = frames(folder)
    recs[["user", "item"]], truth[["user", "item"]] = recs[["user", "item"]].astype(str), truth.astype(str)
    names = {"ndcg@10": "ndcg_cut_10", "ndcg@100": "ndcg_cut_100", "recall@10": "recall_10"}
    names |= {"recall@100": "recall_100", "map@100": "map_cut_100"}

    def work() -> dict[str, float]:
        run: dict[str, dict[str, float]] = {}
        qrels: dict[str, dict[str, int]] = {}
        for user, item, rank in zip(recs["user"], recs["item"], recs["rank"], strict=True):
            run.setdefault(user, {})[item] = 1.0 / rank
        for user, item in zip(truth["user"], truth["item"], strict=True):
            qrels.setdefault(user, {})[item] = 1
        measures = {"ndcg_cut.10,100", "recall.10,100", "map_cut.100", "recip_rank"}
        found = trec.RelevanceEvaluator(qrels, measures).evaluate(run)
        return {
            ours: float(np.mean([row[theirs] for row in found.values()])) for ours, theirs in names.items()
        }

    return work


def polars(folder: Path, *, files: bool) -> Callable[[], dict[str, float]]:
    """The same six metrics as polars expressions, from frames or streamed from the files."""
    import polars as pl

    if files:
        recs, truth = pl.scan_parquet(folder / "recs.parquet"), pl.scan_parquet(folder / "truth.parquet")
    else:
        recs, truth = (pl.DataFrame(pl.from_arrow(table)).lazy() for table in tables(folder))
    gain, near = 1 / (pl.col("rank") + 1).log(2), pl.col("rank") <= 10
    hits = recs.join(truth, on=["user", "item"]).sort("user", "rank")
    hits = hits.with_columns(pl.int_range(1, pl.len() + 1).over("user").alias("at"))
    per_user = hits.group_by("user").agg(
        gain.filter(near).sum().alias("dcg10"),
        gain.sum().alias("dcg100"),
        near.sum().alias("hits10"),
        pl.len().alias("hits100"),
        (1 / pl.col("rank")).filter(near).max().fill_null(0).alias("mrr@10"),
        (pl.col("at") / pl.col("rank")).sum().alias("ap"),
    )
    joined = truth.group_by("user").len("n").join(per_user, on="user", how="left").fill_null(0)
    ideal = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(2, 102)))])

    def work() -> dict[str, float]:
        column = joined.collect(engine="streaming" if files else "auto").to_dict()
        n = column["n"].to_numpy()
        sums = {"ndcg@10": column["dcg10"].to_numpy() / ideal[np.minimum(n, 10)]}
        sums["ndcg@100"] = column["dcg100"].to_numpy() / ideal[np.minimum(n, 100)]
        sums |= {"recall@10": column["hits10"].to_numpy() / n, "recall@100": column["hits100"].to_numpy() / n}
        sums |= {"mrr@10": column["mrr@10"].to_numpy(), "map@100": column["ap"].to_numpy() / n}
        return {name: float(values.mean()) for name, values in sums.items()}

    return work


def duckdb(folder: Path, *, files: bool) -> Callable[[], dict[str, float]]:
    """The same six metrics as one SQL query; the ideal is that of ten relevant items, as made here."""
    import duckdb as db

    ideal = float((1 / np.log2(np.arange(2, 12))).sum())
    query = f"""
    with hits as (select r.user, r.rank, row_number() over (partition by r.user order by r.rank) as place
                  from recs r join truth t on r.user = t.user and r.item = t.item),
    sums as (select user, sum(case when rank <= 10 then 1 / log2(rank + 1) else 0 end) d10,
             sum(1 / log2(rank + 1)) d100, count(*) filter (rank <= 10) h10, count(*) h100,
             max(case when rank <= 10 then 1.0 / rank else 0 end) rr, sum(place / rank::double) ap
             from hits group by user),
    n as (select user, count(*) n from truth group by user)
    select avg(coalesce(d10, 0) / {ideal}), avg(coalesce(d100, 0) / {ideal}), avg(coalesce(h10, 0) / n),
           avg(coalesce(h100, 0) / n), avg(coalesce(rr, 0)), avg(coalesce(ap, 0) / n)
    from n left join sums using (user)"""  # noqa: S608
    names = ("recs", "truth")
    sources = dict(zip(names, names if files else tables(folder), strict=True))

    def work() -> dict[str, float]:
        connection = db.connect()
        for name, source in sources.items():
            if files:
                connection.execute(f"create view {name} as from read_parquet('{folder}/{name}.parquet')")
            else:
                connection.register(name, source)
        return dict(zip(METRICS, map(float, connection.execute(query).fetchone() or ()), strict=True))

    return work


ENGINES = {e.__name__: e for e in (recaudit, duckdb, polars, rectools, pytrec_eval, ranx)}
STREAMING = ["recaudit", "duckdb", "polars"]


def run_one(engine: str, folder: Path, repeats: int, *, files: bool) -> None:
    """Time one engine in this process and print a line of JSON."""
    work = ENGINES[engine](folder, files=files)
    seconds: list[float] = []
    while len(seconds) < 2 or (len(seconds) < repeats and sum(seconds) < SECONDS_PER_ENGINE):
        start = time.perf_counter()
        mean = work()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "peak": peak, "mean": mean}))


def measure(engine: str, folder: Path, peers: Path, repeats: int, *, files: bool = False) -> dict | None:
    """Run one engine in a process of its own."""
    arguments = ["--one", engine, "--folder", str(folder), "--repeats", str(repeats)]
    command = [python_of(engine, peers), __file__, *arguments, *(["--files"] if files else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{engine} failed: {done.stderr.strip().splitlines()[-1][:200]}")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def python_of(engine: str, peers: Path) -> str:
    """The interpreter of an engine; its environment is made when it is not there."""
    if engine not in HOMES:
        return sys.executable
    place = peers / HOMES[engine]
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        packages = PACKAGES[HOMES[engine]]
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)
        (place / "complete").touch()
    return str(python)


def compare(title: str, engines: list[str], folder: Path, peers: Path, *, files: bool = False) -> None:
    """Print a line per engine, and what each needs relative to recaudit.

    The quick engines take turns, several rounds each in a new process, since other work on the machine moves
    their times more than it moves their order.
    """
    found: dict[str, list[dict]] = {engine: [] for engine in engines}
    for turn in range(ROUNDS):
        for engine in engines:
            if turn == 0 or (engine in QUICK_ONES and found[engine]):
                result = measure(engine, folder, peers, 7, files=files)
                found[engine] += [result] if result else []
    base = found["recaudit"]
    print(f"\n| {title} | first s | later s | x recaudit | peak GB | calls | largest difference |")
    print("|---|---|---|---|---|---|---|")
    for engine, rounds in found.items():
        if rounds:
            first, later, peak, calls = summary(rounds)
            off = max(abs(rounds[0]["mean"][name] - base[0]["mean"][name]) for name in rounds[0]["mean"])
            ratio = later / summary(base)[1]
            print(
                f"| {engine} | {first:.2f} | {later:.2f} | {ratio:.1f} | {peak:.1f} | {calls} | {off:.0e} |"
            )
    print(end="", flush=True)


def summary(rounds: list[dict]) -> tuple[float, float, float, int]:
    """Median seconds of the first and of the later calls, largest memory and number of calls."""
    first = float(np.median([one["seconds"][0] for one in rounds]))
    later = float(np.median([second for one in rounds for second in one["seconds"][1:]]))
    return first, later, max(one["peak"] for one in rounds), sum(len(one["seconds"]) for one in rounds)


def scale(peers: Path, folder: Path) -> None:
    """Print what recaudit needs for more and more users, from a frame and from parquet."""
    print("\n| users | rows | frame s | ns a row | frame peak GB | parquet s | ns a row | parquet peak GB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for users in (10_000, 30_000, 100_000, 300_000, 1_000_000):
        place = folder / str(users)
        workload(place, users)
        row = f"| {users:,} | {users * LENGTH:,} |"
        for files in (False, True):
            found = measure("recaudit", place, peers, 7, files=files)
            if found is not None:
                _, later, peak, _ = summary([found])
                row += f" {later:.3f} | {later * 1e9 / (users * LENGTH):.0f} | {peak:.1f} |"
        print(row, flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = ["sorted", "shuffled", "text", "parquet", "scaling"]
    parser.add_argument("--only", nargs="+", default=parts, choices=parts)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--streamed-users", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "recaudit-peers")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--files", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=7, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder, options.repeats, files=options.files)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        frame_parts = [part for part in options.only if part in {"sorted", "shuffled", "text"}]
        if frame_parts:
            workload(folder, options.users)
        for part in frame_parts:
            place = folder if part == "sorted" else variant_of(folder, part)
            compare(f"{part}, {options.users:,} users", options.engines, place, options.peers)
        if "parquet" in options.only:
            workload(folder / "streamed", options.streamed_users)
            engines = [engine for engine in options.engines if engine in STREAMING]
            title = f"parquet, {options.streamed_users:,} users"
            compare(title, engines, folder / "streamed", options.peers, files=True)
        if "scaling" in options.only:
            scale(options.peers, folder)


if __name__ == "__main__":
    main()
