# Deutsch. Schlüssel und Variablen wie in en.ftl; ein Test vergleicht sie.

product = Lifeboat
skip = Zum Inhalt springen
undo = Rückgängig
save = Speichern
refresh = Aktualisieren
error-summary = Etwas stimmt nicht
error-reference = Wenn Sie sich an die Hilfe wenden, nennen Sie diese Kennung:
unknown-sender = (kein Absender)
no-subject = (kein Betreff)
no-recipient = (kein Empfänger)

## Banner

banner-label = Stand Ihres E-Mail-Dienstes
banner-updated = Stand:
banner-home = Zu Ihrem gewohnten Postfach
banner-standby-what = Ihr gewohntes Postfach funktioniert.
banner-standby-safe = Neue Nachrichten kommen dort an, nicht hier.
banner-standby-next = Lifeboat steht bereit, falls es ausfällt.
banner-suspected-what = Ihr gewohntes Postfach antwortet im Augenblick nicht.
banner-suspected-safe = Ihre bisherigen Nachrichten sind sicher;
banner-suspected-next = wir gehen dem nach, und neue Nachrichten kommen hierher, wenn es so bleibt.
banner-outage-what = Ihr gewohntes Postfach ist ausgefallen.
banner-outage-safe = Ihre bisherigen Nachrichten sind sicher;
banner-outage-next = sie werden hier nicht angezeigt. Was Sie hier senden und empfangen, wird hinzugefügt, sobald der Dienst wieder läuft.
banner-returning-what = Ihr gewohntes Postfach kommt zurück.
banner-returning-safe = Die Nachrichten von hier werden gerade dort hinzugefügt;
banner-returning-next = nichts geht verloren, und Sie können hier weiterarbeiten, bis es fertig ist.
banner-merged-what = Ihr gewohntes Postfach ist wieder da.
banner-merged-safe = Alles von hier wurde dort hinzugefügt:
banner-merged-next = empfangene Nachrichten im Posteingang, gesendete unter „Gesendet“, Entwürfe unter „Entwürfe“.
banner-closed-what = Ihr gewohntes Postfach ist wieder da.
banner-closed-safe = Alles von hier wurde dort hinzugefügt und verglichen.
banner-closed-next = Arbeiten Sie dort weiter: Hier können Sie alles noch lesen, aber nicht mehr ändern.
banner-late-what = Ihr gewohntes Postfach ist wieder da.
banner-late-safe = Nachrichten, die hier verspätet ankamen, werden dort ebenfalls hinzugefügt.
banner-late-next = Arbeiten Sie dort weiter: Hier können Sie alles noch lesen, aber nicht mehr ändern.
banner-receipt = Ansehen, was hinzugefügt wurde
banner-queue-what = Ihr gewohntes Postfach ist ausgefallen.
banner-queue-safe = Neue Nachrichten werden aufbewahrt und gehen nicht verloren;
banner-queue-next = sie werden zugestellt, sobald der Dienst wieder läuft.

## Sign-in

sign-in-title = Bei Ihrer E-Mail anmelden
sign-in-again-title = Wieder anmelden
sign-in-again = Sie wurden abgemeldet, weil Sie eine Weile weg waren. Was Sie geschrieben haben, ist noch da: Melden Sie sich an, um weiterzumachen.
sign-in-again-files = Dateien, die Sie gerade erst ausgewählt hatten, müssen Sie noch einmal anhängen.
done-signed-out = Sie sind abgemeldet.
sign-in-first = Bitte melden Sie sich an, um diese Seite zu sehen.
sign-in-ended = Sie wurden abgemeldet, weil Sie eine Weile weg waren. Melden Sie sich an, um dort weiterzumachen, wo Sie waren.
sign-in-ended-undone = Sie wurden abgemeldet, weil Sie eine Weile weg waren; was Sie gerade tun wollten, ist nicht geschehen. Melden Sie sich an und tun Sie es noch einmal.
address = E-Mail-Adresse
password = Passwort
sign-in = Anmelden
sign-in-trouble = Probleme bei der Anmeldung?
sign-in-trouble-text = Verwenden Sie die vollständige Adresse, zum Beispiel ann@example.com, und dasselbe Passwort wie in Ihrem gewohnten E-Mail-Programm. Wenn das Passwort nicht angenommen wird, wenden Sie sich an die Stelle, die Ihre E-Mail betreibt: Dort lässt sich nachsehen, ob Ihr Postfach hier bekannt ist.
door-title = Mit Ihrer E-Mail geht es weiter
door-same = Ihre gewohnte Adresse und Ihr gewohntes Passwort.
door-same-text = Sie müssen nichts einrichten, weder hier noch in Ihrem E-Mail-Programm.
door-safe = Ihre bisherigen Nachrichten sind sicher.
door-safe-text = Sie werden hier nicht angezeigt, und nichts hier verändert sie.
door-merge = Später ist nichts zu kopieren.
door-merge-text = Was Sie hier senden und empfangen, wird Ihrem gewohnten Postfach hinzugefügt, sobald der Dienst wieder läuft.
error-sign-in = Die Adresse oder das Passwort stimmt nicht. Verwenden Sie dieselben Angaben wie in Ihrem gewohnten E-Mail-Programm.
error-sign-in-often = Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
error-sign-in-empty = Geben Sie Ihre Adresse und Ihr Passwort ein.

## Shell

search = Suchen
search-label = E-Mail durchsuchen
account-menu = Konto
signed-in-as = Angemeldet als
sign-out = Abmelden
settings = Einstellungen
folders = Ordner
folders-menu = Ordner anzeigen
folders-and-tools = E-Mail
write = Schreiben
folder-inbox = Posteingang
folder-drafts = Entwürfe
folder-sent = Gesendet
folder-archive = Archiv
folder-junk = Spam
folder-trash = Papierkorb
count-unread = ungelesen
count-drafts = Entwürfe

## Lists

list-summary = { $total ->
    [0] Keine Nachrichten
    [one] 1 Nachricht
   *[other] { $total } Nachrichten
}{ $unread ->
    [0] {""}
   *[other] , { $unread } ungelesen
}
list-shown = { $shown ->
    [one] 1 Nachricht auf dieser Seite
   *[other] { $shown } Nachrichten auf dieser Seite
}
bulk-label = Ausgewählte Nachrichten bearbeiten
select-page = Alle auswählen
select-none = Keine auswählen
select-message = Auswählen: { $subject }, { $who }
unread = Ungelesen:
answered = Beantwortet
forwarded = Weitergeleitet
has-attachment = Hat Anhänge
star-add = Mit Stern markieren: { $subject }
star-remove = Stern entfernen: { $subject }
mark-read = Gelesen
mark-unread = Ungelesen
archive = Archivieren
delete = Löschen
move = Verschieben
move-to = Verschieben nach …
pages = Seiten
newest = Neueste
newer = Neuere
older = Ältere
empty-inbox = Keine neuen Nachrichten seit { $time }
empty-inbox-text = Dieses Postfach ist für die Zeit des Ausfalls da. Frühere Nachrichten liegen sicher in Ihrem gewohnten Postfach.
empty-page = Hier kommt nichts mehr
empty-inbox-standby = Ihre Nachrichten sind am gewohnten Ort
empty-inbox-standby-text = Ihr gewohntes Postfach funktioniert: Neue Nachrichten kommen dort an, und Ihre bisherigen sind auch dort. Hier liegt nichts von Ihnen.
empty-inbox-held = Neue Nachrichten werden für Sie aufbewahrt
empty-inbox-held-text = Sie gehen nicht verloren und werden hier nicht angezeigt. Sie kommen in Ihr gewohntes Postfach, sobald der Dienst wieder läuft. Schreiben können Sie von hier.
to-people = An: { $people }
empty-drafts = Keine Entwürfe
empty-drafts-text = Nachrichten, die Sie beim Schreiben speichern, warten hier.
empty-sent = Von hier wurde noch nichts gesendet
empty-sent-text = Was Sie früher gesendet haben, liegt sicher in Ihrem gewohnten Postfach.
empty-archive = Hier ist noch nichts archiviert
empty-archive-text = Ihr bisheriges Archiv liegt sicher in Ihrem gewohnten Postfach.
empty-junk = Kein Spam
empty-junk-text = Nachrichten, die unterwegs als Spam erkannt wurden, warten hier.
empty-trash = Der Papierkorb ist leer
empty-trash-text = Gelöschte Nachrichten warten hier und kommen in Ihren gewohnten Papierkorb, sobald der Dienst wieder läuft.
empty-folder = Hier ist noch nichts
empty-folder-text = Nachrichten, die Sie hierher verschieben, kommen in den Ordner dieses Namens, sobald der Dienst wieder läuft.
note-trash = Gelöschte Nachrichten bleiben hier, bis Ihr gewohntes Postfach zurück ist, und kommen dann in den gewohnten Papierkorb.

## What happened

