"""Tables and lists of records from files of any shape: csv, tsv, json, ndjson, xml and xlsx."""
