# English. Every text that a person reads on a page stands here; a template names its key.

product = Lifeboat
skip = Skip to content
undo = Undo
save = Save
refresh = Refresh
error-summary = There is a problem
error-reference = If you write to support, quote this reference:
unknown-sender = (no sender)
no-subject = (no subject)
no-recipient = (no recipient)

## Banner

banner-label = State of your mail service
banner-updated = Updated
banner-home = Go to your usual mail
banner-standby-what = Your usual mail is working.
banner-standby-safe = New mail goes there, not here.
banner-standby-next = Lifeboat stands by in case it fails.
banner-suspected-what = Your usual mail does not answer at this moment.
banner-suspected-safe = Your old mail is safe;
banner-suspected-next = it is being looked into, and new mail will come here if it stays down.
banner-outage-what = Your usual mail is down.
banner-outage-safe = Your old mail is safe;
banner-outage-next = it is not shown here. Mail you send and receive here will be added when service returns.
banner-returning-what = Your usual mail is coming back.
banner-returning-safe = Mail from here is being added to it;
banner-returning-next = nothing is lost, and you can go on working here until it is done.
banner-merged-what = Your usual mail is back.
banner-merged-safe = Everything from here has been added to it:
banner-merged-next = received mail in your Inbox, sent mail in Sent, drafts in Drafts.
banner-closed-what = Your usual mail is back.
banner-closed-safe = Everything from here has been added to it and compared.
banner-closed-next = Go on there: here it can still be read, and no longer be changed.
banner-late-what = Your usual mail is back.
banner-late-safe = Mail that arrived here late is being added to it too.
banner-late-next = Go on there: here it can still be read, and no longer be changed.
banner-receipt = See what was added
banner-queue-what = Your usual mail is down.
banner-queue-safe = New mail is being held and is not lost;
banner-queue-next = it will be delivered when service returns.

## Sign-in

sign-in-title = Sign in to your mail
sign-in-again-title = Sign in again
sign-in-again = You were signed out because you had been away for a while. What you wrote is kept: sign in to go on.
sign-in-again-files = Files that you had just chosen need to be attached again.
done-signed-out = You are signed out.
sign-in-first = Please sign in to see this page.
sign-in-ended = You were signed out because you had been away for a while. Sign in to go on where you were.
sign-in-ended-undone = You were signed out because you had been away for a while, and what you just asked for was not done. Sign in, then do it again.
address = E-mail address
password = Password
sign-in = Sign in
sign-in-trouble = Trouble signing in?
sign-in-trouble-text = Use the full address, for example ann@example.com, and the same password as in your usual mail program. If that password is not accepted, ask the people who run your mail for help: they can see whether your mailbox is known here.
door-title = Your mail goes on
door-same = Your usual address and password.
door-same-text = There is nothing to set up, here or in your mail program.
door-safe = Your old mail is safe.
door-safe-text = It is not shown here, and nothing here changes it.
door-merge = Nothing to copy later.
door-merge-text = Mail you send and receive here is added to your usual mailbox when service returns.
error-sign-in = The address or the password is not right. Use the same ones as in your usual mail program.
error-sign-in-often = Too many attempts. Wait a minute, then try again.
error-sign-in-empty = Enter your address and your password.

## Shell

search = Search
search-label = Search mail
account-menu = Account
signed-in-as = Signed in as
sign-out = Sign out
settings = Settings
folders = Folders
folders-menu = Show folders
folders-and-tools = Mail
write = Write
folder-inbox = Inbox
folder-drafts = Drafts
folder-sent = Sent
folder-archive = Archive
folder-junk = Junk
folder-trash = Trash
count-unread = unread
count-drafts = drafts

## Lists

list-summary = { $total ->
    [0] No messages
    [one] 1 message
   *[other] { $total } messages
}{ $unread ->
    [0] {""}
   *[other] , { $unread } unread
}
list-shown = { $shown ->
    [one] 1 message on this page
   *[other] { $shown } messages on this page
}
bulk-label = Act on the selected messages
select-page = Select all
select-none = Select none
select-message = Select: { $subject }, { $who }
unread = Unread:
answered = Answered
forwarded = Forwarded
has-attachment = Has attachments
star-add = Star: { $subject }
star-remove = Remove star: { $subject }
mark-read = Mark read
mark-unread = Mark unread
archive = Archive
delete = Delete
move = Move
move-to = Move to…
pages = Pages
newest = Newest
newer = Newer
older = Older
empty-inbox = No new mail since { $time }
empty-inbox-text = This mailbox is for the time of the outage. Mail that arrived before is safe in your usual mailbox.
empty-page = Nothing more here
empty-inbox-standby = Your mail is in its usual place
empty-inbox-standby-text = Your usual mail is working: new mail arrives there, and your old mail is there too. Nothing of yours is kept here.
empty-inbox-held = New mail is being held for you
empty-inbox-held-text = It is not lost, and it is not shown here. It will be in your usual mailbox when service returns. You can write messages from here.
to-people = To: { $people }
empty-drafts = No drafts
empty-drafts-text = A message that you save while writing waits here.
empty-sent = Nothing sent from here yet
empty-sent-text = Mail you sent before is safe in your usual mailbox.
empty-archive = Nothing archived here yet
empty-archive-text = Your old archive is safe in your usual mailbox.
empty-junk = No junk mail
empty-junk-text = Mail that was marked as junk on its way waits here.
empty-trash = Trash is empty
empty-trash-text = Mail that you delete waits here and goes to your usual Trash when service returns.
empty-folder = Nothing here yet
empty-folder-text = Mail that you move here goes to the folder of this name when service returns.
note-trash = Deleted mail stays here until your usual mail is back, and then goes to your usual Trash.

## What happened

done-read = { $count ->
    [one] 1 message marked as read.
   *[other] { $count } messages marked as read.
}
done-unread = { $count ->
    [one] 1 message marked as unread.
   *[other] { $count } messages marked as unread.
}
done-starred = Star added.
done-unstarred = Star removed.
done-moved = { $count ->
    [one] 1 message moved to { $folder }.
   *[other] { $count } messages moved to { $folder }.
}
done-undone = Undone.
done-nothing-selected = Select one or more messages first.
done-no-folder = Choose a folder to move to first.
done-sent-again = This message had been sent already. It was not sent twice.
done-saved = Draft saved at { $time }.
done-discarded = Draft moved to Trash.
done-answered = Your answer is on its way to the organizer.
done-answered-before = The organizer was told this already. It was not sent twice.
done-daily = You have reached the number of recipients allowed in a day. Nothing was sent.
done-images = Pictures from this sender are shown from now on.
done-images-not = The sender of this message has no address.
done-settings = Settings saved.
done-sent = Your message is on its way. For { $count } seconds you can still take it back.
done-sent-now = Your message is on its way. A copy is in Sent.
done-unsent = Your message was not sent. It is a draft again.
done-undo-late = It is too late to take this message back: it is on its way.
done-stopped = Nobody got this message. Here it is again, as a new one.
done-stopped-partly = Some recipients got this message before you stopped it. Here it is again, as a new one.

