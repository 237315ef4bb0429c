"""How fast it is, beside peers in the same run.

    python benchmarks/speed.py                    all cases but the largest
    python benchmarks/speed.py --only search      one of them
    python benchmarks/speed.py --only million     1,000,000 experts with 3 works each

Texts are generated (speed_data.py). Every case is a process of its own, so that what one loads does not help the
next; seconds are medians of RUNS, one run where a peer takes a minute. Results go to results/speed.json and .txt.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import speed_data
from scipy import sparse

RESULTS = Path(__file__).parent / "results"
RUNS = 5
EXPERTS, NEEDS, TOP = 100_000, 10_000, 20
PACKAGES = (
    "numpy",
    "scipy",
    "pandas",
    "numba",
    "scikit-learn",
    "jieba",
    "rjieba",
    "sparse-dot-topn",
    "bm25s",
    "distributed",
)


def seconds(run: Callable[[], object], runs: int = RUNS) -> float:
    taken = []
    for _ in range(runs):
        start = perf_counter()
        run()
        taken.append(perf_counter() - start)
    return median(taken)


def built(texts: list[str], *, characters: bool = False, each: int = 1) -> Any:
    """Return an index of texts, so many of each expert."""
    from expertmatch.index import ExpertIndex, Rows, Weights
    from expertmatch.text import Analyzer

    ids = [f"E{i // each:07d}" for i in range(len(texts))]
    rows = Rows.build(ids, ((one, f"W{i:08d}", text) for i, (one, text) in enumerate(zip(ids, texts, strict=True))))
    analyzer = Analyzer(characters=characters)
    return ExpertIndex.fit(rows, analyzer=analyzer, weights=Weights(), processes=os.cpu_count() or 1)


def ready(index: Any) -> Any:
    """Make what the first need would make."""
    index.top(index.vectors({"title": ["机器"] * 100}), 1)
    return index


def case_index() -> dict[str, float]:
    """Time from texts to an index that answers: ours with words alone and with the default analysis, and peers."""
    import jieba
    import rjieba
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = speed_data.texts(EXPERTS, speed_data.PROFILE_WORDS, seed=1)
    jieba.setLogLevel(60)
    jieba.lcut_for_search("机器")
    cutter = rjieba.Jieba()
    found = {
        "words": seconds(lambda: ready(built(texts)), 3),
        "words and characters": seconds(lambda: ready(built(texts, characters=True)), 3),
        "jieba + TfidfVectorizer": seconds(
            lambda: TfidfVectorizer(analyzer=jieba.lcut_for_search).fit_transform(texts), 1
        ),
        "rjieba + TfidfVectorizer": seconds(
            lambda: TfidfVectorizer(analyzer=cutter.cut_for_search).fit_transform(texts), 1
        ),
    }
    ours, peer = found["words"], found["jieba + TfidfVectorizer"]
    found |= {"ratio, words": peer / ours, "ratio, default": peer / found["words and characters"]}
    return found


def case_search() -> dict[str, Any]:
    """Top 20 of 10,000 needs over 100,000 profiles: ours and peers on the same vectors; and the slow, obvious way."""
    import bm25s
    from sparse_dot_topn import sp_matmul_topn

    from expertmatch.index.topk import joined, top_k

    index = ready(built(speed_data.texts(EXPERTS, speed_data.PROFILE_WORDS, seed=1)))
    vectors, rows = index.vectors({"title": speed_data.needs(NEEDS)}), index.row_vectors
    df = np.diff(index.search.term_ptr)
    found: dict[str, Any] = {
        "terms a profile": rows.nnz / rows.shape[0],
        "terms a need": vectors.nnz / vectors.shape[0],
        "multiply-adds, thousand million": float(df[vectors.indices].sum()) / 1e9,
    }
    for threads in (1, 2):
        found[f"ours, {threads} threads"] = seconds(lambda threads=threads: index.top(vectors, TOP, threads=threads))
    left = sparse.csr_matrix(vectors.astype(np.float64))
    right = sparse.csr_matrix(rows.astype(np.float64)).T.tocsr()
    for threads in (1, 2):
        found[f"sparse_dot_topn, {threads} threads"] = seconds(
            lambda threads=threads: sp_matmul_topn(left, right, top_n=TOP, sort=True, n_threads=threads), 3
        )
    corpus, queries = (
        [matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tolist() for i in range(matrix.shape[0])]
        for matrix in (rows, vectors)
    )
    retriever = bm25s.BM25(backend="numba")
    retriever.index((corpus, {str(i): i for i in range(rows.shape[1])}), show_progress=False)
    retriever.retrieve(queries, k=TOP, n_threads=2, show_progress=False)
    found["bm25s numba, 2 threads"] = seconds(
        lambda: retriever.retrieve(queries, k=TOP, n_threads=2, show_progress=False)
    )
    start = perf_counter()
    slow = joined(top_k(scored, TOP) for scored in index.scores(vectors))
    found["scipy blocks, all needs"] = perf_counter() - start
    fast = index.top(vectors, TOP)
    same = all(np.array_equal(getattr(slow, name), getattr(fast, name)) for name in ("need", "group", "score"))
    found["needs with the same answers as scipy blocks"] = vectors.shape[0] if same else 0
    found["ratio to sparse_dot_topn, 2 threads"] = found["sparse_dot_topn, 2 threads"] / found["ours, 2 threads"]
    found["ratio to bm25s, 2 threads"] = found["bm25s numba, 2 threads"] / found["ours, 2 threads"]
    return found


def case_one() -> dict[str, float]:
    """One need at a time over 100,000 profiles with the default analysis, in milliseconds."""
    import expertmatch as em

    matcher = em.Matcher(processes=2).fit(em.read_pool(speed_data.profiles(EXPERTS))).prepare()
    needs, index = speed_data.needs(1001), matcher.index_
    ways = {
        "search": lambda need: index.top(index.vectors({"title": [need]}), TOP),
        "rank": lambda need: matcher.rank(need, top=TOP),
    }
    found = {}
    for name, way in ways.items():
        way(needs[0])
        taken = [seconds(lambda need=need, way=way: way(need), 1) * 1000 for need in needs[1:]]
        found |= {f"{name}, p{p}": float(np.percentile(taken, p)) for p in (50, 99)}
    return found


def case_update() -> dict[str, float]:
    """Replace 1 % of 100,000 profiles, beside building all; until the index answers."""
    from expertmatch.index import Rows

    texts = speed_data.texts(EXPERTS, speed_data.PROFILE_WORDS, seed=1)
    fresh = speed_data.texts(EXPERTS // 100, speed_data.PROFILE_WORDS, seed=9)
    found: dict[str, float] = {}
    for name, characters in (("words", False), ("default", True)):
        index = ready(built(texts, characters=characters))
        titles = list(index.rows.texts["title"])
        titles[:: EXPERTS // len(fresh)] = fresh
        old = index.rows
        rows = Rows(
            expert_ids=old.expert_ids, group=old.group, keys=old.keys, texts={**old.texts, "title": tuple(titles)}
        )
        full = seconds(lambda characters=characters: ready(built(texts, characters=characters)), 3)
        update = seconds(lambda index=index, rows=rows: ready(index.update(rows)), 3)
        found |= {f"{name}: full": full, f"{name}: update": update, f"{name}: share": update / full}
    return found


def case_open() -> dict[str, float]:
    """Open a saved index and answer a first need in a new process, beside a bare import; and import expertmatch."""
    import expertmatch as em

    with tempfile.TemporaryDirectory() as folder:
        em.Matcher(processes=2).fit(em.read_pool(speed_data.profiles(EXPERTS))).save(folder)
        answer = f"import expertmatch as em; em.Matcher.load({folder!r}).rank('变压器局部放电监测')"
        found = {
            name: seconds(lambda code=code: subprocess.run([sys.executable, "-c", code], check=True))
            for name, code in (
                ("open and answer", answer),
                ("import pandas, sklearn", "import pandas, sklearn"),
                ("import expertmatch", "import expertmatch"),
                ("python alone", "pass"),
            )
        }
    found["import expertmatch, alone"] = found["import expertmatch"] - found["python alone"]
    return {**found, "ratio": found["open and answer"] / found["import pandas, sklearn"]}


def case_growth() -> dict[str, float]:
    """Seconds of 1,000 needs as profiles grow."""
    found: dict[str, float] = {}
    sizes = (10_000, 100_000, 1_000_000)
    for size in sizes:
        index = ready(built(speed_data.texts(size, speed_data.PROFILE_WORDS, seed=1)))
        vectors = index.vectors({"title": speed_data.needs(1000)})
        found[f"{size:,}"] = seconds(lambda index=index, vectors=vectors: index.top(vectors, TOP))
    taken = np.log([found[f"{size:,}"] for size in sizes])
    found["exponent"] = float(np.polyfit(np.log(sizes), taken, 1)[0])
    found["exponent, last step"] = float((taken[2] - taken[1]) / np.log(10))
    return found


def case_groups() -> dict[str, float]:
    """Search among 100,000 experts with 5 works each, beside the same works each on its own."""
    from expertmatch.index.search import Search

    texts = speed_data.texts(5 * EXPERTS, speed_data.WORK_WORDS, seed=2)
    index = ready(built(texts, each=5))
    vectors, rows = index.vectors({"title": speed_data.needs(NEEDS)}), index.row_vectors
    alone = Search.of(rows, np.arange(rows.shape[0]), groups=rows.shape[0], discount=index.weights.works_discount)
    alone.top(vectors[:200], TOP)
    found = {
        "grouped": seconds(lambda: index.top(vectors, TOP)),
        "ungrouped": seconds(lambda: alone.top(vectors, TOP)),
    }
    return {**found, "ratio": found["grouped"] / found["ungrouped"]}


def case_cluster() -> dict[str, float]:
    """Search 10,000 needs among 100,000 profiles on workers of one thread, and in one process of two."""
    from distributed import Client, LocalCluster

    from expertmatch.cluster import Shards, _cut
    from expertmatch.index import Weights

    index = ready(built(speed_data.texts(EXPERTS, speed_data.PROFILE_WORDS, seed=1)))
    needs = speed_data.needs(NEEDS)
    blocks = [{"title": needs[i : i + 512]} for i in range(0, NEEDS, 512)]
    vectors = index.vectors({"title": needs})
    found = {
        "plain, 2 threads": seconds(lambda: index.top(index.vectors({"title": needs}), TOP)),
        "plain, 2 threads, vectors given": seconds(lambda: index.top(vectors, TOP)),
    }
    for workers in (1, 2):
        with (
            LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0", silence_logs=50) as cluster,
            Client(cluster) as client,
        ):
            shards = Shards(client, _cut(index.rows), index.analyzer, Weights())
            list(shards.top(blocks[:4], TOP))
            found[f"Dask, {workers} workers"] = seconds(lambda shards=shards: list(shards.top(blocks, TOP)))
    found["2 workers against 1"] = found["Dask, 1 workers"] / found["Dask, 2 workers"]
    found["2 workers against plain"] = found["plain, 2 threads"] / found["Dask, 2 workers"]
    return found


def case_million() -> dict[str, float]:
    """Index 1,000,000 experts with 3 works each, words alone, and rank 10,000 needs on this machine."""
    start = perf_counter()
    texts = speed_data.texts(3_000_000, speed_data.WORK_WORDS, seed=2)
    drawn = perf_counter()
    index = ready(built(texts, each=3))
    made = perf_counter()
    vectors = index.vectors({"title": speed_data.needs(NEEDS)})
    index.top(vectors, TOP)
    done = perf_counter()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "draw texts": drawn - start, "index": made - drawn, "needs": done - made,
        "needs per second": NEEDS / (done - made), "peak GB": peak / 2**20,
    }  # fmt: skip


CASES = {name.removeprefix("case_"): case for name, case in list(globals().items()) if name.startswith("case_")}


def machine() -> dict[str, str]:
    model = platform.processor()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    versions = {name: version(name) for name in PACKAGES}
    return {"processor": model, "cores": str(os.cpu_count()), "python": platform.python_version(), **versions}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(CASES))
    parser.add_argument("--case", choices=sorted(CASES), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        print(json.dumps(CASES[given.case]()))
        return
    path = RESULTS / "speed.json"
    held = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for name in [given.only] if given.only else [name for name in CASES if name != "million"]:
        told = subprocess.run([sys.executable, __file__, "--case", name], check=True, capture_output=True, text=True)
        held[name] = json.loads(told.stdout.splitlines()[-1])
        print(shown(name, held[name]), flush=True)
    held["machine"] = machine()
    path.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if "growth" in held:
        (Path(__file__).parents[1] / "docs/images/speed-growth.svg").write_text(chart(held["growth"]), "utf-8")
    text = "\n\n".join(shown(name, held[name]) for name in (*CASES, "machine") if name in held)
    path.with_suffix(".txt").write_text(text + "\n", "utf-8")


def chart(found: dict[str, float]) -> str:
    """Draw seconds of 1,000 needs against experts, both as powers of ten, beside a line of exponent 1."""
    points = [(int(size.replace(",", "")), taken) for size, taken in found.items() if size[0].isdigit()]
    low = np.floor(np.log10(min(taken for _, taken in points)))

    def place(size: float, taken: float) -> tuple[float, float]:
        return 70 + 170 * (np.log10(size) - 4), 280 - 80 * (np.log10(taken) - low)

    (x, y), (right, top) = place(*points[0]), place(points[-1][0], points[0][1] * points[-1][0] / points[0][0])
    drawn = [
        f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{right:.0f}" y2="{top:.0f}" stroke="#999" stroke-dasharray="4"/>',
        f'<text x="{right - 6:.0f}" y="{top - 6:.0f}" text-anchor="end" fill="#666">与专家数成正比</text>',
    ]
    for size, taken in points:
        x, y = place(size, taken)
        drawn += [
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="5" fill="#1f5f8b"/>',
            f'<text x="{x + 9:.0f}" y="{y + 15:.0f}">{taken:.2g} 秒</text>',
            f'<text x="{x:.0f}" y="300" text-anchor="middle">{size // 10_000} 万人</text>',
        ]
    name = "一千条需求查找前 20 名的时间，随专家数增长"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 310" role="img" aria-label="{name}" '
        f'font-family="sans-serif" font-size="13"><title>{name}</title>' + "".join(drawn) + "</svg>\n"
    )


def shown(name: str, found: dict[str, Any]) -> str:
    about = (CASES[name].__doc__ or "") if name in CASES else "Machine and versions."
    rows = [
        f"  {key:<45} {value:>12.3f}" if isinstance(value, float) else f"  {key:<45} {value:>12}"
        for key, value in found.items()
    ]
    return "\n".join([f"{name}: {about}", *rows])


if __name__ == "__main__":
    main()
