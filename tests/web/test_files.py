"""The pages' own files, and what is shown where nothing is."""

from __future__ import annotations

import pytest
from django.contrib.staticfiles import finders
from django.test import Client


def test_files_come_whole_and_are_not_sent_twice():
    browser = Client()
    answer = browser.get("/static/public/public.css")
    assert (answer.status_code, answer.streaming, answer["content-type"].partition(";")[0]) == (200, False, "text/css")
    assert answer.content.startswith(b"/*")
    again = browser.get("/static/public/public.css", headers={"if-modified-since": answer["last-modified"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_the_build_compressed_travels_so():
    if finders.find("look.css.br") is None:
        pytest.skip("the pages' files are not built here")
    answer = Client().get("/static/look.css", headers={"accept-encoding": "gzip, br"})
    assert answer["content-encoding"] == "br"
    assert len(answer.content) < 100_000


@pytest.mark.django_db
def test_a_missing_page_says_so_and_leads_home(workspace, owner):
    answer = owner.get(f"/{workspace.name}/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.content.decode()
    assert 'href="/"' in answer.content.decode()
