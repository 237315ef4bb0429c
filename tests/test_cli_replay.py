"""What a record keeps of a command, and the page made again from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertmatch.cli.console import CommandError
from expertmatch.cli.replay import given_again, kept, refuse_hidden
from tests.cli_helpers import inside, tables

Capture = pytest.CaptureFixture[str]


@given(st.lists(st.sampled_from(["甲", "b", "c d", ".."]), min_size=1, max_size=4), st.sampled_from(["r", "x/y"]))
def test_a_path_comes_back_to_the_same_file(parts: list[str], folder: str) -> None:
    path = "/".join([*parts, "需求.xlsx"])
    for text, want in ((path, path), (f"sqlite:///{path}::专家", path)):
        again = given_again(kept({"needs": text, "top": "10"}, Path(folder)), Path(folder))
        back = again["needs"].removeprefix("sqlite:///").partition("::")[0]
        assert (Path.cwd() / back).resolve() == (Path.cwd() / want).resolve()
        assert again["top"] == "10"


def test_passwords_are_not_kept() -> None:
    options = kept({"experts": "mysql://kx:s3cret@host/db::专家", "ledger": "postgresql://kx@host/tz"}, Path("结果"))
    assert "s3cret" not in json.dumps(options)
    assert options["ledger"] == "postgresql://kx@host/tz"
    with pytest.raises(CommandError, match="--experts 的数据库地址里有密码"):
        given_again(options, Path("结果"))
    with pytest.raises(CommandError, match="--experts"):
        refuse_hidden(options)


def test_the_page_of_a_run_that_was_moved_with_its_tables(tmp_path: Path, capsys: Capture) -> None:
    office = tmp_path / "一处"
    office.mkdir()
    assert inside(["match", *tables(office), "--out", office / "结果", "--html"], capsys).code == 0
    page = (office / "结果" / "报告.html").read_bytes()
    record = (office / "结果" / "run.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in record
    shutil.move(office, tmp_path / "另一处")
    moved = tmp_path / "另一处"
    assert inside(["report", moved / "结果", "--force"], capsys).code == 0
    assert (moved / "结果" / "报告.html").read_bytes() == page
    (moved / "需求.csv").write_text("需求编号,需求名称\nN1,别的\n", encoding="utf-8")
    ran = inside(["report", moved / "结果", "--force"], capsys)
    assert (ran.code, "需求.csv" in ran.err) == (2, True)
    assert (moved / "结果" / "报告.html").read_bytes() == page