done-read = { $count ->
    [one] 1 Nachricht als gelesen markiert.
   *[other] { $count } Nachrichten als gelesen markiert.
}
done-unread = { $count ->
    [one] 1 Nachricht als ungelesen markiert.
   *[other] { $count } Nachrichten als ungelesen markiert.
}
done-starred = Mit Stern markiert.
done-unstarred = Stern entfernt.
done-moved = { $count ->
    [one] 1 Nachricht nach „{ $folder }“ verschoben.
   *[other] { $count } Nachrichten nach „{ $folder }“ verschoben.
}
done-undone = Rückgängig gemacht.
done-nothing-selected = Wählen Sie zuerst eine oder mehrere Nachrichten aus.
done-no-folder = Wählen Sie zuerst einen Zielordner aus.
done-sent-again = Diese Nachricht war schon gesendet. Sie wurde nicht noch einmal gesendet.
done-saved = Entwurf um { $time } gespeichert.
done-discarded = Entwurf in den Papierkorb verschoben.
done-answered = Ihre Antwort an den Organisator ist unterwegs.
done-answered-before = Der Organisator weiß das schon. Es wurde nicht zweimal gesendet.
done-daily = Sie haben die Zahl der Empfänger erreicht, die an einem Tag erlaubt sind. Es wurde nichts gesendet.
done-images = Bilder dieses Absenders werden ab jetzt angezeigt.
done-images-not = Der Absender dieser Nachricht hat keine Adresse.
done-settings = Einstellungen gespeichert.
done-sent = Ihre Nachricht ist unterwegs. { $count } Sekunden lang können Sie sie noch zurücknehmen.
done-sent-now = Ihre Nachricht ist unterwegs. Eine Kopie liegt unter „Gesendet“.
done-unsent = Ihre Nachricht wurde nicht gesendet. Sie ist wieder ein Entwurf.
done-undo-late = Diese Nachricht lässt sich nicht mehr zurücknehmen: Sie ist unterwegs.
done-stopped = Niemand hat diese Nachricht bekommen. Hier ist sie wieder, als neue Nachricht.
done-stopped-partly = Einige Empfänger hatten diese Nachricht schon, bevor Sie sie angehalten haben. Hier ist sie wieder, als neue Nachricht.

## Search

search-title = Suche
search-hint = Wörter, oder from:ann, to:bob, subject:rechnung, has:attachment, in:sent
search-summary = { $count ->
    [0] {""}
    [one] 1 Nachricht gefunden
   *[other] { $count } Nachrichten gefunden
}
search-summary-more = Die neuesten { $count } gefundenen Nachrichten
search-none = Nichts gefunden
search-none-yet = Noch nichts gefunden
search-partial = Dieses Postfach ist groß: Ältere Nachrichten werden noch durchgesehen.
search-again = Erneut suchen
search-none-text = Durchsucht wird nur die E-Mail dieses Ausfalls. Ältere Nachrichten liegen sicher in Ihrem gewohnten Postfach.
search-start = Durchsuchen Sie Ihre Nachrichten hier
search-start-text = Betreff, Personen, Text und Namen von Anhängen.

## Message

message-actions = Diese Nachricht bearbeiten
message-text = Text der Nachricht
people-to = An
people-cc = Kopie
people-more = und { $count } weitere
images-blocked = Bilder aus dem Internet werden nicht angezeigt, damit der Absender nicht erfährt, dass Sie dies lesen.
open-full = Ganze Nachricht öffnen
show-as-text = Als reinen Text anzeigen
show-as-html = Formatiert anzeigen
show-quoted = Zitierten Text anzeigen
problem-broken = Diese Nachricht ließ sich nicht vollständig anzeigen. Laden Sie sie herunter, um alles zu sehen, was gesendet wurde.
problem-cut = Diese Nachricht ist sehr lang. Sie sehen den Anfang; laden Sie sie herunter, um alles zu sehen.
images-show = Bilder anzeigen
images-always = Bilder von { $sender } immer anzeigen
note-signed = Diese Nachricht ist signiert. Die Signatur wird hier nicht geprüft; laden Sie die Nachricht herunter, um sie zu prüfen.
note-encrypted = Diese Nachricht ist verschlüsselt. Lesen können Sie sie dort, wo Ihr Schlüssel ist: Laden Sie sie herunter, oder lesen Sie sie, wenn Ihr gewohntes Postfach wieder da ist.
note-no-text = Diese Nachricht hat keinen Text.
note-not-printed = Diese Nachricht steht nicht auf dieser Seite: Sie ist zu groß, oder es sind zu viele.
download-all = Alle herunterladen (.zip)
print = Druckansicht
print-files = Anhänge
files-title = { $count ->
    [one] 1 Anhang
   *[other] { $count } Anhänge
}
download = Herunterladen
preview = Vorschau
answer = Antworten
reply = Antworten
reply-all = Allen antworten
forward = Weiterleiten
newer-message = Neuere Nachricht
older-message = Ältere Nachricht
source = Quelltext anzeigen
source-title = Quelltext der Nachricht
source-cut = Nur der Anfang wird angezeigt. Laden Sie die Nachricht herunter, um alles zu sehen.
back-to-message = Zurück zur Nachricht
download-eml = Als .eml herunterladen

## Conversation

conversation-count = { $count ->
    [one] 1 Nachricht
   *[other] { $count } Nachrichten
}
conversation-earlier = { $count ->
    [one] 1 frühere Nachricht anzeigen
   *[other] { $count } frühere Nachrichten anzeigen
}
conversation-later = { $count ->
    [one] 1 spätere Nachricht anzeigen
   *[other] { $count } spätere Nachrichten anzeigen
}
open-message = Diese Nachricht öffnen
continue-draft = Weiterschreiben

## Invitation

invite-request = Einladung
invite-cancelled = Abgesagter Termin
invite-reply = Antwort auf eine Einladung
invite-event = Termin
invite-when = Wann
invite-where = Wo
invite-repeats = Wiederholung
invite-organizer = Organisator
invite-people = Personen
invite-local = Ortszeit des Organisators
invite-daily = { $count ->
    [one] jeden Tag
   *[other] alle { $count } Tage
}
invite-weekly = { $count ->
    [one] jede Woche
   *[other] alle { $count } Wochen
}
invite-monthly = { $count ->
    [one] jeden Monat
   *[other] alle { $count } Monate
}
invite-yearly = { $count ->
    [one] jedes Jahr
   *[other] alle { $count } Jahre
}
invite-repeated = mehrmals
invite-times = { $count ->
    [one] einmal
   *[other] { $count }-mal
}
invite-until = bis { $day }
invite-accept = Zusagen
invite-maybe = Vielleicht
invite-decline = Absagen
invite-state-accept = zugesagt
invite-state-maybe = vielleicht
invite-state-decline = abgesagt
invite-to = Ihre Antwort geht an { $who }.
invite-said-accept = Sie haben zugesagt ({ $time }).
invite-said-maybe = Sie haben mit „vielleicht“ geantwortet ({ $time }).
invite-said-decline = Sie haben abgesagt ({ $time }).
invite-subject-accept = Zugesagt: { $event }
invite-subject-maybe = Vielleicht: { $event }
invite-subject-decline = Abgesagt: { $event }
invite-text-accept = Ich nehme die Einladung „{ $event }“ an.
invite-text-maybe = Vielleicht komme ich zu „{ $event }“.
invite-text-decline = Ich kann zu „{ $event }“ nicht kommen.

## Compose

compose-title = Neue Nachricht
compose-reply = Antwort
compose-forward = Weiterleitung
compose-draft = Entwurf
from = Von
to = An
cc = Kopie
bcc = Blindkopie
add-copies = Kopie und Blindkopie
subject = Betreff
text = Nachricht
format = Formatierung
format-bold = Fett
format-italic = Kursiv
format-list = Liste
format-numbers = Nummerierte Liste
format-quote = Zitat
format-link = Link
format-address = Adresse des Links
format-use = Link setzen
format-drop = Link entfernen
format-text = Nachricht mit Formatierung
format-note = Diese Nachricht hat Formatierungen. Sie bleiben erhalten, solange Sie den Text nicht ändern; wenn Sie ihn hier ändern, wird daraus reiner Text.
attachments = Anhänge
add-files = Dateien hinzufügen
attach-limit = Bis zu { $limit } für die ganze Nachricht mit ihren Anhängen.
attach-too-large = Diese Dateien sind zu groß: Eine Nachricht kann bis zu { $limit } haben.
remove = Entfernen
send = Senden
save-draft = Entwurf speichern
discard = Verwerfen
quote-intro = Am { $date } schrieb { $who }:
forward-intro = ---------- Weitergeleitete Nachricht ----------
forward-from = Von: { $value }
forward-date = Datum: { $value }
forward-subject = Betreff: { $value }
forward-to = An: { $value }
error-to-empty = Geben Sie mindestens einen Empfänger ein.
error-recipient = „{ $text }“ ist keine E-Mail-Adresse. Schreiben Sie Adressen wie ann@example.com, mit Kommas dazwischen.
error-recipients-many = Eine Nachricht kann bis zu { $max } Empfänger haben. Ihre hat { $count }.
error-too-large = Die Nachricht ist mit ihren Anhängen zu groß: Gesendet werden können bis zu { $limit }. Ihr Text ist noch da; entfernen Sie Anhänge.
error-files-many = Eine Nachricht kann höchstens { $max } Anhänge haben. Ihr Text ist noch da; entfernen Sie einige Anhänge.
error-file-gone = Ein Anhang dieser Nachricht ist nicht mehr da. Prüfen Sie die Anhänge und senden Sie die Nachricht dann.
compose-signed-out = Sie sind abgemeldet. Was Sie geschrieben haben, bleibt auf dieser Seite: Melden Sie sich wieder an und machen Sie dann weiter.
compose-not-saved = Nicht gespeichert. Ihr Text ist noch hier, und eine Kopie bleibt auf diesem Gerät.
compose-offline = Keine Verbindung. Was Sie schreiben, bleibt auf diesem Gerät und wird gespeichert, sobald die Verbindung wieder da ist.
compose-not-sent = Nicht gesendet: Es gibt keine Verbindung. Ihr Text ist noch da; senden Sie ihn, sobald die Verbindung wieder da ist.
compose-upload-broken = Das Hochladen ist abgebrochen.
compose-again = Erneut versuchen
compose-people = Vorschläge
compose-tell = Mitteilen, wenn sie angekommen ist
compose-tell-hint = Die Meldung kommt vom letzten Mailserver, der eine schickt. Sie sagt nicht, dass jemand die Nachricht gelesen hat.
compose-found = Auf diesem Gerät liegt Text, der nicht gespeichert wurde, vom
compose-found-use = Übernehmen
compose-found-drop = Löschen
error-from = Von dieser Adresse können Sie nicht senden.
error-header = Im Betreff oder in einem Namen stehen Zeichen, die in E-Mail nicht möglich sind.
error-daily = Sie haben die Zahl der Empfänger erreicht, die an einem Tag erlaubt sind. Ihr Text ist unter „Entwürfe“ gespeichert.
error-not-sent = Die Nachricht wurde nicht gesendet. Ihr Text steht noch unten; bitte versuchen Sie es noch einmal.
error-read-only-letter = Ihr gewohntes Postfach ist wieder da, und dieses hier ist geschlossen: Es wurde nichts gesendet oder gespeichert. Kopieren Sie Ihren Text von hier und senden Sie ihn dort.
done-signed-in-again = Sie sind wieder angemeldet. Prüfen Sie Ihre Nachricht und senden Sie sie dann.
outbox = Postausgang
count-outbox = warten oder nicht gesendet
outbox-empty = Hier wartet nichts. Was Sie senden, geht sofort hinaus, oder nach der Zeit, in der Sie es zurücknehmen können.
outbox-text = Diese Nachrichten haben noch nicht alle erreicht. Solange sie warten, müssen Sie nichts tun.
outbox-held = Wird um { $time } gesendet. Bis dahin können Sie sie zurücknehmen.
outbox-waiting = Wartet darauf, gesendet zu werden.
outbox-again = Noch nicht gesendet. Nächster Versuch: { $time }.
outbox-sending = Wird gerade gesendet.
outbox-paused = Von Ihrem E-Mail-Anbieter vorerst angehalten.
outbox-failed = Nicht gesendet ({ $time }). Diese Personen haben sie nicht bekommen:
outbox-stop = Nicht mehr senden

