"""The endpoint that the notebook and the guide show: what it answers, what it refuses, and in which words."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import httpx
import nbformat
import pandas as pd
import pytest
from cli_helpers import DATA, ROOT

import expertmatch as em

NEED = "电机控制器里的功率模块温度压不下来，焊层容易开裂"


def app_source() -> str:
    notebook = nbformat.read(ROOT / "notebooks" / "07_嵌入到网站.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "app" in cell.metadata.get("tags", [])]
    return str(cell.source)


@pytest.fixture(scope="module")
def matcher() -> em.Matcher:
    experts = pd.read_csv(DATA / "experts.csv", dtype=str).head(120)
    works = pd.read_csv(DATA / "works.csv", dtype=str)
    works = works[works["专家编号"].isin(experts["专家编号"])]
    return em.Matcher(scenario="salon").fit(em.read_pool(experts, works=works))


@pytest.fixture(scope="module")
def app(matcher: em.Matcher) -> Any:
    names: dict[str, Any] = {"__name__": "app_cell", "em": em}
    exec(compile(app_source(), "app_cell", "exec"), names)
    return names["make_app"](matcher)


@pytest.fixture
def post(app: Any) -> Any:
    def send(*requests: dict[str, Any]) -> list[httpx.Response]:
        async def all_at_once() -> list[httpx.Response]:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://kexie") as client:
                return await asyncio.gather(*(client.post("/recommend", **request) for request in requests))

        return asyncio.run(all_at_once())

    return send


def test_the_guide_shows_the_same_lines() -> None:
    page = (ROOT / "docs" / "guide" / "web.md").read_text(encoding="utf-8")
    blocks = [block.strip() for block in re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)]
    assert app_source().strip() in blocks


@pytest.mark.parametrize("scenario", ["salon", "lecture"])
def test_it_answers_what_the_matcher_answers(post: Any, matcher: em.Matcher, scenario: str) -> None:
    (answer,) = post({"json": {"need": NEED, "scenario": scenario, "top": 4}})
    assert answer.status_code == 200
    ranking = matcher.under(scenario).rank([NEED], top=4)
    assert len(ranking.frame) == 4
    assert [one["id"] for one in answer.json()["found"]] == ranking.frame["candidate_id"].tolist()
    assert [one["score"] for one in answer.json()["found"]] == ranking.frame["score"].tolist()
    assert [one["why"] for one in answer.json()["found"]] == [why.sentence for why in ranking.explanations()]
    assert answer.json()["none"] == ""


def test_asked_at_once_it_answers_alike(post: Any) -> None:
    needs = pd.read_csv(DATA / "needs_enterprise.csv", dtype=str)["技术需求名称"].head(12)
    requests = [{"json": {"need": need}} for need in needs]
    together = [answer.json() for answer in post(*requests)]
    assert together == [post(request)[0].json() for request in requests]
    assert len({str(answer) for answer in together}) > 6


@pytest.mark.parametrize(
    ("request_", "status", "said"),
    [
        ({"json": {"need": ""}}, 422, "需求是空的"),
        ({"json": {"need": " \n　"}}, 422, "需求是空的"),
        ({"json": {"need": NEED, "scenario": "沙龙会"}}, 404, "没有名为“沙龙会”的场景，可以是：salon、lecture。"),
        ({"json": {"need": NEED, "scenario": "../data/salon.toml"}}, 404, "可以是：salon、lecture。"),
        ({"json": {"need": NEED, "top": 0}}, 422, "有误的是：top。"),
        ({"json": {"need": NEED, "top": 51}}, 422, "有误的是：top。"),
        ({"json": {"needs": NEED}}, 422, "有误的是：need。"),
        ({"json": {"need": 5}}, 422, "有误的是：need。"),
        ({"json": {"need": "长" * 5001}}, 422, "有误的是：need。"),
        ({"json": [NEED]}, 422, "请求要是 JSON"),
        ({"content": "{need: 漏水", "headers": {"content-type": "application/json"}}, 422, "请求要是 JSON"),
    ],
)
def test_it_says_in_chinese_what_is_wrong(post: Any, request_: dict[str, Any], status: int, said: str) -> None:
    (answer,) = post(request_)
    assert answer.status_code == status
    assert set(answer.json()) == {"detail"}
    assert said in answer.json()["detail"]


def test_nobody_is_an_answer_with_its_reason(post: Any) -> None:
    (answer,) = post({"json": {"need": "qwertyuiop"}})
    assert answer.status_code == 200
    assert answer.json()["found"] == []
    assert "没有出现过" in answer.json()["none"]


@pytest.mark.parametrize("path", [DATA / "needs_village.csv", "sqlite:///other.db", "/etc/hostname"])
def test_a_need_that_looks_like_a_file_is_not_read(post: Any, path: object) -> None:
    (answer,) = post({"json": {"need": str(path)}})
    assert answer.status_code == 200
    assert len({one["id"] for one in answer.json()["found"]}) <= 5  # one need's, not a table's


def test_errors_of_the_library_come_back_as_4xx(app: Any, post: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise em.InputError([])

    monkeypatch.setattr(em.Matcher, "rank", refuse)
    (answer,) = post({"json": {"need": NEED}})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("输入有 0 处错误")
