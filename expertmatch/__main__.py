"""``python -m expertmatch``."""

from expertmatch.cli import main

if __name__ == "__main__":
    main()
