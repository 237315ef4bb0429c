"""Chinese text to terms."""

from expertmatch.text.analyze import CHARACTER_MARK, Analyzer
from expertmatch.text.normalise import normalise
from expertmatch.text.words import Synonyms, stop_words

__all__ = ["CHARACTER_MARK", "Analyzer", "Synonyms", "normalise", "stop_words"]
