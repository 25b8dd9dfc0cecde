"""What a person wrote: their words, without what they quote and without their signature.

Line by line, so that no mail, however made, can make it slow.
"""
# ruff: noqa: E501  lists of patterns, each kept together

from __future__ import annotations

import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig
from selectolax.lexbor import LexborHTMLParser

_PLAIN = ParserConfig(css=CSS_PROFILES["strict"])

QUOTES_IN_HTML = (
    "blockquote, .gmail_quote, .gmail_quote_container, .gmail_attr, .yahoo_quoted, .moz-cite-prefix, .protonmail_quote, "
    ".tutanota_quote, .gmail_signature, .moz-signature, .moz-forward-container, [data-smartmail=gmail_signature], "
    "#Signature, #signature, #ms-outlook-mobile-signature, .zmail_extra, .OutlookMessageHeader, script, style, head, title"
)
BEGIN_OF_QUOTE_IN_HTML = "#divRplyFwdMsg, #appendonsend, #mail-editor-reference-message-container, #isForwardContent, hr#stopSpelling"

WROTE = re.compile(
    r"^\W{0,4}(?:on|am|le|el|il|op|w dniu|dnia|den|em|il giorno)\b.{5,200}"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|napisał(?:\(a\))?|skrev|escreveu)\b.{0,80}:\s*$",
    re.IGNORECASE,
)
WROTE_SHORT = re.compile(
    r"^.{0,120}<?[\w.+-]{1,64}@[\w.-]{1,120}>?.{0,40}\b(?:wrote|schrieb|writes|schreef|a écrit)\b.{0,60}:\s*$", re.IGNORECASE
)
SEPARATOR = re.compile(
    r"^\W{0,3}(?:-{2,}|_{2,})\s*(?:original message|original-nachricht|originalnachricht|ursprüngliche nachricht|urspr\. nachricht|"
    r"forwarded message|weitergeleitete nachricht|reply message|message d'origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|original appointment)\b",
    re.IGNORECASE,
)
SENDER_LINE = re.compile(r"^[>*\s]{0,4}(?:from|von|de|da|van|от)\s?:\*?\s*\S", re.IGNORECASE)
OTHER_HEADER_LINE = re.compile(
    r"^[>*\s]{0,4}(?:sent|date|to|subject|cc|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|inviato|verzonden|aan|"
    r"onderwerp)\s?:",
    re.IGNORECASE,
)
RULE = re.compile(r"^\s*[_-]{20,}\s*$")
SENT_FROM = re.compile(
    r"^\W{0,3}(?:sent (?:from|via|with) (?:my|outlook|yahoo|mail|the|proton|samsung|gmail|a )\b|get outlook for|von mein\w* \w+ gesendet|"
    r"gesendet (?:von|mit|über|via)\b|diese nachricht wurde von meinem|envoyé (?:de|depuis) mon|enviado desde mi|inviato da|"
    r"verstuurd vanaf)",
    re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"^\W{0,2}(?:(?:kind|best|warm|kindest|warmest|many) (?:regards|wishes)|best|regards|cheers|sincerely|yours(?: \w+)?|all the best|"
    r"with (?:kind|best) regards|mit (?:freundlich\w*|lieb\w*|best\w*|herzlich\w*|sonnig\w*) (?:gr(?:ü|ue)(?:ß|ss)\w*|empfehlungen)|"
    r"(?:viele|liebe|beste|herzliche|freundliche|schöne|sonnige|lg|vg) ?(?:gr(?:ü|ue)(?:ß|ss)\w*)?|gr(?:ü|ue)(?:ß|ss)e?|lg|vg|mfg|hochachtungsvoll|"
    r"cordialement|saludos|cordiali saluti|met vriendelijke groet(?:en)?)\b[^.?!]{0,40}[,.!]?\s*$",
    re.IGNORECASE,
)
MOST_SIGNATURE_LINES = 12
MOST_SIGNATURES = 4
MOST_LINES = 2000
MOST_LINE = 2000  # characters of a line that are looked at


