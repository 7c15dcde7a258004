"""A grading worksheet of Moodle is understood in every language, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.classroom.handback import Points, fill_moodle
from grader.classroom.roster import read_roster
from grader.classroom.sheet import Sheet, read_sheet
from grader.classroom.worksheet import Worksheet, worksheet_of
from grader.errors import ClassroomError
from tests.class_samples import JOIN, exercises, folder, handed, taken

ENGLISH = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 3001,Zoë Übel,zoe@x.invalid,Submitted,,100.00,Yes,"Friday, 20 November 2026, 5:55 PM",-,\n'
    "Participant 3002,Ann Bo,ann@x.invalid,No submission,,100.00,No,-,-,\n"
)
GERMAN = (
    "ID;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;"
    "Zuletzt geändert (Abgabe);Zuletzt geändert (Bewertung);Feedback als Kommentar\n"
    "Teilnehmer/in3001;Zoë Übel;zoe@x.invalid;Zur Bewertung abgegeben;;100,00;Ja;"
    "Freitag, 20. November 2026, 17:55;-;\n"
    "Teilnehmer/in3002;Ann Bo;ann@x.invalid;Keine Abgabe;7,50;100,00;Nein;-;"
    "Freitag, 20. November 2026, 20:00;<p>ok</p>\n"
)
JAPANESE = (
    "識別子,姓名,メールアドレス,ステータス,グループ,評定,最大評点,評点ワークフロー状態,評定を変更できます,"
    "最終更新日時 (提出),オンラインテキスト,最終更新日時 (評点),フィードバックコメント\n"
    "参加者 3001,上杉 ゾエ,zoe@x.invalid,評定のため提出済み,甲,,20.00,未評定,Yes,2026年 11月 20日 17:55,<p>42</p>,-,\n"
    "参加者 3002,坊 アン,ann@x.invalid,未提出,甲,,20.00,未評定,Yes,-,,-,\n"
)


def sheet(text: str) -> Sheet:
    return read_sheet(text.encode(), where=Path("ws.csv"))


@pytest.mark.parametrize("text", [ENGLISH, GERMAN])
def test_the_columns_of_a_short_worksheet_are_found(text: str) -> None:
    expected = Worksheet(identifier=0, name=1, email=2, grade=4, most=5, lock=6, comments=9)

    assert worksheet_of(sheet(text)) == expected


def test_the_columns_of_a_long_worksheet_are_found() -> None:
    expected = Worksheet(identifier=0, name=1, email=2, grade=5, most=6, lock=8, comments=12)

    assert worksheet_of(sheet(JAPANESE)) == expected


def test_the_shape_of_an_english_worksheet_says_the_same_as_its_headings() -> None:
    foreign = ENGLISH.replace("Identifier", "Tunniste").replace("Maximum Grade", "Paras arvosana")

    assert worksheet_of(sheet(foreign)) == worksheet_of(sheet(ENGLISH))


def test_without_names_the_status_is_not_taken_for_one() -> None:
    text = (
        "ID,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,Zuletzt geändert (Bewertung),Feedback\n"
        "Teilnehmer/in1,Abgegeben,,10,Ja,-,\nTeilnehmer/in2,Abgegeben,,10,Ja,-,\n"
    )
    found = worksheet_of(sheet(text))

    assert found is not None
    assert (found.name, found.email, found.grade, found.most) == (None, None, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "name,email,id\nAda,ada@x.invalid,1\n",
        "Student,ID,Section,Join (1)\n    Points Possible,,,10\nAda,1,A,\n",
        "ID,Nom,Note,Maximum\nParticipant 1,Ada,,20\nParticipant 2,Bob,,30\n",
        "ID,Nom,Note,Maximum\nParticipant 1,Ada,25,20\nParticipant 2,Bob,,20\n",
        "ID;Name\n",
        "Code,Note,Maximum\nA1,,20\nB2,,20\n",
    ],
)
def test_other_tables_are_no_worksheets(text: str) -> None:
    assert worksheet_of(sheet(text)) is None


def test_a_german_worksheet_is_a_roster_and_takes_points_back(tmp_path: Path) -> None:
    path = tmp_path / "ws_de.csv"
    path.write_bytes(b"\xef\xbb\xbf" + GERMAN.encode())
    source = folder(tmp_path / "sub", {"Zoë Übel_3001_assignsubmission_file_/join.py": JOIN})
    roster = read_roster(path)

    intake = taken(source, tmp_path / "staging", roster=roster)
    filled = fill_moodle(
        sheet(GERMAN),
        {
            ("zoe@x.invalid", "ex01"): Points(points=69.5, total=100, feedback="Fails: x"),
            ("ann@x.invalid", "ex01"): Points(points=50, total=100),
        },
        roster.learners,
        exercises=exercises(),
        exercise="ex01",
    )

    assert list(handed(intake)) == [("zoe@x.invalid", "ex01")]
    assert not intake.strangers
    assert ";Zur Bewertung abgegeben;69,50;100,00;Ja;" in filled.content.decode()
    assert ";-;Fails: x\n" in filled.content.decode()
    assert [cell.reason for cell in filled.kept] == ["must not be changed, says the worksheet"]


def test_a_worksheet_that_is_not_understood_says_what_to_switch() -> None:
    with pytest.raises(ClassroomError, match=r"ws\.csv:1: .* no column 'identifier'") as caught:
        fill_moodle(sheet("Nom;Note\nAda;\n"), {}, (), exercises=exercises(), exercise="ex01")
    assert "English in Moodle's user menu under Language" in caught.value.hint