## Search

search-title = Search
search-hint = Words, or from:ann, to:bob, subject:invoice, has:attachment, in:sent
search-summary = { $count ->
    [0] {""}
    [one] 1 message found
   *[other] { $count } messages found
}
search-summary-more = The newest { $count } messages found
search-none = Nothing found
search-none-yet = Nothing found yet
search-partial = This mailbox is large: its older mail is still being gone through.
search-again = Search again
search-none-text = Only mail of this outage is searched. Older mail is safe in your usual mailbox.
search-start = Search the mail you have here
search-start-text = Subjects, people, text and names of attachments.

## Message

message-actions = Act on this message
message-text = Text of the message
people-to = To
people-cc = Cc
people-more = and { $count } more
images-blocked = Pictures from the internet are not shown, so that the sender does not learn that you read this.
open-full = Open the full message
show-as-text = Show as plain text
show-as-html = Show as formatted mail
show-quoted = Show quoted text
problem-broken = This message could not be shown in full. Download it to see everything that was sent.
problem-cut = This message is very long. The beginning is shown; download it to see all of it.
images-show = Show pictures
images-always = Always show pictures from { $sender }
note-signed = This message is signed. The signature is not checked here; download the message to check it.
note-encrypted = This message is encrypted. It can be read where your key is: download it, or read it when your usual mail is back.
note-no-text = This message has no text.
note-not-printed = This message is not on this page: it is too large, or there are too many.
download-all = Download all (.zip)
print = Print view
print-files = Attachments
files-title = { $count ->
    [one] 1 attachment
   *[other] { $count } attachments
}
download = Download
preview = Preview
answer = Answer
reply = Reply
reply-all = Reply all
forward = Forward
newer-message = Newer message
older-message = Older message
source = Show source
source-title = Message source
source-cut = Only the beginning is shown. Download the message to see all of it.
back-to-message = Back to the message
download-eml = Download as .eml

## Conversation

conversation-count = { $count ->
    [one] 1 message
   *[other] { $count } messages
}
conversation-earlier = { $count ->
    [one] Show 1 earlier message
   *[other] Show { $count } earlier messages
}
conversation-later = { $count ->
    [one] Show 1 later message
   *[other] Show { $count } later messages
}
open-message = Open this message
continue-draft = Continue writing

## Invitation

invite-request = Invitation
invite-cancelled = Cancelled event
invite-reply = Answer to an invitation
invite-event = Event
invite-when = When
invite-where = Where
invite-repeats = Repeats
invite-organizer = Organizer
invite-people = People
invite-local = local time of the organizer
invite-daily = { $count ->
    [one] every day
   *[other] every { $count } days
}
invite-weekly = { $count ->
    [one] every week
   *[other] every { $count } weeks
}
invite-monthly = { $count ->
    [one] every month
   *[other] every { $count } months
}
invite-yearly = { $count ->
    [one] every year
   *[other] every { $count } years
}
invite-repeated = more than once
invite-times = { $count ->
    [one] once
   *[other] { $count } times
}
invite-until = until { $day }
invite-accept = Accept
invite-maybe = Maybe
invite-decline = Decline
invite-state-accept = accepted
invite-state-maybe = maybe
invite-state-decline = declined
invite-to = Your answer is sent to { $who }.
invite-said-accept = You accepted ({ $time }).
invite-said-maybe = You answered “maybe” ({ $time }).
invite-said-decline = You declined ({ $time }).
invite-subject-accept = Accepted: { $event }
invite-subject-maybe = Maybe: { $event }
invite-subject-decline = Declined: { $event }
invite-text-accept = I accept the invitation “{ $event }”.
invite-text-maybe = I may come to “{ $event }”.
invite-text-decline = I cannot come to “{ $event }”.

## Compose

compose-title = New message
compose-reply = Reply
compose-forward = Forward
compose-draft = Draft
from = From
to = To
cc = Cc
bcc = Bcc
add-copies = Cc and Bcc
subject = Subject
text = Message
format = Formatting
format-bold = Bold
format-italic = Italic
format-list = List
format-numbers = Numbered list
format-quote = Quote
format-link = Link
format-address = Address of the link
format-use = Set link
format-drop = Remove link
format-text = Message with formatting
format-note = This message has formatting. It is kept as long as you leave the text as it is; if you change the text here, it becomes plain text.
attachments = Attachments
add-files = Add files
attach-limit = Up to { $limit } for the whole message, attachments included.
attach-too-large = These files are too large: a message can have up to { $limit }.
remove = Remove
send = Send
save-draft = Save draft
discard = Discard
quote-intro = On { $date }, { $who } wrote:
forward-intro = ---------- Forwarded message ----------
forward-from = From: { $value }
forward-date = Date: { $value }
forward-subject = Subject: { $value }
forward-to = To: { $value }
error-to-empty = Enter at least one recipient.
error-recipient = “{ $text }” is not an e-mail address. Write addresses like ann@example.com, with commas between them.
error-recipients-many = A message can have up to { $max } recipients. Yours has { $count }.
error-too-large = The message with its attachments is too large: up to { $limit } can be sent. Your text is kept; remove some attachments.
error-files-many = A message can have up to { $max } attachments. Your text is kept; remove some attachments.
error-file-gone = An attachment of this message is no longer there. Check the attachments, then send it.
compose-signed-out = You are signed out. What you wrote is kept on this page: sign in again, then go on.
compose-not-saved = Not saved. Your text is still here, and a copy is kept on this device.
compose-offline = No connection. What you write is kept on this device and saved when the connection is back.
compose-not-sent = Not sent: there is no connection. Your text is kept; send it again when the connection is back.
compose-upload-broken = The upload broke off.
compose-again = Try again
compose-people = suggestions
compose-tell = Tell me when it has arrived
compose-tell-hint = The report comes from the last mail server that sends one. It does not say that anybody has read the message.
compose-found = There is text on this device that was not saved, from
compose-found-use = Use it
compose-found-drop = Delete it
error-from = You cannot send from this address.
error-header = The subject or a name has characters that mail cannot carry.
error-daily = You have reached the number of recipients allowed in a day. Your text is saved in Drafts.
error-not-sent = The message was not sent. Your text is kept below; please try again.
error-read-only-letter = Your usual mail is back, and this mailbox is closed: nothing was sent or saved. Copy your text from here and send it there.
done-signed-in-again = You are signed in again. Check your message, then send it.
outbox = Outbox
count-outbox = waiting or not sent
outbox-empty = Nothing waits here. What you send goes out at once, or after the time in which you can take it back.
outbox-text = These messages have not reached everybody yet. There is nothing you need to do while they wait.
outbox-held = Will be sent at { $time }. Until then you can take it back.
outbox-waiting = Waiting to be sent.
outbox-again = Not sent yet. Next try: { $time }.
outbox-sending = Being sent now.
outbox-paused = Stopped by your mail provider for now.
outbox-failed = Not sent ({ $time }). These people did not get it:
outbox-stop = Stop sending

