"""``make bench``: every benchmark, one after the other."""

from tests.benchmarks.serving.__main__ import main

if __name__ == "__main__":
    main()
