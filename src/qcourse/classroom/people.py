"""Who is in the class: from a platform's CSV file and from nbgrader's gradebook.

Moodle: the participants or a grade export ("First name", "Last name", "ID number", "Email address"), or an
assignment's grading worksheet ("Identifier", "Full name"; https://docs.moodle.org/en/Grade_import). Canvas:
its gradebook as a CSV file ("Student", "ID"; lib/gradebook_importer.rb in github.com/instructure/canvas-lms).
"""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qcourse.classroom.tables import as_meant
from qcourse.errors import UserError

LONGEST = 128  # characters of an entry of nbgrader's gradebook
LARGEST = 20 * 2**20  # bytes of a CSV file
FIELDS = {  # of a person, by headers in small letters
    "first name": "first", "firstname": "first", "last name": "last", "lastname": "last", "surname": "last",
    "full name": "name", "student": "name", "email address": "email", "email": "email",
    "id": "id", "student id": "id", "username": "login", "sis login id": "login", "id number": "number",
    "lms user id": "number", "identifier": "identifier", "roles": "roles", "role": "roles",
}  # fmt: skip


class Person(NamedTuple):
    """A student: ``id`` of nbgrader, ``number`` of the platform, ``identifier`` of Moodle's assignment."""

    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    number: str = ""
    login: str = ""
    identifier: str = ""

    @property
    def name(self) -> str:
        """First and last name, or what is known of them."""
        return f"{self.first} {self.last}".strip()

    @property
    def shown(self) -> str:
        """Name and id, for people."""
        return f"{self.name} ({self.id})" if self.name else self.id


def key(name: str) -> str:
    """What is left of a name in a file's name: platforms drop quotes, blanks and other signs."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def keys(person: Person) -> set[str]:
    """The keys of a person's name, in either order."""
    return {key(person.first + person.last), key(person.last + person.first)} - {""}


def read_roster(path: Path) -> list[Person]:
    """The students of a CSV file, in its order.

    Raises:
        UserError: it is no such file, or two of its rows have one id.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path} is larger than {LARGEST >> 20} MB: is it a list of students?")
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8: save it as CSV UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    header, *rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [[]]
    fields = [FIELDS.get(title.strip().lower().replace("_", " "), "") for title in header]
    if not (
        {"name", "last"} & set(fields) and {"id", "login", "number", "email", "identifier"} & set(fields)
    ):
        raise UserError(
            f"{path} has no header with names and ids: export Moodle's participants (First name, Last name, "
            "Email address) or Canvas's gradebook (Student, ID)."
        )
    people = [
        person
        for row in rows
        if (person := _person(dict(zip(fields, (as_meant(cell.strip(" ")) for cell in row)))))
    ]
    ids = [person.id for person in people]
    if twice := [name for name in ids if ids.count(name) > 1]:
        raise UserError(f"{path} has two students with the id {twice[0]!r}.")
    return people


def _person(row: dict[str, str]) -> Person | None:
    """A row as a student; None for one of another role, or one without an id, as Canvas's points possible."""
    first, last, name = row.get("first", ""), row.get("last", ""), row.get("name", "")
    if name and not (first or last):
        last, comma, first = (part.strip() for part in name.partition(","))
        first, last = (first, last) if comma else (" ".join(name.split()[:-1]), name.split()[-1])
    number, identifier = row.get("number", ""), row.get("identifier", "").split(" ")[-1]
    known = (row.get("id"), row.get("login"), number, row.get("email"), identifier)
    identity = next(filter(None, known), "")
    is_student = "student" in row.get("roles", "student").lower()
    if not identity or not is_student or name in ("Student, Test", "Points Possible"):
        return None
    email = row.get("email") or (row.get("login", "") if "@" in row.get("login", "") else "")
    number = number or (row.get("id", "") if "name" in row else "")  # Canvas: its ID is the platform's
    found = Person(identity, first, last, email, number, row.get("login", ""), identifier)
    return Person(*(part[:LONGEST] for part in found))


def in_gradebook(students: Iterable[Any]) -> list[Person]:
    """nbgrader's students."""
    return [
        Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
        for s in students
    ]


def one(people: Sequence[Person], fits: Any) -> Person | None:
    """The only one of ``people`` who fits; None where there is none, or several."""
    found = [person for person in people if fits(person)]
    return found[0] if len({person.id for person in found}) == 1 else None
