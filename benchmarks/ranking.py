"""Speed of ranking evaluation beside other libraries, each in a process of its own.

python benchmarks/ranking.py [--users 100000] [--peers VENV] [--engines recaudit polars ...] [--scaling]

Peers run in an environment of their own, made on first use, because some of them need pandas 2 and NumPy 1;
polars runs in this one. Ratios to recaudit on the same machine are the result; seconds depend on the machine.
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
PEERS = ["ranx", "rectools", "pytrec-eval-terrier", "duckdb", "pyarrow", "pandas<3"]
ITEMS, LENGTH, RELEVANT = 50_000, 100, 10


def workload(folder: Path, users: int) -> None:
    """Write sorted top-100 lists over 50,000 items with Zipf popularity, and about ten relevant items a user."""
    import pyarrow as pa
    import pyarrow.parquet as pq

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


def read(folder: Path, variant: str):
    """The workload as pandas frames."""
    import pandas as pd

    recs, truth = pd.read_parquet(folder / "recs.parquet"), pd.read_parquet(folder / "truth.parquet")
    if variant == "shuffled":
        recs = recs.sample(frac=1, random_state=0)
    if variant == "text":
        recs, truth = (
            table.assign(user="u" + table["user"].astype(str), item="i" + table["item"].astype(str))
            for table in (recs, truth)
        )
    return recs, truth


def recaudit(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """This library, from pandas frames or (variant "parquet") straight from the file."""
    from recaudit.metrics import evaluate

    if variant == "parquet":
        return lambda: evaluate(folder / "recs.parquet", folder / "truth.parquet", METRICS).mean
    recs, truth = read(folder, variant)
    return lambda: evaluate(recs, truth, METRICS).mean


def ranx(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """Ranx, which needs text ids and scores; conversion counted, the making of the text not."""
    from ranx import Qrels, Run, evaluate

    recs, truth = read(folder, variant)
    for table in (recs, truth):
        table[["user", "item"]] = table[["user", "item"]].astype(str)
    recs["score"], truth["grade"] = 1.0 / recs["rank"], 1

    def work() -> dict[str, float]:
        qrels = Qrels.from_df(truth, q_id_col="user", doc_id_col="item", score_col="grade")
        run = Run.from_df(recs, q_id_col="user", doc_id_col="item", score_col="score")
        return {name: float(value) for name, value in evaluate(qrels, run, METRICS).items()}

    return work


def rectools(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """RecTools."""
    from rectools.metrics import MAP, MRR, NDCG, Recall, calc_metrics

    recs, truth = (
        table.rename(columns={"user": "user_id", "item": "item_id"}) for table in read(folder, variant)
    )
    metrics = {"recall@10": Recall(10), "recall@100": Recall(100), "mrr@10": MRR(10), "map@100": MAP(100)}
    metrics |= {f"ndcg@{k}": NDCG(k, divide_by_achievable=True) for k in (10, 100)}
    return lambda: calc_metrics(metrics, reco=recs, interactions=truth)


def pytrec_eval(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """trec_eval by pytrec-eval-terrier, from nested dictionaries made within the time."""
    import pytrec_eval as trec

    recs, truth = read(folder, variant)
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


def polars(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """The same six metrics as polars expressions."""
    import polars as pl

    recs, truth = (pl.from_pandas(table) for table in read(folder, variant))

    def work() -> dict[str, float]:
        relevant = truth.group_by("user").len("n")
        hits = recs.join(truth, on=["user", "item"]).sort("user", "rank")
        hits = hits.with_columns(pl.int_range(1, pl.len() + 1).over("user").alias("at"))
        gain = 1 / (pl.col("rank") + 1).log(2)
        near = pl.col("rank") <= 10
        per_user = hits.group_by("user").agg(
            gain.filter(near).sum().alias("dcg10"),
            gain.sum().alias("dcg100"),
            near.sum().alias("hits10"),
            pl.len().alias("hits100"),
            (1 / pl.col("rank")).filter(near).max().fill_null(0).alias("mrr@10"),
            (pl.col("at") / pl.col("rank")).sum().alias("ap"),
        )
        ideal = np.concatenate([[0], np.cumsum(1 / np.log2(np.arange(2, 102)))])
        table = relevant.join(per_user, on="user", how="left").fill_null(0).to_pandas()
        n = table["n"].to_numpy()
        return {
            "ndcg@10": float((table["dcg10"] / ideal[np.minimum(n, 10)]).mean()),
            "ndcg@100": float((table["dcg100"] / ideal[np.minimum(n, 100)]).mean()),
            "recall@10": float((table["hits10"] / n).mean()),
            "recall@100": float((table["hits100"] / n).mean()),
            "mrr@10": float(table["mrr@10"].mean()),
            "map@100": float((table["ap"] / n).mean()),
        }

    return work


def duckdb(folder: Path, variant: str) -> Callable[[], dict[str, float]]:
    """The same six metrics as one SQL query; the ideal is that of ten or more relevant items, as made here."""
    import duckdb as db

    recs, truth = read(folder, variant)
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

    def work() -> dict[str, float]:
        connection = db.connect()
        connection.register("recs", recs)
        connection.register("truth", truth)
        return dict(zip(METRICS, connection.execute(query).fetchone() or (), strict=True))

    return work


ENGINES = {e.__name__: e for e in (recaudit, polars, duckdb, rectools, pytrec_eval, ranx)}


def run_one(engine: str, folder: Path, variant: str, repeats: int) -> None:
    """Time one engine in this process and print a line of JSON."""
    work = ENGINES[engine](folder, variant)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        mean = work()
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    values = {name: float(mean[name]) for name in METRICS if name in mean}
    print(json.dumps({"first": seconds[0], "best": min(seconds), "peak": peak, "mean": values}))


def measure(python: str, engine: str, folder: Path, variant: str, repeats: int) -> dict[str, float] | None:
    """Run one engine in a process of its own."""
    arguments = ["--one", engine, "--folder", str(folder), "--variant", variant, "--repeats", str(repeats)]
    done = subprocess.run([python, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{engine} failed: {done.stderr.strip()[-400:]}")
        return None
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def peers_python(place: Path) -> str:
    """The interpreter of the peers' environment, made when it is not there."""
    python = place / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True)
    return str(python)