## Settings

settings-you = Name und Signatur
your-name = Ihr Name
your-name-hint = Empfänger sehen ihn neben Ihrer Adresse.
signature = Signatur
signature-hint = Sie steht unter den Nachrichten, die Sie schreiben. In jeder davon können Sie sie ändern.
address-settings = Für { $address }
address-settings-hint = Was leer bleibt, ist wie bei Ihrer Hauptadresse.
settings-place = Sprache und Zeit
language = Sprache
languages = Sprachen
language-name = Deutsch
as-device = Wie dieses Gerät
zone = Zeitzone
zone-hint = Dort ist es jetzt { $time } Uhr.
settings-reading = Lesen
density = Abstand in Listen
density-roomy = Bequem
density-compact = Kompakt
conversations = Unterhaltungen anzeigen: eine Nachricht mit ihren Antworten auf einer Seite
images-from = Bilder immer anzeigen von
images-from-hint = Nehmen Sie das Häkchen weg, um Bilder dieses Absenders wieder zu sperren.
settings-writing = Schreiben
undo-send = Zeit, um eine gesendete Nachricht zurückzunehmen
undo-send-off = Keine: sofort senden
undo-send-secs = { $count ->
    [one] 1 Sekunde
   *[other] { $count } Sekunden
}
settings-away = Während Sie abwesend sind
away-hint = Wer Ihnen schreibt, bekommt diese Antwort, einmal in sieben Tagen. Listen, Rundschreiben und Automaten bekommen keine. Eine Abwesenheitsnotiz aus Ihrem gewohnten Postfach wird von hier nicht verschickt.
away-on = Automatisch antworten
away-text = Antwort
away-from = Erster Tag, wenn nicht sofort
away-until = Letzter Tag, wenn bekannt
settings-blocked = Gesperrte Absender
blocked = Deren Mail kommt in den Spam-Ordner
blocked-hint = Eine Adresse je Zeile, oder eine Domain als @example.com.
filters-hint = Die Filter Ihres gewohnten Postfachs laufen hier nicht. Weiterleitungen und Aliasse, die Ihr Anbieter eingerichtet hat, wirken weiter.
error-away = Schreiben Sie eine Antwort mit bis zu 4.000 Zeichen.
error-away-days = Wählen Sie Tage; der letzte liegt nicht vor dem ersten.
error-blocked = Geben Sie bis zu 500 Adressen ein, oder Domains als @example.com, je Zeile eine.
settings-keys = Tastatur
keys-on = Kürzel aus einer einzelnen Taste verwenden, etwa „r“ zum Antworten
keys-list = Alle Tastenkürzel ansehen
error-zone = Diese Zeitzone ist nicht bekannt.
error-profile-name = Ein Name ist eine Zeile mit höchstens 120 Zeichen.
error-profile-signature = Eine Signatur kann bis zu 4.000 Zeichen haben.
error-language = Diese Sprache wird nicht angeboten.
error-undo-send = Wählen Sie eine der Zeiten.

## Keys

help-title = Tastenkürzel
help-text = Alles geht auch mit den Knöpfen und Links auf den Seiten.
help-off = Kürzel aus einer einzelnen Taste sind ausgeschaltet. Sie können sie in den Einstellungen einschalten.
help-settings = Zu den Einstellungen
help-key = Taste
help-does = Was sie tut
help-moving = Bewegen
help-acting = Nachrichten bearbeiten
help-writing = Schreiben
key-then = dann
key-next = Nächste Nachricht
key-previous = Vorige Nachricht
key-open = Nachricht öffnen
key-list = Zurück zur Liste
key-search = Suchen
key-go-inbox = Zum Posteingang
key-go-drafts = Zu den Entwürfen
key-go-sent = Zu „Gesendet“
key-go-archive = Zum Archiv
key-select = Auswählen oder Auswahl aufheben
key-star = Stern setzen oder entfernen
key-undo = Rückgängig machen, was gerade getan wurde
key-help = Diese Seite anzeigen
key-write = Nachricht schreiben
key-send = Nachricht senden

## Live

live-new = { $count ->
    [one] 1 neue Nachricht
   *[other] { $count } neue Nachrichten
}
live-show = Anzeigen

## Folders

folders-manage = Ordner verwalten
folders-own = Ihre eigenen Ordner
folders-own-text = Nachrichten in einem eigenen Ordner kommen in den Ordner dieses Namens, sobald der Dienst wieder läuft.
folders-none = Sie haben hier keine eigenen Ordner.
folders-fixed = Ordner, die alle haben
folder-name = Name
folder-at-home = In Ihrem gewohnten Postfach
folder-messages = Nachrichten
folder-new = Neuer Ordner
folder-new-hint = Mit einem Schrägstrich liegt ein Ordner in einem anderen: Projekte/2027
folder-create = Ordner anlegen
folder-rename = Umbenennen
folder-rename-label = Neuer Name für { $folder }
folder-delete-label = { $folder } löschen
folder-delete-text = { $count ->
    [0] Der Ordner ist leer.
    [one] Seine 1 Nachricht kommt in den Papierkorb.
   *[other] Seine { $count } Nachrichten kommen in den Papierkorb.
}
folder-change = { $folder } ändern
done-folder-created = Ordner angelegt.
done-folder-renamed = Ordner umbenannt.
done-folder-deleted = Ordner gelöscht.
error-folder-empty = Geben Sie einen Namen für den Ordner ein.
error-folder-exists = Es gibt schon einen Ordner dieses Namens.
error-folder-name = Verwenden Sie höchstens 100 Zeichen. Zwischen zwei Schrägstrichen muss ein Name stehen, und er kann nicht „.“ oder „..“ sein.
error-folder-many = Es sind zu viele Ordner.
error-folder-merged = Nachrichten dieses Ordners sind bereits in Ihrem gewohnten Postfach. Ändern Sie den Ordner dort.
error-folder-inside = In diesem Ordner sind weitere Ordner. Löschen Sie sie zuerst oder benennen Sie sie um.
error-folder-full = In diesem Ordner ist zu viel, um ihn auf einmal zu löschen. Verschieben Sie zuerst seine Nachrichten.

## Many messages at once

select-all-folder = { $count ->
    [one] Die 1 Nachricht dieses Ordners auswählen
   *[other] Alle { $count } Nachrichten dieses Ordners auswählen
}
select-all-found = Alles Gefundene auswählen
all-folder-selected = { $count ->
    [one] Die 1 Nachricht dieses Ordners ist ausgewählt.
   *[other] Alle { $count } Nachrichten dieses Ordners sind ausgewählt.
}
all-found-selected = Alles Gefundene ist ausgewählt.
mark-junk = Spam
not-junk = Kein Spam
done-more = Mit { $count } Nachrichten erledigt. Es sind noch mehr: Wiederholen Sie es für die übrigen.
done-undo-gone = Das lässt sich nicht mehr rückgängig machen.

## The outgoing queue, and where a message is

