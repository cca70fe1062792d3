"""Draws the medians, with least and most, as an SVG: one panel an action, one bar a tool and group."""
from statistics import median
from xml.sax.saxutils import escape

from tools import ACTION_WORDS, ACTIONS

COLOURS = ["#8a8f98", "#d9480f", "#1971c2", "#2b8a3e", "#9c36b5"]
WIDTH, LABEL, BAR, GAP, HEAD = 860, 230, 9, 8, 46


def draw(results):
    parts, y = [], 40
    for index, tool in enumerate(results.tools):
        x = 16 + index * 165
        parts.append(f'<rect x="{x}" y="12" width="11" height="11" fill="{COLOURS[index % len(COLOURS)]}"/>')
        parts.append(f'<text x="{x + 16}" y="22">{escape(tool.words)}</text>')
    for action in ACTIONS:
        rows = [(g, [list(results.seconds(g.name, t.key, action).values()) for t in results.tools]) for g in results.groups]
        longest = max((max(values) for _, cells in rows for values in cells if values), default=0)
        if not longest:
            continue
        scale = (WIDTH - LABEL - 90) / longest
        parts.append(f'<text x="16" y="{y + 20}" font-weight="bold">{escape(ACTION_WORDS[action])}, seconds (shorter is better)</text>')
        y += HEAD - 14
        for group, cells in rows:
            parts.append(f'<text x="{LABEL - 8}" y="{y + len(cells) * BAR / 2 + 4}" text-anchor="end">{escape(group.words.split(",")[0])}</text>')
            for index, values in enumerate(cells):
                if values:
                    middle, top = median(values), y + index * BAR
                    colour = COLOURS[index % len(COLOURS)]
                    parts.append(f'<rect x="{LABEL}" y="{top}" width="{max(middle * scale, 1):.1f}" height="{BAR - 2}" fill="{colour}"/>')
                    least, most = LABEL + min(values) * scale, LABEL + max(values) * scale
                    line = top + (BAR - 2) / 2
                    parts.append(f'<path d="M{least:.1f} {line}H{most:.1f}" stroke="#111" stroke-width="1"/>')
                    parts.append(f'<text x="{most + 5:.1f}" y="{top + BAR - 1}" font-size="9">{middle:.2f}</text>')
            y += len(cells) * BAR + GAP
        y += 10
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n' + "\n".join(parts) + "\n</svg>\n")
