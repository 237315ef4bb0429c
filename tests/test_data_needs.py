"""The hand-written needs of the fictional sample data: counts, marks and variety."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "data" / "make" / "needs"
FILES = {"enterprise": 120, "village": 80, "other": 60}
BODY = ("text", "problem", "key_points", "goal")
OTHER_KINDS = {"决策咨询", "第三方评估", "科普讲座", "托举导师", "评审"}
COMMON = {"need_id", "title", "text", "kind", "requester", "region", "oddity", "no_expert"}
KEYS = {
    "enterprise": COMMON
    | {"problem", "key_points", "goal", "keywords", "requester_people", "industry", "budget", "method", "deadline"}
    | {"shared", "twin"},
    "village": COMMON | {"crop", "households", "poor_households", "area", "season"},
    "other": COMMON | {"keywords", "requester_people", "audience", "date", "place", "wanted"},
}

Need = dict[str, Any]


@cache
def load(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def needs(name: str) -> list[Need]:
    found: list[Need] = load(name)["needs"]
    return found


def every() -> list[Need]:
    return [need for name in FILES for need in needs(name)]


def body(need: Need) -> str:
    return "\n".join(need[key] for key in BODY if need.get(key))


def pieces(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(len(text) - size + 1)}


def odd(kind: str) -> list[Need]:
    return [need for need in every() if need.get("oddity") == kind]


@pytest.mark.parametrize(("name", "count"), FILES.items())
def test_each_file_has_its_number_of_needs_with_running_ids(name: str, count: int) -> None:
    letter = name[0].upper()
    assert [need["need_id"] for need in needs(name)] == [f"{letter}{i:03d}" for i in range(1, count + 1)]


@pytest.mark.parametrize("name", FILES)
def test_keys_are_those_the_generator_knows(name: str) -> None:
    for need in needs(name):
        assert set(need) <= KEYS[name], need["need_id"]
        assert all(need[key] for key in ("title", "kind", "requester", "region")), need["need_id"]
        assert any(key in need for key in BODY), need["need_id"]


def test_titles_and_texts_are_distinct() -> None:
    assert len({need["title"] for need in every()}) == 260
    texts = [body(need) for need in every() if body(need)]
    assert len(set(texts)) == len(texts)


def test_only_the_marked_twins_resemble_each_other() -> None:
    twins = {frozenset((need["need_id"], need["twin"])) for need in every() if "twin" in need}
    parts = {need["need_id"]: pieces(need["title"] + body(need), 3) for need in every()}
    alike = {
        frozenset((one, other))
        for one, other in combinations(parts, 2)
        if len(parts[one] & parts[other]) > 0.1 * len(parts[one] | parts[other])
    }
    assert alike == twins


def test_no_phrase_is_a_habit() -> None:
    seen = Counter(piece for need in every() for piece in pieces(body(need), 7))
    assert [piece for piece, count in seen.items() if count > 2] == []


@pytest.mark.parametrize(("name", "least"), [("enterprise", 18), ("village", 12), ("other", 9)])
def test_at_least_15_percent_of_each_file_has_no_suitable_expert(name: str, least: int) -> None:
    assert sum(need.get("no_expert", False) for need in needs(name)) >= least


def test_no_expert_is_true_or_absent_and_never_shared() -> None:
    assert {need["no_expert"] for need in every() if "no_expert" in need} == {True}
    assert not [need["need_id"] for need in every() if "no_expert" in need and "shared" in need]


def test_companies_and_their_needs_agree() -> None:
    companies = {company["name"]: company for company in load("enterprise")["companies"]}
    assert len(companies) == 30
    assert {need["requester"] for need in needs("enterprise")} == set(companies)
    for company in companies.values():
        assert 2 <= len(company["engineers"]) <= 4
    for need in needs("enterprise"):
        company = companies[need["requester"]]
        assert (need["region"], need["industry"]) == (company["region"], company["industry"])
        assert set(need.get("requester_people", [])) <= set(company["engineers"])
        assert need["kind"] == "企业技术难题"
        assert 1 <= len(need["keywords"]) <= 5
        assert all(0 < len(word) <= 20 for word in need["keywords"])


def test_engineers_have_names_of_their_own() -> None:
    names = [name for company in load("enterprise")["companies"] for name in company["engineers"]]
    assert len(set(names)) == len(names)


def test_eight_problems_are_shared_by_three_companies_in_different_words() -> None:
    groups: dict[str, list[Need]] = defaultdict(list)
    for need in needs("enterprise"):
        if "shared" in need:
            groups[need["shared"]].append(need)
    assert len(groups) >= 8
    for problem, members in groups.items():
        assert len({need["requester"] for need in members}) == len(members) >= 3, problem


def test_village_needs_carry_their_figures() -> None:
    villages = [need["requester"] for need in needs("village")]
    assert len(set(villages)) == 80
    for need in needs("village"):
        assert need["kind"] == "帮扶需求"
        assert re.fullmatch(r".+市.+[县区].+(镇|街道|乡)", need["region"]), need["need_id"]
        assert 0 < need["poor_households"] < need["households"]
        assert all(need[key] for key in ("crop", "area", "season"))


def test_other_needs_are_twelve_of_each_kind() -> None:
    assert Counter(need["kind"] for need in needs("other")) == dict.fromkeys(OTHER_KINDS, 12)
    for need in needs("other"):
        assert need["wanted"] >= 1
        if need["kind"] == "科普讲座":
            assert all(need[key] for key in ("audience", "date", "place")), need["need_id"]
        if need["kind"] == "托举导师":
            assert len(need["requester_people"]) == 1


def test_texts_that_say_next_to_nothing() -> None:
    assert len(odd("nearly empty")) == 3
    assert all(len(body(need)) <= 6 for need in odd("nearly empty"))
    assert sum(not body(need) for need in every()) == 1


def test_texts_in_mixed_script() -> None:
    assert len(odd("mixed script")) == 2
    for need in odd("mixed script"):
        text = need["title"] + body(need)
        assert sum("一" <= c <= "鿿" for c in text) < len(text) / 4


def test_one_text_is_in_traditional_characters() -> None:
    (need,) = odd("traditional")
    assert set("壁畫鹽須顏") <= set(need["title"] + body(need))


def test_one_near_duplicate_comes_from_another_company() -> None:
    by_id = {need["need_id"]: need for need in every()}
    (copy,) = odd("near duplicate")
    first = by_id[copy["twin"]]
    assert first["requester"] != copy["requester"]
    assert 0.8 < SequenceMatcher(None, body(first), body(copy), autojunk=False).ratio() < 1


def test_lengths_are_those_of_many_hands() -> None:
    lengths = sorted(len(body(need)) for need in every())
    assert lengths[26] < 40
    assert lengths[-8] >= 150
    assert lengths[-1] <= 500


def test_nothing_looks_like_a_telephone_an_id_or_a_mail() -> None:
    for need in every():
        text = " ".join(str(value) for value in need.values())
        assert not re.search(r"1[3-9]\d{9}|\d{15,18}|0\d{2,3}-\d{7,8}|\w@\w+\.[a-z]", text), need["need_id"]