queue-title = Ausgangswarteschlange
queue-hint = Was Benutzer gesendet haben und nicht erledigt ist, das Älteste zuerst.
queue-sender = Absender
queue-sender-hint = Die Adresse eines Postfachs oder eine Domain. Leer: alle.
queue-show = Anzeigen
queue-sent = Gesendet
queue-tries = Versuche
queue-next = Nächster Versuch
queue-any = Beliebig
queue-queued = Wartet
queue-sending = Unterwegs
queue-held = Angehalten
queue-empty = Hier wartet nichts.
queue-to-more = { $count ->
    [one] { $first } und { $count } weiterer
   *[other] { $first } und { $count } weitere
}
queue-order = Auswahl ändern
queue-all-of = Alles von { $sender }, nicht nur diese Seite
queue-reason-hint = Steht im Prüfprotokoll. Beim Verwerfen erfährt es auch der Absender.
queue-action-hold = Anhalten: nicht versuchen, bis es freigegeben wird
queue-action-release = Angehaltenes freigeben
queue-action-retry = Jetzt versuchen
queue-action-drop = Verwerfen: aufgeben und dem Absender melden
error-queue-sender = Geben Sie die Adresse eines Postfachs oder eine Domain ein.
done-queue = { $count ->
    [0] Nichts wurde geändert: Es ist unterwegs, erledigt oder steht schon so.
    [one] Eine Nachricht wurde geändert.
   *[other] { $count } Nachrichten wurden geändert.
}
trace-title = Wo ist eine Nachricht?
trace-what = Nachricht
trace-hint = Eine Zustell-ID, eine Message-ID, die Queue-ID des MX oder die Adresse eines Postfachs: dann dessen neueste Nachrichten.
trace-find = Suchen
trace-nothing = Nichts gefunden.
trace-received = { $time }: empfangen von { $from }
trace-sent = { $time }: gesendet von { $from }
trace-mx-queue-id = Queue-ID beim MX: { $id }
trace-id = ID: { $id }
trace-now = jetzt
trace-state-standby = Auf Lifeboat
trace-state-merged = Zusammengeführt
trace-state-moved = Vom Benutzer verschoben
trace-state-purged = Nach der Zusammenführung entfernt
trace-state-unknown-mailbox = Postfach unbekannt
trace-state-queued = Wartet
trace-state-relayed = Weitergeleitet
trace-state-failed = Nicht gesendet
trace-state-cancelled = Zurückgenommen
trace-state-held = Angehalten

## The operator's words

banner-words = Ihr E-Mail-Anbieter teilt mit, { $time }:
notice-title = Mitteilung an die Nutzer
notice-title-of = Mitteilung an die Nutzer von { $name }
notice-everybody = Alle Nutzer
notice-hint = Steht auf jeder Seite des Webmails, als reiner Text: was bekannt ist, was getan wird, wann es voraussichtlich wieder geht. Was für alle Nutzer ist, steht auch auf der Anmeldeseite. Ein leeres Feld nimmt die Mitteilung weg.
notice-save = Veröffentlichen
notice-updated = Veröffentlicht { $time }
done-notice-set = Die Mitteilung ist veröffentlicht.
done-notice-cleared = Die Mitteilung wurde entfernt.
error-notice = Der Text kann bis zu 1.000 Zeichen haben.
delay-title = Benachrichtigungen
delay-hint = Solange ein Postfach hier geführt wird, kann jedem, der ihm schreibt, nach einigen Stunden mitgeteilt werden, dass die Nachricht sicher liegt und noch nicht gelesen wurde. Listen, Maschinen und Spam wird nie geantwortet.
delay-of-all = Alle Domains
delay-of-reseller = Alle Domains von { $name }
delay-of-domain = Die Domain { $name }
delay-now-never = Zurzeit wird Absendern nichts mitgeteilt.
delay-now =
    Zurzeit wird es Absendern nach { $hours ->
        [one] einer Stunde
       *[other] { $hours } Stunden
    } mitgeteilt.
delay-find = Domain oder Reseller
delay-nothing = Eine solche Domain oder einen solchen Reseller gibt es hier nicht.
delay-when = Absendern wird es mitgeteilt
delay-follow = wie für mehr Domains festgelegt
delay-never = nie
delay-after =
    { $hours ->
        [one] nach einer Stunde
       *[other] nach { $hours } Stunden
    }
delay-reason-hint = Steht im Audit-Protokoll.
done-delay = Gespeichert.
delay-senders = Wer an ein Postfach schreibt
users-title = Benutzer
users-hint = Wenn ihr Mailstore ausgefallen ist und wenn er zurück ist, können Benutzer an der Adresse angeschrieben werden, unter der sie sonst zu erreichen sind, wenn eine bekannt ist. Was in den Briefen steht, steht auf der Seite „Marke“.
users-when = Benutzer erfahren von Ausfällen
users-yes = an ihrer anderen Adresse
users-link = an ihrer anderen Adresse, mit dem Ort, an dem ein Link zum Anmelden angefordert werden kann
users-now-never = Benutzer werden zurzeit nicht angeschrieben.
users-now = Benutzer werden angeschrieben, wenn ihre E-Mail ausfällt und wenn sie zurück ist.
users-now-link = Benutzer werden angeschrieben, wenn ihre E-Mail ausfällt und wenn sie zurück ist; im Brief steht, wo ein Link zum Anmelden angefordert werden kann.
users-language = Sprache für die, die keine gewählt haben
error-users-sender = Dieser Server hat noch keinen Absender für Briefe an Benutzer: der Betreiber setzt announce.mail_from.
delay-words = Was Absendern gesagt wird
delay-words-change = Wortlaut ändern
delay-words-hint = Anstelle der üblichen Worte, in den Sprachen, in denen Sie schreiben; leer: die des weiteren Bereichs, oder die üblichen. Die erste Zeile ist der Betreff. { $names } werden eingesetzt. Nennt die Nachricht eines Absenders eine Sprache, wird in dieser geantwortet.
delay-words-language = Sprache für alle anderen Absender
delay-words-preview = Vorschau
error-delay-hours = Geben Sie 1 bis 120 Stunden an.

## Error pages

error-not-found-title = Seite nicht gefunden
error-not-found-text = Unter dieser Adresse ist nichts. Vielleicht wurde die Nachricht in einen anderen Ordner verschoben.
error-not-found-console = Unter dieser Adresse ist nichts, oder es gehört jemand anderem.
error-forbidden-title = Das hat nicht geklappt
error-forbidden-text = Die Seite, von der Sie kamen, war abgelaufen, oder die Anfrage kam nicht von ihr. Es wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
error-method-title = Das hat nicht geklappt
error-method-text = Diese Seite lässt sich so nicht verwenden. Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal.
error-busy-title = Bitte warten Sie einen Augenblick
error-busy-text = Es kamen zu viele Anfragen auf einmal. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
error-large-title = Zu groß
error-large-text = Was gesendet wurde, ist größer, als diese Seite annimmt. Gehen Sie zurück: Ihr Text ist noch da. Entfernen Sie Anhänge und versuchen Sie es noch einmal.
error-bad-title = Das hat nicht geklappt
error-bad-text = Die Anfrage war nicht zu verstehen. Es wurde nichts geändert. Gehen Sie zurück und versuchen Sie es noch einmal.
error-read-only-title = Ihr gewohntes Postfach ist wieder da
error-read-only-text = Alles von hier wurde Ihrem gewohnten Postfach hinzugefügt. Hier können Sie es noch lesen, aber nicht mehr ändern: Es wurde nichts geändert. Arbeiten Sie in Ihrem gewohnten Postfach weiter.
error-internal-title = Hier ist etwas schiefgegangen
error-internal-text = Ihre E-Mail ist sicher. Die Betreiber dieses Dienstes sind benachrichtigt. Bitte versuchen Sie es in einer Minute noch einmal.
link-inbox = Zum Posteingang
link-console = Zur Konsole

## Console

