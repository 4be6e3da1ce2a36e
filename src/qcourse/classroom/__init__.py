"""The instructor's desk: hand out, collect, grade, report, return, export."""