## Settings

settings-you = Name and signature
your-name = Your name
your-name-hint = Recipients see it next to your address.
signature = Signature
signature-hint = It stands below the messages you write. You can change it in each of them.
address-settings = For { $address }
address-settings-hint = What stays empty is as for your main address.
settings-place = Language and time
language = Language
languages = Languages
language-name = English
as-device = As this device says
zone = Time zone
zone-hint = It is { $time } there now.
settings-reading = Reading
density = List spacing
density-roomy = Comfortable
density-compact = Compact
conversations = Show conversations: a message with its answers on one page
images-from = Always show pictures from
images-from-hint = Untick a sender to block their pictures again.
settings-writing = Writing
undo-send = Time to take back a sent message
undo-send-off = None: send at once
undo-send-secs = { $count ->
    [one] 1 second
   *[other] { $count } seconds
}
settings-away = While you are away
away-hint = Whoever writes to you gets this answer, once in seven days. Lists, newsletters and machines get none. An automatic answer that is set in your usual mailbox is not sent from here.
away-on = Answer automatically
away-text = Answer
away-from = First day, if not at once
away-until = Last day, if known
settings-blocked = Blocked senders
blocked = Their mail goes to Junk
blocked-hint = One address on a line, or a domain as @example.com.
filters-hint = Filters of your usual mailbox do not run here. Forwards and aliases that your provider set up still work.
error-away = Write an answer of up to 4,000 characters.
error-away-days = Choose days; the last is not before the first.
error-blocked = Enter up to 500 addresses, or domains as @example.com, one on a line.
settings-keys = Keyboard
keys-on = Use shortcuts of a single key, such as “r” to reply
keys-list = See all keyboard shortcuts
error-zone = This time zone is not known.
error-profile-name = A name is one line of at most 120 characters.
error-profile-signature = A signature can have up to 4,000 characters.
error-language = This language is not offered.
error-undo-send = Choose one of the times.

## Keys

help-title = Keyboard shortcuts
help-text = Everything can also be done with the buttons and links on the pages.
help-off = Shortcuts of a single key are switched off. You can switch them on in the settings.
help-settings = Go to the settings
help-key = Key
help-does = What it does
help-moving = Moving
help-acting = Acting on messages
help-writing = Writing
key-then = then
key-next = Next message
key-previous = Previous message
key-open = Open the message
key-list = Back to the list
key-search = Search
key-go-inbox = Go to Inbox
key-go-drafts = Go to Drafts
key-go-sent = Go to Sent
key-go-archive = Go to Archive
key-select = Select or unselect
key-star = Add or remove the star
key-undo = Undo what was just done
key-help = Show this page
key-write = Write a message
key-send = Send the message

## Live

live-new = { $count ->
    [one] 1 new message
   *[other] { $count } new messages
}
live-show = Show

## Folders

folders-manage = Manage folders
folders-own = Your own folders
folders-own-text = Mail in a folder of yours goes to the folder of this name when service returns.
folders-none = You have no folders of your own here.
folders-fixed = Folders that everybody has
folder-name = Name
folder-at-home = In your usual mail
folder-messages = Messages
folder-new = New folder
folder-new-hint = With a slash, a folder is inside another: Projects/2027
folder-create = Create folder
folder-rename = Rename
folder-rename-label = New name for { $folder }
folder-delete-label = Delete { $folder }
folder-delete-text = { $count ->
    [0] The folder is empty.
    [one] Its 1 message is moved to Trash.
   *[other] Its { $count } messages are moved to Trash.
}
folder-change = Change { $folder }
done-folder-created = Folder created.
done-folder-renamed = Folder renamed.
done-folder-deleted = Folder deleted.
error-folder-empty = Enter a name for the folder.
error-folder-exists = There is a folder of this name already.
error-folder-name = Use at most 100 characters. Between two slashes there must be a name, and it cannot be “.” or “..”.
error-folder-many = There are too many folders.
error-folder-merged = Mail of this folder is already in your usual mailbox. Change the folder there.
error-folder-inside = There are folders inside this one. Delete or rename them first.
error-folder-full = There is too much mail in this folder to delete it at once. Move its mail first.

## Many messages at once

select-all-folder = { $count ->
    [one] Select the 1 message of this folder
   *[other] Select all { $count } messages of this folder
}
select-all-found = Select everything that was found
all-folder-selected = { $count ->
    [one] The 1 message of this folder is selected.
   *[other] All { $count } messages of this folder are selected.
}
all-found-selected = Everything that was found is selected.
mark-junk = Junk
not-junk = Not junk
done-more = Done with { $count } messages. There are more: do the same again for the rest.
done-undo-gone = This can no longer be undone.

## The outgoing queue, and where a message is

queue-title = Outgoing queue
queue-hint = What users sent and is not finished, the oldest first.
queue-sender = Sender
queue-sender-hint = The address of a mailbox, or a domain. Leave it empty for all.
queue-show = Show
queue-sent = Sent
queue-tries = Tries
queue-next = Next try
queue-any = Any
queue-queued = Waiting
queue-sending = On its way
queue-held = Held
queue-empty = Nothing waits here.
queue-to-more = { $count ->
    [one] { $first } and { $count } more
   *[other] { $first } and { $count } more
}
queue-order = Change what is selected
queue-all-of = All of { $sender }, not only this page
queue-reason-hint = Stands in the audit log. For a drop it is also told to the sender.
queue-action-hold = Hold: do not try until released
queue-action-release = Release what is held
queue-action-retry = Try now
queue-action-drop = Drop: give up and tell the sender
error-queue-sender = Enter the address of a mailbox, or a domain.
done-queue = { $count ->
    [0] Nothing was changed: it is on its way, finished, or stands like that already.
    [one] One message was changed.
   *[other] { $count } messages were changed.
}
trace-title = Where is a message?
trace-what = Message
trace-hint = A delivery id, a Message-ID, the MX’s queue id, or the address of a mailbox: then its newest messages.
trace-find = Find
trace-nothing = Nothing was found.
trace-received = { $time }: received from { $from }
trace-sent = { $time }: sent by { $from }
trace-mx-queue-id = Queue id at the MX: { $id }
trace-id = Id: { $id }
trace-now = now
trace-state-standby = On Lifeboat
trace-state-merged = Merged
trace-state-moved = Moved by its user
trace-state-purged = Purged after the merge
trace-state-unknown-mailbox = Mailbox unknown
trace-state-queued = Waiting
trace-state-relayed = Sent on
trace-state-failed = Not sent
trace-state-cancelled = Taken back
trace-state-held = Held