console = Lifeboat-Konsole
console-sign-in = Bei der Konsole anmelden
console-sign-in-text = Die Konsole ist für die Betreiber des E-Mail-Dienstes und für Wiederverkäufer. Ihre E-Mail lesen Sie im Webmail.
token = Token
token-hint = Von „lifeboat token create --role operator“ oder Ihrem E-Mail-Anbieter.
error-token = Dieses Token ist nicht bekannt, wurde zurückgezogen oder ist abgelaufen.
error-help-link = Dieses Postfach gibt es nicht, oder es gehört zu jemand anderem.
help-link-made = Dieser Link öffnet { $address } einmal. Er wird nur jetzt gezeigt.
help-link-do = Link machen
help-link-hint = Wer den Link hat, liest die E-Mail dieser Adresse. Vergewissern Sie sich, mit wem Sie sprechen, und geben Sie ihn nicht über dieses Postfach weiter. Er gilt einmal, eine Viertelstunde lang.
help-link-title = Jemandem beim Anmelden helfen
forgotten-title = Kein Passwort oder vergessen?
forgotten-text = Wenn denen, die Ihre E-Mail betreiben, eine andere Adresse von Ihnen bekannt ist, wird dorthin ein Link gesendet, der Ihr Postfach einmal öffnet. Geben Sie die Adresse des Postfachs ein.
forgotten-do = Link zusenden
forgotten-back = Zurück zur Anmeldung
done-forgotten = Wenn dieses Postfach hier bekannt ist und eine andere Adresse von Ihnen bekannt ist, ist ein Link dorthin unterwegs. Er gilt eine Stunde. Sehen Sie auch im Spam-Ordner nach.
error-forgotten-address = Geben Sie die ganze Adresse Ihres Postfachs ein, zum Beispiel ann@example.com.
link-over-text = Ein Link öffnet einmal, innerhalb einer Viertelstunde. Bitten Sie um einen neuen, wo Sie ihn bekommen haben, oder melden Sie sich mit Ihrem Passwort an.
link-over-title = Dieser Link gilt nicht mehr
link-text = Dieser Link öffnet Ihr Postfach einmal.
link-title = Anmelden als { $address }
error-role-title = Nicht erlaubt
error-role-text = Ihre Rolle erlaubt das nicht. Es wurde nichts geändert. Fragen Sie jemanden, der hier Inhaber ist.
console-person = Mit Ihrem Namen
console-token = Mit einem Token
console-code = Code
console-code-hint = Sechs Ziffern aus Ihrer App oder ein Wiederherstellungscode. Leer lassen, wenn Sie keinen eingerichtet haben.
error-person = Name, Passwort oder Code stimmt nicht.
people-title = Personen
people-hint = Wer sich bei dieser Konsole anmelden darf und als was. Wer hinzugefügt wird, wählt über einen Link ein Passwort; der Link wird hier einmal gezeigt.
role = Rolle
role-save = Rolle speichern
role-owner = Inhaber
role-owner-hint = Alles, auch Personen
role-admin = Administrator
role-admin-hint = Alles außer Personen
role-read-only = Nur lesen
role-read-only-hint = Sieht alles, auch das Protokoll; ändert nichts
role-help-desk = Kundendienst
role-help-desk-hint = Sieht, wie es um Postfächer steht, und hilft beim Anmelden
person-add = Person hinzufügen
person-name = Name
person-sign-in = E-Mail-Adresse zum Anmelden
person-reseller = Wiederverkäufer (leer: Betreiber)
person-signed-in = Zuletzt angemeldet { $time }.
person-never = War noch nicht angemeldet.
person-invited = Hat noch kein Passwort gewählt; der Link gilt bis { $time }.
person-link-over = Hat kein Passwort, und der Link gilt nicht mehr: Machen Sie einen neuen.
person-second-on = Mit zweitem Faktor.
person-second-off = Ohne zweiten Faktor.
person-invite = Neuer Link
person-reset = Passwort und zweiten Faktor zurücksetzen
person-remove = Entfernen
person-link-title = Link für { $name }
person-link-text = Geben Sie ihn auf einem Weg weiter, den nur { $name } liest. Er wird nur jetzt gezeigt und gilt drei Tage.
done-person-changed = Die Rolle ist gespeichert; Sitzungen mit der alten sind beendet.
done-person-removed = Die Person ist entfernt.
welcome-title = Willkommen, { $name }
welcome-text = Sie melden sich bei der Konsole als { $address } an. Wählen Sie ein Passwort.
welcome-do = Passwort setzen
done-password = Ihr Passwort ist gesetzt. Melden Sie sich damit an.
done-account-again = Das ist geändert, und alle Ihre Sitzungen sind beendet. Melden Sie sich neu an.
account-title = Ihr Konto
account-line = { $name }, { $address }, Rolle: { $role }
account-password = Passwort ändern
account-current = Ihr jetziges Passwort
account-new = Neues Passwort
account-new-hint = Mindestens 15 Zeichen; einige Wörter, die Sie behalten, sind gut.
account-save = Passwort speichern
account-second = Zweiter Faktor
account-second-off = Mit einem zweiten Faktor kommt niemand allein mit Ihrem Passwort hinein: Bei jeder Anmeldung geben Sie einen Code ein, den eine App zeigt.
account-second-on = Bei jeder Anmeldung wird ein Code verlangt. Übrige Wiederherstellungscodes: { $count }.
account-setup = Zweiten Faktor einrichten
account-scan = Lesen Sie das Bild mit einer Authenticator-App, oder tippen Sie den Schlüssel ein.
account-picture = QR-Code mit dem Schlüssel, der darunter steht
account-key = Schlüssel:
account-code = Code, den die App jetzt zeigt
account-confirm = Einschalten
account-remove = Zweiten Faktor abschalten
account-codes = Wiederherstellungscodes
account-codes-text = Der zweite Faktor ist eingeschaltet. Jeder dieser Codes öffnet einmal, falls das Gerät verloren geht. Bewahren Sie sie nicht beim Gerät auf; sie werden nur jetzt gezeigt.
error-current = Das ist nicht Ihr Passwort.
error-code = Das ist nicht der Code, den die App jetzt zeigt.
error-new-password = Ein Passwort hat mindestens 15 Zeichen und höchstens 512 Byte.
overview-operator = Mailstores
overview-reseller = Ihre Domains
who-operator = Betreiber { $name }
who-reseller = Wiederverkäufer { $name }
state = Zustand
mode = Modus
since = Seit
changed-by = Durch
held = Noch einzufügen
domain = Domain
mailstore = Mailstore
override = Einstellung
change = Ändern
mailstores-caption = Mailstores
domains-caption = Domains
none-mailstores = Es ist kein Mailstore eingerichtet.
none-domains = Zu diesem Wiederverkäufer gehört noch keine Domain.
state-normal = Normal
state-suspected = Verdacht
state-active = Auf Lifeboat
state-returning = Kehrt zurück
mode-auto = Automatisch
mode-pin-primary = Fest auf dem Mailstore
mode-pin-standby = Fest auf Lifeboat
mode-queue = E-Mail wartet im MX
override-follow = Wie der Mailstore
override-standby = Auf Lifeboat
override-primary = Auf dem Mailstore
override-queue = E-Mail wartet im MX
effective-primary = Auf dem Mailstore
effective-standby = Auf Lifeboat
effective-partly = Teilweise auf Lifeboat
effective-queue = E-Mail wartet im MX
effective-empty = Keine Postfächer
console-nav = Seiten der Konsole
console-back = Zurück zur Übersicht
change-mailstore = Mailstore { $name }
change-domain = Domain { $name }
change-mailbox = Postfach { $name }
change-legend = Was soll geschehen?
change-do = Anwenden
change-state = Zustand: { $state }. Modus: { $mode }.
change-override = Einstellung: { $setting }.
action-activate = Lifeboat einschalten
action-activate-hint = Neue E-Mail geht sofort an Lifeboat, was auch die Proben sagen.
action-return = Zum Mailstore zurückkehren
action-return-hint = Der Wächter prüft, ob der Mailstore ist, was er war; dann geht E-Mail wieder dorthin, und das Einfügen beginnt.
action-return-restored = Zu einem Mailstore zurückkehren, der auf einen früheren Stand gebracht wurde
action-return-restored-hint = Die UIDs jedes Postfachs werden über alles gehoben, was seine Programme gesehen haben; jedes bekommt seine E-Mail, sobald das getan ist.
action-return-accept = Zu dem zurückkehren, was jetzt da ist
action-return-accept-hint = E-Mail und Programme treffen auf das, was jetzt da ist. Nur, nachdem Sie gelesen haben, was Programme dann tun.
guard-found = Gefunden: { $found }.
guard-clients-went-back = Ließe man es ein, wie es ist, würden Programme neue Nachrichten stillschweigend übersehen: Ihre UIDs haben die Programme schon gesehen.
guard-clients-changed = Ließe man es ein, wie es ist, würden Programme alles noch einmal laden oder ihre Kopien löschen.
guard-clients-missing = Ließe man es ein, wie es ist, würden Programme ihre Kopien löschen.
raising-counting = Die UIDs werden gehoben, Postfach für Postfach. Die Postfächer werden gezählt.
raising-progress = Die UIDs werden gehoben: { $done } von { $total } Postfächern bekommen ihre E-Mail wieder, { $blocked } warten auf einen Menschen oder einen weiteren Versuch.
raising-trouble = Im Augenblick kann kein Postfach gehoben werden: { $why }
raising-blocked = { $mailbox } wartet: { $why }
action-auto = Automatisch
action-auto-hint = Die Proben entscheiden, nach den Regeln des Mailstores.
action-pin-primary = Fest auf den Mailstore
action-pin-primary-hint = E-Mail geht an den Mailstore, was auch die Proben sagen.
action-pin-standby = Fest auf Lifeboat
action-pin-standby-hint = E-Mail geht an Lifeboat, bis dies geändert wird.
action-queue = E-Mail im MX aufhalten
action-queue-hint = E-Mail wartet in der Warteschlange des MX und wird später zugestellt.
action-follow = Wie der Mailstore
action-follow-hint = Keine eigene Einstellung: Was mit dem Mailstore geschieht, geschieht auch hier.
action-standby = Auf Lifeboat
action-standby-hint = Neue E-Mail geht an Lifeboat, obwohl der Mailstore läuft.
action-primary = Auf dem Mailstore
action-primary-hint = Nimmt nicht teil: E-Mail geht an den Mailstore, obwohl er ausgefallen ist.
reason = Grund
reason-hint = Steht im Prüfprotokoll und ist für andere Betreiber zu sehen.
error-reason = Geben Sie einen Grund ein.
error-action = Wählen Sie, was geschehen soll.
done-change = Erledigt: { $folder }.

## Merge, in the console

