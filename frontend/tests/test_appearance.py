"""The number's look, and what screen readers say."""

from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from documents import width_rule
from playwright.sync_api import expect
from servers import Answer
from visitor import SHIFTS, TWO_FRAMES, Visitor

SENTENCE = "<p>COUNTER visits</p>"
MODULE = "/visitor-count.js"


def test_the_number_is_written_as_its_language_has_it(visitor: Visitor) -> None:
    written = {
        "de": "41.233",
        "en-IN": "41,233",
        "fa": "۴۱٬۲۳۳",
        "ar-EG": "٤١٬٢٣٣",
        # The page's, because the nearer ones are empty.
        "": "41\u202f233",
        # The browser's, which is British here.
        "de_DE": "41,233",
        "no language!": "41,233",
    }
    visitor.opens("".join(f'<p lang="{lang}">COUNTER</p>' for lang in written), lang=' lang="fr"')
    visitor.is_told(*["loaded"] * len(written))
    numbers = visitor.page.locator("[part=count]").all_text_contents()
    assert dict(zip(written, numbers, strict=True)) == written


@pytest.mark.parametrize("lang", ["", ' lang=""', ' lang="de_DE"'])
def test_a_page_without_a_language_has_the_browser_s(visitor: Visitor, lang: str) -> None:
    visitor.opens(SENTENCE, lang=lang)
    visitor.reads("41,233 visits")


def test_the_closest_language_counts(visitor: Visitor) -> None:
    visitor.opens('<p lang="de">COUNTER <b lang="fr">COUNTER</b></p>')
    visitor.is_told("loaded", "loaded")
    numbers = visitor.page.locator("[part=count]").all_text_contents()
    assert numbers == ["41.233", "41\u202f233"]


def test_a_shadow_tree_has_the_document_s_language(visitor: Visitor) -> None:
    visitor.opens("<p></p>", lang=' lang="de"')
    visitor.page.evaluate(
        """(url) => {
          const counter = document.createElement("visitor-count");
          counter.setAttribute("src", url);
          document.querySelector("p").attachShadow({ mode: "open" }).append(counter);
        }""",
        visitor.api.url,
    )
    visitor.reads('"41.233"')
    # Its events also leave the shadow tree.
    visitor.is_told("loaded")


def test_the_language_is_looked_for_beyond_each_shadow_root(visitor: Visitor) -> None:
    visitor.opens('<p lang="de"></p>', lang=' lang="fr"')
    visitor.page.evaluate(
        """(url) => {
          const outer = document.querySelector("p").attachShadow({ mode: "open" });
          const host = outer.appendChild(document.createElement("div"));
          const inner = host.attachShadow({ mode: "open" });
          const counter = document.createElement("visitor-count");
          counter.src = url;
          inner.append(counter);
        }""",
        visitor.api.url,
    )
    visitor.reads('"41.233"')
    # Also when it changes, and to one of the document.
    visitor.page.evaluate("document.querySelector('p').lang = 'en'")
    visitor.reads("41,233")
    visitor.page.evaluate("document.querySelector('p').removeAttribute('lang')")
    visitor.reads('"41\\u202f233"')
    assert visitor.settles() == ["GET"]


def test_the_number_follows_a_language_that_changes(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.page.evaluate("document.documentElement.lang = 'de'")
    visitor.reads("41.233 visits")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]


def test_it_keeps_its_style_in_another_document(visitor: Visitor) -> None:
    visitor.opens(f"{SENTENCE}<iframe></iframe>")
    visitor.is_told("loaded")
    visitor.page.evaluate(
        """() => {
          const { body } = document.querySelector("iframe").contentDocument;
          body.append(document.querySelector("visitor-count"));
        }"""
    )
    number = visitor.page.frame_locator("iframe").locator("[part=count]")
    expect(number).to_have_text("41,233")
    expect(number).to_have_css("font-variant-numeric", "tabular-nums")
    assert visitor.settles() == ["GET"]


@pytest.mark.parametrize(
    ("lang", "words", "texts"),
    [
        ("en", 'one="visit" other="visits"', ["0 visits", "1 visit", "2 visits"]),
        ("fr", 'one="visite" other="visites"', ["0 visite", "1 visite", "2 visites"]),
        ("pl", 'one="a" few="b" many="c" other="d"', ["0 c", "1 a", "2 b"]),
        ("de", 'other="Besuche"', ["0 Besuche", "1 Besuche", "2 Besuche"]),
    ],
)
def test_the_word_after_the_number_fits_it_in_each_language(
    visitor: Visitor, lang: str, words: str, texts: list[str]
) -> None:
    for count, text in enumerate(texts):
        visitor.api.will(Answer(body=f'{{"count": {count}}}'))
        visitor.opens("<p>COUNTER</p>", lang=f' lang="{lang}"', attributes=words)
        visitor.reads(text)


def test_a_screen_reader_reads_it_in_its_sentence_and_is_not_interrupted(visitor: Visitor) -> None:
    visitor.opens(f'<a href="#1">one</a> {SENTENCE} <a href="#2">two</a>')
    visitor.is_told("loaded")
    # Neither a role nor a name of its own, and no live region.
    expect(visitor.page.locator("body")).to_match_aria_snapshot("""
      - link "one"
      - paragraph: 41,233 visits
      - link "two"
    """)
    assert visitor.page.locator("[aria-live], [role], output").count() == 0


