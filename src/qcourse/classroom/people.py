"""Who is in the class: from a platform's CSV file and from nbgrader's gradebook.

Moodle: the participants or a grade export ("First name", "Last name", "ID number", "Email address"), or an
assignment's grading worksheet ("Identifier", "Full name"; https://docs.moodle.org/en/Grade_import). Canvas:
its gradebook as a CSV file ("Student", "ID"; lib/gradebook_importer.rb in github.com/instructure/canvas-lms).
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from qcourse.classroom.deliveries import MOST_OF_NAME, NEVER
from qcourse.classroom.tables import as_meant
from qcourse.errors import UserError

LONGEST = 128  # characters of an entry of nbgrader's gradebook
LARGEST = 20 * 2**20  # bytes of a CSV file
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
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


def is_fit(identity: str) -> bool:
    """Whether a folder of ``submitted/``, and nbgrader, can hold a student of this id."""
    if not identity.isprintable() or set(identity) & set("/\\*?[]"):
        return False
    hidden = identity.startswith(".") or identity in NEVER or identity != identity.strip()
    return not hidden and 0 < len(identity) <= LONGEST and len(identity.encode()) <= MOST_OF_NAME


def key(name: str) -> str:
    """What is left of a name in a file's name: platforms drop quotes, blanks and other signs."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


def keys(person: Person) -> set[str]:
    """The keys of a person's name, in either order."""
    return {key(person.first + person.last), key(person.last + person.first)} - {""}


def read_roster(path: Path) -> list[Person]:
    """The students of a CSV file, in its order.

    Raises:
        UserError: it is no such file, a student has no id that `is_fit`, or two rows have the same.
    """
    lines = _rows(path)
    _, header = next(lines, (0, []))
    fields = [FIELDS.get(title.lower().replace("_", " "), "") for title in header]
    if not (
        {"name", "last"} & set(fields) and {"id", "login", "number", "email", "identifier"} & set(fields)
    ):
        raise UserError(
            f"{path} has no header with names and ids: call its columns First name, Last name and Email "
            "address, as in Moodle's list of participants, or Student and ID, as in Canvas's gradebook."
        )
    people: dict[str, Person] = {}
    for line, cells in lines:
        person = _person({field: cell for field, cell in zip(fields, map(as_meant, cells)) if field and cell})
        if person is None:
            continue
        if not is_fit(person.id):
            what = f"{path}, line {line}: {person.name or 'a student'} has the id {person.id[:40]!r}"
            raise UserError(f"{what}; one that can be the name of a folder is needed.")
        if person.id in people:
            raise UserError(f"{path}, line {line}: there are two students with the id {person.id!r}.")
        people[person.id] = person
    if not people:
        raise UserError(f"{path} names no student: it has a header, but no row of a student with an id.")
    return list(people.values())


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The number of a line where a row ends, and its cells; rows without a text are left out."""
    try:
        if path.stat().st_size > LARGEST:
            raise UserError(f"{path} is larger than {LARGEST >> 20} MB: is it a list of students?")
        content = path.read_bytes()
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{path} is not UTF-8: save it as CSV UTF-8.") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            cells = [" ".join(cell.split()) for cell in row]
            if any(cells):
                yield rows.line_num, cells
    except csv.Error as error:
        raise UserError(f"{path}, line {rows.line_num}, is no row of a CSV file ({error}).") from None


def _person(row: dict[str, str]) -> Person | None:
    """A row as a student; None for one of another role, and for Canvas's points possible and its like."""
    first, last, name = row.get("first", ""), row.get("last", ""), row.get("name", "")
    if name and not (first or last):
        last, comma, first = (part.strip() for part in name.partition(","))
        first, last = (first, last) if comma else (" ".join(name.split()[:-1]), name.split()[-1])
    number, identifier = row.get("number", ""), row.get("identifier", "").split(" ")[-1]
    known = (row.get("id"), row.get("login"), number, row.get("email"), identifier)
    identity = next(filter(None, known), "")
    is_student = "student" in row.get("roles", "student").lower()
    if not is_student or not (identity or first or last) or name in ("Student, Test", "Points Possible"):
        return None
    email = row.get("email") or (row.get("login", "") if "@" in row.get("login", "") else "")
    number = number or (row.get("id", "") if "name" in row else "")  # Canvas: its ID is the platform's
    others = (first, last, email, number, row.get("login", ""), identifier)
    return Person(identity, *(part[:LONGEST] for part in others))


def in_gradebook(students: Iterable[Any]) -> list[Person]:
    """nbgrader's students."""
    return [
        Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
        for s in students
    ]


def as_known(listed: Sequence[Person], known: Sequence[Person]) -> list[Person]:
    """The students of a roster with the ids that the gradebook has for them: a roster may have others.

    They are the same by id, else by an e-mail address, else by a name that only one has here and there.
    """
    ids, own = {person.id for person in known}, {person.id for person in listed}
    free = [person for person in known if person.id not in own]
    found = []
    for person in listed:
        by_address = _only(person, listed, free, _same_address)
        there = None if person.id in ids else by_address or _only(person, listed, free, _same_name)
        found.append(person._replace(id=there.id) if there else person)
    return found


def _only(
    person: Person, listed: Sequence[Person], known: Sequence[Person], same: Callable[[Person, Person], bool]
) -> Person | None:
    """The one of ``known`` who is the same as ``person``, and as nobody else of ``listed``."""
    there = one(known, lambda other: same(person, other))
    return there if there and one(listed, lambda other: same(other, there)) == person else None


def _same_address(one: Person, other: Person) -> bool:
    return bool(one.email) and one.email.casefold() == other.email.casefold()


def _same_name(one: Person, other: Person) -> bool:
    return bool(keys(one) & keys(other)) and (_same_address(one, other) or not (one.email and other.email))


def one(people: Sequence[Person], fits: Any) -> Person | None:
    """The only one of ``people`` who fits; None where there is none, or several."""
    found = [person for person in people if fits(person)]
    return found[0] if len({person.id for person in found}) == 1 else None