## The operator's words

banner-words = Your mail provider says, { $time }:
notice-title = Notice to users
notice-title-of = Notice to users of { $name }
notice-everybody = All users
notice-hint = Shown on every page of the webmail, as plain text: what is known, what is being done, when you expect it to work. What is said to all users is also on the sign-in page. Leave it empty to take it away.
notice-save = Publish
notice-updated = Published { $time }
done-notice-set = The notice is published.
done-notice-cleared = The notice was taken away.
error-notice = The text can have up to 1,000 characters.
delay-title = Notices policy
delay-hint = While a mailbox is kept here, whoever writes to it can be told after some hours that the message is safe and has not been read yet. Lists, machines and spam are never answered.
delay-of-all = All domains
delay-of-reseller = All domains of { $name }
delay-of-domain = The domain { $name }
delay-now-never = Senders are not told at present.
delay-now =
    At present senders are told after { $hours ->
        [one] one hour
       *[other] { $hours } hours
    }.
delay-find = Domain or reseller
delay-nothing = There is no such domain or reseller here.
delay-when = Senders are told
delay-follow = as set for more domains
delay-never = never
delay-after =
    { $hours ->
        [one] after one hour
       *[other] after { $hours } hours
    }
delay-reason-hint = Stands in the audit log.
done-delay = Saved.
delay-senders = Who writes to a mailbox
users-title = Users
users-hint = When their mailstore is out, and again when it is back, users can be written to at the address at which they are reached otherwise, where one is known. What the letters say is on the page "Brand".
users-when = Users are told of outages
users-yes = at their other address
users-link = at their other address, with where to ask for a link to sign in
users-now-never = Users are not written to at present.
users-now = Users are written to when their mail is out and when it is back.
users-now-link = Users are written to when their mail is out and when it is back; the letter says where to ask for a link to sign in.
users-language = Language of who has not chosen one
error-users-sender = This server has no sender for letters to users yet: the operator sets announce.mail_from.
delay-words = What senders are told
delay-words-change = Change the words
delay-words-hint = In place of the usual words, in the languages that you write; empty: those of the wider scope, or the usual ones. The first line is the subject. { $names } are filled in. A sender whose message names a language is answered in it.
delay-words-language = Language for all other senders
delay-words-preview = Preview
error-delay-hours = Write 1 to 120 hours.

## Error pages

error-not-found-title = Page not found
error-not-found-text = There is nothing at this address. The message may have been moved to another folder.
error-not-found-console = There is nothing at this address, or it belongs to somebody else.
error-forbidden-title = That did not work
error-forbidden-text = The page you came from had expired, or the request did not come from it. Nothing was changed. Go back, reload the page and try again.
error-method-title = That did not work
error-method-text = This page cannot be used in this way. Nothing was changed. Go back and try again.
error-busy-title = Please wait a moment
error-busy-text = There were too many requests at once. Wait a minute, then try again.
error-large-title = Too large
error-large-text = What was sent is larger than this page takes. Go back: your text is still there. Remove some attachments and try again.
error-bad-title = That did not work
error-bad-text = The request could not be understood. Nothing was changed. Go back and try again.
error-read-only-title = Your usual mail is back
error-read-only-text = Everything from here has been added to your usual mailbox. It can still be read here, and no longer be changed: nothing was changed now. Go on in your usual mailbox.
error-internal-title = Something went wrong here
error-internal-text = Your mail is safe. The people who run this service have been told. Please try again in a minute.
link-inbox = Go to your inbox
link-console = Go to the console

## Console

