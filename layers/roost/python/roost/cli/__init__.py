"""The ``roost`` command line; not shipped to Lambda."""
