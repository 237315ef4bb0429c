"""A cluster answers like one process, also when a worker dies in the middle."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from strategies import own_sentences

import expertmatch as em
from expertmatch import cluster as cluster_module

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs=50,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as one:
        yield one


@pytest.fixture(scope="module")
def works() -> pd.DataFrame:
    """Generated experts of one to four works."""
    draw, sentences = random.Random(5), own_sentences()
    rows = [(f"E{i:03d}", f"W{i}-{k}", draw.choice(sentences)) for i in range(300) for k in range(draw.randint(1, 4))]
    return pd.DataFrame(rows, columns=["expert_id", "work_id", "title"])


@pytest.fixture(scope="module")
def needs() -> list[str]:
    return random.Random(6).choices(own_sentences(), k=150)


def written(works: pd.DataFrame, folder: Path, files: int = 5) -> Path:
    folder.mkdir()
    numbers = works["expert_id"].str[1:].astype(int)
    for i in range(files):
        works[numbers % files == i].to_parquet(folder / f"experts-{i}.parquet", index=False)
    return folder


def read(folder: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("part-*.parquet"))], ignore_index=True)


def of_one_process(works: pd.DataFrame, needs: list[str], top: int) -> pd.DataFrame:
    ranking = em.Matcher().fit(em.read_pool(works=works)).rank(needs, top=top)
    return ranking.frame[["need_id", "rank", "expert_id", "score"]].astype({"rank": "int64"})


def assert_equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True, check_dtype=False)


def test_a_matcher_on_a_cluster_ranks_like_one_process(
    cluster: Any, works: pd.DataFrame, needs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_SHARD_ROWS", 150)
    monkeypatch.setattr(cluster_module, "_MOST_ROWS", 200)
    monkeypatch.setattr(cluster_module, "_BLOCK", 40)
    pool = em.read_pool(works=works)
    plain, shared = em.Matcher().fit(pool), em.Matcher(cluster=cluster).fit(pool)
    assert len(cluster_module._cut(plain.index_.rows)) > 3
    expected, found = plain.rank(needs, top=7), shared.rank(needs, top=7)
    assert_equal(found.frame, expected.frame)
    assert found.why_not("N001", "E000") == expected.why_not("N001", "E000")
    pd.testing.assert_frame_equal(shared.update(pool).rank(needs[:3]).frame, plain.rank(needs[:3]).frame)


def test_parquet_in_and_out_and_only_what_is_missing_is_done_again(
    cluster: Any, works: pd.DataFrame, needs: list[str], tmp_path: Path
) -> None:
    folder, out, told = written(works, tmp_path / "experts"), tmp_path / "out", []
    settings: dict[str, Any] = {"cluster": cluster, "top": 6, "block": 40}
    assert em.rank_parquet(folder, needs, out, **settings, progress=lambda *done: told.append(done)) == 4
    assert told == [(40, 150), (80, 150), (120, 150), (150, 150)]
    assert_equal(read(out), of_one_process(works, needs, 6))
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "part-00002.parquet").unlink()
    kept = (out / "part-00001.parquet").stat().st_mtime_ns
    assert em.rank_parquet(folder, needs, out, **settings) == 1
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert (out / "part-00001.parquet").stat().st_mtime_ns == kept
    with pytest.raises(em.ExpertmatchError, match="另一次运行"):
        em.rank_parquet(folder, needs, out, **{**settings, "top": 5})
    (out / "run.json").write_text("{", "utf-8")
    with pytest.raises(em.ExpertmatchError, match="已损坏"):
        em.rank_parquet(folder, needs, out, **settings)


def test_what_cannot_be_read_is_told_at_once(cluster: Any, works: pd.DataFrame, tmp_path: Path) -> None:
    with pytest.raises(em.InputError, match="没有 Parquet 文件"):
        em.rank_parquet(tmp_path / "none", ["猕猴桃"], tmp_path / "out", cluster=cluster)
    folder = written(works, tmp_path / "experts")
    pd.DataFrame({"编号": ["E1"], "title": ["苹果"]}).to_parquet(folder / "experts-6.parquet")
    pd.DataFrame({"expert_id": ["E1"], "题目": ["苹果"]}).to_parquet(folder / "experts-7.parquet")
    (folder / "experts-8.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(em.InputError) as caught:
        em.rank_parquet(folder, ["猕猴桃"], tmp_path / "out", cluster=cluster)
    assert [one.file for one in caught.value.problems] == [f"experts-{i}.parquet" for i in (6, 7, 8)]
    for i in (6, 7, 8):
        (folder / f"experts-{i}.parquet").unlink()
    works.head(1).to_parquet(folder / "more.parquet", index=False)
    with pytest.raises(em.InputError, match=r"E000 在 experts-0\.parquet、more\.parquet"):
        em.rank_parquet(folder, ["猕猴桃"], tmp_path / "out", cluster=cluster)
    with pytest.raises(em.ExpertmatchError, match="top"):
        em.rank_parquet(folder, ["猕猴桃"], tmp_path / "other", cluster=cluster, top=0)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "别的.txt").write_text("x", "utf-8")
    with pytest.raises(em.ExpertmatchError, match="别的文件"):
        em.rank_parquet(folder, ["猕猴桃"], tmp_path / "full", cluster=cluster)


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [([5], [[0]]), ([0, 0], [[0, 1]]), ([3] * 4, [[0, 1], [2, 3]]), ([9, 1, 1, 1], [[0], [1, 2, 3]])],
)
def test_sources_go_into_shards_of_about_equal_size(
    sizes: list[int], groups: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "_MOST_ROWS", 6)
    assert cluster_module._grouped(sizes) == groups


def test_nobody_at_the_address_is_told_in_words() -> None:
    with pytest.raises(em.ExpertmatchError, match="Dask 调度器地址"):
        em.Matcher(cluster=7).fit(em.read_pool(works=pd.DataFrame({"expert_id": ["E1"], "title": ["苹果"]})))


def test_a_worker_killed_in_the_middle_costs_no_result(
    cluster: Any, works: pd.DataFrame, needs: list[str], tmp_path: Path
) -> None:
    folder, draw = written(works, tmp_path / "experts", files=8), random.Random(9)
    expected = of_one_process(works, needs, 5)
    for turn in range(2):
        at = draw.randrange(1, 14)

        def kill(done: int, _: int, at: int = at, turn: int = turn) -> None:
            if done == 10 * at:
                pids = [worker.process.pid for worker in cluster.workers.values() if worker.process is not None]
                os.kill(pids[turn % len(pids)], signal.SIGKILL)

        out = tmp_path / f"out{turn}"
        assert em.rank_parquet(folder, needs, out, cluster=cluster, top=5, block=10, progress=kill) == 15
        assert_equal(read(out), expected)
