"""Texts to disciplines: from the lexicon, from what a pool's experts write, from what was declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from expertmatch.errors import SettingError
from expertmatch.graph.crosswalks import Crosswalk, read_crosswalk
from expertmatch.graph.declared import expert_texts, read_declared
from expertmatch.graph.disciplines import DisciplineTree, own_tree
from expertmatch.graph.features import PHRASE_MARK, Features, plain
from expertmatch.graph.prototypes import (
    WORDS,
    Floats,
    Ints,
    LinkWeights,
    Prototypes,
    blended,
    evened,
    memberships,
    sharpened,
    word_counts,
)
from expertmatch.index.counts import CountTable, count_terms
from expertmatch.tables.pool import Pool
from expertmatch.text import CHARACTER_MARK, Analyzer

Texts = Sequence[str] | pd.Series
DECLARED, INFERRED = "declared", "inferred"

_SHOWN = 6
"""How many deciding terms are named."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Labels:
    """What texts are linked to: disciplines at a level, or the labels of a crosswalk.

    Parameters
    ----------
    tree : DisciplineTree
        The tree.
    level : int
        The level of the disciplines; does not matter with a crosswalk.
    crosswalk : Crosswalk or None
        Other names.
    above : tuple of str
        Disciplines above the level that are labels too.
    """

    tree: DisciplineTree
    level: int
    crosswalk: Crosswalk | None
    above: tuple[str, ...] = ()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Code of each label; of a label of a crosswalk all of them, joined by ``;``."""
        if self.crosswalk is not None:
            return tuple(";".join(self.crosswalk.codes(name)) for name in self.names)
        own = (each.code for each in self.tree.disciplines.values() if each.level == self.level)
        return (*own, *self.above)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of each label."""
        if self.crosswalk is not None:
            return self.crosswalk.names
        return tuple(self.tree.disciplines[code].name for code in self.codes)

    def of(self, code: str) -> tuple[int, ...]:
        """Return the places of the labels of a discipline of the tree."""
        if self.crosswalk is not None:
            return tuple(self._places[name] for name in self.crosswalk.labels(code))
        place = self._places.get(self.tree.at_level(code, self.level) or code)
        return () if place is None else (place,)

    @cached_property
    def of_disciplines(self) -> tuple[tuple[int, ...], ...]:
        """Places of the labels of every discipline, in the tree's order."""
        return tuple(self.of(code) for code in self.tree.disciplines)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names if self.crosswalk is not None else self.codes)}


