"""Chinese text to terms."""

from expertmatch.text.analyze import BIGRAM_MARK, Analyzer, normalise
from expertmatch.text.words import Synonyms, stop_words

__all__ = ["BIGRAM_MARK", "Analyzer", "Synonyms", "normalise", "stop_words"]
