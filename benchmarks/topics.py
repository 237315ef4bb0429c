"""Topics beside KMeans and HDBSCAN on the same vectors.

csl: 1,000 abstracts, the 67 disciplines as truth. A discipline is coarser than a problem that companies share, so
the tightness is chosen here, towards the coarse end; the library's default is for companies' needs and is reported
too. All settings, the peers' as well, are chosen on a seeded half by the mean of both measures and reported on the
other half and on all papers. Every need left alone is a cluster of its own, for every system.

sample: the 120 problems of 30 companies that the project comes with, beside the shared problems that their writers
had in mind (data/make/needs/enterprise.toml, `shared`). The library's default was chosen on these very rows.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import csl
import numpy as np
import pandas as pd
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_mutual_info_score

import expertmatch as em
from expertmatch.display import text_table
from expertmatch.graph.linking import Linker
from expertmatch.planning.common_problems.clusters import grouped
from expertmatch.planning.common_problems.vectors import NeedVectors, need_vectors

DATA = Path(__file__).parents[1] / "data"
WEIGHTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.7)
"""Weights of disciplines tried, for ours and for KMeans with vectors of its own choice."""
TIGHTNESS = tuple(np.round(np.arange(0.10, 0.60, 0.02), 2).tolist())
TEXT_TIGHTNESS = tuple(np.round(np.arange(0.01, 0.20, 0.01), 2).tolist())
"""Without disciplines likeness is smaller."""
MARGINS = (0.0, 0.02, 0.04)
"""How far above the tightness the nearness asked of every member is."""
KEEP = -1.0
"""A margin at which nobody leaves."""
DENSITY: Mapping[str, tuple[Any, ...]] = {
    "min_cluster_size": (2, 3, 5, 8),
    "min_samples": (1, 2, 5),
    "cluster_selection_method": ("eom", "leaf"),
}
DEFAULT = {"discipline_weight": 0.3, "tightness": 0.28, "margin": 0.0}
"""What em.find_topics does unless asked."""
SEEDS = 5
DRAWS = 10
SMOKE = 120

Labels = np.ndarray


def bcubed(truth: Sequence[Any] | Labels, found: Sequence[Any] | Labels) -> dict[str, float]:
    """Return B-cubed precision, recall and F1 (Bagga and Baldwin, 1998): means over items, itself included."""
    rows, columns = (np.unique(np.asarray(side), return_inverse=True)[1] for side in (truth, found))
    table = np.zeros((rows.max() + 1, columns.max() + 1))
    np.add.at(table, (rows, columns), 1.0)
    precision = float((table**2 / table.sum(axis=0, keepdims=True)).sum() / len(rows))
    recall = float((table**2 / table.sum(axis=1, keepdims=True)).sum() / len(rows))
    return {"precision": precision, "recall": recall, "F1": 2 * precision * recall / (precision + recall)}


def measures(truth: Labels, found: Labels) -> dict[str, float]:
    """Return adjusted mutual information, B-cubed F1 and how many clusters there are."""
    return {
        "AMI": float(adjusted_mutual_info_score(truth, found)),
        "B3 F1": bcubed(truth, found)["F1"],
        "clusters": float(len(np.unique(found))),
        "alone": float((np.unique(found, return_counts=True)[1] == 1).sum()),
    }


def alone_by_itself(labels: Labels) -> Labels:
    """Give everything marked -1 a cluster of its own."""
    found = np.array(labels, dtype=np.int64)
    noise = found < 0
    found[noise] = found.max(initial=-1) + 1 + np.arange(int(noise.sum()))
    return found


def ours(vectors: NeedVectors, tightness: float, margin: float = 0.0) -> Labels:
    """Group as em.find_topics does."""
    found = np.full(len(vectors), -1)
    for number, group in enumerate(grouped(vectors, tightness, tightness + margin)):
        found[group] = number
    return alone_by_itself(found)


def turned(vectors: NeedVectors) -> np.ndarray:
    """Return the joined vectors in as many dimensions as there are needs: the same distances, sooner computed."""
    joined = vectors.joined()
    values, axes = np.linalg.eigh((joined @ joined.T).toarray())
    kept = values > 1e-12
    return np.ascontiguousarray(axes[:, kept] * np.sqrt(values[kept]))


def kmeans(points: np.ndarray, clusters: int, seed: int) -> Labels:
    """Run KMeans, the best of three starts."""
    return KMeans(min(clusters, len(points)), n_init=3, random_state=seed).fit_predict(points)


def density(points: np.ndarray, **options: Any) -> Labels:
    """Run HDBSCAN."""
    return alone_by_itself(HDBSCAN(copy=True, **options).fit_predict(points))


class Half:
    """Needs, their truth and their vectors at any weight; nothing is analysed twice."""

    def __init__(self, frame: pd.DataFrame, truth: Sequence[str], linker: Linker) -> None:
        self.frame, self.truth, self.linker = frame, np.asarray(truth), linker
        self._vectors = need_vectors(frame, linker, weight=0.0)
        self._points: dict[float, np.ndarray] = {}

    def vectors(self, weight: float) -> NeedVectors:
        """Return the vectors at a weight of disciplines."""
        made = self._vectors
        return NeedVectors(text=made.text, disciplines=made.disciplines, weight=weight)

    def points(self, weight: float) -> np.ndarray:
        """Return the joined vectors at a weight of disciplines, for the peers."""
        if weight not in self._points:
            self._points[weight] = turned(self.vectors(weight))
        return self._points[weight]

    def goodness(self, found: Labels) -> float:
        """Return what settings are chosen by."""
        told = measures(self.truth, found)
        return (told["AMI"] + told["B3 F1"]) / 2

    def part(self, places: np.ndarray) -> Half:
        """Return some of the needs, their vectors made anew."""
        return Half(self.frame.iloc[places].reset_index(drop=True), self.truth[places], self.linker)


def choose(half: Half, clusters: int) -> dict[str, Any]:
    """Return the best settings of every system; ties go to those that come first."""
    tried = product(WEIGHTS, TIGHTNESS, MARGINS)
    own = max(tried, key=lambda one: half.goodness(ours(half.vectors(one[0]), *one[1:])))
    kept = max(TIGHTNESS, key=lambda tightness: half.goodness(ours(half.vectors(own[0]), tightness, KEEP)))
    grid = [dict(zip(DENSITY, values, strict=True)) for values in product(*DENSITY.values())]
    points = half.points(own[0])
    hdbscan = max(grid, key=lambda options: half.goodness(density(points, **options)))
    wide = max((*WEIGHTS, 0.9), key=lambda weight: half.goodness(kmeans(half.points(weight), clusters, 0)))
    return {
        "discipline_weight": own[0],
        "tightness": own[1],
        "margin": own[2],
        "tightness_edges_kept": kept,
        "hdbscan": hdbscan,
        "kmeans_weight": wide,
    }


def compared(
    half: Half, chosen: Mapping[str, Any], clusters: int, *, seeds: int, more: bool = True
) -> dict[str, dict[str, float]]:
    """Measure ours and the peers, with ``more`` also other ways; KMeans is the mean of several seeds."""
    weight = chosen["discipline_weight"]
    own = ours(half.vectors(weight), chosen["tightness"], chosen["margin"])
    points, number = half.points(weight), len(np.unique(own))
    found: dict[str, list[Labels]] = {
        "expertmatch": [own],
        f"KMeans, {number} clusters (as ours)": [kmeans(points, number, seed) for seed in range(seeds)],
        f"KMeans, {clusters} clusters": [kmeans(points, clusters, seed) for seed in range(seeds)],
        "HDBSCAN": [density(points, **chosen["hdbscan"])],
    }
    if more:
        found |= _other_ways(half, chosen, clusters, seeds)
    return {
        name: pd.DataFrame([measures(half.truth, labels) for labels in runs]).mean().to_dict()
        for name, runs in found.items()
    }


def _other_ways(half: Half, chosen: Mapping[str, Any], clusters: int, seeds: int) -> dict[str, list[Labels]]:
    """Group by the library's defaults, by vectors that suit KMeans best, by text alone, by disciplines alone."""
    near = half.vectors(chosen["discipline_weight"])
    return {
        "expertmatch, edges kept": [ours(near, chosen["tightness_edges_kept"], KEEP)],
        "expertmatch, default settings": [ours(half.vectors(DEFAULT["discipline_weight"]), DEFAULT["tightness"])],
        f"KMeans, {clusters}, weight {chosen['kmeans_weight']:g}": [
            kmeans(half.points(chosen["kmeans_weight"]), clusters, seed) for seed in range(seeds)
        ],
        "expertmatch, text alone": [ours(half.vectors(0.0), chosen["text_tightness"])],
        f"KMeans, {clusters}, text alone": [kmeans(half.points(0.0), clusters, seed) for seed in range(seeds)],
        "HDBSCAN, its defaults": [density(half.points(chosen["discipline_weight"]))],
        "nearest discipline, no clustering": [half.vectors(1.0).disciplines.toarray().argmax(axis=1)],
    }