console = Lifeboat console
console-sign-in = Sign in to the console
console-sign-in-text = The console is for the people who run the mail service and for resellers. To read your mail, use the webmail.
token = Token
token-hint = From “lifeboat token create --role operator” or your mail provider.
error-token = This token is not known, was withdrawn or has expired.
error-help-link = There is no such mailbox, or it is somebody else’s customer.
help-link-made = This link opens { $address } once. It is shown here this once.
help-link-do = Make a link
help-link-hint = Whoever has the link reads the mail of this address. Make sure to whom you speak, and hand it on by a way that is not this mailbox. It is good once, for a quarter of an hour.
help-link-title = Help a user sign in
forgotten-title = No password, or forgotten?
forgotten-text = If the people who run your mail know another address of yours, a link is sent there that opens your mailbox once. Enter the address of the mailbox.
forgotten-do = Send me a link
forgotten-back = Back to signing in
done-forgotten = If this mailbox is known here and another address of yours is known, a link is on its way there. It is good for an hour. Look in the junk folder too.
error-forgotten-address = Enter the full address of your mailbox, for example ann@example.com.
link-over-text = A link opens once, within a quarter of an hour. Ask whoever gave it to you for a new one, or sign in with your password.
link-over-title = This link is no longer good
link-text = This link opens your mailbox once.
link-title = Sign in as { $address }
error-role-title = Not allowed
error-role-text = Your role does not allow this. Nothing was changed. Ask somebody who is owner here.
console-person = With your name
console-token = With a token
console-code = Code
console-code-hint = Six digits from your app, or a recovery code. Leave it empty if you have set up none.
error-person = Name, password or code is not right.
people-title = People
people-hint = Who may sign in to this console, and as what. Whoever you add gets a link by which to choose a password; it is shown here once.
role = Role
role-save = Save role
role-owner = Owner
role-owner-hint = Everything, people too
role-admin = Admin
role-admin-hint = Everything but people
role-read-only = Read only
role-read-only-hint = Sees everything, the audit log too; changes nothing
role-help-desk = Help desk
role-help-desk-hint = Sees how mailboxes stand, and helps users sign in
person-add = Add a person
person-name = Name
person-sign-in = E-mail address to sign in with
person-reseller = Reseller (empty: the operator)
person-signed-in = Last signed in { $time }.
person-never = Has not signed in yet.
person-invited = Has not chosen a password yet; the link is good until { $time }.
person-link-over = Has no password, and the link is no longer good: make a new one.
person-second-on = With second factor.
person-second-off = Without second factor.
person-invite = New link
person-reset = Reset password and second factor
person-remove = Remove
person-link-title = Link for { $name }
person-link-text = Hand it on by a way that only { $name } reads. It is shown this once and is good for three days.
done-person-changed = The role is saved; sessions under the old one have ended.
done-person-removed = The person is removed.
welcome-title = Welcome, { $name }
welcome-text = You sign in to the console as { $address }. Choose a password.
welcome-do = Set password
done-password = Your password is set. Sign in with it.
done-account-again = That is changed, and all your sessions have ended. Sign in again.
account-title = Your account
account-line = { $name }, { $address }, role: { $role }
account-password = Change password
account-current = Your password now
account-new = New password
account-new-hint = At least 15 characters; some words that you remember are good.
account-save = Save password
account-second = Second factor
account-second-off = With a second factor nobody gets in by your password alone: at each sign-in you enter a code that an app shows.
account-second-on = A code is asked for at each sign-in. Recovery codes left: { $count }.
account-setup = Set up a second factor
account-scan = Scan the picture with an authenticator app, or type the key into it.
account-picture = QR code with the key that stands below
account-key = Key:
account-code = Code that the app shows now
account-confirm = Switch on
account-remove = Switch off the second factor
account-codes = Recovery codes
account-codes-text = The second factor is on. Each of these codes opens once, should the device be lost. Keep them where the device is not; they are shown this once.
error-current = This is not your password.
error-code = This is not the code that the app shows now.
error-new-password = A password has at least 15 characters, and at most 512 bytes.
overview-operator = Mailstores
overview-reseller = Your domains
who-operator = Operator { $name }
who-reseller = Reseller { $name }
state = State
mode = Mode
since = Since
changed-by = By
held = Still to merge
domain = Domain
mailstore = Mailstore
override = Override
change = Change
mailstores-caption = Mailstores
domains-caption = Domains
none-mailstores = No mailstore is configured.
none-domains = No domain belongs to this reseller yet.
state-normal = Normal
state-suspected = Suspected
state-active = On Lifeboat
state-returning = Returning
mode-auto = Automatic
mode-pin-primary = Pinned to mailstore
mode-pin-standby = Pinned to Lifeboat
mode-queue = Mail waits in the MX
override-follow = Follows the mailstore
override-standby = On Lifeboat
override-primary = On the mailstore
override-queue = Mail waits in the MX
effective-primary = On the mailstore
effective-standby = On Lifeboat
effective-partly = Partly on Lifeboat
effective-queue = Mail waits in the MX
effective-empty = No mailboxes
console-nav = Pages of the console
console-back = Back to the overview
change-mailstore = Mailstore { $name }
change-domain = Domain { $name }
change-mailbox = Mailbox { $name }
change-legend = What should happen?
change-do = Apply
change-state = State: { $state }. Mode: { $mode }.
change-override = Setting: { $setting }.
action-activate = Activate Lifeboat
action-activate-hint = New mail goes to Lifeboat at once, whatever the probes say.
action-return = Return to the mailstore
action-return-hint = The guard checks that the mailstore is what it was, then mail goes there again and the merge starts.
action-return-restored = Return to a mailstore that was restored to an earlier state
action-return-restored-hint = The UIDs of every mailbox are raised above all that its clients have seen; each gets its mail as soon as that is done.
action-return-accept = Return whatever is there now
action-return-accept-hint = Mail and clients meet what is there now, as it is. Only after reading what clients would do.
guard-found = Found: { $found }.
guard-clients-went-back = If it were let in as it is, desktop clients would silently miss new messages: their UIDs are ones that the clients have seen.
guard-clients-changed = If it were let in as it is, desktop clients would download everything again, or delete their copies.
guard-clients-missing = If it were let in as it is, desktop clients would delete their copies.
raising-counting = UIDs are raised, mailbox by mailbox. The mailboxes are being counted.
raising-progress = UIDs are raised: { $done } of { $total } mailboxes get their mail again, { $blocked } wait for a person or another attempt.
raising-trouble = Nobody can be raised at this moment: { $why }
raising-blocked = { $mailbox } waits: { $why }
action-auto = Automatic
action-auto-hint = The probes decide, by the policy of the mailstore.
action-pin-primary = Pin to the mailstore
action-pin-primary-hint = Mail goes to the mailstore, whatever the probes say.
action-pin-standby = Pin to Lifeboat
action-pin-standby-hint = Mail goes to Lifeboat until this is changed.
action-queue = Hold mail in the MX
action-queue-hint = Mail waits in the queue of the MX and is delivered later.
action-follow = Follow the mailstore
action-follow-hint = No setting of its own: what happens to the mailstore happens here.
action-standby = On Lifeboat
action-standby-hint = New mail goes to Lifeboat although the mailstore is up.
action-primary = On the mailstore
action-primary-hint = Opted out: mail goes to the mailstore although it is down.
reason = Reason
reason-hint = Stands in the audit log and is shown to other operators.
error-reason = Enter a reason.
error-action = Choose what should happen.
done-change = Done: { $folder }.

## Merge, in the console

merges-title = Merges
merges-back = Back to the merges
merges-live = Refreshes every 5 seconds
merges-go-live = Refresh every 5 seconds
merges-more = More
merges-summary = { $count ->
    [0] Everything is merged.
    [one] 1 message is to be merged.
   *[other] { $mailboxes ->
        [one] { $count } messages of 1 mailbox are to be merged.
       *[other] { $count } messages of { $mailboxes } mailboxes are to be merged.
    }
}
merges-reseller = Receipts of your domains: what was added to each mailbox when its mailstore was back.
merges-order = Order
merge-paused = Paused
merge-closed = Closed
merge-down = No answer
merge-running = Merging
merge-done = All merged
merge-mailboxes = Mailboxes
merge-mailbox = Mailbox
merge-places = At a time
merge-places-of = { $running } of { $allowed }, at most { $ceiling }
merge-speed-normal = As it answers
merge-speed-slow = Slow
merge-speed-hurry = Hurried
merge-next = Next attempt
merge-blocked = Mailboxes that wait
merge-blocked-more = Not all mailboxes that wait are listed here: { $count } more do. The API has all of them, page by page: GET /api/v1/mailboxes?blocked=true
merge-outages = Outages
merge-outage = Since
merge-no-outage = There was no outage yet.
merge-merged-at = Merged
merge-outage-heading = What was merged into { $mailstore }
merge-outage-mailboxes = { $count ->
    [one] 1 mailbox has its receipt.
   *[other] { $count } mailboxes have their receipts.
}
merge-outage-left = { $count ->
    [one] 1 message of this mailstore is still to be merged.
   *[other] { $count } messages of this mailstore are still to be merged.
}
merge-domain-text = What was added to each mailbox when its mailstore was back.
merge-action-run = Merge now: lift a pause, let what waits try again
merge-action-pause = Pause: merge nothing until further notice
merge-action-resume = Resume, as fast as the mailstore answers well
merge-action-slow = Go on slowly
merge-action-hurry = Go on at the ceiling, however slowly the mailstore answers
receipts-caption = Receipts
receipts-none = No receipt yet: nothing was merged, or not everything.
standing-verified = Verified
standing-provisional = Provisional
receipt-col-received = Received
receipt-col-sent = Sent
receipt-col-drafts = Drafts
receipt-col-found = There already