merges-title = Einfügen
merges-back = Zurück zum Einfügen
merges-live = Wird alle 5 Sekunden aktualisiert
merges-go-live = Alle 5 Sekunden aktualisieren
merges-more = Mehr
merges-summary = { $count ->
    [0] Alles ist eingefügt.
    [one] 1 Nachricht ist einzufügen.
   *[other] { $mailboxes ->
        [one] { $count } Nachrichten von 1 Postfach sind einzufügen.
       *[other] { $count } Nachrichten von { $mailboxes } Postfächern sind einzufügen.
    }
}
merges-reseller = Belege Ihrer Domains: was jedem Postfach hinzugefügt wurde, als sein Mailstore wieder da war.
merges-order = Anordnung
merge-paused = Angehalten
merge-closed = Geschlossen
merge-down = Keine Antwort
merge-running = Fügt ein
merge-done = Alles eingefügt
merge-mailboxes = Postfächer
merge-mailbox = Postfach
merge-places = Zugleich
merge-places-of = { $running } von { $allowed }, höchstens { $ceiling }
merge-speed-normal = Wie er antwortet
merge-speed-slow = Langsam
merge-speed-hurry = Eilig
merge-next = Nächster Versuch
merge-blocked = Wartende Postfächer
merge-blocked-more = Hier stehen nicht alle wartenden Postfächer: { $count } weitere warten. Alle gibt es seitenweise über die API: GET /api/v1/mailboxes?blocked=true
merge-outages = Ausfälle
merge-outage = Seit
merge-no-outage = Es gab noch keinen Ausfall.
merge-merged-at = Eingefügt
merge-outage-heading = Was in { $mailstore } eingefügt wurde
merge-outage-mailboxes = { $count ->
    [one] 1 Postfach hat seinen Beleg.
   *[other] { $count } Postfächer haben ihre Belege.
}
merge-outage-left = { $count ->
    [one] 1 Nachricht dieses Mailstores ist noch einzufügen.
   *[other] { $count } Nachrichten dieses Mailstores sind noch einzufügen.
}
merge-domain-text = Was jedem Postfach hinzugefügt wurde, als sein Mailstore wieder da war.
merge-action-run = Jetzt einfügen: eine Pause aufheben, Wartendes noch einmal versuchen
merge-action-pause = Anhalten: bis auf Weiteres nichts einfügen
merge-action-resume = Weitermachen, so schnell der Mailstore gut antwortet
merge-action-slow = Langsam weitermachen
merge-action-hurry = Mit voller Zahl weitermachen, wie langsam der Mailstore auch antwortet
receipts-caption = Belege
receipts-none = Noch kein Beleg: Es wurde nichts eingefügt, oder noch nicht alles.
standing-verified = Geprüft
standing-provisional = Vorläufig
receipt-col-received = Empfangen
receipt-col-sent = Gesendet
receipt-col-drafts = Entwürfe
receipt-col-found = Schon da

## Receipt

receipt-title = Was Ihrem gewohnten Postfach hinzugefügt wurde
receipt-none = Es wurde noch nichts hinzugefügt. Sobald Ihr gewohntes Postfach zurück ist und alles von hier enthält, steht es hier.
receipt-heading = { $time }: Ihrem gewohnten Postfach hinzugefügt
receipt-received = { $count ->
    [one] 1 Nachricht, die hier ankam, wurde hinzugefügt.
   *[other] { $count } Nachrichten, die hier ankamen, wurden hinzugefügt.
}
receipt-sent = { $count ->
    [one] 1 Nachricht, die Sie von hier gesendet haben, wurde Ihren gesendeten Nachrichten hinzugefügt.
   *[other] { $count } Nachrichten, die Sie von hier gesendet haben, wurden Ihren gesendeten Nachrichten hinzugefügt.
}
receipt-drafts = { $count ->
    [one] 1 Entwurf wurde hinzugefügt.
   *[other] { $count } Entwürfe wurden hinzugefügt.
}
receipt-notices = { $count ->
    [one] 1 Mitteilung über eine nicht zustellbare Nachricht wurde hinzugefügt.
   *[other] { $count } Mitteilungen über nicht zustellbare Nachrichten wurden hinzugefügt.
}
receipt-moved = { $count ->
    [one] 1 davon liegt in dem Ordner, in den Sie sie verschoben hatten.
   *[other] { $count } davon liegen in den Ordnern, in die Sie sie verschoben hatten.
}
receipt-deleted = { $count ->
    [one] 1 davon liegt im Papierkorb, in den Sie sie gelegt hatten.
   *[other] { $count } davon liegen im Papierkorb, in den Sie sie gelegt hatten.
}
receipt-found = { $count ->
    [one] 1 Nachricht hatte Ihr gewohntes Postfach noch vor dem Ausfall erreicht und wurde nicht doppelt hinzugefügt.
   *[other] { $count } Nachrichten hatten Ihr gewohntes Postfach noch vor dem Ausfall erreicht und wurden nicht doppelt hinzugefügt.
}
receipt-gone = { $count ->
    [one] 1 Nachricht wurde in Ihrem gewohnten Postfach verschoben oder gelöscht, sobald sie dort war.
   *[other] { $count } Nachrichten wurden in Ihrem gewohnten Postfach verschoben oder gelöscht, sobald sie dort waren.
}
receipt-checked = Jede Nachricht wurde danach aus Ihrem gewohnten Postfach zurückgelesen und verglichen. Keine Ihrer bisherigen Nachrichten wurde verändert.
receipt-provisional = Alles wurde hinzugefügt; es wird gerade verglichen.
receipt-details = Für die Hilfe: Ordner und Zahlen
receipt-folders = Ordner Ihres gewohnten Postfachs
receipt-folder = Ordner
receipt-messages = Hinzugefügt
receipt-numbers = Zahlen
receipt-uids = UIDVALIDITY { $validity }; UIDNEXT { $before } vorher, { $after } nachher
receipt-digest = Prüfsumme dieses Belegs:

## Units and times

decimal-mark = ,
size-bytes = { $value } Bytes
size-kb = { $value } KB
size-mb = { $value } MB
date-day-month = { $day }. { $month }
date-full-day = { $day }. { $month } { $year }
date-time = { $weekday }, { $day }. { $month } { $year }, { $time }
date-weekday = { $weekday }, { $day }. { $month } { $year }
date-today-time = Heute, { $time }
month-1 = Jan.
month-2 = Feb.
month-3 = März
month-4 = Apr.
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = Aug.
month-9 = Sept.
month-10 = Okt.
month-11 = Nov.
month-12 = Dez.
weekday-1 = Mo.
weekday-2 = Di.
weekday-3 = Mi.
weekday-4 = Do.
weekday-5 = Fr.
weekday-6 = Sa.
weekday-7 = So.

## Statusseite und Alarme

status-title = Stand des Maildienstes
status-normal = In Betrieb
status-affected = Ausfall
status-returning = Läuft wieder an
status-text-normal = Der Maildienst arbeitet wie gewohnt.
status-text-affected = Der gewohnte Maildienst ist für einige Postfächer ausgefallen. Neue Nachrichten werden im Notfall-Webmail empfangen, gelesen und gesendet. Bisherige Nachrichten sind sicher; sie werden dort nicht angezeigt, und alles kommt zusammen, sobald der gewohnte Dienst wieder läuft.
status-text-returning = Der gewohnte Maildienst läuft wieder. Was inzwischen ankam und gesendet wurde, wird den Postfächern hinzugefügt.
status-open = Webmail öffnen
status-help = Hilfe
status-history = Die letzten zwei Wochen
status-none = Kein Ausfall.
status-began = Der gewohnte Maildienst ist für einige Postfächer ausgefallen; das Notfall-Webmail ist für sie geöffnet.
status-returned = Der gewohnte Maildienst läuft wieder.
status-merged = Alle Nachrichten aus dem Notfall-Webmail sind in den gewohnten Postfächern.
status-feed = Feed (Atom)
status-feed-title = { $name }: Stand des Maildienstes
alerts-title = Alarme
alerts-hint = Was jetzt kritisch ist. Ein Alarm wird wiederholt, bis ihn jemand übernimmt, und endet von selbst.
alerts-none = Nichts ist kritisch.
alert-since = Seit { $time }, { $count ->
    [one] einmal
   *[other] { $count }-mal
 } gemeldet
alert-taken = Übernommen von { $name }: { $note }
alert-note = Was dagegen getan wird
alert-do = Übernehmen
done-alert = Der Alarm ist übernommen.
error-alert = Bitte angeben, was dagegen getan wird (bis zu 500 Zeichen).
## How everything stands, for operators

ops-title = Betrieb
ops-checks = Was geprüft wurde
ops-check = Prüfung
ops-found = Befund
ops-refused = Bei der Annahme abgelehnt
ops-refused-reason = Grund
ops-refused-lately = Letzte zehn Minuten
ops-refused-since = Seit dem Start
ops-charts = Die letzten 24 Stunden
ops-since = Gezeichnet aus einem Wert pro Minute seit { $time }.
ops-no-samples = Die ersten Werte gibt es eine Minute nach dem Start.
ops-nothing = noch keine Werte
ops-values = jetzt { $now }, höchstens { $most }
ops-accepted = Angenommene Nachrichten pro Minute
ops-unmerged = Noch zusammenzuführende Nachrichten
ops-queued = Nachrichten von Benutzern, die auf den Versand warten
ops-disk = Frei auf der Platte des Speichers, in Prozent
ops-probe = Blick auf { $name } über IMAP, in Millisekunden
ops-ok = Gut
ops-warning = Warnung
ops-critical = Kritisch
ops-unknown = Unbekannt
ops-check-server = Server
ops-check-mailstores = Mailspeicher
ops-check-probes = Proben
ops-check-sentinels = Wächter
ops-check-merge = Zusammenführung
ops-check-queue = Ausgehende Mail
ops-check-intake = Mail herein
ops-check-disk = Platte
ops-check-certificates = Zertifikate
ops-check-drill = Übungen
ops-check-directory = Verzeichnis

## Who is told, and the brand

