"""The page in a real browser: it opens from disk, searches, filters, draws, prints, and runs nothing of a table."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browser import browser, complaints, needs_browser, requests
from cli_helpers import inside, tables
from sample_needs import DATA

import expertmatch as em
from expertmatch.report.page import page_view, write_page
from expertmatch.report.page.write import page_text

Capture = pytest.CaptureFixture[str]
DAY = date(2026, 11, 1)
EVIL = '</script><script>document.title="坏"</script><img src=x onerror="document.title=\'坏\'">'


def made(folder: Path, *, needs: int = 6, top: int = 5) -> Path:
    """Write a page of the sample tables with a plan."""
    pool = em.read_pool(*[str(DATA / "experts.csv")], works=str(DATA / "works.csv"),
                        societies=str(DATA / "societies.csv"), memberships=str(DATA / "memberships.csv"))  # fmt: skip
    asked = em.read_needs(str(DATA / "needs_enterprise.csv"))
    asked = em.Needs(asked.frame.head(needs))
    ranking = em.Matcher(scenario="salon", as_of=DAY).fit(pool).rank(asked, top=top)
    view = page_view(ranking, record={"expertmatch": "0", "as_of": "2026-11-01"}, settings=[("运行", "每条需求", "5")],
                     plan=em.plan(ranking), coverage=em.coverage(pool, asked), problems=pool.problems)  # fmt: skip
    return write_page(view, folder / "报告.html")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("页面"))


def few(folder: Path) -> Path:
    """A page with everything on it, few rows each: the checks of axe take long on long tables."""
    experts = pd.DataFrame({"expert_id": ["E1", "E2"], "name": ["张一", "张二"], "unit": ["单位甲", "单位乙"],
                            "title": ["教授", "土专家"]})  # fmt: skip
    works = pd.DataFrame({"expert_id": ["E1", "E2"], "title": ["猕猴桃溃疡病防治", "猕猴桃授粉"]})
    pool = em.read_pool(experts, works=works)
    asked = em.Needs(pd.DataFrame({"need_id": ["N1", "N2"], "title": ["猕猴桃溃疡病怎么防", "月壤采样"]}))
    ranking = em.Matcher(scenario="salon", as_of=DAY).fit(pool).rank(asked)
    covered = em.coverage(pool, asked)
    covered = replace(covered, frame=covered.frame.head(3))
    view = page_view(ranking, record={"as_of": "2026-11-01"}, settings=[("运行", "每条需求", "5")],
                     plan=em.plan(ranking, wanted=3), coverage=covered, problems=pool.problems)  # fmt: skip
    return write_page(view, folder / "报告.html")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few(tmp_path_factory.mktemp("小"))


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as found:
        found.set_script_timeout(180)
        yield found


def opened(driver: Any, page: Path) -> Any:
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get(page.as_uri())
    assert driver.execute_script("return document.documentElement.dataset.ready") == "true"
    return driver


def click(driver: Any, selector: str) -> None:
    driver.execute_script("document.querySelector(arguments[0]).click()", selector)


def shown_needs(driver: Any) -> list[str]:
    script = (
        "return [...document.querySelectorAll('.need')].filter(n => !n.hidden)"
        ".map(n => n.querySelector('.id').textContent)"
    )
    return list(driver.execute_script(script))


@needs_browser
def test_search_filter_and_sort(driver: Any, page: Path) -> None:
    opened(driver, page)
    every = shown_needs(driver)
    assert len(every) == 6
    box = driver.find_element("id", "q")
    title = driver.execute_script("return document.querySelectorAll('.need .title')[2].textContent")
    box.send_keys(title)
    assert shown_needs(driver) == [every[2]]
    box.clear()
    box.send_keys("没有这样的需求")
    assert shown_needs(driver) == []
    assert driver.find_element("id", "none").is_displayed()
    box.clear()
    box.send_keys(" ")
    states = driver.execute_script("return [...document.querySelectorAll('.need')].map(n => n.dataset.state)")
    choose = (
        "const s = document.getElementById(arguments[0]); s.value = arguments[1]; s.dispatchEvent(new Event('change'))"
    )
    driver.execute_script(choose, "f-state", "doubtful")
    assert shown_needs(driver) == [one for one, state in zip(every, states, strict=True) if state == "doubtful"]
    driver.execute_script(choose, "f-state", "")
    driver.execute_script(choose, "sort", "high")
    scores = driver.execute_script("return [...document.querySelectorAll('.need')].map(n => Number(n.dataset.score))")
    assert scores == sorted(scores, reverse=True)
    assert complaints(driver) == []


@needs_browser
def test_a_need_opens_with_reasons_that_add_up(driver: Any, page: Path) -> None:
    opened(driver, page)
    click(driver, ".need h3 button")
    assert driver.find_element("css selector", ".need h3 button").get_attribute("aria-expanded") == "true"
    people = driver.find_elements("css selector", ".need .people > li")
    assert len(people) == 5
    assert driver.find_elements("css selector", ".need .said mark")
    bars = driver.execute_script(
        "return [...document.querySelectorAll('.people .bars')[0].querySelectorAll('.row')]"
        ".map(r => [r.classList[1], Number(r.querySelector('.num').textContent)])"
    )
    *parts, (last, total) = bars
    assert last == "sum"
    assert sum(part for _, part in parts) == pytest.approx(total, abs=1e-4 * len(parts))


@needs_browser
def test_charts_are_drawn_when_opened_and_nothing_is_asked_of_a_network(driver: Any, page: Path) -> None:
    opened(driver, page)
    assert driver.execute_script("return typeof window.Plotly") == "undefined"
    click(driver, ".need h3 button")
    for selector in ("#plan .draw", "#coverage .draw", ".detail .draw"):
        click(driver, selector)
    wait = (
        "const done = arguments[0], drawn = () => document.querySelectorAll('.plot .main-svg').length >= 3;"
        "const look = () => drawn() ? done(true) : setTimeout(look, 50); look()"
    )
    assert driver.execute_async_script(wait)
    assert complaints(driver) == []
    assert requests(driver) == []


@needs_browser
@pytest.mark.parametrize("width", [1280, 390])
def test_no_violation_of_accessibility_at_level_a_or_aa(driver: Any, small: Path, width: int) -> None:
    driver.set_window_size(width, 1200)
    opened(driver, small)
    for selector in (".need h3 button", ".need:nth-child(2) h3 button"):
        click(driver, selector)
    driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    driver.execute_script(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "const done = arguments[1];"
        "axe.run(document, arguments[0])"
        ".then(found => done(found.violations), bad => done([{id: String(bad), nodes: []}]))",
        {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}},
    )
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == []
    driver.set_window_size(1280, 1200)


@needs_browser
def test_a_narrow_screen_does_not_scroll_sideways(driver: Any, page: Path) -> None:
    opened(driver, page)
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    )
    click(driver, ".need h3 button")
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= 390


@needs_browser
def test_it_prints(driver: Any, page: Path) -> None:
    opened(driver, page)
    click(driver, "#open-all")
    printed = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    data = base64.b64decode(printed["data"])
    assert data.startswith(b"%PDF")
    assert data.count(b"/Type /Page\n") + data.count(b"/Type /Page>") + data.count(b"/Type /Page ") >= 3


@needs_browser
def test_by_keyboard_alone(driver: Any, page: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(driver, page)
    button = driver.find_element("css selector", ".need h3 button")
    driver.execute_script("arguments[0].focus()", button)
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-expanded") == "true"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    works = pd.DataFrame({"expert_id": ["E1", "E1"], "title": [f"猕猴桃溃疡病{EVIL}", "猕猴桃 13800138000 授粉"]})
    experts = pd.DataFrame({"expert_id": ["E1"], "name": [EVIL], "unit": ["\u202e单位\u2028甲"]})
    needs = em.Needs(pd.DataFrame({"need_id": ["N1"], "title": [f"猕猴桃溃疡病{EVIL}"], "requester": [EVIL],
                                   "text": ["身份证 610104199001011230，${alert(1)} {{7*7}} 猕猴桃"]}))  # fmt: skip
    ranking = em.Matcher().fit(em.read_pool(experts, works=works)).rank(needs)
    view = page_view(ranking, record={"as_of": EVIL}, settings=[(EVIL, EVIL, EVIL)], plan=em.plan(ranking, wanted=1))
    return write_page(view, tmp_path / "报告.html")


def test_what_a_table_holds_is_masked_and_stays_text(hostile: Path) -> None:
    text = hostile.read_text(encoding="utf-8")
    assert "610104199001011230" not in text
    assert "13800138000" not in text
    assert EVIL not in text
    assert text.count("<script") == 3
    assert "\u2028" not in text


@needs_browser
def test_nothing_of_a_hostile_table_runs(driver: Any, hostile: Path) -> None:
    opened(driver, hostile)
    click(driver, ".need h3 button")
    for selector in ("#plan .draw", ".detail .draw"):
        click(driver, selector)
    driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert driver.title == "专家推荐报告"
    assert driver.find_elements("css selector", "main img") == []
    assert complaints(driver) == []
    assert requests(driver) == []


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = few(tmp_path / "一"), few(tmp_path / "二")
    assert one.read_bytes() == two.read_bytes()


@needs_browser
def test_500_needs_of_20_people_stay_small_and_open_at_once(driver: Any, page: Path, tmp_path: Path) -> None:
    """The view of one need is repeated: what is measured is the page, not how it was found."""
    pool = em.read_pool(works=str(DATA / "works.csv"))
    asked = em.read_needs(str(DATA / "needs_enterprise.csv")).frame.head(100)
    needs = pd.concat([asked.assign(need_id=[f"{i}-{one}" for one in asked["need_id"]]) for i in range(5)])
    ranking = em.Matcher().fit(pool).rank(em.Needs(needs.reset_index(drop=True)), top=20)
    assert len(ranking.needs) == 500
    file = write_page(page_view(ranking, record={}, settings=[]), tmp_path / "大.html")
    assert file.stat().st_size < 10_000_000
    opened(driver, file)
    assert len(shown_needs(driver)) == 500
    click(driver, ".need h3 button")
    assert driver.find_elements("css selector", ".need .people > li")
    assert complaints(driver) == []


EXPERTS = "专家编号,姓名,工作单位,研究方向\nE0,张一,单位甲,猕猴桃溃疡病防治\nE1,张二,单位乙,变压器局部放电\n"
NEEDS = "需求编号,需求名称\nN1,猕猴桃溃疡病怎么防\nN2,变压器局部放电\n"


def given(folder: Path) -> list[str]:
    return tables(folder, experts=EXPERTS, needs=NEEDS)


@pytest.mark.parametrize("command", [["match"], ["plan", "--wanted", "1"]], ids=["match", "plan"])
def test_report_writes_the_page_that_html_would_have(command: list[str], tmp_path: Path, capsys: Capture) -> None:
    words = [*command, *given(tmp_path), "--as-of", "2026-11-01"]
    assert inside([*words, "--html", "--out", tmp_path / "一"], capsys).code == 0
    assert inside([*words, "--out", tmp_path / "二"], capsys).code == 0
    assert not (tmp_path / "二" / "报告.html").exists()
    ran = inside(["report", tmp_path / "二"], capsys)
    assert ran.code == 0, ran.said
    assert (tmp_path / "二" / "报告.html").read_bytes() == (tmp_path / "一" / "报告.html").read_bytes()
    assert inside(["report", tmp_path / "二"], capsys).code == 2
    assert inside(["report", tmp_path / "二", "--force"], capsys).code == 0


def test_report_refuses_tables_that_have_changed(tmp_path: Path, capsys: Capture) -> None:
    words = given(tmp_path)
    assert inside(["match", *words, "--out", tmp_path / "一"], capsys).code == 0
    file = Path(words[words.index("--needs") + 1])
    file.write_text(NEEDS.replace("溃疡病", "冻害"), encoding="utf-8")
    ran = inside(["report", tmp_path / "一"], capsys)
    assert ran.code == 2
    assert file.name in ran.err
    assert not (tmp_path / "一" / "报告.html").exists()


@pytest.mark.parametrize("held", [None, "{", "[]", json.dumps({"as_of": "2026-11-01"})])
def test_report_refuses_what_is_no_run(held: str | None, tmp_path: Path, capsys: Capture) -> None:
    if held is not None:
        (tmp_path / "run.json").write_text(held, encoding="utf-8")
    ran = inside(["report", tmp_path], capsys)
    assert ran.code == 2
    assert "run.json" in ran.err
    assert "Traceback" not in ran.said


def test_without_plotly_the_page_says_how_to_get_charts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "plotly", None)
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    works = pd.DataFrame({"expert_id": ["E1"], "title": ["猕猴桃溃疡病防治"]})
    pool = em.read_pool(works=works)
    ranking = em.Matcher().fit(pool).rank("猕猴桃溃疡病")
    text = page_text(page_view(ranking, record={}, settings=[], plan=em.plan(ranking, wanted=1)))
    assert "expertmatch[charts]" in text
