from pathlib import Path

import pytest

from duologue.kit.yaml import Mistakes
from duologue.strategize.dialogues.rules.naming import misfits, named
from duologue.strategize.dialogues.rules.plan import from_json, to_json
from duologue.strategize.dialogues.rules.read import read_dialogue
from duologue.strategize.dialogues.rules.reads import reads

REAL = sorted((Path(__file__).parents[2] / "data" / "dialogues").glob("*.yaml"))
EXAMPLE = Path(__file__).parents[3] / "examples" / "online-retail" / "plan" / "dialogues" / "win-back.yaml"

SMALL = """\
dialogue: small
purpose: promotions
audience: everyone
turns:
  hello:
    say: hello
    listen:
      - {clicked: any, then: more}
      - {silence: 3d, then: end}
  more: {say: more, then: end}
"""


def mistakes_in(text):
    with pytest.raises(Mistakes) as found:
        read_dialogue(text, "d.yaml")
    return [(mistake.line, mistake.sentence) for mistake in found.value.mistakes]


def changed(old, new):
    assert old in SMALL
    return SMALL.replace(old, new)


def test_there_are_eight_real_dialogues():
    assert len(REAL) == 8


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_the_real_dialogues_are_read_whole(path):
    plan = read_dialogue(path.read_text(), path.name)
    assert from_json(to_json(plan)) == plan


def test_an_event_registration_is_read_whole():
    plan = read_dialogue((REAL[0].parent / "tasting.yaml").read_text())
    assert (plan.kind, plan.per, plan.again, plan.start) == ("service", "start.occasion", "always", "confirm")
    assert plan.turns["eve"].wait.late == "after"
    assert plan.turns["share"].kind == "promotion"
    assert reads(plan).events == {"Attended"}
    assert misfits(plan, {"bookings": "contract", "promotions": "consent"}) == []
    assert misfits(plan, {"bookings": "consent", "promotions": "consent"})[0][0] == ("kind",)