def draws(half: Half, chosen: Mapping[str, Any], clusters: int, count: int) -> list[dict[str, Any]]:
    """Return by how much ours leads each peer on seeded draws of four fifths of some needs."""
    leads: dict[tuple[str, str], list[float]] = {}
    for seed in range(count):
        size = len(half.truth)
        places = np.sort(np.random.default_rng(seed).permutation(size)[: size * 4 // 5])
        rows = list(compared(half.part(places), chosen, clusters, seeds=1, more=False).items())
        for (name, told), measure in product(rows[1:4], ("AMI", "B3 F1")):
            plain = name.split(",")[0] if "as ours" not in name else "KMeans (our number)"
            leads.setdefault((plain, measure), []).append(rows[0][1][measure] - told[measure])
    return [
        {
            "peer": peer,
            "measure": measure,
            "mean": float(np.mean(each)),
            "least": min(each),
            "won": sum(lead > 0 for lead in each),
        }
        for (peer, measure), each in leads.items()
    ]


def on_sample(linker: Linker) -> dict[str, Any]:
    """Measure the library's default on the companies' problems of the sample."""
    needs = em.read_needs(DATA / "needs_enterprise.csv").frame
    written = tomllib.loads((DATA / "make" / "needs" / "enterprise.toml").read_text(encoding="utf-8"))
    meant = {need["need_id"]: need.get("shared", "") for need in written["needs"]}
    truth = [meant[one] or f"alone {one}" for one in needs["need_id"]]
    half = Half(needs, truth, linker)
    own = ours(half.vectors(DEFAULT["discipline_weight"]), DEFAULT["tightness"])
    points, number = half.points(DEFAULT["discipline_weight"]), len(np.unique(own))
    grid = [dict(zip(DENSITY, values, strict=True)) for values in product(*DENSITY.values())]
    best = max(grid, key=lambda options: half.goodness(density(points, **options)))
    found = {
        "expertmatch, default settings": own,
        "expertmatch, text alone, best tightness": max(
            (ours(half.vectors(0.0), tightness) for tightness in TEXT_TIGHTNESS), key=half.goodness
        ),
        f"KMeans, {number} clusters (as ours)": kmeans(points, number, 0),
        "HDBSCAN, best options": density(points, **best),
    }
    return {name: {**measures(half.truth, labels), **pairs(half.truth, labels)} for name, labels in found.items()}


def pairs(truth: Labels, found: Labels) -> dict[str, float]:
    """Return precision and recall over pairs of needs that are put together."""
    upper = np.triu_indices(len(truth), 1)
    same, put = ((side[:, None] == side[None, :])[upper] for side in (truth, found))
    both = float((same & put).sum())
    return {"pair precision": both / max(1.0, float(put.sum())), "pair recall": both / max(1.0, float(same.sum()))}


def run(folder: Path, say: Callable[[str], None], *, smoke: bool = False) -> dict[str, Any]:
    """Choose on one half of csl, report on the other and on all; then the sample."""
    start = time.perf_counter()
    papers, linker = csl.load(folder), Linker.fit()
    if smoke:
        papers = papers.part(np.arange(min(SMOKE, len(papers.texts))))
    clusters = len(set(papers.labels))
    order = np.argsort(np.array(papers.texts, dtype=object), kind="stable")  # as em.find_topics orders needs
    texts = [papers.texts[i] for i in order.tolist()]
    ids = [f"P{i:04d}" for i in order.tolist()]
    whole = Half(pd.DataFrame({"need_id": ids, "title": "", "text": texts}), np.array(papers.labels)[order], linker)
    chosen_on, reported = (np.flatnonzero(np.isin(order, part)) for part in csl.halves(len(order)))
    first = whole.part(chosen_on)
    chosen = choose(first, clusters)
    text_alone = max(TEXT_TIGHTNESS, key=lambda tightness: first.goodness(ours(first.vectors(0.0), tightness)))
    chosen |= {"text_tightness": text_alone}
    say(f"  chosen on one half: {chosen}")
    seeds, out = (1 if smoke else SEEDS), {}
    parts = {f"chosen on, {len(chosen_on)}": first, f"reported, {len(reported)}": whole.part(reported)}
    for name, half in {**parts, f"all, {len(order)}": whole}.items():
        out[name] = compared(half, chosen, clusters, seeds=seeds)
        say(f"\n{name} abstracts\n{_table(out[name], ('AMI', 'B3 F1', 'clusters', 'alone'))}")
    led = draws(parts[f"reported, {len(reported)}"], chosen, clusters, 2 if smoke else DRAWS)
    rows = [[r["peer"], r["measure"], f"{r['mean']:+.3f}", f"{r['least']:+.3f}", r["won"]] for r in led]
    heads = ["ours minus", "measure", "mean", "least", "draws won"]
    say(f"\n{2 if smoke else DRAWS} draws of four fifths of the reported half\n{text_table(heads, rows, width=140)}")
    sample = on_sample(linker)
    shown = ("AMI", "B3 F1", "clusters", "alone", "pair precision", "pair recall")
    say(f"\nsample, 120 problems of 30 companies (the default was chosen on these)\n{_table(sample, shown)}")
    seconds = round(time.perf_counter() - start, 1)
    return {
        "digest": papers.digest, "labels": clusters, "chosen": chosen, "seeds": seeds, "csl": out, "draws": led,
        "sample": sample, "seconds": seconds,
    }  # fmt: skip


def _table(rows: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> str:
    def shown(name: str, value: float) -> str:
        return f"{value:.0f}" if name in ("clusters", "alone") else f"{value:.3f}"

    cells = [[system, *(shown(name, told[name]) for name in names)] for system, told in rows.items()]
    return text_table(["system", *names], cells, width=140, max_rows=None)
