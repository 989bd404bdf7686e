"""Lines that mail programs put above a message that they quote or forward: `----- Original Message -----`."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

_FORWARDED = (
    "forwarded message|forwarded e-?mail|begin forwarded message|weitergeleitete nachricht|weitergeleitete e-?mail|"
    "anfang der weitergeleiteten (?:nachricht|e-?mail)|beginn der weitergeleiteten nachricht|"
    "message transféré|message transmis|message réexpédié|début du message (?:transféré|réexpédié)|"
    "mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|"
    "mensagem (?:re)?encaminhada|início da mensagem (?:re)?encaminhada|doorgestuurd bericht|"
    "begin doorgestuurd bericht|"
    "videresendt (?:meddelelse|melding|besked)|start på videresendt besked|"
    "vidarebefordrat (?:meddelande|mejl|brev)|edelleenlähetetty viesti|välitetty viesti(?: alkaa)?(?: / fwd\\.msg)?|"
    "přeposlaná zpráva|začátek přeposílané zprávy|preposlaná správa|začiatok preposlanej správy|"
    "przekazana wiadomość|treść przekazanej wiadomości|początek przekazywanej wiadomości|wiadomość przesłana dalej|"
    "początek wiadomości przekazanej|továbbított (?:üzenet|levél)(?: kezdete)?|"
    "mesaj redirecționat|mesaj redirecţionat|începe mesajul redirecționat|proslijeđena poruka|"
    "započni proslijeđenu poruku|"
    "posredovano sporočilo|i̇letilmiş mesaj|iletilmiş mesaj|i̇letilen i̇leti|iletilen ileti|i̇leti başlangıcı|"
    "ileti başlangıcı|"
    "пересылаемое сообщение|перенаправленное сообщение|пересланное сообщение|начало переадресованного сообщения|"
    "перенаправлене повідомлення|переслане повідомлення|початок листа, що пересилається|"
    "προωθημένο μήνυμα|препратено съобщение|转发的?邮件|轉寄的?郵件|转发的?信息|メッセージを転送|転送メッセージ|"
    "転送されたメッセージ|전달된 메시지|전달된 메일|הודעה שהועברה|رسالة معاد توجيهها|thư đã chuyển tiếp|"
    "pesan (?:terusan|yang diteruskan)|edastatud kiri|persiųstas laiškas|missatge reenviat"
)
_ORIGINAL = (
    "original message|original appointment|original e-?mail|reply message|"
    "ursprüngliche (?:nachricht|e-?mail|mail)|original-?nachricht|originalnachricht|antwort nachricht|"
    "message d.origine|message original|message initial|mensaje original|messaggio originale|mensagem original|"
    "oorspronkelijk bericht|origineel bericht|oprindelig meddelelse|original meddelelse|opprinnelig melding|"
    "ursprungligt meddelande|originalmeddelande|alkuperäinen viesti|"
    "wiadomość oryginalna|oryginalna wiadomość|původní zpráva|původní e-?mail|pôvodná správa|eredeti üzenet|"
    "mesaj original|mesajul original|izvorna poruka|originalna poruka|izvirno sporočilo|özgün (?:i̇leti|ileti|mesaj)|"
    "orijinal (?:mesaj|ileti)|исходное сообщение|оригинальное сообщение|вихідне повідомлення|"
    "оригінальне повідомлення|"
    "αρχικό μήνυμα|原始邮件|原始郵件|原邮件|原文|元のメッセージ|元メール|original message|원본 메시지|원본 메일|"
    "הודעה מקורית|الرسالة الأصلية|thư gốc|pesan asli|algne kiri|missatge original"
)
_DASHED = re.compile(
    rf"[*\s]*[-_=]{{2,}}[*\s]*(?:(?P<forward>{_FORWARDED})|(?P<original>{_ORIGINAL}))(?!\w)", re.IGNORECASE
)
_BARE = re.compile(rf"(?:(?P<forward>{_FORWARDED})|(?P<original>{_ORIGINAL}))\s?[:：]\s*\Z", re.IGNORECASE)
_RULE = re.compile(r"[-_=*]{5,}\Z|(?:- ){5,}-?\Z|[─━—–]{5,}\Z")
_AFTER = " \t\xa0-_=*"
_LONGEST = 1000


class Separator(NamedTuple):
    """kind: of the message below; rest: what stands behind it in the same line, such as headers (Yahoo)."""

    kind: Literal["forward", "original"]
    rest: str


def read_separator(line: str) -> Separator | None:
    """Read a line as a separator; None where it is none."""
    line = line.strip().lstrip("\ufeff")
    if len(line) > _LONGEST:
        return None
    match = _DASHED.match(line) if line[:1] in ("-", "_", "=", "*") else _BARE.match(line)
    if match is None:
        return None
    kind: Literal["forward", "original"] = "forward" if match["forward"] else "original"
    rest = line[match.end() :]
    if "---" in rest and rest.strip(_AFTER).casefold() in ("forwarded message", "original message"):
        rest = ""  # both languages in one line (Thunderbird)
    return Separator(kind, rest.strip(_AFTER + ":"))


def is_rule(line: str) -> bool:
    """Return whether a line is a row of dashes or the like, and nothing else."""
    text = line.strip(" \t\xa0")
    return len(text) <= _LONGEST and _RULE.match(text) is not None
