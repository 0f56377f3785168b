"""The garbage collector, told what a service is like.

CPython looks for cycles whenever 700 more objects exist than before, and now and then at every object there
is: modules, classes, generated messages and models, none of which will ever go. In a stage at full speed that
was a fifth of its CPU time (7 of 42 µs a message, measured). Reference counts free what a message leaves
behind; cycles are rare here, and are still found.
"""

import gc

# How many more objects than before make it look at the young ones, and how many times that at older ones.
THRESHOLDS = (20_000, 20, 50)


def settle() -> None:
    """Call once everything that stays is there: it is collected a last time and not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
