"""What a rule says of somebody of whom nothing is known, beside the plain evaluator and the compiled statement."""

import json

from hypothesis import given, settings
from segment_reference import Person, holds
from test_agreement import NOW, conds

from duologue.strategize.segments.compile.build import to_sql
from duologue.strategize.segments.rules.read import read_segment
from duologue.strategize.segments.rules.strangers import holds_for_a_stranger
from duologue.strategize.segments.small import Asked, filled, small
from tests.drawn import drawn


@settings(max_examples=drawn(100), deadline=None)
@given(conds)
def test_a_stranger_is_in_where_plain_python_says_so(cond):
    rule = read_segment(json.dumps({"where": cond}))
    small().bring({"people": filled("people", [(1,)])}, NOW)
    found = small().differences([Asked({7: to_sql(rule)}, [1], ())], members=(), now=NOW)
    told = [(one.person, one.member, one.recheck_at) for one in found]
    expected = holds(cond, Person(), NOW)
    assert holds_for_a_stranger(rule.where) is expected
    assert told == ([(1, True, None)] if expected else [])
