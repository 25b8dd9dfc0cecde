from __future__ import annotations

from duologue.measure.reports.messages import of_message
from duologue.platform.workspaces.queries import now
from tests.web import seed


def test_a_message_is_shown_as_sent_with_the_share_of_clicks_on_each_link(workspace, owner):
    seed.fill(workspace, now(workspace), people=6)
    where = f"/{workspace.name}/measure/messages/we-miss-you"
    page = owner.get(f"{where}?within=win-back").content.decode()
    assert "people.example" in page
    frame = owner.get(f"{where}/map?within=win-back").content.decode()
    assert "content:'100 %'" in frame
    assert "Show me the two" in frame
    found = owner.get(f"{where}.json").json()
    assert found == of_message(workspace, "we-miss-you")
    assert found["links"]["1"]["1"]["clicks"] == 3
    assert "links,1.1.clicks,3" in owner.get(f"{where}.csv").content.decode()
    assert owner.get(f"/{workspace.name}/measure/messages/unheard-of").status_code == 404
