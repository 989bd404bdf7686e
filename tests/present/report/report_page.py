"""The laws of a report's page of HTML, whatever report it is of (R-52, R-53)."""

from __future__ import annotations

from typing import Any

from lxml import html


def parse_page(text: str) -> Any:
    """Return the tree of a page after it was found to keep the laws."""
    root = html.document_fromstring(text)
    _check_links(root)
    _check_charts(root)
    _check_tables(root)
    return root


def _check_links(root: Any) -> None:
    """A page asks for nothing: its links lead into itself, its one script is data, and its style names no address."""
    ids = root.xpath("//@id")
    links = [value for name in ("href", "src", "action", "srcset") for value in root.xpath(f"//@{name}")]
    assert len(ids) == len(set(ids))
    assert all(link.startswith("#") for link in links)
    assert {link.removeprefix("#") for link in links} <= set(ids)
    assert {one for value in root.xpath("//@aria-labelledby") for one in value.split()} <= set(ids)
    assert [element.get("type") for element in root.xpath("//script")] == ["application/json"]
    assert [word for word in ("url(", "@import", "@font-face") if word in root.xpath("string(//style)")] == []
    assert root.xpath("//link | //img | //iframe | //object | //@*[starts-with(name(), 'on')]") == []
    assert root.get("lang") == "en-GB"
    assert [len(root.xpath(f"//{name}")) for name in ("h1", "header", "nav", "main", "footer")] == [1] * 5


def _check_charts(root: Any) -> None:
    for chart in root.xpath("//*[local-name()='svg']"):
        assert chart.get("role") == "img"
        assert [child.tag for child in chart[:2]] == ["title", "desc"]
        assert all(child.text for child in chart[:2])
        # Of the figure, the pair that it is in has the table
        assert chart.getparent().tag == "figure"
        assert len(chart.getparent().getparent().xpath(".//table[tbody/tr]")) == 1


def _check_tables(root: Any) -> None:
    for table in root.xpath("//table"):
        assert len(table.xpath("caption")) == 1
        assert table.xpath("string(caption)").strip()
        assert {head.get("scope") for head in table.xpath("thead//th")} == {"col"}
        assert {head.get("scope") for head in table.xpath("tbody//th | tfoot//th")} <= {"row"}
        widths = {len(row) for row in table.xpath(".//tr")}
        assert len(widths) == 1
        if widths.pop() > 5:
            assert table.getparent().get("tabindex") == "0"
