"""The formats of exports: csv, jsonl, xlsx and parquet, each written row by row."""
