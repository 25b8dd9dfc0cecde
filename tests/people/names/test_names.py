import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.people.names.rules import LONGEST, what_to_call, with_called
from duologue.people.names.unfit import is_no_name

KEPT = [
    "Ann", "McDonald", "van der Berg", "O'Neill", "O\u2019Neill", "D'Angelo", "DeShawn", "Jean-Pierre", "Zoë", "José María", "Łukasz", "Þórdís",
    "Nguyễn", "李", "李小龙", "田中", "지우", "محمد", "שרה", "ประยุทธ์", "आरव", "Ελένη", "Александр", "ნინო", "Արմեն", "Ng", "Xi", "Bo", "AJ", "Ijsbrand",
    "Dick", "Fanny", "Randy", "Wang", "Phuc", "Gay", "Cox", "Mohammed bin Salman", "J. Robert", "Nan", "Bar", "Ag",
]  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_names_of_many_cultures_stay_as_they_are(name):
    assert what_to_call({"first_name": name}) == name
    assert what_to_call({"called": name}) == name


@pytest.mark.parametrize(
    ("typed", "language", "written"),
    [
        ("JOHN", "en", "John"),
        ("john", "en", "John"),
        ("MCDONALD", "en", "McDonald"),
        ("o'neill", "en", "O'Neill"),
        ("VAN DER BERG", "nl", "van der Berg"),
        ("VAN ANH", "vi", "Van Anh"),
        ("MARIA DE LA CRUZ", "es", "Maria de la Cruz"),
        ("JEAN-PIERRE", "fr", "Jean-Pierre"),
        ("ÖZGÜR", "de", "Özgür"),
        ("IŞIL", "tr", "I\u015f\u0131l"),
        ("irem", "tr", "İrem"),
        ("İREM", "en", "İrem"),
        ("ΓΙΑΝΝΗΣ", "el", "Γιαννης"),
        ("ИВАН", "ru", "Иван"),
        ("IJSBRAND", "nl", "IJsbrand"),
        ("JOHN PAUL II", "en", "John Paul II"),
        ("Dr. Anna", "de", "Anna"),
        ("  Ann \u200b🌸 ", "en", "Ann"),
        ("AJ", "en", "AJ"),
    ],
)
def test_names_typed_in_a_hurry_are_put_right(typed, language, written):
    assert what_to_call({"first_name": typed}, locale=language) == written


@pytest.mark.parametrize(
    "given_as",
    [
        "", "  ", "J", "J.", "J. R.", "J.R.", "xxx", "aaaa", "test", "Test Test", "asdf", "n/a", "N.A.", "-", "123", "Ann1", "F*ck", "sh1t",
        "Fuck You", "Arschloch", "ARSCHLOCH", "Mickey Mouse", "Max Mustermann", "Acme GmbH", "Smith & Sons", "Rose Ltd.", "e.V.", "www.win.ru",
        "Win at evil.com", "ann@shop.example", "<b>Ann</b>", "{{ person.email }}", "Frau", "Mr", "Unknown", "🌸", "Kunde", "x" * 41,
    ],
)  # fmt: skip
def test_what_is_no_name_leaves_the_greeting_to_its_fall_back(given_as):
    assert what_to_call({"first_name": given_as}) == ""
    assert what_to_call({"name": given_as}) == "" or given_as == "J. R."


def test_what_somebody_asked_to_be_called_comes_first_and_as_they_wrote_it():
    assert what_to_call({"called": "bell", "first_name": "GLORIA"}) == "bell"
    assert what_to_call({"called": "J", "first_name": "John"}) == "J"
    assert what_to_call({"called": "F*ck", "first_name": "JOHN"}) == "John"


@pytest.mark.parametrize(
    ("facts", "country", "called"),
    [
        ({"name": "John Smith"}, "GB", "John"),
        ({"name": "Smith, John"}, "GB", "John"),
        ({"name": "Dr. Anna Weber"}, "DE", "Anna"),
        ({"name": "Nagy Anna"}, "HU", "Nagy Anna"),
        ({"name": "山田 太郎"}, "", "山田 太郎"),
        ({"name": "Rose Ltd", "company": "Rose Ltd"}, "GB", ""),
        ({"first_name": "Rose", "name": "Rose Garden GmbH"}, "DE", "Rose"),
        ({"first_name": "Acme", "company": "ACME"}, "", ""),
        ({"first_name": "Mickey", "name": "Mickey Mouse"}, "", ""),
        ({"first_name": 7, "name": None}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_full_name_gives_its_first_part(facts, country, called):
    assert what_to_call(facts, country=country) == called


def test_where_there_is_no_name_nothing_stands_there():
    assert with_called({"called": "F*ck", "likes": "tea"}) == {"likes": "tea"}
    assert with_called({"first_name": "ANN"}) == {"first_name": "ANN", "called": "Ann"}


@given(st.text(max_size=60), st.sampled_from(["", "en", "tr", "nl", "vi"]), st.sampled_from(["called", "first_name", "name"]))
def test_whatever_was_typed_what_comes_out_is_a_name_and_stays_one(typed, language, key):
    called = what_to_call({key: typed}, locale=language)
    assert called == "" or not is_no_name(called)
    assert len(called) <= LONGEST + 2
    assert not set(called) & set("\n<>{}@/")
    assert what_to_call({"first_name": called}, locale=language) in {called, ""} or key == "called"


@given(st.from_regex(r"[A-ZÀÉÖ][a-zàéö]{1,8}([ '-][A-Z][a-z]{2,8})?", fullmatch=True))
def test_a_name_with_capitals_of_its_own_is_never_changed(name):
    assert what_to_call({"first_name": name}) in {name, ""}