@dataclass(frozen=True, eq=False, kw_only=True)
class Linker:
    """Links texts to the labels it was fitted for; scores are in [0, 1] and do not depend on the other texts.

    Parameters
    ----------
    labels : Labels
        What texts are linked to.
    features : Features
        Texts to features.
    words : Prototypes
        A vector per label, from the lexicon.
    texts : Prototypes or None
        A vector per label, from a pool's texts.
    weights : LinkWeights
        How features count.

    Examples
    --------
    >>> linker = Linker.fit()
    >>> linker.link(["猕猴桃溃疡病防治"]).loc[0, ["code", "name", "source"]].tolist()
    ['210', '农学', 'inferred']
    """

    labels: Labels
    features: Features
    words: Prototypes
    texts: Prototypes | None = None
    weights: LinkWeights = field(default_factory=LinkWeights)

    @classmethod
    def fit(
        cls,
        *,
        tree: DisciplineTree | None = None,
        level: int = 1,
        crosswalk: str | Path | pd.DataFrame | Crosswalk | None = None,
        pool: Pool | None = None,
        analyzer: Analyzer | None = None,
        weights: LinkWeights | None = None,
        as_declared: bool = False,
    ) -> Linker:
        """Make the labels' vectors.

        Parameters
        ----------
        tree : DisciplineTree, optional
            Disciplines and their words; the library's own by default.
        level : int, default 1
            Level of the disciplines to link to.
        crosswalk : str, path, DataFrame or Crosswalk, optional
            As :func:`read_crosswalk` takes it; then texts are linked to its labels.
        pool : Pool, optional
            What its experts with a declared discipline write counts beside the lexicon.
        analyzer : Analyzer, optional
            Text to terms.
        weights : LinkWeights, optional
            How features count.
        as_declared : bool, default False
            Disciplines above the level that the pool's experts declare are labels too; otherwise what those
            experts write says nothing. Does not matter with a crosswalk.

        Returns
        -------
        Linker

        Raises
        ------
        SettingError
            The tree has no such level.
        InputError
            The crosswalk cannot be used.
        """
        own = tree is None or tree is own_tree()
        tree = own_tree() if tree is None else tree
        weights = weights or LinkWeights()
        above_level = _declared_above(pool, tree, level) if as_declared and pool is not None else ()
        names = None if crosswalk is None else read_crosswalk(crosswalk, tree)
        labels = Labels(tree=tree, level=level, crosswalk=names, above=above_level)
        if not labels.names:
            depth = max((each.level for each in tree.disciplines.values()), default=0)
            raise SettingError("level", level, f"1 到 {depth} 的整数")
        if own and analyzer is None and names is None:
            features, words = _own_lexicon(level, above_level, weights)
        else:
            own_words = _own_words() if own and analyzer is None else _words(tree, analyzer or Analyzer())
            features, words = own_words[0], _lexicon(labels, own_words[1], weights)
        texts = None if pool is None else _pool_prototypes(pool, labels, features, weights)
        return cls(labels=labels, features=features, words=words, texts=texts, weights=weights)

    def scores(self, texts: Texts, *, refine: bool = False) -> Floats:
        """Return the nearness of every text and label.

        Parameters
        ----------
        texts : sequence of str
            What is linked.
        refine : bool, default False
            Read the batch a second time with what the first reading found, see :func:`link_disciplines`.

        Returns
        -------
        ndarray of float64, shape (texts, labels)
            In [0, 1].
        """
        return self._read(texts, refine).scores

    def link(
        self, texts: Texts, *, top: int = 3, declared: Sequence[str] | None = None, refine: bool = False
    ) -> pd.DataFrame:
        """Link texts; parameters and result as :func:`link_disciplines` has them."""
        if not isinstance(top, int) or isinstance(top, bool) or top < 1:
            raise SettingError("top", top, "至少为 1 的整数")
        if declared is not None and len(declared) != len(texts):
            raise SettingError("declared", f"{len(declared)} 个", f"与文本一样多（{len(texts)} 个）")
        reading = self._read(texts, refine)
        said = [self.declared(cell) for cell in declared] if declared is not None else [()] * len(texts)
        text, label, score = [], [], []
        for i, places in enumerate(said):
            near = reading.scores[i]
            order = np.lexsort((np.arange(len(near)), -near))
            rest = [j for j in order[: top + len(places)].tolist() if near[j] > 0 and j not in places]
            chosen = [*places, *rest][:top]
            text.extend([i] * len(chosen))
            label.extend(chosen)
            score.extend([1.0 if j in places else float(near[j]) for j in chosen])
        pairs = np.array(text, dtype=np.int64), np.array(label, dtype=np.int64)
        ids = texts.index.to_numpy() if isinstance(texts, pd.Series) else np.arange(len(texts))
        ranks = np.arange(len(text)) - np.searchsorted(pairs[0], pairs[0], side="left") + 1
        return pd.DataFrame(
            {
                "text_id": ids[pairs[0]],
                "rank": ranks,
                "code": [self.labels.codes[j] for j in label],
                "name": [self.labels.names[j] for j in label],
                "score": np.array(score, dtype=np.float64),
                "terms": reading.terms(*pairs),
                "source": [DECLARED if j in said[i] else INFERRED for i, j in zip(text, label, strict=True)],
            }
        )

    def declared(self, cell: str) -> tuple[int, ...]:
        """Return the places of the labels that a cell of disciplines names, in its order."""
        codes, _ = self.labels.tree.find_all(cell) if isinstance(cell, str) else ((), ())
        return tuple(dict.fromkeys(place for code in codes for place in self.labels.of(code)))

    def _read(self, texts: Texts, refine: bool) -> _Reading:
        given = ["" if pd.isna(text) else str(text) for text in texts]
        counts = count_terms({WORDS: given}, self.features) if given else CountTable((), {WORDS: _nothing()})
        parts = [(self.words, self.words.vectors(counts))]
        if self.texts is not None:
            parts.append((self.texts, self.texts.vectors(counts)))
        reading = _Reading(given, parts, self.weights.text_weight)
        if refine:
            for _ in range(int(self.weights.rounds)):
                shares = sparse.csr_array(sharpened(reading.scores, self.weights.sharpness))
                own = Prototypes.of_texts(counts, shares, self.weights, least=2)  # once: known by itself alone
                both = [*parts, (own, own.vectors(counts))]
                reading = _Reading(given, both, self.weights.text_weight, batch=True)
        return reading


