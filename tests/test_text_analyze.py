"""Analyzer: which terms a text gives, and that nothing but the text decides it."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import ABSTRACTS, HAN_RUN, PIECES, ROOT, analyzer, own_sentences

from expertmatch.errors import SettingError
from expertmatch.text import CHARACTER_MARK, Analyzer, Synonyms, normalise, stop_words
from expertmatch.text.analyze import _jieba_cutter

NO_SYNONYMS = Synonyms()


def words(text: str) -> list[str]:
    return [term for term in analyzer()(text) if not term.startswith(CHARACTER_MARK)]


def pairs(text: str) -> list[str]:
    return [term for term in analyzer()(text) if term.startswith(CHARACTER_MARK) and len(term) == 3]


def singles(text: str) -> list[str]:
    return [term for term in analyzer()(text) if term.startswith(CHARACTER_MARK) and len(term) == 2]


# numbers, units, mixed terms


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Q235钢焊接", "q235"),
        ("面向5G基站", "5g"),
        ("面向5G基站", "5g基站"),
        ("304不锈钢焊缝", "304不锈钢"),
        ("大气PM2.5监测", "pm2.5"),
        ("T800级碳纤维", "t800"),
        ("Fe3O4磁性颗粒", "fe3o4"),
        ("110kV变电站", "110kv"),
        ("N95口罩", "n95"),
        ("C++程序", "c++"),
        ("X射线衍射", "x射线"),
        ("维生素C含量", "维生素c"),
        ("土壤pH值", "ph值"),
        ("3D打印钛合金", "3d打印"),
    ],
)
def test_numbers_and_letters_that_carry_meaning_are_kept(text: str, term: str) -> None:
    assert words(text).count(term) == 1


@pytest.mark.parametrize(
    "text",
    [
        *"2018年 50次 10mm 600-1000ppm 2018-2020年 3,000 20% 1/2 -5℃ 2.4GHz 100~200mm 3.5万元".split(),
        *"第3批 12个 300户 1.5m/s A 1 ①②".split(),
        *("……", "  \n\t", ""),
    ],
)
def test_counts_dates_and_measures_give_no_terms(text: str) -> None:
    assert analyzer()(text) == []


@pytest.mark.parametrize(
    ("text", "left"), [("2018年猕猴桃", "猕猴桃"), ("防治猕猴桃50次", "猕猴桃"), ("10mm猕猴桃", "猕猴桃")]
)
def test_a_number_beside_a_word_leaves_the_word_alone(text: str, left: str) -> None:
    assert not any(char.isdigit() for term in analyzer()(text) for char in term)
    assert left in words(text)


@pytest.mark.parametrize(
    ("text", "whole_and_parts"),
    [
        ("CO2-EOR驱油", ["co2-eor", "co2", "eor"]),
        ("7075-T6铝合金", ["7075-t6", "7075", "t6"]),
        ("X射线", ["x射线", "射线"]),
        ("维生素C", ["维生素c", "维生素"]),
        ("pH值", ["ph值", "ph"]),
        ("304不锈钢", ["304不锈钢", "不锈钢"]),
        ("TCP/IP协议", ["tcp/ip", "tcp", "ip", "协议"]),
    ],
)
def test_mixed_terms_come_whole_and_in_parts(text: str, whole_and_parts: list[str]) -> None:
    assert set(whole_and_parts) <= set(words(text))


# one form of writing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("變壓器局部放電監測", "变压器局部放电监测"),
        ("獼猴桃潰瘍病", "猕猴桃溃疡病"),
        ("５Ｇ基站　３０４不锈钢", "5G基站 304不锈钢"),
        ("ＰＭ２．５", "PM2.5"),
        ("UAV", "uav"),
        ("猕\u200b猴\ufeff桃", "猕猴桃"),
        ("Ⅲ型胶原", "III型胶原"),
        ("cafe\u0301机", "caf\u00e9机"),
    ],
)
def test_the_same_text_written_otherwise_gives_the_same_terms(one: str, other: str) -> None:
    assert analyzer()(one) == analyzer()(other) != []


def test_normalise_keeps_case_and_drops_what_cannot_be_seen() -> None:
    assert normalise("５Ｇ\u200b基站的電磁\u00ad兼容") == "5G基站的电磁兼容"


# words that say nothing, English


def test_english_words_are_stemmed_and_function_words_dropped() -> None:
    assert words("The drones of a wind turbine, based on sensors") == ["drone", "wind", "turbin", "sensor"]
    assert words("Drone") == words("DRONES") == ["drone"]


@pytest.mark.parametrize("text", ["维生素C", "维生素C含量", "测维生素C含量的方法"])
def test_a_letter_belongs_to_the_word_before_it_too(text: str) -> None:
    assert words(text).count("维生素c") == 1


def test_letters_and_digits_are_joined_only_to_the_word_right_beside_them() -> None:
    assert "x射线" not in words("X，射线") + words("X 射线")
    assert "维生素c" not in words("维生素，C") + words("维生素 C含量")
    assert "304不锈钢" not in words("304，不锈钢")
    assert "射线x" in words("射线X（硬）")


def test_short_and_mixed_latin_words_are_not_stemmed() -> None:
    assert words("GIS LEDs IPv6s vocs2") == ["gis", "led", "ipv6s", "vocs2"]


def test_stop_words_are_dropped_as_words_and_as_characters() -> None:
    stop = sorted(word for word in stop_words() if len(word) == 2)
    assert len(stop) > 100
    for word in stop:
        assert analyzer()(word) == [], word
    assert "~研究" not in pairs("猕猴桃研究进展")
    assert singles("猕猴桃研究进展") == ["~猕", "~猴", "~桃", "~进", "~展"]
    assert "~桃研" in pairs("猕猴桃研究进展")


def test_own_stop_words_take_the_place_of_the_librarys() -> None:
    own = Analyzer(stop_words=["猕猴桃", "ＵＡＶ", "猕猴"], synonyms=NO_SYNONYMS)
    assert own("猕猴桃UAV研究") == ["研究", "~猴桃", "~研", "~究", "~研究"]


def test_pairs_stay_inside_a_run_of_chinese_and_can_be_left_out() -> None:
    assert pairs("果树A病害，虫害") == ["~果树", "~病害", "~虫害"]
    assert not any(term.startswith(CHARACTER_MARK) for term in Analyzer(characters=False)("猕猴桃溃疡病"))


def test_a_pair_is_never_taken_for_a_word() -> None:
    assert words("~猕猴~") == ["猕猴"]
    assert pairs("~猕猴~") == ["~猕猴"]


def test_a_term_stands_as_often_as_the_text_has_it() -> None:
    counts = Counter(analyzer()("猕猴桃，猕猴桃。5G和5G；3D打印、carbon fiber、carbon fiber"))
    assert [counts[term] for term in ("猕猴桃", "~猕猴", "5g", "3d打印", "carbon fiber")] == [2, 2, 2, 1, 2]


# words of one's own


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("PM 2.5", "大气PM 2.5监测"),
        ("304 L", "304 L 钢管"),
        ("热压罐（A型）", "热压罐(A型)成型"),
        ("C++ 20", "学c++ 20吧"),
        ("秦美猴王1号", "种秦美猴王1号三年"),
        ("猕 猴 桃", "猕 猴 桃"),
        ("50次", "高压50次循环"),
        ("a.b*[c]", "见A.B*[C]处"),
        ("变频猴", "變頻猴故障"),
        ("研究", "研究猕猴桃"),
    ],
)
def test_user_words_with_blanks_digits_and_symbols_take_effect(word: str, text: str) -> None:
    whole = normalise(word).lower()
    plain = Analyzer(synonyms=NO_SYNONYMS)
    own = Analyzer(user_words=[word], synonyms=NO_SYNONYMS)
    assert whole not in plain(text)
    assert own(text).count(whole) == 1


def test_user_words_are_found_the_longest_first_and_also_given_in_parts() -> None:
    own = Analyzer(user_words=["碳纤维", "碳纤维布", "纤维布机", "碳"], characters=False, synonyms=NO_SYNONYMS)
    assert own("碳纤维布机") == ["碳纤维布", "纤维", "碳纤维"]
    assert own("碳纤维机") == ["碳纤维", "纤维"]


def test_latin_user_words_are_found_only_as_whole_words() -> None:
    own = Analyzer(user_words=["T 80"], characters=False, synonyms=NO_SYNONYMS)
    assert "t 80" in own("t 80级")
    assert "t 80" not in own("T 800") + own("AT 80")


def test_a_user_word_that_is_a_synonym_too_is_counted_once() -> None:
    own = Analyzer(user_words=["carbon fiber"], synonyms=Synonyms((("碳纤维", "carbon fiber"),)))
    assert own("Carbon Fiber").count("carbon fiber") == 1


def test_two_analyzers_in_one_process_do_not_mix() -> None:
    text = "秦岭沟谷种金福猕桃王"
    before = Analyzer(synonyms=NO_SYNONYMS)
    first = before(text)
    one = Analyzer(user_words=["金福猕桃王"], synonyms=NO_SYNONYMS)
    two = Analyzer(user_words=["沟谷种"], stop_words=["秦岭"], synonyms=NO_SYNONYMS)
    for _ in range(2):
        assert "金福猕桃王" in one(text)
        assert "沟谷种" not in one(text)
        assert "沟谷种" in two(text)
        assert "金福猕桃王" not in two(text)
        assert "秦岭" in one(text)
        assert "秦岭" not in two(text)
    assert before(text) == Analyzer(synonyms=NO_SYNONYMS)(text) == first


# synonyms


@pytest.mark.parametrize(
    ("text", "term", "other"),
    [
        ("奇异果种植", "奇异果", "猕猴桃"),
        ("锂电回收", "锂电", "锂离子电池"),
        ("锂离子电池回收", "锂离子电池", "锂电"),
        ("UAV巡检", "uav", "无人机"),
        ("Drones", "drone", "无人机"),
        ("carbon fiber布", "carbon fiber", "碳纤维"),
        ("太陽能光伏", "太阳能光伏", "光伏"),
        ("无人驾驶飞行器航线", "无人驾驶飞行器", "uav"),
        ("PM2.5", "pm2.5", "颗粒物"),
    ],
)
def test_synonyms_are_found_whole_and_named(text: str, term: str, other: str) -> None:
    assert words(text).count(term) == 1
    assert other in analyzer().synonyms_of(term)
    assert term in analyzer().synonyms_of(other)


def test_every_own_synonym_is_found_in_its_own_text() -> None:
    for group in analyzer().synonyms.groups:
        for word in group:
            others = {analyzer()._term_of(normalise(one).lower()) for one in group}
            found = [term for term in words(word) if term in others]
            assert found, word
            assert any(set(analyzer().synonyms_of(term)) >= others - {term} for term in found), word


def test_a_term_without_synonyms_has_none() -> None:
    assert analyzer().synonyms_of("量子通信") == ()


# the same as jieba

SOURCES = {f"{len(own_sentences())} sentences of our own": own_sentences()}
if ABSTRACTS.is_file():
    with ABSTRACTS.open(encoding="utf-8") as lines:
        SOURCES["csl abstracts"] = tuple(json.loads(line)["abstract"] for line in lines)


def test_there_are_enough_sentences_to_compare() -> None:
    assert len(own_sentences()) >= 500


@pytest.mark.parametrize("source", SOURCES)
def test_rjieba_cuts_like_jieba(source: str) -> None:
    import rjieba

    cut, fast = _jieba_cutter(), rjieba.Jieba().cut_for_search
    runs = dict.fromkeys(run for text in SOURCES[source] for run in HAN_RUN.findall(normalise(text)))
    different = [i for i, run in enumerate(runs) if cut(run) != fast(run)]
    assert len(runs) >= 500
    assert different == []


def test_both_engines_give_the_same_terms() -> None:
    slow = Analyzer(engine="jieba")
    different = [text for text in own_sentences() if slow(text) != analyzer()(text)]
    assert different == []


# as a part of other programs


def test_it_serves_scikit_learn_as_analyzer() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer=Analyzer())
    matrix = vectorizer.fit_transform(["猕猴桃溃疡病防治", "混凝土裂缝", ""])
    assert matrix.shape[0] == 3
    assert {"猕猴桃", "~猕猴", "裂缝"} <= set(vectorizer.get_feature_names_out())
    assert pickle.loads(pickle.dumps(vectorizer)).transform(["猕猴桃"]).nnz > 0


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_it_can_be_pickled_and_copied_after_use(engine: str) -> None:
    text = "关于PM 2.5与猕猴桃（奇异果）溃疡病、5G基站的研究"
    own = Analyzer(
        engine=engine,  # type: ignore[arg-type]
        user_words=["PM 2.5"],
        stop_words=["研究"],
        synonyms=Synonyms((("猕猴桃", "奇异果"),)),
    )
    terms = own(text)
    for again in (pickle.loads(pickle.dumps(own)), copy.deepcopy(own), Analyzer.from_settings(own.settings())):
        assert again == own
        assert again(text) == terms
        assert again.synonyms_of("奇异果") == ("猕猴桃",)
    assert json.loads(json.dumps(own.settings())) == own.settings()


def test_analyzers_are_equal_when_their_settings_are() -> None:
    assert Analyzer(user_words=["b", "a"]) == Analyzer(user_words=("a", "b", "a"))
    assert Analyzer() != Analyzer(characters=False)
    assert Analyzer(stop_words=[]) != Analyzer()
    assert Analyzer() != "Analyzer"


@pytest.mark.parametrize(
    ("setting", "value"),
    [("engine", "ltp"), ("user_words", "碳纤维"), ("stop_words", "研究")],
)
def test_settings_that_are_not_accepted_are_named(setting: str, value: object) -> None:
    with pytest.raises(SettingError, match=setting):
        Analyzer(**{setting: value})  # type: ignore[arg-type]


_CHILD = """
import json, logging, sys
from expertmatch.text import Analyzer
terms = [Analyzer(engine=engine)(text) for engine in ("rjieba", "jieba") for text in json.loads(sys.argv[1])]
import jieba
root = logging.getLogger()
facts = [jieba.dt.initialized, bool(jieba.dt.FREQ), bool(jieba.user_word_tag_tab), len(root.handlers), root.level]
print(json.dumps([terms, facts]))
"""


def test_other_processes_give_the_same_terms_quietly_and_leave_nothing_behind(tmp_path: Path) -> None:
    texts = ["".join(PIECES), "关于无人机（UAV）巡检110kV线路的研究"]
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    outputs = []
    for seed in ("1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TMPDIR": str(temporary), "PYTHONIOENCODING": "utf-8"}
        environment.pop("PYTHONWARNINGS", None)
        child = subprocess.run(
            [sys.executable, "-c", _CHILD, json.dumps(texts)],
            capture_output=True,
            check=True,
            cwd=ROOT,
            encoding="utf-8",
            env=environment,
        )
        assert child.stderr == ""
        outputs.append(child.stdout)
    terms, (initialized, words_loaded, tags, handlers, level) = json.loads(outputs[0])
    assert outputs[0] == outputs[1]
    assert terms == [analyzer()(text) for text in texts] * 2
    assert (initialized, words_loaded, tags) == (False, False, False)
    assert (handlers, level) == (0, logging.WARNING)
    assert list(temporary.iterdir()) == []


# any text

STRANGE = "𠮷㐀〇龥😀👩‍🔬ⅢΩ℃µ①㎏İıſßŉ\u0301\u200b\ufe0f\x00\x1f\u2028~-_.+#'·（）Ａ９"


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=40), st.text(alphabet=STRANGE + "中文猕猴桃aZ09 ", max_size=30)))
def test_any_text_gives_terms_that_are_not_empty(text: str) -> None:
    terms = analyzer()(text)
    assert terms == analyzer()(text)
    for term in terms:
        assert len(term) >= 2, (text, term)
        assert term == term.strip()
        assert term.startswith(CHARACTER_MARK) == (term[0] == "~")
    runs = HAN_RUN.findall(normalise(text))
    assert sum(term[0] == "~" for term in terms) <= sum(2 * len(run) - 1 for run in runs)


def test_rare_characters_are_found_by_pairs() -> None:
    assert "~𠮷野" in pairs("𠮷野家")


def test_broken_halves_of_characters_are_passed_over() -> None:
    assert analyzer()("猕猴桃\ud842溃疡") == analyzer()("猕猴桃溃疡")