def table(users: int, engines: list[str], variants: list[str], peers: Path) -> None:
    """Print a line per engine and variant."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        workload(folder, users)
        base = None
        print(f"| {users:,} users | first s | best s | x recaudit | peak GB | largest difference |")
        print("|---|---|---|---|---|---|")
        for variant in variants:
            for engine in engines if variant == "sorted" else ["recaudit"]:
                python = sys.executable if engine in {"recaudit", "polars"} else peers_python(peers)
                found = measure(python, engine, folder, variant, 1 if users > 200_000 else 3)
                if found is None:
                    continue
                base = base or found
                off = max(abs(value - base["mean"][name]) for name, value in found["mean"].items())
                ratio = found["best"] / base["best"]
                name = engine if variant == "sorted" else f"{engine}, {variant}"
                times = f"{found['first']:.2f} | {found['best']:.2f} | {ratio:.1f}"
                print(f"| {name} | {times} | {found['peak']:.1f} | {off:.0e} |", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--variants", nargs="+", default=["sorted", "parquet", "shuffled", "text"])
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "recaudit-peers")
    parser.add_argument(
        "--scaling", action="store_true", help="recaudit alone, from parquet, at 10k to 1M users"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--variant", default="sorted", help=argparse.SUPPRESS)
    parser.add_argument("--repeats", type=int, default=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder, options.variant, options.repeats)
    elif options.scaling:
        for users in (10_000, 100_000, 1_000_000):
            table(users, ["recaudit"], ["parquet"], options.peers)
    else:
        table(options.users, options.engines, options.variants, options.peers)


if __name__ == "__main__":
    main()