@dataclass(frozen=True, eq=False)
class _Reading:
    """Texts as vectors, beside the prototypes they are measured against: the lexicon's first."""

    texts: Sequence[str]
    parts: Sequence[tuple[Prototypes, sparse.csr_array]]
    share: float
    batch: bool = False

    @cached_property
    def scores(self) -> Floats:
        first, *others = (prototypes.nearness(vectors) for prototypes, vectors in self.parts)
        for other in others:
            first = blended(first, other, self.share)
        return evened(first) if self.batch else first

    def terms(self, text: Ints, label: Ints) -> list[str]:
        """Name, for each pair, the terms of the text that say most for the label, most first."""
        found: list[dict[str, float]] = [{} for _ in text]
        for prototypes, vectors in self.parts:
            names = prototypes.names
            shares = prototypes.shares(vectors, text, label)
            for i in range(len(text)):
                here = slice(shares.indptr[i], shares.indptr[i + 1])
                for place, value in zip(shares.indices[here].tolist(), shares.data[here].tolist(), strict=True):
                    if not value:
                        continue
                    name = names[place].removeprefix(PHRASE_MARK)
                    found[i][name] = found[i].get(name, 0.0) + value
        lowered = [plain(each) for each in self.texts]
        return [_named(terms, lowered[i]) for terms, i in zip(found, text.tolist(), strict=True)]


def _named(shares: dict[str, float], text: str) -> str:
    """Return the terms with the largest shares; what stands inside a longer term adds to that one."""
    words = [term for term in shares if not term.startswith(CHARACTER_MARK) and term in text]
    words.sort(key=lambda term: (-len(term), term))
    total: dict[str, float] = {}
    for term in words:
        home = next((longer for longer in total if term in longer), term)
        total[home] = total.get(home, 0.0) + shares[term]
    if not total:
        pairs = {term[1:]: share for term, share in shares.items() if term[1:] in text and share > 0}
        most = max(map(len, pairs), default=0)
        total = {term: share for term, share in pairs.items() if len(term) == most}
    return "、".join(sorted(total, key=lambda term: (-total[term], term))[:_SHOWN])


@cache
def _own_words() -> tuple[Features, CountTable]:
    return _words(own_tree(), Analyzer())


@lru_cache(maxsize=4)
def _own_lexicon(level: int, above: tuple[str, ...], weights: LinkWeights) -> tuple[Features, Prototypes]:
    """Return what depends on the library's own tree alone, made once for the pools of a process."""
    features, counts = _own_words()
    return features, _lexicon(Labels(tree=own_tree(), level=level, crosswalk=None, above=above), counts, weights)


def _lexicon(labels: Labels, counts: CountTable, weights: LinkWeights) -> Prototypes:
    """Return the vectors of labels from the words of their disciplines."""
    disciplines = labels.tree.disciplines
    places = {code: i for i, code in enumerate(disciplines)}
    above = [places.get(each.parent, -1) for each in disciplines.values()]
    own_words = [
        places_of if each.terms else ()
        for each, places_of in zip(disciplines.values(), labels.of_disciplines, strict=True)
    ]
    members = memberships(own_words, above, weights.inherit, len(labels.names))
    return Prototypes.of_words(counts, members, weights)


