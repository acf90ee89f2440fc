"""The model card as one page that needs nothing else: HTML with its style and its plots inside."""

from collections.abc import Mapping
from html import escape
from typing import Any

from roost.domain.card_sections import Block, Bullets, Figures, Table, sections

SHORT = 24  # characters of a number with its interval: not to be broken

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--rule:#d9dee5;--paper:#fff;--wash:#f4f6f9;--main:#1f5fa8;
--other:#9aa5b3;--bad:#b3261e;--good:#1d7a46}
@media(prefers-color-scheme:dark){:root{--ink:#e4e8ee;--soft:#9aa5b3;--rule:#343c48;--paper:#14181e;--wash:#1d232b;
--main:#6fa8e8;--other:#667282;--bad:#f2867c;--good:#6cc694}}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
main{max-width:820px;margin:0 auto;padding:40px 24px 80px}
h1{font-size:30px;line-height:1.2;margin:0 0 6px}h2{font-size:19px;margin:40px 0 10px;padding-top:14px;
border-top:1px solid var(--rule)}
.about{color:var(--soft);margin:0;overflow-wrap:anywhere}
.short{background:var(--wash);border-left:4px solid var(--main);padding:6px 18px;margin-top:24px;border-radius:4px}
.short h2{border:0;margin:8px 0 0;padding:0}
ul{padding-left:20px}li{margin:5px 0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
th{text-align:left;color:var(--soft);font-weight:600;border-bottom:2px solid var(--rule)}
th,td{padding:5px 10px 5px 0;vertical-align:top}td{border-bottom:1px solid var(--rule);overflow-wrap:break-word}
td.n{white-space:nowrap}
td:first-child{min-width:90px}.pass{color:var(--good);font-weight:600}.fail{color:var(--bad);font-weight:700}
.figures{display:flex;flex-wrap:wrap;gap:20px;margin:14px 0}figure{margin:0;max-width:100%}
figcaption{color:var(--soft);font-size:12.5px;width:0;min-width:100%}svg{max-width:100%;height:auto;display:block}
svg .grid{stroke:var(--rule);stroke-width:1}svg text{font-family:inherit;font-size:11px;fill:var(--soft)}
svg .tick{font-variant-numeric:tabular-nums}
svg polyline{fill:none;stroke-width:2;stroke-linejoin:round}svg .line{stroke:var(--main)}
svg .second{stroke:var(--other);stroke-width:1.3}
svg .reference{stroke:var(--soft);stroke-width:1.2;stroke-dasharray:4 4}
svg .mark{stroke:var(--bad);stroke-width:1.6}svg .whisker{stroke:var(--ink);stroke-width:1.3}
svg polyline.worse{stroke:var(--bad)}svg .dot{fill:var(--main);stroke:none}svg .dot.second{fill:var(--other)}
svg .dot.worse{fill:var(--bad)}svg .bar{fill:var(--main);fill-opacity:.75}svg .bar.second{fill:var(--other);
stroke:none;fill-opacity:.55}
@media print{main{max-width:none;padding:0}h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""


def card_page(manifest: Mapping[str, Any], evidence: Mapping[str, Any], digest: str) -> str:
    """HTML of a package. It loads nothing, runs no script, and the same package gives the same bytes."""
    title = f"Model card: {manifest['model']}"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    about = f'<h1>{escape(title)}</h1><p class="about">{escape(evidence["description"])}</p>'
    package = f'<p class="about">Package <code>{escape(digest)}</code></p>'
    first, *rest = sections(manifest, evidence)
    short = f'<div class="short">{_section(first.title, first.blocks)}</div>'
    body = "".join([about, package, short, *(_section(section.title, section.blocks) for section in rest)])
    page = f"<head>{head}<style>{STYLE}</style></head><body><main>{body}</main></body>"
    return f'<!doctype html><html lang="en">{page}</html>\n'


def _section(title: str, blocks: Any) -> str:
    return f"<section><h2>{escape(title)}</h2>{''.join(map(_block, blocks))}</section>"


def _block(block: Block) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Bullets):
        return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in block.items)}</ul>"
    if isinstance(block, Figures):
        drawn = "".join(f"<figure>{svg}<figcaption>{escape(told)}</figcaption></figure>" for told, svg in block.plots)
        return f'<div class="figures">{drawn}</div>'
    return f"<p>{escape(block)}</p>" if block else ""


def _table(block: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in block.head)
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
    shown = f"<thead><tr>{head}</tr></thead>" if any(block.head) else ""
    return f'<div class="scroll"><table>{shown}<tbody>{rows}</tbody></table></div>'


def _cell(cell: str) -> str:
    style = {"pass": "pass", "FAIL": "fail"}.get(cell, "n" if cell[:1].isdigit() and len(cell) < SHORT else "")
    return f'<td class="{style}">{escape(cell)}</td>' if style else f"<td>{escape(cell)}</td>"
