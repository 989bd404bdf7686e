"""The style of a page: both themes by variables, tiles in six, three or two columns, and A4 on paper (R-52, R-54)."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT = {
    "ground": "#fff", "text": "#1a1d21", "faint": "#59606a", "line": "#d5d9de", "panel": "#f4f6f8", "track": "#dfe4ea",
    "first": "#1f6fb2", "second": "#c2690c", "level": "#7a8794", "mark": "#1a1d21",
}  # fmt: skip
"""Colours by day and on paper; drawings have them as attributes too, for readers that know no style."""
_DARK = {
    "ground": "#15181c", "text": "#e6e9ed", "faint": "#a3abb5", "line": "#3a414a", "panel": "#1e2329",
    "track": "#2f363e", "first": "#5aa9e6", "second": "#e79a4c", "level": "#8995a1", "mark": "#e6e9ed",
}  # fmt: skip
_PAPER = LIGHT | {"text": "#000", "faint": "#333"}


def _declare(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in colours.items())


STYLE = f"""
:root{{color-scheme:light dark;{_declare(LIGHT)}}}
@media screen and (prefers-color-scheme:dark){{:root{{{_declare(_DARK)}}}}}
*{{box-sizing:border-box}}
body{{margin:0 auto;max-width:68rem;padding:1.5rem 1rem 3rem;background:var(--ground);color:var(--text);
font:1rem/1.5 system-ui,sans-serif}}
h1{{margin:0;font-size:1.6rem;line-height:1.25}}
h2{{margin:2.5rem 0 .5rem;font-size:1.2rem;line-height:1.3}}
p{{margin:.25rem 0;max-width:60rem}}
a{{color:var(--first)}}
header p,nav,caption,.note,footer{{color:var(--faint)}}
h1,h2,p,dd{{overflow-wrap:anywhere}}
nav ul{{display:flex;flex-wrap:wrap;gap:.15rem 1rem;margin:1rem 0 0;padding:0;list-style:none}}
.tiles{{display:grid;grid-template-columns:repeat(6,1fr);gap:.6rem;margin:1.5rem 0 0}}
.tiles div{{padding:.6rem .75rem;border:1px solid var(--line);border-radius:.3rem;background:var(--panel)}}
.tiles dd{{margin:0}}
.tiles dt,.tiles .change{{color:var(--faint);font-size:.85rem}}
.tiles .figure{{font-size:1.45rem;font-variant-numeric:tabular-nums;line-height:1.3}}
.chart{{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:1.25rem;align-items:start}}
@media screen and (max-width:56rem){{.chart{{grid-template-columns:minmax(0,1fr)}}
.tiles{{grid-template-columns:repeat(3,1fr)}}}}
figure{{margin:0 0 .75rem;max-width:34rem}}
svg{{display:block;width:100%;height:auto;font:13px system-ui,sans-serif;fill:var(--text)}}
svg .tick,svg .legend{{fill:var(--faint);font-size:12px}}
svg .value,svg .tick{{font-variant-numeric:tabular-nums}}
.grid{{stroke:var(--line)}}
.mark{{stroke:var(--mark);stroke-dasharray:4 3;stroke-width:2}}
.track{{fill:var(--track)}}
.bar,.series-0-0{{fill:var(--first)}}
.series-0-1{{fill:var(--second)}}
.series-0-2,.series-1-0,.series-1-1{{fill:var(--level)}}
.region{{overflow:auto;max-height:30rem}}
.region:focus-visible{{outline:2px solid var(--first);outline-offset:2px}}
table{{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}}
caption{{padding:0 0 .4rem;text-align:left;font-size:.85rem}}
th,td{{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}}
thead th,tfoot th,tfoot td{{font-weight:600}}
tfoot th,tfoot td{{border-top:2px solid var(--line);border-bottom:0}}
th[scope=row]{{min-width:7rem;overflow-wrap:anywhere}}
.number{{text-align:right}}
@media screen and (max-width:30rem){{.tiles{{grid-template-columns:repeat(2,1fr)}}
table{{font-size:.8rem}}
th,td{{padding:.25rem .2rem}}
th[scope=row]{{min-width:4.5rem}}}}
td.number{{white-space:nowrap}}
.unseen{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}}
.made{{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1rem;margin:.5rem 0}}
.made dd{{margin:0}}
@page{{size:A4;margin:14mm}}
@media print{{:root{{color-scheme:light;{_declare(_PAPER)}}}
:root{{font-size:9.5pt}}
body{{max-width:none;padding:0}}
nav{{display:none}}
h1{{font-size:16pt}}
h2{{margin-top:11pt;font-size:12pt;break-after:avoid}}
.tiles{{grid-template-columns:repeat(3,1fr);margin-top:.75rem}}
.tiles div{{padding:.3rem .6rem}}
.chart{{display:flow-root}}
.chart>figure{{float:left;width:41%}}
.chart>div{{margin-left:44%}}
th,td{{padding:.1rem .4rem}}
th[scope=row]{{min-width:5.5rem}}
.long th,.long td{{padding-block:0;line-height:1.3}}
.region{{max-height:none;overflow:visible}}
figure,.tiles div,tr,.short,#made{{break-inside:avoid}}
thead{{display:table-header-group}}
tfoot{{display:table-row-group}}
svg *{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}}}
""".replace("\n", "")