@pytest.mark.chromium
def test_a_page_can_have_it_announced_once_it_is_there(visitor: Visitor) -> None:
    session: Any = visitor.page.context.new_cdp_session(visitor.page)

    def is_busy() -> bool:
        nodes: Any = session.send("Accessibility.getFullAXTree")["nodes"]
        (status,) = (node for node in nodes if node["role"]["value"] == "status")
        return any(each["name"] == "busy" for each in status["properties"])

    answered = Event()
    visitor.api.will(Answer(body='{"count": 7}', after=answered))
    visitor.opens(f'<p><visitor-count role="status" src="{visitor.api.url}"></visitor-count></p>')
    visitor.api.wait_for("/visitorcount")
    assert is_busy()
    answered.set()
    visitor.is_told("loaded")
    assert not is_busy()


def test_the_keyboard_passes_it_by(visitor: Visitor) -> None:
    visitor.opens(f'<a href="#1">one</a> {SENTENCE} <a href="#2">two</a>')
    visitor.is_told("loaded")
    for link in ("one", "two"):
        visitor.page.keyboard.press("Tab")
        expect(visitor.page.get_by_role("link", name=link)).to_be_focused()


PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("count", "style", "shifts"),
    [
        (3, width_rule(), False),
        (99_999, width_rule(), False),
        (9_007_199_254, width_rule().replace("6ch", "13ch"), False),
        # Otherwise this test could not fail.
        (9_007_199_254, width_rule(), True),
        (99_999, "", True),
    ],
)
def test_nothing_moves_if_there_is_enough_width(
    visitor: Visitor, count: int, style: str, *, shifts: bool
) -> None:
    page, site, api = visitor.page, visitor.site, visitor.api
    page.add_init_script(SHIFTS)
    module, answer = Event(), Event()
    site.files[MODULE] = replace(site.files[MODULE], after=module)
    site.put("/style.css", f"p {{ font: 1.25rem serif; }} {style}")
    api.will(Answer(body=f'{{"count": {count}}}', after=answer))
    site.put_page(
        '<link rel="stylesheet" href="/style.css"><p>You are visitor number '
        f'<visitor-count src="{api.url}">…</visitor-count>, and there is more text.</p>'
    )
    page.goto(f"{site.origin}/index.html", wait_until="commit")
    # A frame without the module, and one without the number.
    visitor.waits_until(PAINTED)
    module.set()
    api.wait_for("/visitorcount")
    page.evaluate(TWO_FRAMES)
    answer.set()
    visitor.is_told("loaded")
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("shifts > 0") is shifts


@pytest.mark.parametrize("count", [0, 1, 41_233, 9_007_199_254_740_991])
def test_there_is_no_hole_beside_a_number(visitor: Visitor, count: int) -> None:
    visitor.api.will(Answer(body=f'{{"count": {count}}}'))
    visitor.opens(f"<p>Visits:COUNTER<b>.</b></p><p>Visits:<i>{count:,}</i><b>.</b></p>")
    visitor.site.put("/style.css", "i { font-variant-numeric: tabular-nums }")
    visitor.is_told("loaded")
    counted, written = (visitor.page.locator("b").nth(place).bounding_box() for place in (0, 1))
    assert counted is not None
    assert written is not None
    assert abs(counted["x"] - written["x"]) < 1


def test_the_width_in_the_docs_is_that_of_five_digits(visitor: Visitor) -> None:
    visitor.site.put("/style.css", width_rule())
    visitor.api.will(Answer(body='{"count": 99999}'))
    visitor.opens(f'<link rel="stylesheet" href="/style.css">{SENTENCE}')
    visitor.is_told("loaded")
    element = visitor.page.locator("visitor-count").bounding_box()
    number = visitor.page.locator("[part=count]").bounding_box()
    assert element is not None
    assert number is not None
    # Less than half a digit on each side.
    assert 0 <= element["width"] - number["width"] < number["width"] / 5


def test_the_number_s_width_does_not_depend_on_its_digits(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    expect(visitor.page.locator("[part=count]")).to_have_css("font-variant-numeric", "tabular-nums")


def test_a_site_can_style_the_number_and_each_state(visitor: Visitor) -> None:
    visitor.site.put(
        "/style.css",
        """
        visitor-count { text-align: start; }
        visitor-count::part(count) { color: rgb(1, 2, 3); }
        visitor-count:state(loaded) { font-style: italic; }
        p:has(visitor-count:state(error)) { display: none; }
        """,
    )
    visitor.opens(
        f'<link rel="stylesheet" href="/style.css">{SENTENCE}'
        "<p id=broken><visitor-count></visitor-count></p>"
    )
    counter = visitor.page.locator("p:not(#broken) visitor-count")
    expect(counter.locator("[part=count]")).to_have_css("color", "rgb(1, 2, 3)")
    expect(counter).to_have_css("font-style", "italic")
    expect(counter).to_have_css("text-align", "start")
    expect(visitor.page.locator("#broken")).to_be_hidden()


def test_a_hidden_element_is_hidden(visitor: Visitor) -> None:
    visitor.opens(SENTENCE.replace("COUNTER", "<visitor-count hidden>many</visitor-count>"))
    expect(visitor.page.locator("visitor-count")).to_be_hidden()


def test_it_works_under_a_strict_policy_that_refuses_other_scripts(visitor: Visitor) -> None:
    # All tests' pages have this policy, and may never violate it.
    visitor.opens(f"{SENTENCE}<script>window.inline = true</script>")
    visitor.reads("41,233 visits")
    assert visitor.page.evaluate("[window.inline, violations]") == [None, ["script-src-elem"]]
    visitor.page.evaluate("violations = []")
