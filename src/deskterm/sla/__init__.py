"""Working time: calendars, targets and clocks. Pure: no input or output, and no look at the time of day.

Inside, an instant is a whole number of seconds since 1970-01-01 UTC; at the edges it is an aware datetime.
"""
