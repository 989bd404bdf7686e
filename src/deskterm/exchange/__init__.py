"""Data in and out: event logs, exports, seed files, and the demo desk."""
