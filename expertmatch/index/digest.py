"""A name for what an index says: equal digests, equal text signals."""

from __future__ import annotations

import json
from hashlib import blake2b

from expertmatch.index.expert_index import ExpertIndex


def index_digest(index: ExpertIndex) -> str:
    """Return a hash of everything that the text signals of an index follow from.

    Candidates, the texts of their rows, the terms found in them, the analyzer's settings and the weights. Work ids
    are not in it, as no score depends on them.

    Parameters
    ----------
    index : ExpertIndex
        Any.

    Returns
    -------
    str
        32 hexadecimal digits.

    Examples
    --------
    >>> from expertmatch.index import Rows, Weights
    >>> from expertmatch.text import Analyzer
    >>> one, two = (
    ...     ExpertIndex.fit(Rows.build(["E1"], [("E1", "W1", title)]), analyzer=Analyzer(), weights=Weights())
    ...     for title in ("猕猴桃溃疡病", "混凝土裂缝")
    ... )
    >>> index_digest(one) == index_digest(one), index_digest(one) == index_digest(two)
    (True, False)
    """
    settings = {"analyzer": index.analyzer.settings(), "weights": vars(index.weights)}
    whole = blake2b(json.dumps(settings, ensure_ascii=True, sort_keys=True).encode(), digest_size=16)
    for names in (index.rows.expert_ids, index.counts.terms):
        told = "".join(f"{len(name)}:{name}" for name in names)
        whole.update(f"{len(names)} {told}".encode("utf-8", "surrogatepass"))
    whole.update(index.rows.group.astype("<i8").tobytes())
    whole.update(b"".join(index.rows.digests()))
    return whole.hexdigest()
