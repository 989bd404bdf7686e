"""Filters in the words of a call: the filter language, and `--only FIELD=VALUE`."""