def _words(tree: DisciplineTree, analyzer: Analyzer) -> tuple[Features, CountTable]:
    features = Features([word for each in tree.disciplines.values() for word in (each.name, *each.terms)], analyzer)
    return features, word_counts(tree, features)


def _declared_above(pool: Pool, tree: DisciplineTree, level: int) -> tuple[str, ...]:
    """Return the disciplines above a level that experts declare, in the tree's order."""
    said = {code for codes in read_declared(pool.experts["disciplines"], tree, "experts").codes for code in codes}
    return tuple(each.code for each in tree.disciplines.values() if each.code in said and each.level < level)


def _pool_prototypes(pool: Pool, labels: Labels, features: Features, weights: LinkWeights) -> Prototypes:
    """Return vectors of the labels from what experts with a declared discipline write."""
    cells = pool.experts["disciplines"].tolist()
    found = read_declared(cells, labels.tree, "experts").codes
    places = [tuple(dict.fromkeys(place for code in codes for place in labels.of(code))) for codes in found]
    pairs = [(i, place, 1.0 / len(some)) for i, some in enumerate(places) for place in some]
    counts = count_terms({WORDS: expert_texts(pool).tolist()}, features)
    rows, columns, data = (np.array(axis) for axis in zip(*pairs, strict=True)) if pairs else ([], [], [])
    members = sparse.csr_array((data, (rows, columns)), shape=(len(cells), len(labels.names)), dtype=np.float64)
    return Prototypes.of_texts(counts, members, weights)


def _nothing() -> sparse.csr_array:
    return sparse.csr_array((0, 0), dtype=np.int32)


def link_disciplines(
    texts: str | Texts,
    *,
    top: int = 3,
    level: int = 1,
    pool: Pool | None = None,
    crosswalk: str | Path | pd.DataFrame | Crosswalk | None = None,
    tree: DisciplineTree | None = None,
    declared: Sequence[str] | None = None,
    refine: bool = False,
) -> pd.DataFrame:
    """Say which disciplines texts belong to, and which of their terms decided it.

    Parameters
    ----------
    texts : str, sequence of str or Series
        One text or many; the index of a Series becomes the text ids, otherwise they are 0, 1, 2 and so on.
    top : int, default 3
        How many disciplines a text at most.
    level : int, default 1
        1 for first-level disciplines, 2 for second-level ones.
    pool : Pool, optional
        Adds what its experts with a declared discipline write (distant supervision: their texts are taken for
        texts of that discipline).
    crosswalk : {"degree", "degree_category", "society_class"}, path, DataFrame or Crosswalk, optional
        Other names: disciplines with one label are merged and named by it; ``level`` then does not matter.
    tree : DisciplineTree, optional
        An own tree; the library's is GB/T 13745-2009.
    declared : sequence of str, optional
        A cell of disciplines for each text, ``""`` where there is none. Declared ones come first, with score 1.
    refine : bool, default False
        Read the batch twice: the second time, a label is also known by the texts that the first reading put
        near it (one step of self-training, without any label), and labels that all texts are near to are damped.
        For batches of hundreds of texts; a text's scores then depend on the others.

    Returns
    -------
    DataFrame
        ``text_id``, ``rank``, ``code``, ``name``, ``score`` in [0, 1], ``terms`` (joined by 、, most deciding
        first, each stands in the text), ``source`` (``declared`` or ``inferred``). Texts that share no term with
        any discipline have no row.

    Raises
    ------
    SettingError
        ``top``, ``level`` or the number of ``declared`` cells is not accepted.
    InputError
        The crosswalk cannot be used.

    Examples
    --------
    >>> links = link_disciplines(["猕猴桃溃疡病防治", "锂电池正极材料"], top=1)
    >>> links[["text_id", "code", "name"]].values.tolist()
    [[0, '210', '农学'], [1, '480', '能源科学技术']]
    """
    given = [texts] if isinstance(texts, str) else texts
    linker = Linker.fit(tree=tree, level=level, crosswalk=crosswalk, pool=pool)
    return linker.link(given, top=top, declared=declared, refine=refine)
