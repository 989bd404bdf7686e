"""The functions that carry commands out, one module a group; the table names them as `closing.close`.

A handler takes the console and the words after the command's name. Most of these modules import the desk, with
SQLModel under it: they are imported in the write thread, ahead of the first key or at the latest when it is pressed.
"""
