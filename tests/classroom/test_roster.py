"""Rosters as platforms and spreadsheets write them: read whole, or refused with file, line and reason."""

import pytest

from qcourse.classroom.people import is_fit, read_roster
from qcourse.errors import UserError

MOODLE = "First name,Last name,ID number,Email address\n"
UNFIT = [
    "../../x",
    "a/b",
    ".",
    "..",
    ".hidden",
    "a\\b",
    "a*",
    "a[1]",
    "\x07",
    "__MACOSX",
    "x" * 129,
    "é" * 101,
]


@pytest.fixture
def read(tmp_path):
    """Reads a roster of this content."""

    def run(content):
        path = tmp_path / "roster.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_roster(path)

    return run


@pytest.mark.parametrize("identity", UNFIT)
def test_an_id_that_no_folder_can_have_is_refused_with_its_line(read, identity):
    assert not is_fit(identity)
    with pytest.raises(UserError, match=r"roster\.csv, line 3: Eve Ill has the id "):
        read(f'{MOODLE}Ada,Byron,1,a@x.org\nEve,Ill,"{identity}",e@x.org\n')


@pytest.mark.parametrize("identity", ["1001", "ada@x.org", "O'Neil, Jr.", "李小龍", "a b", "-x", "x" * 128])
def test_ids_with_any_letters_are_fit(read, identity):
    assert is_fit(identity)
    assert [person.id for person in read(f'{MOODLE}Ada,Byron,"{identity}",a@x.org\n')] == [identity]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (f"Ada,{'x' * 140_000},1,a@x.org\n", r"line 2, is no row of a CSV file \(field larger"),
        ('Ada,Byron,1,a@x.org\nBo,"Cox,2,b@x.org\nCy,Dee,3,c@x.org\n', "line 4, is no row of a CSV file"),
        ('Ada,"By"ron,1,a@x.org\n', "line 2, is no row"),
        ("", "names no student"),
        ("\n , ,\n", "names no student"),
        ("Ada,Byron,,\n", "line 2: Ada Byron has the id ''"),
        ("Ada,Byron,1,\nBo,Cox,1,\n", "line 3: there are two students with the id '1'"),
    ],
    ids=lambda value: value[:20],
)
def test_a_broken_table_is_refused_with_its_line(read, rows, reason):
    with pytest.raises(UserError, match=reason):
        read(MOODLE + rows)


def test_blanks_around_a_cell_are_no_part_of_it(read):
    rows = "Student,ID,SIS Login ID\n    Points Possible,,\n\u00a0,,\n\u00a0, 7\u00a0,\n Cox ,8,bo \n"
    assert [(p.id, p.first, p.last, p.login) for p in read(rows)] == [
        ("7", "", "", ""),
        ("8", "", "Cox", "bo"),
    ]


@pytest.mark.parametrize("write", [
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: text.replace(",", ";").encode(),
    lambda text: text.replace(",", "\t").replace("\n", "\r\n").encode(),
    lambda text: ("\ufeff" + text).replace(",", "\t").encode("utf-16-le"),
    lambda text: ("\ufeff" + text).encode("utf-16-be"),
], ids=["BOM", "semicolons", "tabs", "UTF-16", "UTF-16 of the other order"])  # fmt: skip
def test_what_spreadsheets_write_is_read(read, write):
    (person,) = read(write(f'{MOODLE}Zoë,"O\'Neil ""Zo""",1001,zoe@x.org\n'))
    assert person[:5] == ("1001", "Zoë", 'O\'Neil "Zo"', "zoe@x.org", "1001")


def test_another_encoding_is_refused(read):
    with pytest.raises(UserError, match="is not UTF-8: save it as CSV UTF-8"):
        read(f"{MOODLE}Zoë,Ångström,1001,zoe@x.org\n".encode("cp1252"))


def test_a_line_break_in_a_cell_is_a_blank(read):
    (person,) = read(f'{MOODLE}"Ada\n  Maria",Byron,1001,a@x.org\n')
    assert person.name == "Ada Maria Byron"


def test_an_empty_column_does_not_hide_another_of_its_kind(read):
    (person,) = read("First name,Surname,Email,Email address\nAda,Byron,a@x.org,\n")
    assert person.email == "a@x.org"