error-refused = Das wurde nicht übernommen: { $why }
reseller = Reseller
webhooks-title = Webhooks
webhooks-hint = Programme, denen über HTTP gesagt wird, was geschieht. Jeder Aufruf ist signiert (Standard Webhooks) und wird drei Tage lang wiederholt.
webhooks-none = Es gibt noch keine Webhooks.
webhook-to = Adresse
webhook-to-hint = Etwa https://hooks.example.net/lifeboat
webhook-add = Webhook hinzufügen
webhook-secret = Die Aufrufe werden mit diesem Geheimnis signiert. Kopieren Sie es jetzt: Es wird nur dieses eine Mal gezeigt.
webhook-new-secret = Neues Geheimnis
webhook-old-secret = Das ersetzte Geheimnis wird bis { $time } mitbenutzt.
contacts-title = Kontakte
contacts-hint = Personen, die Mail bekommen, wenn etwas geschieht. Nennen Sie Adressen außerhalb dieser Plattform: Ihre eigene Mail steht still, wenn die Plattform steht.
contacts-none = Es gibt noch keine Kontakte.
contact-to = Mailadresse
contact-to-hint = Etwa name@example.net
contact-add = Kontakt hinzufügen
contact-inside = Die Mail dieser Domain liegt auf der Plattform selbst; bei einem Ausfall läse sie niemand. Nennen Sie eine Adresse anderswo.
destination-label = Wofür
destination-for = Für wen
destination-for-hint = Der Name eines Resellers, dem nur Eigenes gesagt wird; leer: Ihre.
destination-events = Was gesagt wird
destination-events-hint = Nichts gewählt: Ein Programm erfährt alles, eine Person, was ein Ausfall bringt.
destination-on = An
destination-off = Aus
destination-failing = Nicht erreicht
destination-failing-since = Seit { $time } kommt nichts an.
destination-change = Ändern
destination-save = Speichern
destination-test = Probe senden
destination-switch-off = Abschalten
destination-switch-on = Einschalten
destination-remove = Entfernen
destination-remove-hint = Es wird nichts mehr gesagt, und das Protokoll wird entfernt.
destination-remove-now = Jetzt entfernen
destination-log = Was gesagt wurde
destination-log-empty = Noch nichts.
destination-event = Ereignis
destination-written = Geschrieben
announcement-told = Gesagt
announcement-failed = Gescheitert
announcement-waiting = Wartet
done-destination = Hinzugefügt.
done-destination-saved = Gespeichert.
done-destination-on = Eingeschaltet.
done-destination-off = Abgeschaltet.
done-destination-test = Eine Probe ist unterwegs; was daraus wird, steht in Sekunden unten.
done-destination-removed = Entfernt.
event-outage-advised = Eine Umschaltung ist angeraten und wartet auf eine Person
event-outage-began = Ein Ausfall begann
event-outage-returned = Mail geht wieder an den Mailspeicher
event-outage-resumed = Ein Ausfall begann von neuem
event-outage-ended = Ein Ausfall ist vorüber
event-merge-finished = Alles ist zusammengeführt
event-mailstore-mode = Der Modus eines Mailspeichers wurde geändert
event-override-changed = Eine Domain oder ein Postfach wurde von Hand umgeschaltet
event-alert-raised = Ein Alarm wurde ausgelöst
event-alert-repeated = Ein Alarm ist noch offen
event-alert-acknowledged = Jemand hat einen Alarm übernommen
event-alert-cleared = Ein Alarm ist vorüber
event-drill-ended = Eine Übung endete
event-domain-moved = Eine Domain hat einen anderen Besitzer
event-override-expired = Eine Einstellung endete von selbst
event-mailbox-moved = Ein Postfach zog auf einen anderen Mailspeicher um
event-mailbox-renamed = Ein Postfach hat eine andere Adresse
event-mailbox-deleted = Ein Postfach wurde gelöscht
event-mailbox-merged = Alles aus einem Postfach ist zusammengeführt
event-mailbox-forgotten = Was von einem gelöschten Postfach aufbewahrt war, wurde gelöscht
event-mailboxes-changed = Viele Postfächer änderten sich auf einmal
event-sending-limited = Eine Grenze für Empfänger am Tag ist erreicht
brand-title = Marke
brand-hint = Wie Benutzer Sie sehen: im Webmail, auf der Statusseite und in Briefen, unter Ihren eigenen Hostnamen.
brand-name = Name
brand-hosts = Hostnamen
brand-hosts-hint = Einer in jeder Zeile, etwa webmail.example.com
brand-help = Hilfe für Benutzer
brand-help-hint = Wen man anruft und wann.
brand-links = Links
brand-links-hint = Einer in jeder Zeile: die Adresse, ein Leerzeichen, was er sagt.
brand-colour = Farbe
brand-colour-hint = Für Knöpfe und Links, als #rrggbb. Weißer Text muss darauf lesbar sein (Kontrast 4,5 zu 1); für dunkle Bildschirme wird sie von selbst heller. Leer: die übliche.
brand-logo = Logo
brand-logo-hint = PNG, JPEG oder WebP, höchstens 100 KB; es wird 28 Pixel hoch gezeigt.
brand-logo-now = Das Logo jetzt
brand-logo-remove = Logo entfernen
brand-texts = Texte
brand-texts-all = Alle Sprachen
brand-texts-hint = Anstelle der üblichen, die in der Sprache des Lesers kommen; leer: der übliche. Die erste Zeile eines Briefs ist sein Betreff. { $names } werden ausgefüllt.
brand-save = Speichern
brand-of = Marke eines Resellers
brand-show = Zeigen
brand-text-help = Hilfe für Benutzer
brand-text-mail-outage-began = Brief: ein Ausfall begann
brand-text-mail-outage-returned = Brief: Mail ist zurück
brand-text-mail-outage-resumed = Brief: ein Ausfall begann von neuem
brand-text-mail-outage-ended = Brief: ein Ausfall ist vorüber
brand-text-mail-merge-finished = Brief: alles ist zusammengeführt
brand-text-user-outage-began = Brief an Benutzer: die gewohnte E-Mail ist gestört
brand-text-user-outage-ended = Brief an Benutzer: die gewohnte E-Mail ist zurück
brand-text-user-sign-in-link = Brief an Benutzer: ein Link zum Anmelden
brand-text-banner-outage = Webmail, während eines Ausfalls
brand-text-status-outage = Statusseite, während eines Ausfalls
brand-text-status-normal = Statusseite, alles in Ordnung
done-brand = Die Marke ist gespeichert.
destination-waiting = { $count ->
    [one] Eine Mitteilung wartet.
   *[other] { $count } Mitteilungen warten.
}

## Mailboxes

mailboxes-title = Postfächer
mailboxes-route = Wohin die Mail geht
mailboxes-any = Irgendwohin
mailboxes-affected = Betroffen: nicht zum Mailspeicher
mailboxes-standby = Zu Lifeboat
mailboxes-queue = Wartet im MX
mailboxes-primary = Zum Mailspeicher
mailboxes-unknown = Der Mailspeicher ist nicht eingerichtet
mailboxes-domain = Domain
mailboxes-mailstore = Mailspeicher
mailboxes-address = Adresse
mailboxes-by = Wegen
mailboxes-by-mailbox = einer Einstellung des Postfachs
mailboxes-by-domain = einer Einstellung der Domain
mailboxes-by-mailstore = des Mailspeichers
mailboxes-by-safety = dessen, was am Mailspeicher antwortet: nicht das, was die Benutzer hatten
mailboxes-by-raising = des Mailspeichers, der zurückgesetzt wurde; das Postfach ist noch nicht bereit
mailboxes-by-nothing = nichts ist bekannt
change-by = Von { $name }.
mailbox-signed-in = Letzte Anmeldung hier: { $time }.
mailbox-never-signed-in = Der Benutzer hat sich hier nicht angemeldet, seit hier Post ankommt.
mailboxes-by-operator = dem Betreiber
mailboxes-since = Seit { $time }.
mailboxes-until = Bis { $time }.
mailboxes-unmerged = Zusammenzuführen
mailboxes-csv = Alle als CSV
mailboxes-none = Keine auf dieser Seite.

## Lists, jobs, outages, tokens and the audit log, in the console

