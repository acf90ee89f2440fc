"""What must be done again in each environment that a SnapStart snapshot is restored to.

Lambda brings the library ``snapshot_restore_py`` in its managed runtimes ("Lambda SnapStart runtime hooks for Python",
AWS Lambda Developer Guide). Where it is missing nothing is ever restored, and nothing is registered.
"""

import importlib
import random
from collections.abc import Callable

LIBRARY = "snapshot_restore_py"


def after_restore(*actions: Callable[[], object]) -> bool:
    """Run the actions after each restore, and seed ``random`` anew; returns whether there is anything to restore."""
    try:
        library = importlib.import_module(LIBRARY)
    except ImportError:
        return False
    for action in (random.seed, *actions):
        library.register_after_restore(action)
    return True
