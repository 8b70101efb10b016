"""`page` counts a page, and each new value is a view."""

import pytest
from documents import example
from playwright.sync_api import expect
from servers import Answer
from visitor import Visitor

SENTENCE = "<p>COUNTER visits</p>"
SET_PAGE = "(page) => (document.querySelector('visitor-count').page = page)"


def test_it_counts_the_page_and_shows_its_number(visitor: Visitor) -> None:
    visitor.api.pages["/blog/ä&b"] = 6
    visitor.opens(SENTENCE, attributes='page="/blog/ä&amp;b"')
    visitor.reads("7 visits")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]
    assert visitor.api.count == 41233


def test_an_empty_page_is_the_path_of_the_location(visitor: Visitor) -> None:
    visitor.site.put_page(
        f'<p><visitor-count src="{visitor.api.url}" page></visitor-count></p>', "/ä b.html"
    )
    visitor.site.files["/%C3%A4%20b.html"] = visitor.site.files["/ä b.html"]
    visitor.goes_to("/ä b.html?q#h")
    visitor.is_told("loaded")
    assert [request.page for request in visitor.api.requests] == ["/%C3%A4%20b.html"]


def test_a_new_page_is_a_new_view_also_on_the_way_back(visitor: Visitor) -> None:
    visitor.opens(SENTENCE, attributes='page="/a"')
    visitor.reads("1 visits")
    visitor.page.evaluate(SET_PAGE, "/b")
    visitor.is_told("loaded", "loaded")
    visitor.page.evaluate(SET_PAGE, "/a")
    visitor.reads("2 visits")
    visitor.settles()
    assert [request.page for request in visitor.api.requests][:3] == ["/a", "/b", "/a"]
    assert len(set(visitor.api.views)) == 3
    assert visitor.api.count == 41235


def test_the_same_page_is_the_same_view(visitor: Visitor) -> None:
    visitor.opens(SENTENCE, attributes='page="/a"')
    visitor.reads("1 visits")
    visitor.page.evaluate(SET_PAGE, "/a")
    visitor.page.evaluate(
        "document.body.append(document.querySelector('visitor-count').cloneNode(true))"
    )
    visitor.is_told("loaded", "loaded")
    assert visitor.settles() == ["GET"]


@pytest.mark.parametrize("pages", [("", 'page="/a"'), ('page="/a"', "")], ids=["first", "last"])
def test_an_element_without_a_page_is_part_of_the_same_view(
    visitor: Visitor, pages: tuple[str, str]
) -> None:
    counters = [f'<visitor-count src="{visitor.api.url}" {page}></visitor-count>' for page in pages]
    visitor.opens(f"<p>{' of '.join(counters)}</p>")
    visitor.is_told("loaded", "loaded")
    visitor.settles()
    assert len(visitor.api.views) == 2
    assert len(set(visitor.api.views)) == 1
    assert (visitor.api.count, visitor.api.pages["/a"]) == (41233, 1)


def test_an_element_that_is_only_moved_is_no_new_view(visitor: Visitor) -> None:
    visitor.opens("<p>COUNTER</p><p>COUNTER</p>", attributes='page="/a"')
    visitor.is_told("loaded", "loaded")
    visitor.page.evaluate(SET_PAGE, "/b")
    visitor.is_told("loaded", "loaded", "loaded")
    visitor.page.evaluate("document.body.append(document.querySelectorAll('visitor-count')[1])")
    assert visitor.settles() == ["GET", "GET"]


def test_attributes_that_change_together_are_one_change(visitor: Visitor) -> None:
    visitor.opens(SENTENCE, attributes='page="/a"')
    visitor.is_told("loaded")
    visitor.page.evaluate(
        """(url) => {
          const counter = document.querySelector("visitor-count");
          counter.src = url + "?other";
          counter.page = "/b";
          counter.display = true;
        }""",
        visitor.api.url,
    )
    visitor.is_told("loaded", "loaded")
    assert visitor.settles() == ["GET"]
    assert visitor.api.reads == ["/b"]


def test_a_counter_without_pages_shows_the_number_of_the_site(visitor: Visitor) -> None:
    visitor.api.will(Answer(body='{"count": 42, "counted": true}'))
    visitor.opens(SENTENCE, attributes='page="/a"')
    visitor.reads("42 visits")


def test_a_page_whose_number_is_unknown_leaves_the_fallback(visitor: Visitor) -> None:
    answer = {"count": 42, "counted": True, "page": None}
    visitor.api.will(Answer(body='{"count": 42, "counted": true, "page": null}'))
    visitor.opens(SENTENCE, attributes='page="/a"')
    assert visitor.is_told("error") == [{"status": 200, "problem": answer}]
    visitor.reads("many visits")


def test_the_history_example_counts_each_page(visitor: Visitor) -> None:
    visitor.site.put("/history.js", example("js", "const counter"))
    script = '<script type="module" src="/history.js"></script>'
    links = '<a href="/b.html">b</a>'
    visitor.opens(f"<p>COUNTER visits</p>{links}{script}", attributes="page")
    visitor.reads("1 visits")
    visitor.page.get_by_role("link", name="b").click()
    expect(visitor.page).to_have_url(f"{visitor.site.origin}/b.html")
    visitor.is_told("loaded", "loaded")
    visitor.page.go_back()
    visitor.reads("2 visits")
    visitor.settles()
    pages = [request.page for request in visitor.api.requests if request.page]
    assert pages == ["/index.html", "/b.html", "/index.html"]
