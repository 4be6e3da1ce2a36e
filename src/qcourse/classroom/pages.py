"""The templates of pages. All that is put into them is escaped, except for what is marked as HTML."""

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


def template(name: str) -> Template:
    """The template ``name``."""
    environment = Environment(
        loader=PackageLoader("qcourse.classroom"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template(name)
