"""Discipline and standing beside text, societies as candidates: sums, parts, paths, stored and loaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expertmatch as em
from expertmatch.graph.edges import ROLE_WEIGHTS
from expertmatch.ranking.graph_signals import STANDING_SHARES, TITLE_WEIGHTS
from expertmatch.ranking.signals import checked_signals

SIGNALS = {"text": 0.7, "discipline": 0.2, "standing": 0.1}
NEEDS = ["猕猴桃溃疡病防治", "变压器局部放电监测", "奶山羊乳房炎怎么治"]


@cache
def pool() -> em.Pool:
    experts = pd.DataFrame(
        {
            "专家编号": ["E1", "E2", "E3", "E4", "E5"],
            "姓名": ["张三", "李四", "王五", "赵六", "钱七"],
            "职称": ["研究员", "工程师", "教授、中国工程院院士", "", "兽医师"],
            "学科分类": ["植物保护学", "电气工程", "植物保护学", "", "畜牧学"],
            "研究方向": ["猕猴桃病害", "电力变压器", "", "果树栽培与病虫害", "奶山羊疾病"],
        }
    )
    works = pd.DataFrame(
        {
            "专家编号": ["E1", "E1", "E2", "E5"],
            "成果名称": ["猕猴桃溃疡病综合防控", "果园土壤改良", "变压器局部放电在线监测", "奶山羊乳房炎防治"],
        }
    )
    societies = pd.DataFrame(
        {
            "学会名称": ["西安市植物保护学会", "西安市电机工程学会"],
            "所属学科": ["植物保护学", "电气工程"],
            "业务范围": ["植物病虫害防治", "输变电"],
        }
    )
    memberships = pd.DataFrame(
        {
            "专家编号": ["E1", "E3", "E2"],
            "学会名称": ["西安市植物保护学会", "西安市植物保护学会", "西安市电机工程学会"],
            "学会职务": ["副理事长", "理事长", "理事"],
        }
    )
    return em.read_pool(experts, works=works, societies=societies, memberships=memberships)


@cache
def matcher(candidates: str | tuple[str, ...] = "expert") -> em.Matcher:
    return em.Matcher(signals=SIGNALS, candidates=candidates).fit(pool())


@pytest.mark.parametrize("candidates", ["expert", "society", ("expert", "society")])
def test_scores_are_sums_of_signals_and_explanations_add_up(candidates: str | tuple[str, ...]) -> None:
    ranking = matcher(candidates).rank(NEEDS, top=10)
    frame = ranking.frame
    assert len(frame)
    for name in SIGNALS:
        assert frame[name].between(0, 1).all()
    total = sum(weight * frame[name] for name, weight in SIGNALS.items())
    assert np.allclose(frame["score"], total, atol=1e-12)
    assert (frame[["text", "discipline"]].max(axis=1) > 0).all()
    for row, why in zip(frame.itertuples(), ranking.explanations(), strict=True):
        parts = sum(entry.contribution for entry in why.entries) + sum(part.contribution for part in why.others)
        assert abs(parts - row.score) < 1e-9
        assert abs(why.score - row.score) < 1e-9
        assert why.candidate_id == row.candidate_id


def test_the_given_pairs_have_the_numbers_of_the_ranking() -> None:
    ranking = matcher().rank(NEEDS, top=10)
    scored = matcher().score(ranking.frame[["need_id", "expert_id"]], needs=NEEDS)
    for name in ("score", *SIGNALS):
        assert scored[name].tolist() == ranking.frame[name].tolist()
    both = matcher(("expert", "society"))
    frame = both.rank(NEEDS, top=10).frame
    again = both.score(frame[["need_id", "candidate_id", "candidate_kind"]], needs=NEEDS)
    assert again["score"].tolist() == frame["score"].tolist()


def test_an_expert_without_a_common_word_is_found_by_discipline_and_office() -> None:
    alone = em.Matcher().fit(pool()).rank(NEEDS[:1]).frame
    assert "E3" not in alone["expert_id"].tolist()
    ranking = matcher().rank(NEEDS[:1])
    row = ranking.frame.set_index("expert_id").loc["E3"]
    assert row["text"] == 0
    assert row["discipline"] > 0
    why = ranking.explain("N001", "E3")
    paths = [part.how for part in why.others if part.signal == "discipline"]
    assert any("植物保护学" in path and "王五" in path for path in paths)
    held = {part.what: part.contribution for part in why.others if part.signal == "standing"}
    assert held["职称级别"] == pytest.approx(SIGNALS["standing"] * STANDING_SHARES["title"] * TITLE_WEIGHTS["正高"])
    assert held["院士"] == pytest.approx(SIGNALS["standing"] * STANDING_SHARES["academy"])
    assert any("植物保护学" in what for what in held)


def test_a_higher_office_stands_higher() -> None:
    frame = matcher().rank(NEEDS[:1]).frame.set_index("expert_id")
    assert frame.loc["E3", "standing"] > frame.loc["E1", "standing"] > frame.loc["E4", "standing"]
    assert ROLE_WEIGHTS["理事长"] > ROLE_WEIGHTS["副理事长"]


def test_a_society_is_its_scope_and_its_members_works() -> None:
    ranking = matcher("society").rank(NEEDS)
    first = ranking.frame[ranking.frame["rank"] == 1].set_index("need_id")["candidate_id"]
    names = dict(zip(pool().societies["society_id"], pool().societies["name"], strict=True))
    assert names[first["N001"]] == "西安市植物保护学会"
    assert names[first["N002"]] == "西安市电机工程学会"
    assert set(ranking.frame["candidate_kind"]) == {"society"}
    assert "expert_id" not in ranking.frame
    why = ranking.explain("N002", first["N002"])
    assert "变压器局部放电在线监测" in [entry.work for entry in why.entries]


def test_both_kinds_stand_in_one_list() -> None:
    frame = matcher(("society", "expert")).rank(NEEDS[:1]).frame
    assert set(frame["candidate_kind"]) == {"expert", "society"}
    assert frame["score"].is_monotonic_decreasing


def test_saved_and_loaded_it_ranks_the_same(tmp_path: Path) -> None:
    both = matcher(("expert", "society"))
    both.save(tmp_path / "索引")
    again = em.Matcher.load(tmp_path / "索引")
    pd.testing.assert_frame_equal(again.rank(NEEDS).frame, both.rank(NEEDS).frame, check_exact=True)
    assert [str(why) for why in again.rank(NEEDS).explanations()] == [str(w) for w in both.rank(NEEDS).explanations()]


def test_shuffled_tables_give_the_same_bytes() -> None:
    shuffled = em.read_pool(
        pool().experts.sample(frac=1, random_state=1),
        works=pool().works.sample(frac=1, random_state=2),
        societies=pool().societies.sample(frac=1, random_state=3),
        memberships=pool().memberships.sample(frac=1, random_state=4),
    )
    assert shuffled == pool()
    other = em.Matcher(signals=SIGNALS).fit(shuffled).rank(NEEDS).frame
    pd.testing.assert_frame_equal(other, matcher().rank(NEEDS).frame, check_exact=True)


def test_tables_that_are_missing_cost_only_their_signal() -> None:
    bare = em.read_pool(works=pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病防控", "混凝土裂缝"]}))
    frame = em.Matcher(signals=SIGNALS).fit(bare).rank(NEEDS[:1]).frame
    assert frame["expert_id"].iloc[0] == "E1"
    assert (frame["standing"] == 0).all()


@pytest.mark.parametrize("signals", [{"txt": 1}, {"text": -1}, {"standing": 1}, {"text": True}, {}])
def test_wrong_signals_are_refused(signals: dict[str, float]) -> None:
    with pytest.raises(em.ExpertmatchError):
        checked_signals(signals)


def test_wrong_candidates_are_refused() -> None:
    with pytest.raises(em.ExpertmatchError, match="society"):
        em.Matcher(candidates="societies").fit(pool())
