"""Rankings and their reasons: parts add up to the score, nobody is dropped in silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PIECES, analyzer, experts_of, need_texts, row_tuples

from expertmatch.errors import UnknownNameError
from expertmatch.index import ExpertIndex, Rows, Weights
from expertmatch.ranking import Candidates, Explanation, Ranking, rank_needs
from expertmatch.ranking.candidates import need_columns
from expertmatch.ranking.explain import LOOSE, PROFILE, TermPart, shared_pieces
from expertmatch.text import normalise

RowTuples = Sequence[tuple[str, str, str, str]]

FRAME_COLUMNS = ("need_id", "rank", "candidate_id", "candidate_kind", "score", "probability", "text", "expert_id")


def candidates(rows: RowTuples, experts: Sequence[str] = (), **weights: float) -> Candidates:
    found = Rows.build({*experts, *(row[0] for row in rows)}, rows)
    index = ExpertIndex.fit(found, analyzer=analyzer(), weights=Weights(**weights))
    names = {expert: f"专家{expert}（某院）" for expert in found.expert_ids if expert != "E00"}
    return Candidates(index=index, names=names, titles={key: title for _, key, title, _ in rows if key})


def needs_frame(texts: dict[str, list[str]]) -> pd.DataFrame:
    return pd.DataFrame({"need_id": [f"N{i + 1:03d}" for i in range(len(texts["title"]))], **texts})


def rank(rows: RowTuples, titles: Sequence[str], *, top: int = 10, experts: Sequence[str] = ()) -> Ranking:
    frame = needs_frame({"title": list(titles)})
    return rank_needs(candidates(rows, experts), frame, top=top)


POOL = [
    ("E1", "W1", "猕猴桃溃疡病防治", "砧木与根系"),
    ("E1", "W2", "猕猴桃溃疡病菌检测", ""),
    ("E1", "", "果树病害", "长期从事猕猴桃研究"),
    ("E2", "W3", "奇异果采后保鲜", ""),
    ("E3", "W4", "混凝土裂缝", ""),
    ("E4", "W5", "2018年", "，"),
    ("E6", "W6", "猕猴桃", ""),
]
NEEDS = ["猕猴桃溃疡病防治", "混凝土裂缝", "量子通信", "2018年关于推进"]


# the parts of a score


def check_parts(why: Explanation, score: float) -> None:
    assert why.score == score
    total = sum(part.contribution for part in why.entries)
    assert abs(total - score) <= 1e-9
    assert all(part.contribution > 0 for part in why.entries)
    for by in (["piece"], ["work_id", "work"], ["work_id", "work", "piece"]):
        rows = why.summed(*by)
        assert abs(sum(row[-2] for row in rows) - score) <= 1e-9
        assert abs(sum(row[-1] for row in rows) - (1 if score else 0)) <= 1e-9
        assert rows == sorted(rows, key=lambda row: -row[-2])
    assert f"{score:.3f}" in why.sentence or score == 0


def check_entries(why: Explanation, frame: pd.DataFrame, index: ExpertIndex) -> None:
    """Every part names what is really in the need and in the work."""
    place = frame["need_id"].tolist().index(why.need_id)
    need = "\n".join(column[place] for column in need_columns(frame).values())
    own = {term for column in need_columns(frame).values() for term in analyzer()(column[place])}
    place = index.rows.expert_ids.index(why.candidate_id)
    works = [
        (index.rows.keys[i], "\n".join(column[i] for column in index.rows.texts.values()))
        for i in np.flatnonzero(index.rows.group == place)
    ]
    for part in why.entries:
        texts = [text for key, text in works if key == part.work_id]
        term = "~" + part.term if part.kind == "characters" else part.term
        assert any(term in analyzer()(text) for text in texts)
        if part.kind == "synonym":
            assert term not in own
            assert part.need_term in own
            assert term in analyzer().synonyms_of(part.need_term)
        else:
            assert term in own
            assert part.need_term == ""
        plain = [normalise(text).lower() for text in texts]
        if part.kind == "synonym":
            assert part.piece == f"{part.need_term}＝{part.term}"
            continue
        if part.piece == LOOSE:
            assert part.kind == "characters"
            assert len(part.term) == 1
            continue
        piece = part.piece.lower()
        assert piece == part.term or (
            part.term in piece
            and any(piece in text for text in plain)
            and (piece in normalise(need).lower() or piece.isascii())
        )
    assert [part.work_rank for part in why.entries] == sorted(part.work_rank for part in why.entries)


@settings(deadline=None, max_examples=80)
@given(
    row_tuples(4), need_texts(2), st.integers(1, 4), st.sampled_from([0.0, 0.5, 0.9]), st.sampled_from([0.0, 0.5, 1.0])
)
def test_contributions_add_up_for_every_pair_ranked_or_not(
    rows: RowTuples, needs: dict[str, list[str]], top: int, discount: float, synonym_weight: float
) -> None:
    pool = candidates(rows, experts_of(4), works_discount=discount, synonym_weight=synonym_weight)
    frame = needs_frame(needs)
    ranking = rank_needs(pool, frame, top=top)
    ranked = {(row.need_id, row.expert_id): row.score for row in ranking.frame.itertuples()}
    vectors = pool.index.vectors(need_columns(frame))
    for i, need_id in enumerate(frame["need_id"]):
        for place, expert in enumerate(pool.index.rows.expert_ids):
            why = ranking.explain(need_id, expert)
            (score,) = pool.index.pair_scores(vectors, np.array([i]), np.array([place])).tolist()
            assert score == ranked.get((need_id, expert), score)
            check_parts(why, score)
            check_entries(why, frame, pool.index)
    assert [(why.need_id, why.candidate_id) for why in ranking.explanations()] == list(ranked)


def test_the_tables_of_parts_add_up() -> None:
    why = rank(POOL, ["猕猴桃溃疡病防治"]).explain("N001", "E1")
    for table in (why.pieces, why.works, why.parts):
        assert abs(table["contribution"].sum() - why.score) <= 1e-9
        assert abs(table["share"].sum() - 1) <= 1e-9
    assert abs(why.terms["contribution"].sum() - why.score) <= 1e-9
    assert list(why.parts.columns) == ["work_id", "work", "piece", "contribution", "share"]


def test_with_a_discount_of_zero_only_the_best_work_is_named() -> None:
    pool = candidates(POOL, works_discount=0.0)
    why = rank_needs(pool, needs_frame({"title": ["猕猴桃溃疡病"]}), top=3).explain("N001", "E1")
    assert len(why.works) == 1
    assert "等" not in why.sentence


def test_a_score_rests_on_sixteen_works_at_most() -> None:
    rows = [("E1", f"W{i:02d}", f"猕猴桃{'甲乙丙丁戊己庚辛壬癸'[i % 10]}{i}", "") for i in range(30)]
    ranking = rank_needs(candidates(rows, works_discount=0.9), needs_frame({"title": ["猕猴桃"]}), top=1)
    why = ranking.explain("N001", "E1")
    assert len(why.works) == 16
    check_parts(why, float(ranking.frame["score"].iloc[0]))


def test_the_kinds_of_parts_are_told_apart() -> None:
    why = rank(POOL, ["猕猴桃保鲜"]).explain("N001", "E2")
    kinds = {(part.term, part.kind, part.need_term) for part in why.entries}
    assert {("奇异果", "synonym", "猕猴桃"), ("保鲜", "word", ""), ("保鲜", "characters", "")} <= kinds


def test_parts_are_shown_under_the_longest_shared_piece_of_text() -> None:
    why = rank(POOL, ["陕西猕猴桃溃疡病的防治"]).explain("N001", "E1")
    assert why.pieces["piece"].tolist()[0] == "猕猴桃溃疡病"
    first = [part for part in why.entries if part.work_rank == 1]
    assert {part.piece for part in first} == {"猕猴桃溃疡病", "防治"}
    assert (first[0].work_id, first[0].work) == ("W1", "猕猴桃溃疡病防治")


def test_a_term_in_two_shared_pieces_is_shown_under_the_longer() -> None:
    why = rank([("E1", "W1", "东北病害防治与苹果病害", "")], ["苹果病害，东北病害防治"]).explain("N001", "E1")
    assert {part.piece for part in why.entries if part.term == "病害"} == {"东北病害防治"}


def test_a_profile_is_named_as_one_and_works_by_their_titles() -> None:
    why = rank(POOL, ["猕猴桃"]).explain("N001", "E1")
    assert dict(zip(why.works["work_id"], why.works["work"], strict=True)) == {
        "W1": "猕猴桃溃疡病防治",
        "W2": "猕猴桃溃疡病菌检测",
        "": PROFILE,
    }
    assert "《猕猴桃溃疡病" in why.sentence
    assert f"《{PROFILE}" not in why.sentence


def test_the_sentence_says_who_what_and_how_much() -> None:
    why = rank(POOL, ["猕猴桃溃疡病防治"]).explain("N001", "E1")
    for said in (
        "专家E1（某院）",
        "《猕猴桃溃疡病防治》",
        "需求“猕猴桃溃疡病防治”",
        "“猕猴桃溃疡病防治”",
        f"{why.score:.3f}",
    ):
        assert said in why.sentence
    assert why.sentence in str(why)
    nothing = rank(POOL, ["混凝土"]).explain("N001", "E1")
    assert (nothing.score, nothing.entries, nothing.terms.empty) == (0.0, (), True)
    assert str(nothing) == nothing.sentence
    assert "没有共同的用词" in nothing.sentence


def test_a_need_without_title_and_an_expert_without_name_go_by_their_ids() -> None:
    frame = needs_frame({"title": [""], "text": ["混凝土"]})
    ranking = rank_needs(candidates([("E00", "W1", "混凝土", "")]), frame, top=1)
    assert "E00" in ranking.explain("N001", "E00").sentence
    assert "N001" in ranking.explain("N001", "E00").sentence
    assert "E00" in str(ranking)


def slow_pieces(need: str, work: str) -> set[str]:
    """All pieces of two characters or more, letters and digits only, that no longer shared piece holds."""
    shared = set()
    for start in range(len(need)):
        for end in range(start + 2, len(need) + 1):
            piece = need[start:end]
            if all(char.isalnum() for char in piece) and piece in work:
                longer = [need[start - 1 : end]] if start else []
                longer += [need[start : end + 1]] if end < len(need) else []
                if not any(all(char.isalnum() for char in one) and one in work for one in longer):
                    shared.add(piece)
    return shared


@settings(deadline=None, max_examples=300)
@given(st.text("甲乙丙a1，\n_", max_size=12), st.text("甲乙丙a1，\n_", max_size=14))
def test_shared_pieces_are_the_longest_there_are(need: str, work: str) -> None:
    found = shared_pieces(need, work)
    assert set(found) == slow_pieces(need, work)
    assert len(found) == len(set(found))


# the ranking


def test_ranks_are_told_in_the_frame() -> None:
    ranking = rank(POOL, NEEDS)
    frame = ranking.frame
    assert tuple(frame.columns) == FRAME_COLUMNS
    assert frame[["need_id", "rank", "expert_id"]].to_numpy().tolist() == [
        ["N001", 1, "E1"],
        ["N001", 2, "E6"],
        ["N001", 3, "E2"],
        ["N002", 1, "E3"],
    ]
    assert (frame["candidate_id"] == frame["expert_id"]).all()
    assert (frame["candidate_kind"] == "expert").all()
    assert (frame["score"] == frame["text"]).all()
    assert len(ranking) == 4
    assert isinstance(frame.index, pd.RangeIndex)


def test_a_smaller_cut_is_the_head_of_a_larger_one() -> None:
    whole, cut = rank(POOL, NEEDS, top=100).frame, rank(POOL, NEEDS, top=2).frame
    pd.testing.assert_frame_equal(cut, whole[whole["rank"] <= 2].reset_index(drop=True))


def test_needs_and_experts_without_a_match_are_listed_with_the_reason() -> None:
    ranking = rank([*POOL, ("E7", "W7", "", "")], [*NEEDS, ""], experts=["E5"])
    reasons = dict(zip(ranking.unmatched["need_id"], ranking.unmatched["reason"], strict=True))
    assert list(reasons) == ["N003", "N004", "N005"]
    assert "没有出现过" in reasons["N003"]
    assert "没有出现过" in reasons["N004"]
    assert "没有文字" in reasons["N005"]
    told = {row.expert_id: (row.name, row.reason) for row in ranking.unusable.itertuples(index=False)}
    assert list(told) == ["E4", "E5", "E7"]
    assert "没有可用的词" in told["E4"][1]
    assert "没有成果" in told["E5"][1]
    assert told["E5"][0] == "专家E5（某院）"
    assert set(ranking.frame["need_id"]) | set(reasons) == set(ranking.needs["need_id"])


@settings(deadline=None, max_examples=40)
@given(row_tuples(), need_texts(), st.integers(1, 4))
def test_every_need_is_ranked_or_listed_and_every_expert_usable_or_listed(
    rows: RowTuples, needs: dict[str, list[str]], top: int
) -> None:
    pool = candidates(rows, experts_of())
    ranking = rank_needs(pool, needs_frame(needs), top=top)
    matched, unmatched = set(ranking.frame["need_id"]), ranking.unmatched["need_id"].tolist()
    assert sorted([*matched, *unmatched]) == ranking.needs["need_id"].tolist()
    assert (ranking.unmatched["reason"].str.len() > 0).all()
    unusable = set(ranking.unusable["expert_id"])
    assert not unusable & set(ranking.frame["expert_id"])
    usable = {expert for expert, *texts in rows for expert in [expert] if any(analyzer()(t) for t in texts[1:])}
    assert unusable == set(pool.index.rows.expert_ids) - usable
    for _, group in ranking.frame.groupby("need_id"):
        assert group["rank"].tolist() == list(range(1, len(group) + 1))
        order = list(zip(-group["score"], group["expert_id"], strict=True))
        assert order == sorted(order)


def test_why_not_tells_each_case_apart() -> None:
    ranking = rank(POOL, NEEDS, top=2, experts=["E5"])
    assert "排第 2 位" in ranking.why_not("N001", "E6")
    below = ranking.why_not("N001", "E2")
    last = ranking.frame[ranking.frame["need_id"] == "N001"]["score"].iloc[-1]
    assert "未进前 2 名" in below
    assert f"第 2 名得分 {last:.3f}" in below
    assert f"{ranking.explain('N001', 'E2').score:.3f}" in below
    assert "没有共同的用词" in ranking.why_not("N001", "E3")
    for expert in ("E4", "E5"):
        assert "没有可用的成果" in ranking.why_not("N001", expert)
        assert "没有可用的成果" in ranking.why_not("N003", expert)
    assert "没有共同的用词" in ranking.why_not("N003", "E1")
    for expert in experts_of(7)[1:]:
        assert f"专家{'E' + expert[2:]}" in ranking.why_not("N002", "E" + expert[2:])


@pytest.mark.parametrize("ask", [Ranking.explain, Ranking.why_not])
@pytest.mark.parametrize(
    ("need", "expert", "nearest"),
    [("N01", "E1", "N001"), ("N001", "E11", "E1"), ("", "E1", None), ("N001", "", None), ("N001", "王五", None)],
)
def test_unknown_ids_are_told_with_the_nearest(ask: object, need: str, expert: str, nearest: str | None) -> None:
    with pytest.raises(UnknownNameError) as caught:
        ask(rank(POOL, NEEDS), need, expert)  # type: ignore[operator]
    assert caught.value.nearest[:1] == ([nearest] if nearest else [])
    assert caught.value.what in str(caught.value)


def test_ids_may_be_given_as_numbers() -> None:
    frame = needs_frame({"title": ["混凝土"]}).assign(need_id=["3"])
    ranking = rank_needs(candidates([("7", "W1", "混凝土", "")]), frame, top=1)
    assert ranking.explain(3, 7).score == ranking.frame["score"].iloc[0] > 0  # type: ignore[arg-type]
    assert "排第 1 位" in ranking.why_not(3, 7)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        ranking.explain(3, 8)  # type: ignore[arg-type]


def test_what_is_shown_counts_and_is_escaped() -> None:
    ranking = rank([("E1", "W1", "<b>混凝土</b>", "")], ["<script>混凝土</script>", "量子"])
    assert repr(ranking) == "<推荐：2 条需求，1 对推荐，1 条没有候选>"
    assert repr(ranking) in str(ranking)
    why = ranking.explain("N001", "E1")
    for shown in (ranking._repr_html_(), why._repr_html_()):
        assert "<script>混凝土" not in shown
        assert "<b>混凝土" not in shown
        assert "混凝土" in shown
    assert "（没有候选）" in str(ranking)


def test_of_many_needs_every_one_is_shown_with_its_first_people() -> None:
    works = [(f"E{i:02d}", f"W{i:02d}", "混凝土裂缝", "") for i in range(5)]
    shown = str(rank(works, ["混凝土裂缝"] * 12))
    assert "N001" in shown and "N010" in shown and "N011" not in shown  # noqa: PT018
    assert "另有 2 条" in shown
    assert "E02" in shown and "E03" not in shown  # noqa: PT018
    assert "E04" in str(rank(works, ["混凝土裂缝"]))


@pytest.mark.parametrize("experts", [[], ["E1", "E2"]])
def test_an_empty_pool_matches_nothing_and_says_so(experts: list[str]) -> None:
    ranking = rank([], ["猕猴桃"], experts=experts)
    assert tuple(ranking.frame.columns) == FRAME_COLUMNS
    assert ranking.frame.empty
    assert ranking.unmatched["need_id"].tolist() == ["N001"]
    assert ranking.unusable["expert_id"].tolist() == experts
    assert str(ranking)
    assert list(ranking.explanations()) == []
    for expert in experts:
        assert "没有可用的成果" in ranking.why_not("N001", expert)


def test_no_needs_give_an_empty_ranking() -> None:
    ranking = rank(POOL, [])
    assert ranking.frame.empty
    assert ranking.unmatched.empty
    assert tuple(ranking.frame.columns) == FRAME_COLUMNS
    assert "0 条需求" in str(ranking)


def test_missing_columns_and_cells_of_needs_are_empty_texts() -> None:
    frame = pd.DataFrame({"need_id": ["N1", "N2"], "text": [None, "混凝土"], "keywords": [float("nan"), ""]})
    assert need_columns(frame) == {"title": ["", ""], "text": ["", "混凝土"], "keywords": ["", ""]}
    ranking = rank_needs(candidates(POOL), frame.assign(title=""), top=3)
    assert ranking.frame["expert_id"].tolist() == ["E3"]


def test_keywords_of_a_need_count_too() -> None:
    frame = needs_frame({"title": ["如何解决"], "text": [""], "keywords": ["混凝土"]})
    assert rank_needs(candidates(POOL), frame, top=3).frame["expert_id"].tolist() == ["E3"]


def test_ranking_leaves_its_inputs_alone() -> None:
    frame = needs_frame({"title": NEEDS}).set_index(pd.Index([7, 3, 5, 1]))
    before = frame.copy(deep=True)
    ranking = rank_needs(candidates(POOL), frame, top=2)
    list(ranking.explanations())
    pd.testing.assert_frame_equal(frame, before)
    assert ranking.needs["need_id"].tolist() == before["need_id"].tolist()


def test_parts_have_the_columns_of_a_term_part() -> None:
    why = rank(POOL, NEEDS).explain("N001", "E1")
    assert tuple(why.terms.columns) == TermPart._fields
    assert tuple(rank(POOL, NEEDS).explain("N003", "E1").terms.columns) == TermPart._fields
    assert len(PIECES) == len(set(PIECES))


def test_a_recommendation_with_one_shared_piece_is_thin() -> None:
    rows = [
        ("E1", "W1", "筝的面板音色", ""),
        ("E2", "W2", "显示面板驱动", ""),
        ("E3", "W3", "古筝面板桐木音色评价", ""),
    ]
    pool = candidates(rows, ["E1", "E2", "E3"])
    ranking = rank_needs(pool, needs_frame({"title": ["古筝面板的音色不好"], "text": [""], "keywords": [""]}), top=3)
    thin = {why.candidate_id: why.thin for why in ranking.explanations()}
    assert thin == {"E1": False, "E2": True, "E3": False}


def test_everyday_words_and_chance_neighbours_are_no_evidence() -> None:
    rows = [
        ("E1", "W1", "判断的时候还是看经验", ""),
        ("E2", "W2", "果园深翻施肥判断", ""),
        ("E3", "W3", "果园施肥与深翻", ""),
    ]
    pool = candidates(rows, ["E1", "E2", "E3"])
    asked = needs_frame({"title": ["判断果园什么时候施肥，深翻还是不深翻"], "text": [""], "keywords": [""]})
    ranking = rank_needs(pool, asked, top=3)
    thin = {why.candidate_id: why.thin for why in ranking.explanations()}
    assert thin == {"E1": True, "E2": False, "E3": False}


def test_loose_characters_are_not_quoted_as_words() -> None:
    pool = candidates([("E1", "W1", "铣床", "")], ["E1"])
    asked = needs_frame({"title": ["铣刀"], "text": [""], "keywords": [""]})
    for why in rank_needs(pool, asked, top=1).explanations():
        assert "都谈到“（零散的字）”" not in why.sentence
        assert "只有零散的字相同" in why.sentence
