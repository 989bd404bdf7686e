"""Keys of timers: metrics that promise nothing to anybody and only wait for something to happen.

A module of its own, so that queries of the store can use the prefix without loading the rest of `sla`.
"""

TIMER_PREFIX = "timer:"
"""Prefix of the keys of timers. No metric of a procedure has a key that begins with it."""
