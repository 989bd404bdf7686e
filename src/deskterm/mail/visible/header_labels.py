"""Names of header lines as mail programs write them above a message that they quote or forward, in many languages."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

HeaderKind = Literal["from", "to", "cc", "date", "subject", "reply-to", "other"]

_LONGEST_NAME = 40
"""Characters before the colon in which a name is looked for."""

_NAMES: dict[HeaderKind, str] = {
    "from": "from|von|absender|de|expéditeur|da|mittente|remitente|remetente|van|afzender|fra|från|avsändare|"
    "lähettäjä|"
    "od|nadawca|odesílatel|odosielateľ|feladó|de la|expeditor|expeditorul|šalje|pošiljatelj|kimden|gönderen|"
    "от|от кого|отправитель|від|від кого|відправник|подател|из|από|发件人|發件人|寄件者|寄件人|差出人|送信者|送信元|"
    "보낸 사람|보낸사람|발신|발신자|מאת|من|المرسل|từ|người gửi|dari|saatja|nuo|no|sūtītājs|pošilja|d'en",
    "to": "to|an|empfänger|à|a|para|pour|destinataire|destinatario|destinatário|aan|til|till|mottagare|vastaanottaja|"
    "do|adresat|komu|pro|pre|adresát|címzett|către|destinatar|destinatarul|prima|primatelj|za|kime|alıcı|кому|до|"
    "получатель|одержувач|получател|προς|收件人|收件者|宛先|送信先|받는 사람|받는사람|수신|수신자|אל|إلى|"
    "المستلم|đến|người nhận|"
    "kepada|ke|saaja|kam|kas|per a",
    "cc": "cc|c.c.|kopie|kopie (cc)|kopi|kopi til|kopia|kopio|kópia|kopija|másolat|másolatot kap|copie|copie à|copia|"
    "copia a|cópia|com cópia|c/c|dw|do wiadomości|bilgi|копия|копія|κοιν|κοινοποίηση|抄送|副本|참조|עותק|نسخة|"
    "bcc|cci|cco|ccn|bk|blindkopie|скрытая копия|密送|숨은 참조",
    "date": "date|sent|datum|gesendet|gesendet am|date d'envoi|envoyé|envoyé le|envoyée|le|fecha|enviado|enviado el|"
    "enviados|enviada em|enviado em|enviada|data|data de envio|inviato|inviato il|data invio|verzonden|verzonden op|"
    "sendt|dato|skickat|skickades|lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|odeslané|odoslané|dátum|"
    "elküldve|küldve|küldés ideje|küldés dátuma|trimis|dată|poslano|gönderilme|gönderilme tarihi|gönderilen|"
    "gönderildi|"
    "gönderim tarihi|tarih|дата|отправлено|дата отправки|відправлено|надіслано|изпратено|στάλθηκε|ημερομηνία|"
    "发送时间|发送日期|發送時間|寄件日期|日期|时间|日付|日時|送信日時|送信日|날짜|보낸 날짜|발송일|발송일시|"
    "תאריך|נשלח|"
    "التاريخ|تاريخ الإرسال|ngày|đã gửi|gửi lúc|tanggal|dikirim|kuupäev|saadetud|saatmisaeg|datums|nosūtīts|"
    "išsiųsta",
    "subject": "subject|betreff|objet|sujet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|temat|předmět|"
    "predmet|tárgy|"
    "subiect|subiectul|naslov|konu|тема|относно|θέμα|主题|主題|主旨|件名|제목|נושא|הנושא|الموضوع|chủ đề|tiêu đề|"
    "perihal|subjek|teema|tēma|tema|zadeva|assumpte",
    "reply-to": "reply-to|reply to|antwort an|antworten an|répondre à|réponse à|responder a|rispondi a|risposta|"
    "antwoord aan|beantwoorden - aan|antwoordadres|svar til|svar-til|svara till|svar till|odpověď komu|"
    "odpověď na|odpovědět|"
    "odpoveď komu|odpovedať-pre|odpowiedź do|odpowiedz do|odpowiedź-do|vastausosoite|vastaus|válaszcím|"
    "răspuns către|răspunde la|odgovori na|"
    "odgovor na|yanıt adresi|yanıt|yanıtla|ответить|ответ-кому|кому ответить|ответ-кому|відповісти|"
    "кому відповісти|відповідь до|返信先|回复|回覆|답장 받는 사람",
    "other": "organization|organisation|organización|organisatie|importance|priority|wichtigkeit|priorität|priorité|"
    "importancia|importanza|attachments|attachment|anlagen|anlage|anhänge|pièces jointes|datos adjuntos|"
    "allegati|anexos|"
    "bijlagen|vedhæftet|vedlegg|bifogade filer|załączniki|resent-from|resent-to|newsgroups|message-id|"
    "sensitivity|附件",
}
_KINDS: dict[str, HeaderKind] = {name.casefold(): kind for kind, names in _NAMES.items() for name in names.split("|")}

LONGEST_LINE = 1000
"""Characters of a line that can be a header."""

_TECHNICAL = re.compile(r"[A-Za-z]{1,20}(?:-[A-Za-z0-9]{1,20}){1,6}|Received|Sender")
"""Names of headers that a raw mail has, such as `X-Priority`."""

_AROUND = " \t\xa0*_"
"""Characters that a mail program puts around a name, such as the stars of bold text."""


class HeaderLine(NamedTuple):
    """A line such as `From: Kim <kim@example.org>`."""

    kind: HeaderKind
    value: str


def read_header_line(line: str) -> HeaderLine | None:
    """Read a line as a header; None where it is none."""
    if len(line) > LONGEST_LINE:
        return None
    text = line.lstrip(_AROUND)
    ends = [place for place in (text.find(":", 0, _LONGEST_NAME), text.find("：", 0, _LONGEST_NAME)) if place > 0]
    if not ends:
        return None
    name = text[: min(ends)].strip(_AROUND)
    kind = _KINDS.get(" ".join(name.casefold().split()))
    if kind is None and _TECHNICAL.fullmatch(name):
        kind = "other"
    return HeaderLine(kind, text[min(ends) + 1 :].strip(_AROUND)) if kind is not None else None


def list_names() -> list[tuple[str, HeaderKind]]:
    """List all names with a capital letter, the longest first, for text in which headers stand in one line."""
    names = [(name[:1].upper() + name[1:], kind) for kind, words in _NAMES.items() for name in words.split("|")]
    return sorted([*names, ("CC", "cc")], key=lambda one: -len(one[0]))