## Receipt

receipt-title = What was added to your usual mailbox
receipt-none = Nothing has been added yet. Once your usual mail is back and everything from here is in it, it is listed here.
receipt-heading = { $time }: added to your usual mailbox
receipt-received = { $count ->
    [one] 1 message that arrived here was added.
   *[other] { $count } messages that arrived here were added.
}
receipt-sent = { $count ->
    [one] 1 message that you sent from here was added to your sent mail.
   *[other] { $count } messages that you sent from here were added to your sent mail.
}
receipt-drafts = { $count ->
    [one] 1 draft was added.
   *[other] { $count } drafts were added.
}
receipt-notices = { $count ->
    [one] 1 notice about a message that could not be delivered was added.
   *[other] { $count } notices about messages that could not be delivered were added.
}
receipt-moved = { $count ->
    [one] 1 of them is in the folder that you had moved it to.
   *[other] { $count } of them are in the folders that you had moved them to.
}
receipt-deleted = { $count ->
    [one] 1 of them is in Trash, where you had put it.
   *[other] { $count } of them are in Trash, where you had put them.
}
receipt-found = { $count ->
    [one] 1 message had reached your usual mailbox before it failed and was not added twice.
   *[other] { $count } messages had reached your usual mailbox before it failed and were not added twice.
}
receipt-gone = { $count ->
    [one] 1 message was moved or deleted in your usual mailbox as soon as it was there.
   *[other] { $count } messages were moved or deleted in your usual mailbox as soon as they were there.
}
receipt-checked = Every message was then read back from your usual mailbox and compared. None of your old mail was changed.
receipt-provisional = Everything has been added; it is now being compared.
receipt-details = For support: folders and numbers
receipt-folders = Folders of your usual mailbox
receipt-folder = Folder
receipt-messages = Added
receipt-numbers = Numbers
receipt-uids = UIDVALIDITY { $validity }; UIDNEXT { $before } before, { $after } after
receipt-digest = Digest of this receipt:

## Units and times

decimal-mark = .
size-bytes = { $value } bytes
size-kb = { $value } KB
size-mb = { $value } MB
date-day-month = { $day } { $month }
date-full-day = { $day } { $month } { $year }
date-time = { $weekday } { $day } { $month } { $year }, { $time }
date-weekday = { $weekday } { $day } { $month } { $year }
date-today-time = Today, { $time }
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun

## Status page and alerts

status-title = State of the mail service
status-normal = Working
status-affected = Outage
status-returning = Coming back
status-text-normal = Mail works as usual.
status-text-affected = The usual mail service is down for some mailboxes. New mail is received, read and sent in the emergency webmail. Old mail is safe; it is not shown there, and everything comes together when the usual service is back.
status-text-returning = The usual mail service is back. What came in and was sent meanwhile is being added to the mailboxes.
status-open = Open the webmail
status-help = Help
status-history = The last two weeks
status-none = No outage.
status-began = The usual mail service failed for some mailboxes; the emergency webmail is open for them.
status-returned = The usual mail service is back.
status-merged = All mail from the emergency webmail is in the usual mailboxes.
status-feed = Feed (Atom)
status-feed-title = { $name }: state of the mail service
alerts-title = Alerts
alerts-hint = What is critical now. An alert is told again and again until somebody takes it on, and ends by itself.
alerts-none = Nothing is critical.
alert-since = Since { $time }, told { $count ->
    [one] once
   *[other] { $count } times
 }
alert-taken = Taken on by { $name }: { $note }
alert-note = What is being done about it
alert-do = Take it on
done-alert = The alert is taken on.
error-alert = Say what is being done about it, in up to 500 characters.
## How everything stands, for operators

ops-title = Operations
ops-checks = What was checked
ops-check = Check
ops-found = Found
ops-refused = Refused on the way in
ops-refused-reason = Reason
ops-refused-lately = Last ten minutes
ops-refused-since = Since the start
ops-charts = The last 24 hours
ops-since = Drawn from one value a minute since { $time }.
ops-no-samples = The first values are there a minute after the start.
ops-nothing = no values yet
ops-values = now { $now }, at most { $most }
ops-accepted = Messages taken in, per minute
ops-unmerged = Messages still to be merged
ops-queued = Messages of users that wait to be sent
ops-disk = Free on the disk of the store, in percent
ops-probe = Looking at { $name } by IMAP, in milliseconds
ops-ok = Well
ops-warning = Warning
ops-critical = Critical
ops-unknown = Not known
ops-check-server = Server
ops-check-mailstores = Mailstores
ops-check-probes = Probes
ops-check-sentinels = Sentinels
ops-check-merge = Merge
ops-check-queue = Outgoing mail
ops-check-intake = Mail in
ops-check-disk = Disk
ops-check-certificates = Certificates
ops-check-drill = Drills
ops-check-directory = Directory

## Who is told, and the brand

