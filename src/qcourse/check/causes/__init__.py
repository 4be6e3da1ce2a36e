"""The known mistakes of each exercise, a module each; `registry` holds them against an answer."""