def visible_text(plain: str, html: str) -> str:
    """Return what the person wrote. The plain part is taken where it says something, else the HTML part."""
    if plain.strip() and not _is_placeholder(plain):
        return own_words(plain)
    return own_words(text_of_html(html)) if html.strip() else ""


def text_of_html(html: str) -> str:
    """Return the text of an HTML body without the parts in which mail programs put quotes and signatures."""
    tree = LexborHTMLParser(html)
    for node in tree.css(BEGIN_OF_QUOTE_IN_HTML):
        while node.next is not None:
            node.next.decompose()
        node.decompose()
    for node in tree.css(QUOTES_IN_HTML):
        node.decompose()
    body = tree.body
    return get_text(body.html or "", _PLAIN).replace("\xa0", " ") if body is not None and body.html else ""


def own_words(text: str) -> str:
    """Return a plain text without quotes and signature."""
    cleaned = text.replace("\xa0", " ").replace("\u200b", "").replace("\ufeff", "")
    lines = [line[:MOST_LINE].rstrip() for line in cleaned.split("\n", MOST_LINES)[:MOST_LINES]]
    lines = _without_quoted_lines(_before_original(lines))
    lines = _without_signature(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _is_placeholder(plain: str) -> bool:
    return len(plain) < 200 and bool(
        re.search(r"html[- ](?:e-?mail|format|capable|version)|view this (?:e-?mail|message)", plain, re.IGNORECASE)
    )


def _before_original(lines: list[str]) -> list[str]:
    """Cut where an original follows that is not marked line by line, as Outlook and phones write it."""
    for at, line in enumerate(lines):
        if SEPARATOR.match(line) or _begins_header_block(lines, at):
            kept = lines[:at]
            while kept and (not kept[-1].strip() or RULE.match(kept[-1])):
                kept.pop()
            return kept
        if _intro_at(lines, at) and not _quoted_after(lines, at):
            return lines[:at]
    return lines


def _begins_header_block(lines: list[str], at: int) -> bool:
    if not SENDER_LINE.match(lines[at]):
        return False
    return sum(bool(OTHER_HEADER_LINE.match(line)) for line in lines[at + 1 : at + 8]) >= 2


def _intro_at(lines: list[str], at: int) -> int:
    """Return over how many lines an 'On … wrote:' stretches that begins here; 0 where none does."""
    for length in (1, 2, 3):
        joined = " ".join(line.strip(" >") for line in lines[at : at + length])
        if len(joined) < 400 and (WROTE.match(joined) or (length == 1 and WROTE_SHORT.match(joined))):
            return length
    return 0


def _quoted_after(lines: list[str], at: int) -> bool:
    first = next((line for line in lines[at + _intro_at(lines, at) :] if line.strip()), "")
    return first.lstrip().startswith(">")


def _without_quoted_lines(lines: list[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        if length := _intro_at(lines, at):
            at += length
            continue
        if not lines[at].lstrip().startswith(">"):
            kept.append(lines[at])
        at += 1
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    for _ in range(MOST_SIGNATURES):
        cut = _signature_cut(lines)
        if cut is None:
            break
        lines = cut
    return lines


def _signature_cut(lines: list[str]) -> list[str] | None:
    """Return the lines without the first signature found, None where there is none."""
    following = sum(1 for line in lines if line.strip())
    said_before = False
    for at, line in enumerate(lines):
        following -= bool(line.strip())
        if (line in {"--", "-- ", "—"} or RULE.match(line)) and at > 0 and following <= 2 * MOST_SIGNATURE_LINES:
            return lines[:at]
        if SENT_FROM.match(line) and len(line) < 120:
            return lines[:at] + (lines[at + 1 :] if following > MOST_SIGNATURE_LINES else [])
        if said_before and following <= MOST_SIGNATURE_LINES and SIGN_OFF.match(line) and all(len(rest) < 90 for rest in lines[at + 1 :]):
            return lines[:at]
        said_before = said_before or bool(line.strip())
    return None