error-refused = This was not taken: { $why }
reseller = Reseller
webhooks-title = Webhooks
webhooks-hint = Programs that are told what happens, over HTTP. Every call is signed (Standard Webhooks) and is tried again for three days.
webhooks-none = There are no webhooks yet.
webhook-to = Address
webhook-to-hint = Such as https://hooks.example.net/lifeboat
webhook-add = Add a webhook
webhook-secret = The calls are signed with this secret. Copy it now: it is shown this once.
webhook-new-secret = New secret
webhook-old-secret = The secret that was replaced is used as well until { $time }.
contacts-title = Contacts
contacts-hint = People who get mail when something happens. Name addresses outside this platform: its own mail stops when the platform does.
contacts-none = There are no contacts yet.
contact-to = Mail address
contact-to-hint = Such as name@example.net
contact-add = Add a contact
contact-inside = Mail of this domain is kept on the platform itself, so nobody would read it in an outage. Name an address elsewhere.
destination-label = What it is for
destination-for = Whose it is
destination-for-hint = The name of a reseller, who is told only of its own; empty: yours.
destination-events = What to tell
destination-events-hint = None chosen: a program is told everything, a person what an outage brings.
destination-on = On
destination-off = Off
destination-failing = Not reached
destination-failing-since = Nothing has got through since { $time }.
destination-change = Change
destination-save = Save
destination-test = Send a test
destination-switch-off = Switch off
destination-switch-on = Switch on
destination-remove = Remove
destination-remove-hint = It is told nothing more, and its log is removed.
destination-remove-now = Remove it now
destination-log = What was told
destination-log-empty = Nothing yet.
destination-event = Event
destination-written = Written
announcement-told = Told
announcement-failed = Failed
announcement-waiting = Waits
done-destination = It was added.
done-destination-saved = It is saved.
done-destination-on = It is switched on.
done-destination-off = It is switched off.
done-destination-test = A test is on its way; what comes of it stands below within seconds.
done-destination-removed = It was removed.
event-outage-advised = A switch is advised and waits for a person
event-outage-began = An outage began
event-outage-returned = Mail goes to the mailstore again
event-outage-resumed = An outage began again
event-outage-ended = An outage is over
event-merge-finished = Everything is merged
event-mailstore-mode = A mailstore's mode was changed
event-override-changed = A domain or mailbox was switched by hand
event-alert-raised = An alert was raised
event-alert-repeated = An alert is still open
event-alert-acknowledged = Somebody took on an alert
event-alert-cleared = An alert is over
event-drill-ended = A drill ended
event-domain-moved = A domain has another owner
event-override-expired = A setting ended by itself
event-mailbox-moved = A mailbox moved to another mailstore
event-mailbox-renamed = A mailbox has another address
event-mailbox-deleted = A mailbox was deleted
event-mailbox-merged = Everything of a mailbox is merged
event-mailbox-forgotten = What was kept of a deleted mailbox was deleted
event-mailboxes-changed = Many mailboxes changed at once
event-sending-limited = A limit of recipients in a day is reached
brand-title = Brand
brand-hint = How users see you: on the webmail, the status page and in letters, under your own host names.
brand-name = Name
brand-hosts = Host names
brand-hosts-hint = One on each line, such as webmail.example.com
brand-help = Help for users
brand-help-hint = Whom to call, and when.
brand-links = Links
brand-links-hint = One on each line: the address, a space, what it says.
brand-colour = Colour
brand-colour-hint = For buttons and links, as #rrggbb. White text must be readable on it (contrast 4.5 to 1); for dark screens it is made lighter by itself. Empty: the usual one.
brand-logo = Logo
brand-logo-hint = PNG, JPEG or WebP, at most 100 KB; it is shown 28 pixels high.
brand-logo-now = The logo now
brand-logo-remove = Remove the logo
brand-texts = Texts
brand-texts-all = All languages
brand-texts-hint = In place of the usual ones, which come in the reader's language; empty: the usual one. The first line of a letter is its subject. { $names } are filled in.
brand-save = Save
brand-of = Brand of a reseller
brand-show = Show
brand-text-help = Help for users
brand-text-mail-outage-began = Letter: an outage began
brand-text-mail-outage-returned = Letter: mail is back
brand-text-mail-outage-resumed = Letter: an outage began again
brand-text-mail-outage-ended = Letter: an outage is over
brand-text-mail-merge-finished = Letter: everything is merged
brand-text-user-outage-began = Letter to users: their usual mail is out
brand-text-user-outage-ended = Letter to users: their usual mail is back
brand-text-user-sign-in-link = Letter to users: a link to sign in
brand-text-banner-outage = Webmail, during an outage
brand-text-status-outage = Status page, during an outage
brand-text-status-normal = Status page, all is well
done-brand = The brand is saved.
destination-waiting = { $count ->
    [one] One announcement waits.
   *[other] { $count } announcements wait.
}

## Mailboxes

mailboxes-title = Mailboxes
mailboxes-route = Where mail goes
mailboxes-any = Anywhere
mailboxes-affected = Affected: not to the mailstore
mailboxes-standby = To Lifeboat
mailboxes-queue = Waits in the MX
mailboxes-primary = To the mailstore
mailboxes-unknown = The mailstore is not configured
mailboxes-domain = Domain
mailboxes-mailstore = Mailstore
mailboxes-address = Address
mailboxes-by = Because of
mailboxes-by-mailbox = a setting of the mailbox
mailboxes-by-domain = a setting of the domain
mailboxes-by-mailstore = the mailstore
mailboxes-by-safety = what answers at the mailstore is not what users had
mailboxes-by-raising = the mailstore went back in time, and the mailbox is not made ready yet
mailboxes-by-nothing = nothing is known
change-by = By { $name }.
mailbox-signed-in = Last sign-in here: { $time }.
mailbox-never-signed-in = The user has not signed in here since mail arrives here.
mailboxes-by-operator = the operator
mailboxes-since = Since { $time }.
mailboxes-until = Until { $time }.
mailboxes-unmerged = To merge
mailboxes-csv = All of them as CSV
mailboxes-none = None on this page.

## Lists, jobs, outages, tokens and the audit log, in the console

