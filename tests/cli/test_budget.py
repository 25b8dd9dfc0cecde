import re

from duologue.cli.budget import connections_at_most
from duologue.cli.children import children
from tests.docs.pages import DOCS


def test_each_process_counts_with_the_size_of_its_pool():
    assert connections_at_most(["web"], web=12, work=4) == 12 + 2 * 4
    assert connections_at_most(["web", "worker", "sender"], web=12, work=4) == 12 + 4 * 4
    assert connections_at_most(["worker", "jobs"], web=12, work=4) == 4 * 4 + 2


def test_the_settings_page_gives_the_sum_of_what_is_served_by_default():
    told = re.search(r"\*\*together\*\* \| \| \*\*(\d+)\*\*", (DOCS / "reference" / "settings.md").read_text())
    assert told
    assert int(told[1]) == connections_at_most([child.name for child in children()], web=12, work=4)