def test_the_win_back_is_read_whole():
    plan = read_dialogue(EXAMPLE.read_text(), "win-back.yaml")
    assert from_json(to_json(plan)) == plan
    assert (plan.holdout, plan.again, plan.spend.minor, plan.spend.currency) == (0.1, "180d", 300000, "GBP")
    assert plan.turns["invite"].by == ("email", "sms")
    assert plan.turns["why"].listen[0].what == {"reason": "moved"}
    assert plan.turns["gift"].listen[1].written == "silence: {until: perk.ten-percent.expires_at, before: 3d, at: 10:00}"
    names = named(plan)
    assert names.messages == {"we-miss-you", "your-code", "code-ends-soon"}
    assert (names.surveys, names.offers, names.teams) == ({"why-quiet"}, {"ten-percent"}, {"care"})
    assert names.segments == {"lapsed-good-customers"}


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        (changed("audience", "audiense"), 3, "A dialogue knows no 'audiense'; did you mean 'audience'?."),
        (changed("    say: hello\n", "    say: hello\n    windwo: always\n"), 7, "did you mean 'window'?"),
        (changed("clicked: any", "cliked: any"), 8, "No response and no part of a line is called 'cliked'; did you mean 'clicked'?"),
        (changed("  more: {", "  hello: {"), 10, "The key 'hello' is given twice"),
        (changed("      - {silence: 3d, then: end}\n", ""), 7, "listens but hears no silence"),
        (changed("silence: 3d, then: end", "silence: 3d, then: end, at_most: 1"), 7, "may wait for ever"),
        (changed("then: more", "then: end"), 10, "The turn 'more' is never reached"),
        (changed("then: more", "then: mor"), 8, "There is no turn 'mor'; did you mean 'more'?"),
        (changed("{say: more, then: end}", "{say: more}"), 10, "is a dead end"),
        (changed("{say: more, then: end}", "{say: more, then: hello}"), 5, "can come round again without limit"),
        (changed("silence: 3d, then: end", "silence: 3d, then: repeat"), 5, "can come round again without limit"),
        (changed("silence: 3d", "silence: 3 days"), 9, "'3 days' is no duration"),
        (changed("silence: 3d", "silence: {until: perk.gift.expires_at}"), 9, "no turn gives 'gift'"),
        (changed("silence: 3d", "silence: {until: persn.birthday}"), 9, "did you mean 'person'?"),
        (changed("clicked: any", "replied: perhaps"), 8, "There is no intent 'perhaps'"),
        (changed("clicked: any", "clicked: any, replied: yes"), 8, "hears one response, this one hears clicked and replied"),
        (changed("    say: hello", "    say: hello\n    by: [emial]"), 7, "did you mean 'email'?"),
        (changed("    say: hello", '    say: hello\n    window: "9-20"'), 7, "is no window"),
        (changed("    say: hello", "    say: hello\n    only_if: {country: GB}"), 7, "'country' is no path"),
        (changed("    say: hello", "    say: hello\n    only_if: {person.age: {ovr: 3}}"), 7, "did you mean 'over'?"),
        (changed("    say: hello", "    say: hello\n    otherwise: more"), 7, "`otherwise` needs an `only_if`"),
        (changed("    say: hello", "    ask: hello\n    wait: 3d"), 5, "a turn does one thing"),
        (changed("    say: hello", "    note: nothing"), 5, "does nothing"),
        (changed("{say: more, then: end}", "{branch: [{when: {person.vip: true}, then: end}]}"), 10, "needs {otherwise: T}"),
        (changed("{say: more, then: end}", "{hand_over: care}"), 10, "is a dead end"),
        (changed("{say: more, then: end}", "{wait: 3d}"), 10, "is a dead end"),
        (changed("purpose: promotions\n", ""), 1, "needs a `purpose`"),
        (changed("audience: everyone\n", ""), 1, "needs an `audience`, or something that `starts` it"),
        (changed("audience: everyone", "audience: everyone\nholdout: 120%"), 4, "`holdout` is a share below 100%"),
        (changed("audience: everyone", "audience: everyone\nagain: after a while"), 4, "is no duration"),
        (changed("audience: everyone", "audience: everyone\nspend: much"), 4, "is not an amount of money"),
        (changed("audience: everyone", "audience: everyone\ngoal: {evnt: Order}"), 4, "A goal names an event"),
        (changed("audience: everyone", "audience: everyone\nanytime: [{silence: 3d, then: end}]"), 4, "`anytime` hears no silence"),
        (changed("dialogue: small", "dialogue: Small One"), 1, "needs a name of lower-case letters"),
        ("- a\n- b\n", 1, "A dialogue is a map"),
        ("dialogue: [", 1, "This is no valid YAML"),
        ("", 1, "A dialogue is a map"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_a_sentence(text, line, sentence):
    found = mistakes_in(text)
    assert any(at == line and sentence.rstrip(".") in said for at, said in found), found


def test_all_mistakes_are_told_at_once():
    assert len(mistakes_in(SMALL.replace("promotions", "Promo Tions").replace("3d", "3x").replace("clicked", "clicket"))) == 3


def test_a_loop_with_a_limit_is_taken():
    text = changed("silence: 3d, then: end}", "silence: 2d, then: repeat, at_most: 2}\n      - {silence: 3d, then: end}")
    assert read_dialogue(text).turns["hello"].listen[1].at_most == 2


def test_a_loop_through_anytime_needs_a_limit():
    text = changed("turns:", "anytime: [{replied: question, then: more}]\nturns:").replace(
        "more, then: end}", "more, listen: [{silence: 1d, then: end}]}"
    )
    assert any("without limit" in said for _, said in mistakes_in(text))
    limited = text.replace("replied: question, ", "replied: question, at_most: 3, ")
    assert read_dialogue(limited).anytime[0].at_most == 3


def test_turns_that_go_round_without_waiting_are_refused():
    text = changed("{say: more, then: end}", "{learn: {a: 1}, then: again}\n  again: {learn: {b: 1}, then: more}")
    assert any("goes round without ever waiting" in said for _, said in mistakes_in(text))


def test_words_that_yaml_is_known_to_misread_stay_words():
    text = changed("{clicked: any, then: more}", "{replied: no, then: more}\n      - {silence: {for: 1d, at: 19:00, on: Mo-Fr}, then: end}")
    plan = read_dialogue(text)
    assert plan.turns["hello"].listen[0].what == "no"
    assert (plan.turns["hello"].listen[1].moment.at, plan.turns["hello"].listen[1].moment.on) == ("19:00", "Mo-Fr")
