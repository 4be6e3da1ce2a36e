"""The challenge at the end of each notebook: what it scores, beside simpler ways and the course's own answer.

No points depend on it. Solutions are cut out of what students get; a test solves each again, and holds
`COURSE`.
"""