console-menu = Menü
menu-overview = Übersicht
menu-now = Jetzt
menu-directory = Domains und Postfächer
menu-mail = E-Mail
menu-telling = Was anderen gesagt wird
menu-access = Zugang
domains-title = Domains
domains-all = Alle Domains
domains-name = Teil des Namens
bulk-choose = { $name } auswählen
bulk-page = Alle auf dieser Seite auswählen
bulk-all-domains = Alle passenden Domains, auch auf den anderen Seiten
bulk-all-mailboxes = Alle passenden Postfächer, auch auf den anderen Seiten
bulk-look = Ausgewählte umschalten…
bulk-title = Umzuschaltende Postfächer: { $count }
bulk-hint = Noch ist nichts geschehen. Unten steht, was der Auftrag beträfe.
bulk-more = Und weitere: { $count }
bulk-matching = Alle passenden: { $count }
bulk-unknown = Einige gibt es nicht mehr; sie bleiben weg:
bulk-nothing = nichts ist ausgewählt: Gehen Sie zurück und wählen Sie Domains oder Postfächer
bulk-count = Das sind viele. Tippen Sie die Zahl der Postfächer ein, { $count }
bulk-do = Umschalten
error-count = Das ist nicht die Zahl der Postfächer, die es jetzt betrifft.
error-stale = Jemand hat es inzwischen geändert. Sehen Sie nach, wie es jetzt steht, und entscheiden Sie neu.
change-effective = Die E-Mail geht: { $route }, wegen { $level }.
override-ends = Endet
override-of = Für
overrides-title = Einstellungen von Domains und Postfächern
overrides-hint = Was für einzelne Domains und Postfächer von Hand eingestellt ist, und bis wann. Alle anderen folgen ihrem Mailstore.
overrides-none = Nichts ist eingestellt: Alles folgt seinem Mailstore.
overrides-any = Alle
overrides-timed = Nur die, die von selbst enden
overrides-ends = Welche
overrides-never = Nicht von selbst
scope-domain = Domain { $name }
jobs-title = Aufträge
jobs-back = Zurück zu den Aufträgen
jobs-hint = Was für viele auf einmal angeordnet wurde. Ein beendeter Auftrag kann zurückgenommen werden.
jobs-none = Es gab noch keinen Auftrag.
job-ordered = Angeordnet
job-task = Was eingestellt wird
job-task-undo = Ein anderer Auftrag wird zurückgenommen
job-parts = Teile
job-failed = Misslungen
job-running = Läuft
job-done = Erledigt
job-partly = Teilweise erledigt
job-undone = Zurückgenommen
job-title = Auftrag: { $task }
job-progress = { $done } von { $total } bearbeitet, { $failed } misslungen.
job-line = Angeordnet { $time } von { $name }: { $why }
job-ended = Beendet { $time }.
job-undoes = Er nimmt diesen Auftrag zurück
job-undone-by = Dieser Auftrag hat ihn zurückgenommen
job-undo = Zurücknehmen
job-undo-hint = Jede Domain und jedes Postfach erhält, was vorher galt, außer wo seither jemand etwas geändert hat.
job-item-done = Erledigt
job-item-failed = Misslungen
job-item-waiting = Wartet
job-before = Vorher
done-job = Der Auftrag läuft.
outages-title = Ausfälle
outages-back = Zurück zu den Ausfällen
outage-returned = E-Mail zurück seit
outage-heading = Ausfall von { $mailstore }
outage-affected = Betroffene Postfächer
outage-receipts = Belege der Zusammenführung
outage-change = Den Mailstore umschalten
outage-timeline = Was geschah, das Neueste zuerst
verb-suspected = Ein Ausfall wird vermutet
verb-cleared = Der Verdacht ist ausgeräumt
verb-would-activate = Lifeboat wäre eingeschaltet worden
verb-asked = Ein Mensch wird gefragt
verb-activated = E-Mail geht an Lifeboat
verb-blocked = Der Wächter hält die Rückkehr auf
verb-went-back = Der Mailstore ist auf einem früheren Stand
verb-unblocked = Die Rückkehr ist wieder möglich
verb-returned = E-Mail geht wieder an den Mailstore
verb-raised = Alle Postfächer sind wieder bereit
verb-not-raised = Nicht alle Postfächer konnten bereit gemacht werden
verb-relapsed = Er ist wieder ausgefallen
verb-settled = Der Ausfall ist vorbei
verb-mode-set = Der Modus wurde geändert
verb-refused = Ein Befehl wurde abgelehnt
verb-already-so = Ein Befehl änderte nichts
resellers-title = Wiederverkäufer
resellers-hint = Wer hier Postfächer hat. Aus dem Verzeichnis gezählt, höchstens eine Minute alt, während es sich ändert.
resellers-none = Es gibt noch kein Postfach.
resellers-sort = Reihenfolge
resellers-by-name = Nach Namen
resellers-by-mailboxes = Die meisten Postfächer zuerst
resellers-by-affected = Am stärksten betroffene zuerst
order-names = Nach Namen, A bis Z
order-names-back = Nach Namen, Z bis A
order-mailstores = Nach Mailspeicher, A bis Z
order-mailstores-back = Nach Mailspeicher, Z bis A
order-addresses = Nach Adresse, A bis Z
order-addresses-back = Nach Adresse, Z bis A
order-newest = Neueste zuerst
order-oldest = Älteste zuerst
order-valid = Gültige zuerst
domain-move-title = Domains an einen anderen Wiederverkäufer geben
domain-move-hint = Ihre Postfächer, Mails und gelöschten Postfächer gehen mit. Was der bisherige Wiederverkäufer eingestellt hat, endet, und er sieht nichts mehr davon; was Betreiber eingestellt haben, bleibt. Wer sie bekommt, sieht in Ereignissen und Protokoll, was von da an geschieht, auch wenn sie ihm früher schon gehörten.
domain-move-domains = Domains, durch Leerzeichen getrennt
domain-move-from = Von diesem Wiederverkäufer; leer: vom Betreiber
domain-move-to = An diesen Wiederverkäufer; leer: an den Betreiber
domain-move-look = Zeigen, was mitgeht
domain-move-nothing-yet = Noch ist nichts geschehen.
domain-move-summary = Von { $from } an { $to }: { $domains }
domain-move-mailboxes = Postfächer, die mitgehen: { $count }
domain-move-deleted = Gelöschte Postfächer, die mitgehen: { $count }
domain-move-ends = Einstellungen des bisherigen Wiederverkäufers, die enden:
domain-move-more = … und { $count } weitere
domain-move-operator = Betreiber
domain-move-do = Übertragen
done-domains-moved = Die Domains wurden übertragen.
reseller-well = Nicht betroffen
reseller-partly = Teilweise betroffen
reseller-affected = Betroffen
reseller-none = Niemandes
reseller-on-affected = Auf ausgefallenen Mailstores
tokens-title = Tokens
tokens-hint = Mit einem Token benutzt ein Programm die API. Es wird einmal gezeigt, wenn es entsteht.
tokens-none = Es gibt keine Tokens.
token-made = Das neue Token
token-made-text = Kopieren Sie es jetzt: Es wird nicht wieder gezeigt.
token-add = Token erstellen
token-label = Wofür es ist
token-label-hint = Für einen Agenten der Name seines Standpunkts.
token-role = Für wen
token-for = Wiederverkäufer, für dessen Token
token-operator = Betreiber
token-reseller = Wiederverkäufer
token-agent = Agent
token-router = Routen-Agent
token-scopes = Nur das
token-scopes-hint = Nichts gewählt: alles, was die Rolle darf.
token-until = Gültig für
token-days = Tage: { $days }
token-never = Bis es widerrufen wird
token-valid = Gültig
token-revoked = Widerrufen
token-expired = Abgelaufen
token-revoke = Widerrufen
token-looks = Nur zum Ansehen
token-created = Erstellt { $time }.
token-used = Zuletzt benutzt { $time }.
token-ends = Gültig bis { $time }.
token-revoked-at = Widerrufen { $time }.
done-token-revoked = Das Token ist widerrufen.
permission-failover = Mailstores, Domains und Postfächer umschalten
permission-merge = Zusammenführungen anordnen
permission-queue = Die Warteschlange ausgehender E-Mail ändern
permission-provision = Das Verzeichnis füllen
permission-notices = Bestimmen, was Benutzern und Absendern gesagt wird
permission-brand = Die Marke ändern
permission-announce = Webhooks und Kontakte ändern, Alarme übernehmen
permission-sign-in-links = Anmeldelinks erstellen
permission-audit = Das Protokoll lesen
permission-tokens = Tokens erstellen und widerrufen
permission-people = Bestimmen, wer sich an der Konsole anmelden darf
permission-store = Den Speicher sichern und E-Mail ausgeben
audit-title = Protokoll
audit-hint = Jede Änderung: wer, was, wann und warum. Nichts darin wird je geändert oder gelöscht. Zu einer Domain, die von einem anderen Besitzer kam, sehen Wiederverkäufer, was geschah, seit sie zuletzt kam.
audit-head = Der letzte Eintrag ist Nummer { $count }, sein Hash { $hash }.
audit-verify = Die Kette prüfen
audit-sound = Die Kette ist unversehrt, bis Eintrag { $count }.
audit-damaged = Das Protokoll ist beschädigt: { $why }
audit-none = Auf dieser Seite wurde nichts gefunden.
audit-when = Wann
audit-who = Wer
audit-action = Was
audit-subject = Woran
audit-number = Nummer
audit-from = Von
audit-until = Bis
ends-in-hours = { $hours ->
    [one] In { $hours } Stunde
   *[other] In { $hours } Stunden
}
decisions-title = Was entschieden werden muss
decisions-none = Nichts wartet auf Sie.
decision-mailstore = Mailstore
decision-queue = E-Mail wartet im MX
decision-merge = Zusammenführung wartet
decision-source = Quelle des Verzeichnisses
decision-held = Angehaltene Nachrichten
decision-alert = Alarm, den niemand übernommen hat
parts-title = Knoten und Teile
parts-version = Lifeboat { $version }.
parts-vantages = Wer auf die Mailstores sieht: der Server und seine Agenten
parts-vantage = Von wo, was, wie
parts-silent = Schweigt
parts-age = Wie lange her
parts-took = Dauerte
parts-none = Noch sieht niemand auf einen Mailstore.
parts-here = Dieser Server
parts-part = Teil
parts-value = Wie es steht
parts-free = { $free } von { $all } sind frei
parts-waits = Wartende Nachrichten: { $count }, angehalten: { $held }, die älteste seit { $time }
parts-way = Offene Verbindungen: { $open }, Nachrichten seit dem Start: { $count }
parts-good-for = Noch gültig: { $time }
parts-not-good = Abgelaufen oder nicht lesbar
parts-sources = Quellen des Verzeichnisses
parts-source = Quelle
parts-errors = Falsche Zeilen
parts-no-source = Es ist keine Quelle eingerichtet.
long-seconds = { $count } s
long-minutes = { $count } min
long-hours = { $count } h
long-days = { $count } T
