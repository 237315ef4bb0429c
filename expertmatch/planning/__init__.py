"""Many needs at once: problems that companies share."""

from expertmatch.planning.topics import Topics, find_topics

__all__ = ["Topics", "find_topics"]