console-menu = Menu
menu-overview = Overview
menu-now = Now
menu-directory = Domains and mailboxes
menu-mail = Mail
menu-telling = What people are told
menu-access = Access
domains-title = Domains
domains-all = All domains
domains-name = Part of the name
bulk-choose = Choose { $name }
bulk-page = Choose all on this page
bulk-all-domains = All domains that match, on the other pages too
bulk-all-mailboxes = All mailboxes that match, on the other pages too
bulk-look = Switch what is chosen…
bulk-title = To be switched: mailboxes: { $count }
bulk-hint = Nothing has happened yet. Below is what the order would concern.
bulk-more = And more: { $count }
bulk-matching = All that match: { $count }
bulk-unknown = Some of them are not there any more and will be left out:
bulk-nothing = nothing was chosen: go back and choose domains or mailboxes
bulk-count = That is many. Type the number of mailboxes, { $count }
bulk-do = Switch them
error-count = This is not the number of mailboxes that it concerns now.
error-stale = Somebody changed it meanwhile. Look at how it stands now, and decide anew.
change-effective = Mail goes: { $route }, because of { $level }.
override-ends = Ends
override-of = For
overrides-title = Settings of domains and mailboxes
overrides-hint = What was set by hand for single domains and mailboxes, with when it ends. The rest follows its mailstore.
overrides-none = Nothing is set: everything follows its mailstore.
overrides-any = All
overrides-timed = Only those that end by themselves
overrides-ends = Which
overrides-never = Not by itself
scope-domain = Domain { $name }
jobs-title = Jobs
jobs-back = Back to the jobs
jobs-hint = What was ordered for many at once. A job that has ended can be taken back.
jobs-none = There was no job yet.
job-ordered = Ordered
job-task = What is set
job-task-undo = Another job is taken back
job-parts = Parts
job-failed = Failed
job-running = Under way
job-done = Done
job-partly = Done in part
job-undone = Taken back
job-title = Job: { $task }
job-progress = { $done } of { $total } looked at, { $failed } failed.
job-line = Ordered { $time } by { $name }: { $why }
job-ended = Ended { $time }.
job-undoes = It takes this job back
job-undone-by = This job took it back
job-undo = Take it back
job-undo-hint = Each domain and mailbox gets what it had before, unless somebody changed it since.
job-item-done = Done
job-item-failed = Failed
job-item-waiting = Waits
job-before = Before
done-job = The job has begun.
outages-title = Outages
outages-back = Back to the outages
outage-returned = Mail back since
outage-heading = Outage of { $mailstore }
outage-affected = Affected mailboxes
outage-receipts = Merge receipts
outage-change = Switch the mailstore
outage-timeline = What happened, the newest first
verb-suspected = A failure is suspected
verb-cleared = The suspicion is over
verb-would-activate = Lifeboat would have been switched on
verb-asked = A person is asked
verb-activated = Mail goes to Lifeboat
verb-blocked = The return is stopped by the guard
verb-went-back = The mailstore went back in time
verb-unblocked = The return is possible again
verb-returned = Mail goes to the mailstore again
verb-raised = All mailboxes are ready again
verb-not-raised = Not all mailboxes could be made ready
verb-relapsed = It failed again
verb-settled = The outage is over
verb-mode-set = The mode was changed
verb-refused = An order was refused
verb-already-so = An order changed nothing
resellers-title = Resellers
resellers-hint = Who has mailboxes here. Counted from the directory, at most a minute ago while it changes.
resellers-none = There is no mailbox yet.
resellers-sort = Order
resellers-by-name = By name
resellers-by-mailboxes = Most mailboxes first
resellers-by-affected = Most affected first
order-names = By name, A to Z
order-names-back = By name, Z to A
order-mailstores = By mailstore, A to Z
order-mailstores-back = By mailstore, Z to A
order-addresses = By address, A to Z
order-addresses-back = By address, Z to A
order-newest = Newest first
order-oldest = Oldest first
order-valid = Valid first
domain-move-title = Move domains to another reseller
domain-move-hint = Their mailboxes, mail and deleted mailboxes go along. What the former reseller has set ends, and it sees nothing of them any more; what operators have set stays. Whoever gets them sees of events and audit log what happens from then on, even if they were theirs before.
domain-move-domains = Domains, separated by spaces
domain-move-from = From this reseller; empty: the operator's own
domain-move-to = To this reseller; empty: the operator's own
domain-move-look = Show what goes along
domain-move-nothing-yet = Nothing has happened yet.
domain-move-summary = From { $from } to { $to }: { $domains }
domain-move-mailboxes = Mailboxes that go along: { $count }
domain-move-deleted = Deleted mailboxes that go along: { $count }
domain-move-ends = Settings of the former reseller that end:
domain-move-more = … and { $count } more
domain-move-operator = the operator
domain-move-do = Move them
done-domains-moved = The domains were moved.
reseller-well = Not affected
reseller-partly = Affected in part
reseller-affected = Affected
reseller-none = Nobody's
reseller-on-affected = On mailstores that are out
tokens-title = Tokens
tokens-hint = With a token a program uses the API. It is shown once, when it is made.
tokens-none = There are no tokens.
token-made = The new token
token-made-text = Copy it now: it is not shown again.
token-add = Make a token
token-label = What it is for
token-label-hint = For an agent the name of its vantage point.
token-role = For whom
token-for = Reseller, for a reseller's token
token-operator = Operator
token-reseller = Reseller
token-agent = Agent
token-router = Route agent
token-scopes = Only this
token-scopes-hint = None chosen: all that the role may.
token-until = Good for
token-days = Days: { $days }
token-never = Until it is revoked
token-valid = Good
token-revoked = Revoked
token-expired = Expired
token-revoke = Revoke
token-looks = To look, nothing else
token-created = Made { $time }.
token-used = Last used { $time }.
token-ends = Good until { $time }.
token-revoked-at = Revoked { $time }.
done-token-revoked = The token is revoked.
permission-failover = Switch mailstores, domains and mailboxes
permission-merge = Order merges
permission-queue = Change the queue of outgoing mail
permission-provision = Fill the directory
permission-notices = Say what users and senders are told
permission-brand = Change the brand
permission-announce = Change webhooks and contacts, take on alerts
permission-sign-in-links = Make sign-in links
permission-audit = Read the audit log
permission-tokens = Make and revoke tokens
permission-people = Say who may sign in to the console
permission-store = Back up the store and export mail
audit-title = Audit log
audit-hint = Every change with who, what, when and why. Nothing in it is ever changed or deleted. Of a domain that came from another owner, resellers see what was done since it came last.
audit-head = The last entry is number { $count }, its hash { $hash }.
audit-verify = Verify the chain
audit-sound = The chain is whole, up to entry { $count }.
audit-damaged = The log is damaged: { $why }
audit-none = Nothing was found on this page.
audit-when = When
audit-who = Who
audit-action = What
audit-subject = To what
audit-number = Number
audit-from = From
audit-until = To
ends-in-hours = { $hours ->
    [one] In { $hours } hour
   *[other] In { $hours } hours
}
decisions-title = What needs a decision
decisions-none = Nothing waits for you.
decision-mailstore = Mailstore
decision-queue = Mail waits in the MX
decision-merge = Merge waits
decision-source = Source of the directory
decision-held = Held messages
decision-alert = Alert nobody has taken on
parts-title = Nodes and parts
parts-version = Lifeboat { $version }.
parts-vantages = Who looks at the mailstores: the server and its agents
parts-vantage = From where, what, how
parts-silent = Silent
parts-age = How long ago
parts-took = Took
parts-none = Nobody looks at a mailstore yet.
parts-here = This server
parts-part = Part
parts-value = How it stands
parts-free = { $free } of { $all } are free
parts-waits = Messages that wait: { $count }, held: { $held }, the oldest for { $time }
parts-way = Open connections: { $open }, messages since the start: { $count }
parts-good-for = Good for { $time }
parts-not-good = It has ended or cannot be read
parts-sources = Sources of the directory
parts-source = Source
parts-errors = Wrong rows
parts-no-source = No source is configured.
long-seconds = { $count } s
long-minutes = { $count } min
long-hours = { $count } h
long-days = { $count } d
