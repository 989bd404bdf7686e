"""Reports' pages as files for spreadsheets: csv and xlsx, numbers as numbers, words guarded."""
