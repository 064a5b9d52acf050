# العربية. المفاتيح والمتغيرات كما في en.ftl، ويقارنها اختبار.

product = Lifeboat
skip = الانتقال إلى المحتوى
undo = تراجع
save = حفظ
refresh = تحديث
error-summary = هناك مشكلة
error-reference = إذا راسلت الدعم فاذكر هذا الرقم المرجعي:
unknown-sender = (بلا مرسِل)
no-subject = (بلا موضوع)
no-recipient = (بلا مستلِم)

## Banner

banner-label = حالة خدمة بريدك
banner-updated = آخر تحديث
banner-home = الانتقال إلى بريدك المعتاد
banner-standby-what = بريدك المعتاد يعمل.
banner-standby-safe = تصل الرسائل الجديدة إليه لا إلى هنا.
banner-standby-next = Lifeboat على أهبة الاستعداد إن تعطّل.
banner-suspected-what = بريدك المعتاد لا يستجيب في هذه اللحظة.
banner-suspected-safe = رسائلك السابقة في أمان؛
banner-suspected-next = نتحقق من الأمر، وستصل الرسائل الجديدة إلى هنا إن استمر التعطل.
banner-outage-what = بريدك المعتاد متعطّل.
banner-outage-safe = رسائلك السابقة في أمان؛
banner-outage-next = وهي لا تُعرض هنا. ما ترسله وتستقبله هنا يُضاف إليها عند عودة الخدمة.
banner-returning-what = بريدك المعتاد في طريقه إلى العودة.
banner-returning-safe = تُضاف إليه الآن الرسائل التي هنا؛
banner-returning-next = لا يضيع شيء، ويمكنك مواصلة العمل هنا حتى ينتهي ذلك.
banner-merged-what = عاد بريدك المعتاد.
banner-merged-safe = أُضيف إليه كل ما كان هنا:
banner-merged-next = الرسائل المستلمة في الوارد، والمرسلة في المرسل، والمسودات في المسودات.
banner-closed-what = عاد بريدك المعتاد.
banner-closed-safe = أُضيف إليه كل ما كان هنا وقورن به.
banner-closed-next = واصل العمل هناك: ما هنا يمكن قراءته ولا يمكن تغييره بعد الآن.
banner-late-what = عاد بريدك المعتاد.
banner-late-safe = تُضاف إليه أيضًا الرسائل التي وصلت إلى هنا متأخرة.
banner-late-next = واصل العمل هناك: ما هنا يمكن قراءته ولا يمكن تغييره بعد الآن.
banner-receipt = عرض ما أُضيف
banner-queue-what = بريدك المعتاد متعطّل.
banner-queue-safe = الرسائل الجديدة محفوظة ولا تضيع؛
banner-queue-next = وستُسلَّم عند عودة الخدمة.

## Sign-in

sign-in-title = تسجيل الدخول إلى بريدك
sign-in-again-title = تسجيل الدخول من جديد
sign-in-again = سُجّل خروجك لأنك كنت غائبًا لفترة. ما كتبته محفوظ: سجّل الدخول للمتابعة.
sign-in-again-files = الملفات التي اخترتها للتو يجب إرفاقها من جديد.
done-signed-out = تم تسجيل خروجك.
sign-in-first = يُرجى تسجيل الدخول لعرض هذه الصفحة.
sign-in-ended = سُجّل خروجك لأنك كنت غائبًا لفترة. سجّل الدخول لتتابع من حيث كنت.
sign-in-ended-undone = سُجّل خروجك لأنك كنت غائبًا لفترة، ولم يُنفَّذ ما طلبته للتو. سجّل الدخول ثم أعد ما طلبته.
address = عنوان البريد الإلكتروني
password = كلمة المرور
sign-in = تسجيل الدخول
sign-in-trouble = هل تواجه صعوبة في تسجيل الدخول؟
sign-in-trouble-text = استخدم العنوان الكامل، مثل ann@example.com، وكلمة المرور نفسها التي تستخدمها في برنامج بريدك المعتاد. إن لم تُقبل كلمة المرور فاطلب المساعدة ممن يديرون بريدك: يمكنهم أن يروا هل صندوقك معروف هنا.
door-title = البريد مستمر
door-same = عنوانك وكلمة مرورك المعتادان.
door-same-text = لا شيء تحتاج إلى إعداده، لا هنا ولا في برنامج بريدك.
door-safe = رسائلك السابقة في أمان.
door-safe-text = لا تُعرض هنا، ولا شيء هنا يغيّرها.
door-merge = لا شيء تنسخه لاحقًا.
door-merge-text = ما ترسله وتستقبله هنا يُضاف إلى صندوقك المعتاد عند عودة الخدمة.
error-sign-in = العنوان أو كلمة المرور غير صحيح. استخدم ما تستخدمه في برنامج بريدك المعتاد.
error-sign-in-often = محاولات كثيرة جدًا. انتظر دقيقة ثم حاول مجددًا.
error-sign-in-empty = أدخل عنوانك وكلمة مرورك.

## Shell

search = بحث
search-label = البحث في البريد
account-menu = الحساب
signed-in-as = سُجّل الدخول باسم
sign-out = تسجيل الخروج
settings = الإعدادات
folders = المجلدات
folders-menu = عرض المجلدات
folders-and-tools = البريد
write = كتابة
folder-inbox = الوارد
folder-drafts = المسودات
folder-sent = المرسل
folder-archive = الأرشيف
folder-junk = البريد غير المرغوب فيه
folder-trash = المهملات
count-unread = غير مقروءة
count-drafts = مسودات

## Lists

list-summary = { $total ->
    [0] لا رسائل
    [one] رسالة واحدة
    [two] رسالتان
    [few] { $total } رسائل
    [many] { $total } رسالة
   *[other] { $total } رسالة
}{ $unread ->
    [0] {""}
   *[other] ، غير المقروء منها { $unread }
}
list-shown = { $shown ->
    [zero] لا رسائل في هذه الصفحة
    [one] رسالة واحدة في هذه الصفحة
    [two] رسالتان في هذه الصفحة
    [few] { $shown } رسائل في هذه الصفحة
    [many] { $shown } رسالة في هذه الصفحة
   *[other] { $shown } رسالة في هذه الصفحة
}
bulk-label = إجراءات على الرسائل المحددة
select-page = تحديد الكل
select-none = إلغاء التحديد
select-message = تحديد: { $subject }، { $who }
unread = غير مقروءة:
answered = تم الرد عليها
forwarded = أُعيد توجيهها
has-attachment = بها مرفقات
star-add = تمييز بنجمة: { $subject }
star-remove = إزالة النجمة: { $subject }
mark-read = مقروءة
mark-unread = غير مقروءة
archive = أرشفة
delete = حذف
move = نقل
move-to = نقل إلى…
pages = الصفحات
newest = الأحدث
newer = أحدث
older = أقدم
empty-inbox = لا رسائل جديدة منذ { $time }
empty-inbox-text = هذا الصندوق لمدة التعطل. الرسائل التي وصلت قبله في أمان في صندوقك المعتاد.
empty-page = لا شيء آخر هنا
empty-inbox-standby = رسائلك في مكانها المعتاد
empty-inbox-standby-text = بريدك المعتاد يعمل: تصل الرسائل الجديدة إليه، ورسائلك السابقة فيه أيضًا. لا شيء لك محفوظ هنا.
empty-inbox-held = الرسائل الجديدة محفوظة لك
empty-inbox-held-text = لا تضيع ولا تُعرض هنا. ستكون في صندوقك المعتاد عند عودة الخدمة. يمكنك كتابة الرسائل من هنا.
to-people = إلى: { $people }
empty-drafts = لا مسودات
empty-drafts-text = الرسالة التي تحفظها أثناء الكتابة تنتظر هنا.
empty-sent = لم يُرسل شيء من هنا بعد
empty-sent-text = ما أرسلته من قبل في أمان في صندوقك المعتاد.
empty-archive = لا شيء مؤرشف هنا بعد
empty-archive-text = أرشيفك السابق في أمان في صندوقك المعتاد.
empty-junk = لا بريد غير مرغوب فيه
empty-junk-text = الرسائل التي صُنّفت في طريقها غير مرغوب فيها تنتظر هنا.
empty-trash = المهملات فارغة
empty-trash-text = الرسائل التي تحذفها تنتظر هنا وتنتقل إلى مهملاتك المعتادة عند عودة الخدمة.
empty-folder = لا شيء هنا بعد
empty-folder-text = الرسائل التي تنقلها إلى هنا تنتقل إلى المجلد الذي يحمل هذا الاسم عند عودة الخدمة.
note-trash = تبقى الرسائل المحذوفة هنا حتى يعود بريدك المعتاد، ثم تنتقل إلى مهملاتك المعتادة.

## What happened

done-read = { $count ->
    [zero] لم تُميَّز أي رسالة.
    [one] مُيّزت رسالة واحدة كمقروءة.
    [two] مُيّزت رسالتان كمقروءتين.
    [few] مُيّزت { $count } رسائل كمقروءة.
    [many] مُيّزت { $count } رسالةً كمقروءة.
   *[other] مُيّزت { $count } رسالة كمقروءة.
}
done-unread = { $count ->
    [zero] لم تُميَّز أي رسالة.
    [one] مُيّزت رسالة واحدة كغير مقروءة.
    [two] مُيّزت رسالتان كغير مقروءتين.
    [few] مُيّزت { $count } رسائل كغير مقروءة.
    [many] مُيّزت { $count } رسالةً كغير مقروءة.
   *[other] مُيّزت { $count } رسالة كغير مقروءة.
}
done-starred = أُضيفت النجمة.
done-unstarred = أُزيلت النجمة.
done-moved = { $count ->
    [zero] لم تُنقل أي رسالة إلى «{ $folder }».
    [one] نُقلت رسالة واحدة إلى «{ $folder }».
    [two] نُقلت رسالتان إلى «{ $folder }».
    [few] نُقلت { $count } رسائل إلى «{ $folder }».
    [many] نُقلت { $count } رسالةً إلى «{ $folder }».
   *[other] نُقلت { $count } رسالة إلى «{ $folder }».
}
done-undone = تم التراجع.
done-nothing-selected = حدد رسالة أو أكثر أولًا.
done-no-folder = اختر أولًا المجلد الذي تريد النقل إليه.
done-sent-again = أُرسلت هذه الرسالة من قبل، ولم تُرسل مرتين.
done-saved = حُفظت المسودة الساعة { $time }.
done-discarded = نُقلت المسودة إلى المهملات.
done-answered = ردك في طريقه إلى المنظّم.
done-answered-before = المنظّم يعلم ذلك من قبل. لم يُرسَل الرد مرتين.
done-daily = لقد بلغت عدد المستلمين المسموح به في اليوم. لم يُرسَل شيء.
done-images = ستُعرض صور هذا المرسل من الآن فصاعدًا.
done-images-not = ليس لمرسل هذه الرسالة عنوان.
done-settings = حُفظت الإعدادات.
done-sent = رسالتك في طريقها. ما زال بإمكانك سحبها خلال { $count } ثانية.
done-sent-now = رسالتك في طريقها. توجد نسخة منها في المرسل.
done-unsent = لم تُرسل رسالتك، وعادت مسودة.
done-undo-late = فات أوان سحب هذه الرسالة: هي في طريقها.
done-stopped = لم يستلم أحد هذه الرسالة. ها هي من جديد رسالةً جديدة.
done-stopped-partly = استلم بعض المستلمين هذه الرسالة قبل أن توقفها. ها هي من جديد رسالةً جديدة.

## Search

search-title = بحث
search-hint = كلمات، أو from:ann أو to:bob أو subject:invoice أو has:attachment أو in:sent
search-summary = { $count ->
    [0] {""}
    [one] عُثر على رسالة واحدة
    [two] عُثر على رسالتين
    [few] عُثر على { $count } رسائل
    [many] عُثر على { $count } رسالةً
   *[other] عُثر على { $count } رسالة
}
search-summary-more = أحدث الرسائل التي عُثر عليها: { $count }
search-none = لم يُعثر على شيء
search-none-yet = لم يُعثر على شيء بعد
search-partial = هذا الصندوق كبير: ما زال البحث جاريًا في الرسائل الأقدم.
search-again = إعادة البحث
search-none-text = يشمل البحث بريد هذا التعطل وحده. الرسائل الأقدم في أمان في صندوقك المعتاد.
search-start = ابحث في الرسائل التي لديك هنا
search-start-text = المواضيع والأشخاص والنصوص وأسماء المرفقات.

## Message

message-actions = إجراءات على هذه الرسالة
message-text = نص الرسالة
people-to = إلى
people-cc = نسخة
people-more = وآخرون: { $count }
images-blocked = لا تُعرض الصور من الإنترنت، حتى لا يعلم المرسِل أنك تقرأ هذه الرسالة.
open-full = فتح الرسالة كاملة
show-as-text = عرض كنص بسيط
show-as-html = عرض بالتنسيق
show-quoted = عرض النص المقتبس
problem-broken = تعذّر عرض هذه الرسالة كاملة. نزّلها لترى كل ما أُرسل.
problem-cut = هذه الرسالة طويلة جدًا، ويُعرض أولها. نزّلها لتراها كلها.
images-show = عرض الصور
images-always = عرض صور { $sender } دائمًا
note-signed = هذه الرسالة موقّعة. لا يُتحقَّق من التوقيع هنا؛ نزّل الرسالة للتحقق منه.
note-encrypted = هذه الرسالة مشفّرة. يمكن قراءتها حيث يوجد مفتاحك: نزّلها، أو اقرأها عندما يعود بريدك المعتاد.
note-no-text = لا نصّ في هذه الرسالة.
note-not-printed = هذه الرسالة ليست في هذه الصفحة: فهي كبيرة جدًا، أو الرسائل كثيرة جدًا.
download-all = تنزيل الكل ‎(.zip)‎
print = عرض للطباعة
print-files = المرفقات
files-title = { $count ->
    [zero] لا مرفقات
    [one] مرفق واحد
    [two] مرفقان
    [few] { $count } مرفقات
    [many] { $count } مرفقًا
   *[other] { $count } مرفق
}
download = تنزيل
preview = معاينة
answer = رد
reply = رد
reply-all = رد على الكل
forward = إعادة توجيه
newer-message = رسالة أحدث
older-message = رسالة أقدم
source = عرض المصدر
source-title = مصدر الرسالة
source-cut = يُعرض الأول فقط. نزّل الرسالة لتراها كلها.
back-to-message = العودة إلى الرسالة
download-eml = تنزيل بصيغة ‎.eml

## Conversation

conversation-count = { $count ->
    [zero] لا رسائل
    [one] رسالة واحدة
    [two] رسالتان
    [few] { $count } رسائل
    [many] { $count } رسالةً
   *[other] { $count } رسالة
}
conversation-earlier = { $count ->
    [zero] لا رسائل أقدم
    [one] عرض رسالة أقدم واحدة
    [two] عرض رسالتين أقدم
    [few] عرض { $count } رسائل أقدم
    [many] عرض { $count } رسالةً أقدم
   *[other] عرض { $count } رسالة أقدم
}
conversation-later = { $count ->
    [zero] لا رسائل أحدث
    [one] عرض رسالة أحدث واحدة
    [two] عرض رسالتين أحدث
    [few] عرض { $count } رسائل أحدث
    [many] عرض { $count } رسالةً أحدث
   *[other] عرض { $count } رسالة أحدث
}
open-message = فتح هذه الرسالة
continue-draft = متابعة الكتابة

## Invitation

invite-request = دعوة
invite-cancelled = موعد مُلغى
invite-reply = ردّ على دعوة
invite-event = موعد
invite-when = متى
invite-where = أين
invite-repeats = التكرار
invite-organizer = المنظّم
invite-people = الأشخاص
invite-local = بالتوقيت المحلي للمنظّم
invite-daily = { $count ->
    [zero] كل يوم
    [one] كل يوم
    [two] كل يومين
    [few] كل { $count } أيام
    [many] كل { $count } يومًا
   *[other] كل { $count } يوم
}
invite-weekly = { $count ->
    [zero] كل أسبوع
    [one] كل أسبوع
    [two] كل أسبوعين
    [few] كل { $count } أسابيع
    [many] كل { $count } أسبوعًا
   *[other] كل { $count } أسبوع
}
invite-monthly = { $count ->
    [zero] كل شهر
    [one] كل شهر
    [two] كل شهرين
    [few] كل { $count } أشهر
    [many] كل { $count } شهرًا
   *[other] كل { $count } شهر
}
invite-yearly = { $count ->
    [zero] كل سنة
    [one] كل سنة
    [two] كل سنتين
    [few] كل { $count } سنوات
    [many] كل { $count } سنةً
   *[other] كل { $count } سنة
}
invite-repeated = أكثر من مرة
invite-times = { $count ->
    [zero] ولا مرة
    [one] مرة واحدة
    [two] مرتين
    [few] { $count } مرات
    [many] { $count } مرةً
   *[other] { $count } مرة
}
invite-until = حتى { $day }
invite-accept = قبول
invite-maybe = ربما
invite-decline = رفض
invite-state-accept = قَبِل
invite-state-maybe = ربما
invite-state-decline = رفض
invite-to = يُرسَل ردك إلى { $who }.
invite-said-accept = لقد قبلت ({ $time }).
invite-said-maybe = لقد أجبت «ربما» ({ $time }).
invite-said-decline = لقد رفضت ({ $time }).
invite-subject-accept = مقبول: { $event }
invite-subject-maybe = ربما: { $event }
invite-subject-decline = مرفوض: { $event }
invite-text-accept = أقبل الدعوة إلى «{ $event }».
invite-text-maybe = ربما أحضر «{ $event }».
invite-text-decline = لا أستطيع حضور «{ $event }».

## Compose

compose-title = رسالة جديدة
compose-reply = رد
compose-forward = إعادة توجيه
compose-draft = مسودة
from = من
to = إلى
cc = نسخة
bcc = نسخة مخفية
add-copies = نسخة ونسخة مخفية
subject = الموضوع
text = الرسالة
format = التنسيق
format-bold = غامق
format-italic = مائل
format-list = قائمة
format-numbers = قائمة مرقّمة
format-quote = اقتباس
format-link = رابط
format-address = عنوان الرابط
format-use = إدراج الرابط
format-drop = إزالة الرابط
format-text = الرسالة مع التنسيق
format-note = تحتوي هذه الرسالة على تنسيق. يبقى التنسيق ما دمت لا تغيّر النص؛ وإذا غيّرت النص هنا فستصبح نصًا عاديًا.
attachments = المرفقات
add-files = إضافة ملفات
attach-limit = حتى { $limit } للرسالة كاملة مع مرفقاتها.
attach-too-large = هذه الملفات كبيرة جدًا: يمكن أن تبلغ الرسالة { $limit } على الأكثر.
remove = إزالة
send = إرسال
save-draft = حفظ المسودة
discard = تجاهل
quote-intro = في { $date } كتب { $who }:
forward-intro = ---------- رسالة أُعيد توجيهها ----------
forward-from = من: { $value }
forward-date = التاريخ: { $value }
forward-subject = الموضوع: { $value }
forward-to = إلى: { $value }
error-to-empty = أدخل مستلِمًا واحدًا على الأقل.
error-recipient = «{ $text }» ليس عنوان بريد إلكتروني. اكتب عناوين مثل ann@example.com وافصل بينها بفواصل.
error-recipients-many = يمكن أن يكون للرسالة { $max } مستلِم على الأكثر، ولرسالتك { $count }.
error-too-large = الرسالة مع مرفقاتها كبيرة جدًا: يمكن إرسال { $limit } على الأكثر. نصك محفوظ؛ أزل بعض المرفقات.
error-files-many = أقصى عدد لمرفقات الرسالة { $max }. نصّك محفوظ؛ أزل بعض المرفقات.
error-file-gone = أحد مرفقات هذه الرسالة لم يعد موجودًا. تحقّق من المرفقات ثم أرسلها.
compose-signed-out = انتهت جلستك. ما كتبته باقٍ في هذه الصفحة: سجّل الدخول من جديد ثم تابع.
compose-not-saved = لم يُحفظ. ما زال نصّك هنا، ونسخة منه على هذا الجهاز.
compose-offline = لا يوجد اتصال. ما تكتبه محفوظ على هذا الجهاز، وسيُحفظ في الخادم عند عودة الاتصال.
compose-not-sent = لم تُرسل: لا يوجد اتصال. نصّك محفوظ؛ أرسله من جديد عند عودة الاتصال.
compose-upload-broken = انقطع رفع الملف.
compose-again = إعادة المحاولة
compose-people = اقتراحات
compose-tell = أخبرني عند وصول الرسالة
compose-tell-hint = يأتي الإشعار من آخر خادم بريد يرسل إشعارات، ولا يعني أن أحدًا قرأ الرسالة.
compose-found = على هذا الجهاز نصّ لم يُحفظ، بتاريخ
compose-found-use = استعماله
compose-found-drop = حذفه
error-from = لا يمكنك الإرسال من هذا العنوان.
error-header = في الموضوع أو في أحد الأسماء رموز لا يستطيع البريد نقلها.
error-daily = بلغت عدد المستلِمين المسموح به في اليوم. نصك محفوظ في المسودات.
error-not-sent = لم تُرسل الرسالة. نصك محفوظ أدناه؛ يُرجى المحاولة مجددًا.
error-read-only-letter = عاد بريدك المعتاد وأُغلق هذا الصندوق: لم يُرسل شيء ولم يُحفظ. انسخ نصك من هنا وأرسله من هناك.
done-signed-in-again = سُجّل دخولك من جديد. راجع رسالتك ثم أرسلها.
outbox = الصادر
count-outbox = تنتظر أو لم تُرسل
outbox-empty = لا شيء ينتظر هنا. ما ترسله يخرج فورًا، أو بعد المهلة التي يمكنك فيها التراجع.
outbox-text = لم تصل هذه الرسائل إلى الجميع بعد. لا يلزمك فعل شيء أثناء انتظارها.
outbox-held = تُرسل الساعة { $time }. يمكنك التراجع عنها حتى ذلك الحين.
outbox-waiting = تنتظر الإرسال.
outbox-again = لم يمكن إرسالها بعد. المحاولة التالية: { $time }.
outbox-sending = تُرسل الآن.
outbox-paused = أوقفها مزوّدك مؤقتًا.
outbox-failed = لم يمكن إرسالها ({ $time }). لم يستلمها هؤلاء:
outbox-stop = إيقاف الإرسال

## Settings

settings-you = الاسم والتوقيع
your-name = اسمك
your-name-hint = يراه المستلِمون بجانب عنوانك.
signature = التوقيع
signature-hint = يظهر أسفل الرسائل التي تكتبها، ويمكنك تغييره في كل منها.
address-settings = للعنوان { $address }
address-settings-hint = ما يبقى فارغًا يكون كما في عنوانك الرئيسي.
settings-place = اللغة والوقت
language = اللغة
languages = اللغات
language-name = العربية
as-device = كما في هذا الجهاز
zone = المنطقة الزمنية
zone-hint = الوقت هناك الآن { $time }.
settings-reading = القراءة
density = تباعد القوائم
density-roomy = مريح
density-compact = مضغوط
conversations = عرض المحادثات: الرسالة مع ردودها في صفحة واحدة
images-from = عرض الصور دائمًا من
images-from-hint = ألغِ تحديد المرسِل لحجب صوره من جديد.
settings-writing = الكتابة
undo-send = مهلة التراجع عن الإرسال
undo-send-off = بلا مهلة: إرسال فورًا
undo-send-secs = { $count ->
    [zero] بلا ثوانٍ
    [one] ثانية واحدة
    [two] ثانيتان
    [few] { $count } ثوانٍ
    [many] { $count } ثانيةً
   *[other] { $count } ثانية
}
settings-away = أثناء غيابك
away-hint = من يكتب إليك يتلقى هذا الرد مرة كل سبعة أيام. القوائم والنشرات والأنظمة الآلية لا تتلقى ردًا. الرد التلقائي المضبوط في صندوقك المعتاد لا يُرسل من هنا.
away-on = الرد تلقائيًا
away-text = الرد
away-from = أول يوم، إن لم يكن فورًا
away-until = آخر يوم، إن كان معروفًا
settings-blocked = مرسلون محظورون
blocked = بريدهم يذهب إلى البريد غير المرغوب فيه
blocked-hint = عنوان واحد في كل سطر، أو نطاق مثل ‎@example.com.
filters-hint = مرشحات صندوقك المعتاد لا تعمل هنا. عمليات إعادة التوجيه والأسماء المستعارة التي أعدّها مزودك تستمر في العمل.
error-away = اكتب ردًا لا يتجاوز 4000 حرف.
error-away-days = اختر أيامًا؛ الأخير ليس قبل الأول.
error-blocked = أدخل حتى 500 عنوان، أو نطاقات مثل ‎@example.com، واحدًا في كل سطر.
settings-keys = لوحة المفاتيح
keys-on = استخدام اختصارات من مفتاح واحد، مثل «r» للرد
keys-list = عرض كل اختصارات لوحة المفاتيح
error-zone = هذه المنطقة الزمنية غير معروفة.
error-profile-name = الاسم سطر واحد من 120 حرفًا على الأكثر.
error-profile-signature = يمكن أن يبلغ التوقيع 4000 حرف على الأكثر.
error-language = هذه اللغة غير متاحة.
error-undo-send = اختر إحدى المهل.

## Keys

help-title = اختصارات لوحة المفاتيح
help-text = كل شيء يمكن فعله أيضًا بالأزرار والروابط في الصفحات.
help-off = الاختصارات ذات المفتاح الواحد معطّلة. يمكنك تفعيلها في الإعدادات.
help-settings = الانتقال إلى الإعدادات
help-key = المفتاح
help-does = ما يفعله
help-moving = التنقل
help-acting = إجراءات على الرسائل
help-writing = الكتابة
key-then = ثم
key-next = الرسالة التالية
key-previous = الرسالة السابقة
key-open = فتح الرسالة
key-list = العودة إلى القائمة
key-search = بحث
key-go-inbox = الانتقال إلى الوارد
key-go-drafts = الانتقال إلى المسودات
key-go-sent = الانتقال إلى المرسل
key-go-archive = الانتقال إلى الأرشيف
key-select = تحديد أو إلغاء التحديد
key-star = إضافة النجمة أو إزالتها
key-undo = التراجع عن آخر إجراء
key-help = عرض هذه الصفحة
key-write = كتابة رسالة
key-send = إرسال الرسالة

## Live

live-new = { $count ->
    [zero] لا رسائل جديدة
    [one] رسالة جديدة واحدة
    [two] رسالتان جديدتان
    [few] { $count } رسائل جديدة
    [many] { $count } رسالةً جديدة
   *[other] { $count } رسالة جديدة
}
live-show = عرض

## Folders

folders-manage = إدارة المجلدات
folders-own = مجلداتك الخاصة
folders-own-text = رسائل مجلدك الخاص تنتقل إلى المجلد الذي يحمل هذا الاسم عند عودة الخدمة.
folders-none = ليس لديك هنا مجلدات خاصة.
folders-fixed = مجلدات موجودة لدى الجميع
folder-name = الاسم
folder-at-home = في بريدك المعتاد
folder-messages = الرسائل
folder-new = مجلد جديد
folder-new-hint = بالشرطة المائلة يكون المجلد داخل مجلد آخر: مشاريع/2027
folder-create = إنشاء المجلد
folder-rename = إعادة التسمية
folder-rename-label = الاسم الجديد للمجلد { $folder }
folder-delete-label = حذف { $folder }
folder-delete-text = { $count ->
    [0] المجلد فارغ.
    [one] تُنقل رسالته الوحيدة إلى المهملات.
    [two] تُنقل رسالتاه إلى المهملات.
    [few] تُنقل رسائله الـ{ $count } إلى المهملات.
    [many] تُنقل رسائله إلى المهملات، وعددها { $count }.
   *[other] تُنقل رسائله إلى المهملات، وعددها { $count }.
}
folder-change = تغيير { $folder }
done-folder-created = أُنشئ المجلد.
done-folder-renamed = أُعيدت تسمية المجلد.
done-folder-deleted = حُذف المجلد.
error-folder-empty = أدخل اسمًا للمجلد.
error-folder-exists = يوجد مجلد بهذا الاسم.
error-folder-name = استخدم 100 حرف على الأكثر. يجب أن يكون بين كل شرطتين مائلتين اسم، ولا يمكن أن يكون «.» أو «..».
error-folder-many = عدد المجلدات كبير جدًا.
error-folder-merged = رسائل من هذا المجلد موجودة في صندوقك المعتاد. غيّر المجلد هناك.
error-folder-inside = داخل هذا المجلد مجلدات أخرى. احذفها أو أعد تسميتها أولًا.
error-folder-full = في هذا المجلد رسائل أكثر من أن يُحذف دفعة واحدة. انقل رسائله أولًا.

## Many messages at once

select-all-folder = { $count ->
    [zero] لا رسائل في هذا المجلد
    [one] تحديد الرسالة الوحيدة في هذا المجلد
    [two] تحديد الرسالتين في هذا المجلد
    [few] تحديد كل رسائل هذا المجلد ({ $count })
    [many] تحديد كل رسائل هذا المجلد ({ $count })
   *[other] تحديد كل رسائل هذا المجلد ({ $count })
}
select-all-found = تحديد كل ما عُثر عليه
all-folder-selected = { $count ->
    [zero] لا رسائل محددة.
    [one] حُددت الرسالة الوحيدة في هذا المجلد.
    [two] حُددت الرسالتان في هذا المجلد.
    [few] حُددت كل رسائل هذا المجلد ({ $count }).
    [many] حُددت كل رسائل هذا المجلد ({ $count }).
   *[other] حُددت كل رسائل هذا المجلد ({ $count }).
}
all-found-selected = حُدد كل ما عُثر عليه.
mark-junk = غير مرغوب فيه
not-junk = مرغوب فيه
done-more = تم ذلك لعدد من الرسائل يبلغ { $count }. هناك المزيد: كرّر ذلك للباقي.
done-undo-gone = لم يعد التراجع عن هذا ممكنًا.

## The outgoing queue, and where a message is

queue-title = قائمة الإرسال
queue-hint = ما أرسله المستخدمون ولم ينتهِ بعد، الأقدم أولًا.
queue-sender = المرسل
queue-sender-hint = عنوان صندوق بريد أو نطاق. اتركه فارغًا لعرض الكل.
queue-show = عرض
queue-sent = وقت الإرسال
queue-tries = المحاولات
queue-next = المحاولة التالية
queue-any = أي حالة
queue-queued = في الانتظار
queue-sending = في الطريق
queue-held = موقوفة
queue-empty = لا شيء ينتظر هنا.
queue-to-more = { $count ->
    [zero] { $first }
    [one] { $first } وعنوان آخر
    [two] { $first } وعنوانان آخران
    [few] { $first } و{ $count } عناوين أخرى
    [many] { $first } و{ $count } عنوانًا آخر
   *[other] { $first } و{ $count } عنوان آخر
}
queue-order = تغيير ما تم تحديده
queue-all-of = كل ما أرسله { $sender }، وليس هذه الصفحة فقط
queue-reason-hint = يظهر في سجل التدقيق، ويُبلَّغ به المرسل أيضًا عند الإسقاط.
queue-action-hold = إيقاف: لا محاولة حتى الإفراج عنها
queue-action-release = الإفراج عن الموقوف
queue-action-retry = المحاولة الآن
queue-action-drop = إسقاط: التخلي عنها وإبلاغ المرسل
error-queue-sender = أدخل عنوان صندوق بريد أو نطاقًا.
done-queue = { $count ->
    [0] لم يتغير شيء: الرسالة في الطريق أو انتهت أو هي كذلك بالفعل.
    [zero] لم يتغير شيء.
    [one] تغيرت رسالة واحدة.
    [two] تغيرت رسالتان.
    [few] تغيرت { $count } رسائل.
    [many] تغيرت { $count } رسالة.
   *[other] تغيرت { $count } رسالة.
}
trace-title = أين الرسالة؟
trace-what = الرسالة
trace-hint = معرّف تسليم أو Message-ID أو معرّف القائمة لدى MX أو عنوان صندوق بريد: عندها تظهر أحدث رسائله.
trace-find = بحث
trace-nothing = لم يُعثر على شيء.
trace-received = { $time }: استُلمت من { $from }
trace-sent = { $time }: أرسلها { $from }
trace-mx-queue-id = معرّف القائمة لدى MX: { $id }
trace-id = المعرّف: { $id }
trace-now = الآن
trace-state-standby = في Lifeboat
trace-state-merged = مدمجة
trace-state-moved = نقلها مستخدمها
trace-state-purged = أزيلت بعد الدمج
trace-state-unknown-mailbox = صندوق غير معروف
trace-state-queued = في الانتظار
trace-state-relayed = أُرسلت
trace-state-failed = لم تُرسل
trace-state-cancelled = سُحبت
trace-state-held = موقوفة

## The operator's words

banner-words = يقول مزوّد بريدك، { $time }:
notice-title = بيان للمستخدمين
notice-title-of = بيان لمستخدمي { $name }
notice-everybody = كل المستخدمين
notice-hint = يظهر في كل صفحة من بريد الويب نصًا بسيطًا: ما المعروف، وما الذي يجري، ومتى تتوقع أن تعود الخدمة. وما يقال لكل المستخدمين يظهر أيضًا في صفحة تسجيل الدخول. اتركه فارغًا لإزالته.
notice-save = نشر
notice-updated = نُشر { $time }
done-notice-set = نُشر البيان.
done-notice-cleared = أُزيل البيان.
error-notice = يمكن أن يبلغ النص 1000 حرف على الأكثر.
delay-title = سياسة الإشعارات
delay-hint = ما دام صندوق البريد محفوظًا هنا، يمكن إخبار من يراسله بعد بضع ساعات بأن رسالته محفوظة ولم تُقرأ بعد. لا يُردّ أبدًا على القوائم البريدية والأجهزة والرسائل المزعجة.
delay-of-all = كل النطاقات
delay-of-reseller = كل نطاقات { $name }
delay-of-domain = النطاق { $name }
delay-now-never = لا يُخبَر المرسلون حاليًا.
delay-now =
    يُخبَر المرسلون حاليًا بعد { $hours ->
        [zero] { $hours } ساعة
        [one] ساعة واحدة
        [two] ساعتين
        [few] { $hours } ساعات
        [many] { $hours } ساعة
       *[other] { $hours } ساعة
    }.
delay-find = النطاق أو الموزّع
delay-nothing = لا يوجد هنا نطاق أو موزّع بهذا الاسم.
delay-when = يُخبَر المرسلون
delay-follow = كما حُدّد لنطاقات أكثر
delay-never = أبدًا
delay-after =
    { $hours ->
        [zero] بعد { $hours } ساعة
        [one] بعد ساعة واحدة
        [two] بعد ساعتين
        [few] بعد { $hours } ساعات
        [many] بعد { $hours } ساعة
       *[other] بعد { $hours } ساعة
    }
delay-reason-hint = يُسجَّل في سجل التدقيق.
done-delay = حُفظ.
delay-senders = من يكتب إلى صندوق بريد
users-title = المستخدمون
users-hint = عند تعطل مخزن بريدهم، ثم عند عودته، يمكن الكتابة إلى المستخدمين على العنوان الذي يمكن الوصول إليهم عليه بطريقة أخرى، إن كان معروفًا. نصوص الرسائل في صفحة «العلامة».
users-when = يُبلَّغ المستخدمون بالأعطال
users-yes = على عنوانهم الآخر
users-link = على عنوانهم الآخر، مع مكان طلب رابط لتسجيل الدخول
users-now-never = لا يُكتب إلى المستخدمين حاليًا.
users-now = يُكتب إلى المستخدمين عند تعطل بريدهم وعند عودته.
users-now-link = يُكتب إلى المستخدمين عند تعطل بريدهم وعند عودته؛ وتذكر الرسالة مكان طلب رابط لتسجيل الدخول.
users-language = لغة من لم يختر لغة
error-users-sender = ليس لهذا الخادم مرسِل للرسائل إلى المستخدمين بعد: يضبط المشغّل announce.mail_from.
delay-words = ما يُقال للمرسلين
delay-words-change = تغيير النص
delay-words-hint = بدلًا من النص المعتاد، باللغات التي تكتب بها؛ إن تُرك فارغًا: نص النطاق الأوسع أو النص المعتاد. السطر الأول هو الموضوع. تُملأ { $names }. وإذا ذكرت رسالة المرسل لغة أُجيب بها.
delay-words-language = اللغة لبقية المرسلين
delay-words-preview = معاينة
error-delay-hours = اكتب من 1 إلى 120 ساعة.

## Error pages

error-not-found-title = الصفحة غير موجودة
error-not-found-text = لا شيء في هذا العنوان. ربما نُقلت الرسالة إلى مجلد آخر.
error-not-found-console = لا شيء في هذا العنوان، أو أنه يخص جهة أخرى.
error-forbidden-title = لم ينجح ذلك
error-forbidden-text = انتهت صلاحية الصفحة التي جئت منها، أو لم يأتِ الطلب منها. لم يتغير شيء. ارجع وأعد تحميل الصفحة ثم حاول مجددًا.
error-method-title = لم ينجح ذلك
error-method-text = لا يمكن استخدام هذه الصفحة بهذه الطريقة. لم يتغيّر شيء. ارجع وحاول مرة أخرى.
error-busy-title = يُرجى الانتظار قليلًا
error-busy-text = كانت الطلبات كثيرة في وقت واحد. انتظر دقيقة ثم حاول مرة أخرى.
error-large-title = كبير جدًا
error-large-text = ما أُرسل أكبر مما تقبله هذه الصفحة. ارجع: نصك ما زال هناك. أزل بعض المرفقات وحاول مجددًا.
error-bad-title = لم ينجح ذلك
error-bad-text = تعذّر فهم الطلب. لم يتغير شيء. ارجع وحاول مجددًا.
error-read-only-title = عاد بريدك المعتاد
error-read-only-text = أُضيف كل ما كان هنا إلى صندوقك المعتاد. يمكن قراءته هنا ولا يمكن تغييره بعد الآن: لم يتغير شيء. واصل العمل في صندوقك المعتاد.
error-internal-title = حدث خطأ هنا
error-internal-text = بريدك في أمان. أُبلغ القائمون على هذه الخدمة. يُرجى المحاولة مجددًا بعد دقيقة.
link-inbox = الانتقال إلى الوارد
link-console = الانتقال إلى لوحة الإدارة

## Console

console = لوحة إدارة Lifeboat
console-sign-in = تسجيل الدخول إلى لوحة الإدارة
console-sign-in-text = لوحة الإدارة لمن يديرون خدمة البريد وللموزعين. لقراءة بريدك استخدم بريد الويب.
token = رمز الدخول
token-hint = من «lifeboat token create --role operator» أو من مزوّد بريدك.
error-token = هذا الرمز غير معروف أو أُلغي أو انتهت صلاحيته.
error-help-link = لا يوجد صندوق كهذا، أو أنه يتبع جهة أخرى.
help-link-made = يفتح هذا الرابط { $address } مرة واحدة. يُعرض هذه المرة فقط.
help-link-do = إنشاء رابط
help-link-hint = من يملك الرابط يقرأ بريد هذا العنوان. تأكد ممن تحدثه، وأرسله بطريقة غير هذا الصندوق. يصلح مرة واحدة خلال ربع ساعة.
help-link-title = مساعدة مستخدم على الدخول
forgotten-title = لا توجد كلمة مرور أو نسيتها؟
forgotten-text = إذا كان القائمون على بريدك يعرفون عنوانًا آخر لك، يُرسل إليه رابط يفتح صندوق بريدك مرة واحدة. أدخل عنوان صندوق البريد.
forgotten-do = أرسل لي رابطًا
forgotten-back = العودة إلى تسجيل الدخول
done-forgotten = إذا كان صندوق البريد هذا معروفًا هنا وكان لك عنوان آخر معروف، فالرابط في طريقه إليه. وهو صالح لمدة ساعة. انظر أيضًا في مجلد البريد غير المرغوب فيه.
error-forgotten-address = أدخل العنوان الكامل لصندوق بريدك، مثل ann@example.com.
link-over-text = يفتح الرابط مرة واحدة خلال ربع ساعة. اطلب رابطًا جديدًا ممن أعطاك إياه، أو ادخل بكلمة مرورك.
link-over-title = هذا الرابط لم يعد صالحًا
link-text = يفتح هذا الرابط صندوقك مرة واحدة.
link-title = الدخول باسم { $address }
error-role-title = غير مسموح
error-role-text = دورك لا يسمح بهذا. لم يتغيّر شيء. اسأل شخصًا له دور المالك هنا.
console-person = باسمك
console-token = برمز وصول
console-code = الرمز
console-code-hint = ستة أرقام من تطبيقك، أو رمز استرداد. اتركه فارغًا إن لم تُعدّ واحدًا.
error-person = الاسم أو كلمة المرور أو الرمز غير صحيح.
people-title = الأشخاص
people-hint = من يمكنه الدخول إلى هذه اللوحة وبأي دور. من تضيفه يختار كلمة مرور عبر رابط يُعرض هنا مرة واحدة.
role = الدور
role-save = حفظ الدور
role-owner = مالك
role-owner-hint = كل شيء، والأشخاص أيضًا
role-admin = مدير
role-admin-hint = كل شيء عدا الأشخاص
role-read-only = قراءة فقط
role-read-only-hint = يرى كل شيء والسجل أيضًا، ولا يغيّر شيئًا
role-help-desk = مكتب المساعدة
role-help-desk-hint = يرى حالة صناديق البريد ويساعد المستخدمين على الدخول
person-add = إضافة شخص
person-name = الاسم
person-sign-in = عنوان البريد للدخول
person-reseller = الموزّع (فارغ: المشغّل)
person-signed-in = آخر دخول: { $time }.
person-never = لم يدخل بعد.
person-invited = لم يختر كلمة مرور بعد؛ الرابط صالح حتى { $time }.
person-link-over = ليست له كلمة مرور، والرابط لم يعد صالحًا: أنشئ رابطًا جديدًا.
person-second-on = مع عامل ثانٍ.
person-second-off = بلا عامل ثانٍ.
person-invite = رابط جديد
person-reset = إعادة ضبط كلمة المرور والعامل الثاني
person-remove = إزالة
person-link-title = رابط لـ { $name }
person-link-text = أرسله بطريقة لا يقرؤها إلا { $name }. يُعرض هذه المرة فقط ويصلح لثلاثة أيام.
done-person-changed = حُفظ الدور، وانتهت الجلسات بالدور السابق.
done-person-removed = أُزيل الشخص.
welcome-title = مرحبًا { $name }
welcome-text = تدخل إلى اللوحة بالعنوان { $address }. اختر كلمة مرور.
welcome-do = تعيين كلمة المرور
done-password = عُيّنت كلمة مرورك. ادخل بها.
done-account-again = تم التغيير وانتهت كل جلساتك. ادخل من جديد.
account-title = حسابك
account-line = { $name }، { $address }، الدور: { $role }
account-password = تغيير كلمة المرور
account-current = كلمة مرورك الحالية
account-new = كلمة المرور الجديدة
account-new-hint = 15 محرفًا على الأقل؛ بضع كلمات تتذكرها خيار جيد.
account-save = حفظ كلمة المرور
account-second = العامل الثاني
account-second-off = مع عامل ثانٍ لا يدخل أحد بكلمة مرورك وحدها: عند كل دخول تُدخل رمزًا يعرضه تطبيق.
account-second-on = يُطلب رمز عند كل دخول. رموز الاسترداد المتبقية: { $count }.
account-setup = إعداد عامل ثانٍ
account-scan = امسح الصورة بتطبيق مصادقة، أو اكتب المفتاح فيه.
account-picture = رمز QR بالمفتاح المكتوب أدناه
account-key = المفتاح:
account-code = الرمز الذي يعرضه التطبيق الآن
account-confirm = تشغيل
account-remove = إيقاف العامل الثاني
account-codes = رموز الاسترداد
account-codes-text = العامل الثاني مفعّل. كل رمز يفتح مرة واحدة إن ضاع الجهاز. احفظها بعيدًا عن الجهاز؛ تُعرض هذه المرة فقط.
error-current = هذه ليست كلمة مرورك.
error-code = ليس هذا هو الرمز الذي يعرضه التطبيق الآن.
error-new-password = كلمة المرور 15 محرفًا على الأقل و512 بايتًا على الأكثر.
overview-operator = مخازن البريد
overview-reseller = نطاقاتك
who-operator = المشغّل { $name }
who-reseller = الموزع { $name }
state = الحالة
mode = الوضع
since = منذ
changed-by = بواسطة
held = لم يُدمج بعد
domain = النطاق
mailstore = مخزن البريد
override = الإعداد
change = تغيير
mailstores-caption = مخازن البريد
domains-caption = النطاقات
none-mailstores = لم يُضبط أي مخزن بريد.
none-domains = لا نطاقات لهذا الموزع بعد.
state-normal = عادي
state-suspected = مشتبه به
state-active = على Lifeboat
state-returning = في طور العودة
mode-auto = تلقائي
mode-pin-primary = مثبّت على مخزن البريد
mode-pin-standby = مثبّت على Lifeboat
mode-queue = البريد ينتظر في MX
override-follow = يتبع مخزن البريد
override-standby = على Lifeboat
override-primary = على مخزن البريد
override-queue = البريد ينتظر في MX
effective-primary = على مخزن البريد
effective-standby = على Lifeboat
effective-partly = جزئيًا على Lifeboat
effective-queue = البريد ينتظر في MX
effective-empty = لا صناديق
console-nav = صفحات لوحة التحكم
console-back = العودة إلى النظرة العامة
change-mailstore = مخزن البريد { $name }
change-domain = النطاق { $name }
change-mailbox = الصندوق { $name }
change-legend = ما الذي ينبغي أن يحدث؟
change-do = تطبيق
change-state = الحالة: { $state }. الوضع: { $mode }.
change-override = الإعداد: { $setting }.
action-activate = تفعيل Lifeboat
action-activate-hint = يذهب البريد الجديد إلى Lifeboat فورًا، مهما قالت المجسّات.
action-return = العودة إلى مخزن البريد
action-return-hint = يتحقق الحارس من أن مخزن البريد كما كان، ثم يعود البريد إليه ويبدأ الدمج.
action-return-restored = العودة إلى مخزن بريد استُعيد إلى حالة سابقة
action-return-restored-hint = تُرفع أرقام UID في كل صندوق فوق كل ما رأته برامجه، ويحصل كل صندوق على بريده فور إتمام ذلك.
action-return-accept = العودة إلى ما هو موجود الآن
action-return-accept-hint = يلتقي البريد والبرامج بما هو موجود الآن كما هو. فقط بعد قراءة ما ستفعله البرامج.
guard-found = وُجد: { $found }.
guard-clients-went-back = لو قُبل كما هو لفاتت البرامجَ رسائل جديدة دون إشعار، لأن أرقام UID الخاصة بها سبق أن رأتها.
guard-clients-changed = لو قُبل كما هو لنزّلت البرامج كل شيء من جديد أو حذفت نسخها.
guard-clients-missing = لو قُبل كما هو لحذفت البرامج نسخها.
raising-counting = تُرفع أرقام UID صندوقًا بعد صندوق. يجري عدّ الصناديق.
raising-progress = تُرفع أرقام UID: عاد البريد إلى { $done } من { $total } صندوق، و{ $blocked } تنتظر شخصًا أو محاولة أخرى.
raising-trouble = لا يمكن رفع أي صندوق في هذه اللحظة: { $why }
raising-blocked = { $mailbox } ينتظر: { $why }
action-auto = تلقائي
action-auto-hint = المجسّات تقرر وفق سياسة مخزن البريد.
action-pin-primary = تثبيت على مخزن البريد
action-pin-primary-hint = يذهب البريد إلى مخزن البريد، مهما قالت المجسّات.
action-pin-standby = تثبيت على Lifeboat
action-pin-standby-hint = يذهب البريد إلى Lifeboat حتى يُغيَّر هذا.
action-queue = إبقاء البريد في MX
action-queue-hint = ينتظر البريد في صف MX ويُسلَّم لاحقًا.
action-follow = اتباع مخزن البريد
action-follow-hint = بلا إعداد خاص: ما يحدث لمخزن البريد يحدث هنا.
action-standby = على Lifeboat
action-standby-hint = يذهب البريد الجديد إلى Lifeboat مع أن مخزن البريد يعمل.
action-primary = على مخزن البريد
action-primary-hint = خارج الخدمة البديلة: يذهب البريد إلى مخزن البريد مع أنه متعطّل.
reason = السبب
reason-hint = يُسجَّل في سجل التدقيق ويراه المشغّلون الآخرون.
error-reason = أدخل سببًا.
error-action = اختر ما ينبغي أن يحدث.
done-change = تم: { $folder }.

## Merge, in the console

merges-title = عمليات الدمج
merges-back = العودة إلى عمليات الدمج
merges-live = تُحدَّث كل 5 ثوانٍ
merges-go-live = تحديث كل 5 ثوانٍ
merges-more = المزيد
merges-summary = { $count ->
    [0] دُمج كل شيء.
    [one] رسالة واحدة تنتظر الدمج.
    [two] رسالتان تنتظران الدمج.
    [few] { $count } رسائل تنتظر الدمج.
    [many] { $count } رسالةً تنتظر الدمج.
   *[other] { $mailboxes ->
        [one] { $count } رسالة من صندوق واحد تنتظر الدمج.
       *[other] { $count } رسالة تنتظر الدمج، في عدد من الصناديق يبلغ { $mailboxes }.
    }
}
merges-reseller = إيصالات نطاقاتك: ما أُضيف إلى كل صندوق عند عودة مخزن بريده.
merges-order = الأمر
merge-paused = متوقف مؤقتًا
merge-closed = مغلق
merge-down = لا استجابة
merge-running = يجري الدمج
merge-done = دُمج كل شيء
merge-mailboxes = الصناديق
merge-mailbox = الصندوق
merge-places = في آن واحد
merge-places-of = { $running } من { $allowed }، والحد { $ceiling }
merge-speed-normal = بحسب استجابته
merge-speed-slow = بطيء
merge-speed-hurry = مستعجل
merge-next = المحاولة التالية
merge-blocked = صناديق تنتظر
merge-blocked-more = لا تظهر هنا كل الصناديق المنتظرة: ينتظر { $count } غيرها. تعرضها واجهة API كلها صفحةً صفحة: GET /api/v1/mailboxes?blocked=true
merge-outages = حالات التعطل
merge-outage = منذ
merge-no-outage = لم يحدث تعطل بعد.
merge-merged-at = دُمج
merge-outage-heading = ما دُمج في { $mailstore }
merge-outage-mailboxes = { $count ->
    [zero] لا صناديق لها إيصالات.
    [one] صندوق واحد له إيصاله.
    [two] صندوقان لهما إيصالاهما.
    [few] { $count } صناديق لها إيصالاتها.
    [many] { $count } صندوقًا لها إيصالاتها.
   *[other] { $count } صندوق لها إيصالاتها.
}
merge-outage-left = { $count ->
    [zero] لا رسائل من مخزن البريد هذا تنتظر الدمج.
    [one] رسالة واحدة من مخزن البريد هذا ما زالت تنتظر الدمج.
    [two] رسالتان من مخزن البريد هذا ما زالتا تنتظران الدمج.
    [few] { $count } رسائل من مخزن البريد هذا ما زالت تنتظر الدمج.
    [many] { $count } رسالةً من مخزن البريد هذا ما زالت تنتظر الدمج.
   *[other] { $count } رسالة من مخزن البريد هذا ما زالت تنتظر الدمج.
}
merge-domain-text = ما أُضيف إلى كل صندوق عند عودة مخزن بريده.
merge-action-run = الدمج الآن: إنهاء التوقف وإعادة محاولة ما ينتظر
merge-action-pause = توقف مؤقت: لا دمج حتى إشعار آخر
merge-action-resume = استئناف بأسرع ما يستجيب له مخزن البريد جيدًا
merge-action-slow = المتابعة ببطء
merge-action-hurry = المتابعة بالحد الأقصى مهما كان مخزن البريد بطيئًا
receipts-caption = الإيصالات
receipts-none = لا إيصال بعد: لم يُدمج شيء، أو لم يُدمج كل شيء.
standing-verified = تم التحقق
standing-provisional = مؤقت
receipt-col-received = المستلمة
receipt-col-sent = المرسلة
receipt-col-drafts = المسودات
receipt-col-found = موجودة من قبل

## Receipt

receipt-title = ما أُضيف إلى صندوقك المعتاد
receipt-none = لم يُضَف شيء بعد. متى عاد بريدك المعتاد وصار فيه كل ما هنا فسيُذكر ذلك هنا.
receipt-heading = { $time }: أُضيف إلى صندوقك المعتاد
receipt-received = { $count ->
    [zero] لم تُضَف رسائل مستلمة.
    [one] أُضيفت رسالة واحدة وصلت إلى هنا.
    [two] أُضيفت رسالتان وصلتا إلى هنا.
    [few] أُضيفت { $count } رسائل وصلت إلى هنا.
    [many] أُضيفت { $count } رسالةً وصلت إلى هنا.
   *[other] أُضيفت { $count } رسالة وصلت إلى هنا.
}
receipt-sent = { $count ->
    [zero] لم تُضَف رسائل مرسلة.
    [one] أُضيفت إلى بريدك المرسل رسالة واحدة أرسلتها من هنا.
    [two] أُضيفت إلى بريدك المرسل رسالتان أرسلتهما من هنا.
    [few] أُضيفت إلى بريدك المرسل { $count } رسائل أرسلتها من هنا.
    [many] أُضيفت إلى بريدك المرسل { $count } رسالةً أرسلتها من هنا.
   *[other] أُضيفت إلى بريدك المرسل { $count } رسالة أرسلتها من هنا.
}
receipt-drafts = { $count ->
    [zero] لم تُضَف مسودات.
    [one] أُضيفت مسودة واحدة.
    [two] أُضيفت مسودتان.
    [few] أُضيفت { $count } مسودات.
    [many] أُضيفت { $count } مسودةً.
   *[other] أُضيفت { $count } مسودة.
}
receipt-notices = { $count ->
    [zero] لم تُضَف إشعارات بتعذّر التسليم.
    [one] أُضيف إشعار واحد عن رسالة تعذّر تسليمها.
    [two] أُضيف إشعاران عن رسائل تعذّر تسليمها.
    [few] أُضيفت { $count } إشعارات عن رسائل تعذّر تسليمها.
    [many] أُضيف { $count } إشعارًا عن رسائل تعذّر تسليمها.
   *[other] أُضيف { $count } إشعار عن رسائل تعذّر تسليمها.
}
receipt-moved = { $count ->
    [zero] لم يُنقل شيء منها.
    [one] واحدة منها في المجلد الذي نقلتها إليه.
    [two] اثنتان منها في المجلدات التي نقلتهما إليها.
    [few] { $count } منها في المجلدات التي نقلتها إليها.
    [many] { $count } منها في المجلدات التي نقلتها إليها.
   *[other] { $count } منها في المجلدات التي نقلتها إليها.
}
receipt-deleted = { $count ->
    [zero] لم يُحذف شيء منها.
    [one] واحدة منها في المهملات حيث وضعتها.
    [two] اثنتان منها في المهملات حيث وضعتهما.
    [few] { $count } منها في المهملات حيث وضعتها.
    [many] { $count } منها في المهملات حيث وضعتها.
   *[other] { $count } منها في المهملات حيث وضعتها.
}
receipt-found = { $count ->
    [zero] لم تصل أي رسالة إلى صندوقك المعتاد قبل تعطله.
    [one] وصلت رسالة واحدة إلى صندوقك المعتاد قبل تعطله ولم تُضَف مرتين.
    [two] وصلت رسالتان إلى صندوقك المعتاد قبل تعطله ولم تُضافا مرتين.
    [few] وصلت { $count } رسائل إلى صندوقك المعتاد قبل تعطله ولم تُضَف مرتين.
    [many] وصلت { $count } رسالةً إلى صندوقك المعتاد قبل تعطله ولم تُضَف مرتين.
   *[other] وصلت { $count } رسالة إلى صندوقك المعتاد قبل تعطله ولم تُضَف مرتين.
}
receipt-gone = { $count ->
    [zero] لم تُنقل أي رسالة في صندوقك المعتاد بعد إضافتها.
    [one] نُقلت رسالة واحدة في صندوقك المعتاد أو حُذفت فور وصولها.
    [two] نُقلت رسالتان في صندوقك المعتاد أو حُذفتا فور وصولهما.
    [few] نُقلت { $count } رسائل في صندوقك المعتاد أو حُذفت فور وصولها.
    [many] نُقلت { $count } رسالةً في صندوقك المعتاد أو حُذفت فور وصولها.
   *[other] نُقلت { $count } رسالة في صندوقك المعتاد أو حُذفت فور وصولها.
}
receipt-checked = ثم قُرئت كل رسالة من صندوقك المعتاد وقورنت. لم تتغير أي من رسائلك السابقة.
receipt-provisional = أُضيف كل شيء، وتجري مقارنته الآن.
receipt-details = للدعم: المجلدات والأرقام
receipt-folders = مجلدات صندوقك المعتاد
receipt-folder = المجلد
receipt-messages = أُضيف
receipt-numbers = الأرقام
receipt-uids = UIDVALIDITY ‏{ $validity }؛ UIDNEXT ‏{ $before } قبلها و{ $after } بعدها
receipt-digest = بصمة هذا الإيصال:

## Units and times

decimal-mark = .
size-bytes = { $value } بايت
size-kb = { $value } ك.ب
size-mb = { $value } م.ب
date-day-month = { $day } { $month }
date-full-day = { $day } { $month } { $year }
date-time = { $weekday } { $day } { $month } { $year }، { $time }
date-weekday = { $weekday } { $day } { $month } { $year }
date-today-time = اليوم، { $time }
month-1 = يناير
month-2 = فبراير
month-3 = مارس
month-4 = أبريل
month-5 = مايو
month-6 = يونيو
month-7 = يوليو
month-8 = أغسطس
month-9 = سبتمبر
month-10 = أكتوبر
month-11 = نوفمبر
month-12 = ديسمبر
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد

## صفحة الحالة والتنبيهات

status-title = حالة خدمة البريد
status-normal = تعمل
status-affected = عطل
status-returning = تعود إلى العمل
status-text-normal = يعمل البريد كالمعتاد.
status-text-affected = خدمة البريد المعتادة معطلة لبعض صناديق البريد. تُستقبل الرسائل الجديدة وتُقرأ وتُرسل في بريد الطوارئ. رسائلكم السابقة في أمان؛ وهي لا تظهر هناك، وسيجتمع كل شيء عند عودة الخدمة المعتادة.
status-text-returning = عادت خدمة البريد المعتادة. وتجري الآن إضافة ما وصل وما أُرسل في تلك الأثناء إلى صناديق البريد.
status-open = فتح البريد
status-help = المساعدة
status-history = الأسبوعان الأخيران
status-none = لا أعطال.
status-began = تعطلت الخدمة المعتادة لبعض صناديق البريد، وبريد الطوارئ مفتوح لها.
status-returned = عادت خدمة البريد المعتادة.
status-merged = صارت كل رسائل بريد الطوارئ في صناديق البريد المعتادة.
status-feed = خلاصة (Atom)
status-feed-title = { $name }: حالة خدمة البريد
alerts-title = التنبيهات
alerts-hint = ما هو حرج الآن. يتكرر التنبيه حتى يتولاه أحد، وينتهي من تلقاء نفسه.
alerts-none = لا شيء حرج.
alert-since = منذ { $time }، { $count ->
    [zero] لم يُبلَّغ عنه بعد
    [one] أُبلغ عنه مرة واحدة
    [two] أُبلغ عنه مرتين
    [few] أُبلغ عنه { $count } مرات
    [many] أُبلغ عنه { $count } مرة
   *[other] أُبلغ عنه { $count } مرة
 }
alert-taken = يتولاه { $name }: { $note }
alert-note = ما الذي يُفعل حياله
alert-do = تولّي التنبيه
done-alert = تم تولّي التنبيه.
error-alert = اذكر ما الذي يُفعل حياله، في 500 حرف على الأكثر.
## How everything stands, for operators

ops-title = التشغيل
ops-checks = ما جرى فحصه
ops-check = الفحص
ops-found = النتيجة
ops-refused = ما رُفض عند الاستلام
ops-refused-reason = السبب
ops-refused-lately = آخر عشر دقائق
ops-refused-since = منذ بدء التشغيل
ops-charts = آخر 24 ساعة
ops-since = مرسوم من قيمة واحدة كل دقيقة منذ { $time }.
ops-no-samples = تظهر أولى القيم بعد دقيقة من البدء.
ops-nothing = لا قيم بعد
ops-values = الآن { $now }، وعلى الأكثر { $most }
ops-accepted = الرسائل المستلمة في الدقيقة
ops-unmerged = رسائل لم تُدمج بعد
ops-queued = رسائل المستخدمين التي تنتظر الإرسال
ops-disk = المتاح على قرص المخزن بالمئة
ops-probe = فحص { $name } عبر IMAP بالميلي ثانية
ops-ok = سليم
ops-warning = تحذير
ops-critical = حرج
ops-unknown = غير معروف
ops-check-server = الخادم
ops-check-mailstores = مخازن البريد
ops-check-probes = المسابر
ops-check-sentinels = الحراس
ops-check-merge = الدمج
ops-check-queue = البريد الصادر
ops-check-intake = البريد الوارد
ops-check-disk = القرص
ops-check-certificates = الشهادات
ops-check-drill = التدريبات
ops-check-directory = الدليل

## Who is told, and the brand

error-refused = لم يُقبل هذا: { $why }
reseller = الموزّع
webhooks-title = خطافات الويب
webhooks-hint = برامج تُبلَّغ بما يجري عبر HTTP. كل نداء موقَّع (Standard Webhooks) وتعاد محاولته ثلاثة أيام.
webhooks-none = لا توجد خطافات ويب بعد.
webhook-to = العنوان
webhook-to-hint = مثل https://hooks.example.net/lifeboat
webhook-add = إضافة خطاف ويب
webhook-secret = تُوقَّع النداءات بهذا السر. انسخه الآن: لا يُعرض إلا هذه المرة.
webhook-new-secret = سر جديد
webhook-old-secret = يظل السر المستبدَل مستعملًا أيضًا حتى { $time }.
contacts-title = جهات الاتصال
contacts-hint = أشخاص يصلهم بريد حين يحدث شيء. اذكر عناوين خارج هذه المنصة: فبريدها يتوقف بتوقفها.
contacts-none = لا توجد جهات اتصال بعد.
contact-to = عنوان البريد
contact-to-hint = مثل name@example.net
contact-add = إضافة جهة اتصال
contact-inside = بريد هذا النطاق محفوظ على المنصة نفسها، فلن يقرأه أحد عند الانقطاع. اذكر عنوانًا في مكان آخر.
destination-label = الغرض
destination-for = لمن
destination-for-hint = اسم موزّع لا يُبلَّغ إلا بما يخصه؛ فارغ: لك.
destination-events = بماذا يُبلَّغ
destination-events-hint = من دون اختيار: يُبلَّغ البرنامج بكل شيء، والشخص بما يتعلق بالانقطاع.
destination-on = مفعّل
destination-off = متوقف
destination-failing = تعذّر الوصول
destination-failing-since = لم يصل شيء منذ { $time }.
destination-change = تغيير
destination-save = حفظ
destination-test = إرسال تجربة
destination-switch-off = إيقاف
destination-switch-on = تشغيل
destination-remove = إزالة
destination-remove-hint = لن يُبلَّغ بشيء بعد الآن، ويُزال سجلّه.
destination-remove-now = إزالة الآن
destination-log = ما أُبلغ به
destination-log-empty = لا شيء بعد.
destination-event = الحدث
destination-written = كُتب
announcement-told = أُبلغ
announcement-failed = فشل
announcement-waiting = ينتظر
done-destination = أُضيف.
done-destination-saved = حُفظ.
done-destination-on = شُغّل.
done-destination-off = أُوقف.
done-destination-test = أُرسلت تجربة؛ تظهر نتيجتها أدناه خلال ثوانٍ.
done-destination-removed = أُزيل.
event-outage-advised = يُنصح بالتحويل وينتظر شخصًا
event-outage-began = بدأ انقطاع
event-outage-returned = عاد البريد إلى المخزن
event-outage-resumed = بدأ الانقطاع من جديد
event-outage-ended = انتهى انقطاع
event-merge-finished = دُمج كل شيء
event-mailstore-mode = تغيّر وضع مخزن
event-override-changed = حُوّل نطاق أو صندوق يدويًا
event-alert-raised = أُطلق تنبيه
event-alert-repeated = تنبيه ما زال مفتوحًا
event-alert-acknowledged = تولّى أحد تنبيهًا
event-alert-cleared = انتهى تنبيه
event-drill-ended = انتهى تدريب
event-domain-moved = صار لنطاق مالك آخر
event-override-expired = انتهى إعداد من تلقاء نفسه
event-mailbox-moved = انتقل صندوق بريد إلى مخزن بريد آخر
event-mailbox-renamed = صار لصندوق بريد عنوان آخر
event-mailbox-deleted = حُذف صندوق بريد
event-mailbox-merged = دُمج كل ما في صندوق بريد
event-mailbox-forgotten = حُذف ما كان محفوظًا من صندوق بريد محذوف
event-mailboxes-changed = تغيّرت صناديق بريد كثيرة دفعة واحدة
event-sending-limited = بُلغ حدّ المستلمين في اليوم
brand-title = العلامة
brand-hint = كيف يراك المستخدمون: في بريد الويب وصفحة الحالة والرسائل، تحت أسماء مضيفيك.
brand-name = الاسم
brand-hosts = أسماء المضيفين
brand-hosts-hint = واحد في كل سطر، مثل webmail.example.com
brand-help = مساعدة للمستخدمين
brand-help-hint = بمن يُتصل ومتى.
brand-links = روابط
brand-links-hint = واحد في كل سطر: العنوان ثم مسافة ثم النص.
brand-colour = اللون
brand-colour-hint = للأزرار والروابط بصيغة ‎#rrggbb. يجب أن يُقرأ عليه نص أبيض (تباين 4.5 إلى 1)؛ ويُفتَّح تلقائيًا للشاشات الداكنة. فارغ: المعتاد.
brand-logo = الشعار
brand-logo-hint = PNG أو JPEG أو WebP، لا يزيد على 100 كيلوبايت؛ يُعرض بارتفاع 28 بكسل.
brand-logo-now = الشعار الحالي
brand-logo-remove = إزالة الشعار
brand-texts = نصوص
brand-texts-all = كل اللغات
brand-texts-hint = بدل النصوص المعتادة التي تأتي بلغة القارئ؛ فارغ: المعتاد. السطر الأول من الرسالة موضوعها. تُملأ { $names }.
brand-save = حفظ
brand-of = علامة موزّع
brand-show = عرض
brand-text-help = مساعدة المستخدمين
brand-text-mail-outage-began = رسالة: بدأ انقطاع
brand-text-mail-outage-returned = رسالة: عاد البريد
brand-text-mail-outage-resumed = رسالة: بدأ الانقطاع من جديد
brand-text-mail-outage-ended = رسالة: انتهى انقطاع
brand-text-mail-merge-finished = رسالة: دُمج كل شيء
brand-text-user-outage-began = رسالة إلى المستخدمين: بريدهم المعتاد متوقف
brand-text-user-outage-ended = رسالة إلى المستخدمين: عاد بريدهم المعتاد
brand-text-user-sign-in-link = رسالة إلى المستخدمين: رابط تسجيل الدخول
brand-text-banner-outage = بريد الويب أثناء الانقطاع
brand-text-status-outage = صفحة الحالة أثناء الانقطاع
brand-text-status-normal = صفحة الحالة، كل شيء سليم
done-brand = حُفظت العلامة.
destination-waiting = { $count ->
    [zero] لا إعلانات تنتظر.
    [one] إعلان واحد ينتظر.
    [two] إعلانان ينتظران.
    [few] { $count } إعلانات تنتظر.
    [many] { $count } إعلانًا ينتظر.
   *[other] { $count } إعلان ينتظر.
}

## Mailboxes

mailboxes-title = الصناديق
mailboxes-route = إلى أين يذهب البريد
mailboxes-any = أي مكان
mailboxes-affected = المتأثرة: ليس إلى المخزن
mailboxes-standby = إلى Lifeboat
mailboxes-queue = ينتظر في MX
mailboxes-primary = إلى المخزن
mailboxes-unknown = المخزن غير مهيّأ
mailboxes-domain = النطاق
mailboxes-mailstore = المخزن
mailboxes-address = العنوان
mailboxes-by = بسبب
mailboxes-by-mailbox = إعداد للصندوق
mailboxes-by-domain = إعداد للنطاق
mailboxes-by-mailstore = المخزن
mailboxes-by-safety = ما يجيب في المخزن ليس ما كان لدى المستخدمين
mailboxes-by-raising = المخزن رجع في الزمن والصندوق لم يُهيّأ بعد
mailboxes-by-nothing = لا شيء معروف
change-by = بواسطة { $name }.
mailbox-signed-in = آخر تسجيل دخول هنا: { $time }.
mailbox-never-signed-in = لم يسجل المستخدم الدخول هنا منذ وصول البريد إلى هنا.
mailboxes-by-operator = المشغّل
mailboxes-since = منذ { $time }.
mailboxes-until = حتى { $time }.
mailboxes-unmerged = للدمج
mailboxes-csv = كلها بصيغة CSV
mailboxes-none = لا شيء في هذه الصفحة.

## Lists, jobs, outages, tokens and the audit log, in the console

console-menu = القائمة
menu-overview = نظرة عامة
menu-now = الآن
menu-directory = النطاقات والصناديق
menu-mail = البريد
menu-telling = ما يُبلَّغ به الناس
menu-access = الوصول
domains-title = النطاقات
domains-all = كل النطاقات
domains-name = جزء من الاسم
bulk-choose = اختيار { $name }
bulk-page = اختيار الكل في هذه الصفحة
bulk-all-domains = كل النطاقات المطابقة، وفي الصفحات الأخرى أيضًا
bulk-all-mailboxes = كل الصناديق المطابقة، وفي الصفحات الأخرى أيضًا
bulk-look = تحويل المختار…
bulk-title = صناديق ستُحوَّل: { $count }
bulk-hint = لم يحدث شيء بعد. أدناه ما سيشمله الأمر.
bulk-more = وغيرها: { $count }
bulk-matching = كل المطابق: { $count }
bulk-unknown = بعضها لم يعد موجودًا وسيُترك:
bulk-nothing = لم يُختَر شيء: ارجع واختر نطاقات أو صناديق
bulk-count = هذا كثير. اكتب عدد الصناديق، { $count }
bulk-do = تحويلها
error-count = ليس هذا عدد الصناديق المعنية الآن.
error-stale = غيّره أحدهم في هذه الأثناء. انظر إلى حاله الآن وقرّر من جديد.
change-effective = يذهب البريد: { $route }، بسبب { $level }.
override-ends = ينتهي
override-of = لـ
overrides-title = إعدادات النطاقات والصناديق
overrides-hint = ما ضُبط يدويًا لنطاقات وصناديق بعينها، ومتى ينتهي. والباقي يتبع مخزنه.
overrides-none = لا إعدادات: كل شيء يتبع مخزنه.
overrides-any = الكل
overrides-timed = ما ينتهي من تلقاء نفسه فقط
overrides-ends = أيها
overrides-never = لا من تلقاء نفسه
scope-domain = النطاق { $name }
jobs-title = المهام
jobs-back = العودة إلى المهام
jobs-hint = ما أُمر به لكثيرين دفعة واحدة. ويمكن التراجع عن المهمة بعد انتهائها.
jobs-none = لا مهام بعد.
job-ordered = أُمر بها
job-task = ما يُضبط
job-task-undo = التراجع عن مهمة أخرى
job-parts = الأجزاء
job-failed = الفاشلة
job-running = جارية
job-done = تمت
job-partly = تمت جزئيًا
job-undone = تم التراجع عنها
job-title = مهمة: { $task }
job-progress = عولج { $done } من { $total }، وفشل { $failed }.
job-line = أمر بها { $name } في { $time }: { $why }
job-ended = انتهت { $time }.
job-undoes = تتراجع عن هذه المهمة
job-undone-by = تراجعت عنها هذه المهمة
job-undo = التراجع عنها
job-undo-hint = يستعيد كل نطاق وصندوق ما كان له، إلا ما غيّره أحدهم بعد ذلك.
job-item-done = تم
job-item-failed = فشل
job-item-waiting = ينتظر
job-before = من قبل
done-job = بدأت المهمة.
outages-title = الانقطاعات
outages-back = العودة إلى الانقطاعات
outage-returned = عاد البريد منذ
outage-heading = انقطاع { $mailstore }
outage-affected = الصناديق المتأثرة
outage-receipts = إيصالات الدمج
outage-change = تحويل المخزن
outage-timeline = ما حدث، الأحدث أولًا
verb-suspected = يُشتبه في عطل
verb-cleared = زال الاشتباه
verb-would-activate = كان Lifeboat سيُشغَّل
verb-asked = يُسأل شخص
verb-activated = يذهب البريد إلى Lifeboat
verb-blocked = أوقف الحارس العودة
verb-went-back = رجع المخزن في الزمن
verb-unblocked = صارت العودة ممكنة من جديد
verb-returned = عاد البريد إلى المخزن
verb-raised = كل الصناديق جاهزة من جديد
verb-not-raised = لم تُهيّأ كل الصناديق
verb-relapsed = تعطل من جديد
verb-settled = انتهى الانقطاع
verb-mode-set = تغيّر الوضع
verb-refused = رُفض أمر
verb-already-so = لم يغيّر الأمر شيئًا
resellers-title = الموزعون
resellers-hint = من لديه صناديق هنا. محسوب من الدليل، قبل دقيقة على الأكثر أثناء تغيره.
resellers-none = لا صناديق بعد.
resellers-sort = الترتيب
resellers-by-name = حسب الاسم
resellers-by-mailboxes = الأكثر صناديق أولًا
resellers-by-affected = الأكثر تأثرًا أولًا
order-names = حسب الاسم تصاعديًا
order-names-back = حسب الاسم تنازليًا
order-mailstores = حسب المخزن تصاعديًا
order-mailstores-back = حسب المخزن تنازليًا
order-addresses = حسب العنوان تصاعديًا
order-addresses-back = حسب العنوان تنازليًا
order-newest = الأحدث أولًا
order-oldest = الأقدم أولًا
order-valid = الصالحة أولًا
domain-move-title = نقل نطاقات إلى موزع آخر
domain-move-hint = تنتقل معها صناديقها ورسائلها وصناديقها المحذوفة. ينتهي ما ضبطه الموزع السابق ولا يرى شيئًا منها بعد ذلك؛ ويبقى ما ضبطه المشغلون. من تنتقل إليه يرى في الأحداث والسجل ما يحدث من حينها فقط، حتى لو كانت له من قبل.
domain-move-domains = النطاقات، تفصل بينها مسافات
domain-move-from = من هذا الموزع؛ فارغ: من المشغل
domain-move-to = إلى هذا الموزع؛ فارغ: إلى المشغل
domain-move-look = عرض ما ينتقل معها
domain-move-nothing-yet = لم يحدث شيء بعد.
domain-move-summary = من { $from } إلى { $to }: { $domains }
domain-move-mailboxes = الصناديق التي تنتقل: { $count }
domain-move-deleted = الصناديق المحذوفة التي تنتقل: { $count }
domain-move-ends = إعدادات الموزع السابق التي تنتهي:
domain-move-more = … و{ $count } أخرى
domain-move-operator = المشغل
domain-move-do = نقلها
done-domains-moved = نُقلت النطاقات.
reseller-well = غير متأثر
reseller-partly = متأثر جزئيًا
reseller-affected = متأثر
reseller-none = لا أحد
reseller-on-affected = في مخازن متعطلة
tokens-title = الرموز
tokens-hint = بالرمز يستخدم برنامج واجهة API. ويُعرض مرة واحدة عند إنشائه.
tokens-none = لا رموز.
token-made = الرمز الجديد
token-made-text = انسخه الآن: لن يُعرض مرة أخرى.
token-add = إنشاء رمز
token-label = الغرض منه
token-label-hint = للوكيل: اسم نقطة مراقبته.
token-role = لمن
token-for = الموزع، لرمز الموزع
token-operator = المشغّل
token-reseller = الموزع
token-agent = وكيل
token-router = وكيل التوجيه
token-scopes = هذا فقط
token-scopes-hint = إن لم يُختر شيء: كل ما يجوز للدور.
token-until = صالح لمدة
token-days = أيام: { $days }
token-never = حتى يُلغى
token-valid = صالح
token-revoked = ملغى
token-expired = منتهٍ
token-revoke = إلغاء
token-looks = للاطلاع فقط
token-created = أُنشئ { $time }.
token-used = آخر استخدام { $time }.
token-ends = صالح حتى { $time }.
token-revoked-at = أُلغي { $time }.
done-token-revoked = أُلغي الرمز.
permission-failover = تحويل المخازن والنطاقات والصناديق
permission-merge = الأمر بالدمج
permission-queue = تغيير طابور الإرسال
permission-provision = ملء الدليل
permission-notices = تحديد ما يُقال للمستخدمين والمرسلين
permission-brand = تغيير العلامة
permission-announce = تغيير الخطافات وجهات الاتصال وتولي التنبيهات
permission-sign-in-links = إنشاء روابط دخول
permission-audit = قراءة سجل التدقيق
permission-tokens = إنشاء الرموز وإلغاؤها
permission-people = تحديد من يدخل إلى وحدة التحكم
permission-store = نسخ المخزن احتياطيًا وتصدير البريد
audit-title = سجل التدقيق
audit-hint = كل تغيير: من وماذا ومتى ولماذا. ولا يُغيَّر فيه شيء ولا يُحذف أبدًا. وعن نطاق جاء من مالك آخر يرى الموزعون ما جرى منذ آخر انتقال له.
audit-head = آخر مدخل رقمه { $count } وبصمته { $hash }.
audit-verify = التحقق من السلسلة
audit-sound = السلسلة سليمة حتى المدخل { $count }.
audit-damaged = السجل متضرر: { $why }
audit-none = لم يُعثر على شيء في هذه الصفحة.
audit-when = متى
audit-who = من
audit-action = ماذا
audit-subject = على ماذا
audit-number = الرقم
audit-from = من يوم
audit-until = إلى يوم
ends-in-hours = { $hours ->
    [zero] بعد { $hours } ساعة
    [one] بعد ساعة واحدة
    [two] بعد ساعتين
    [few] بعد { $hours } ساعات
    [many] بعد { $hours } ساعة
   *[other] بعد { $hours } ساعة
}
decisions-title = ما يحتاج إلى قرار
decisions-none = لا شيء ينتظرك.
decision-mailstore = مخزن
decision-queue = بريد ينتظر في MX
decision-merge = دمج ينتظر
decision-source = مصدر الدليل
decision-held = رسائل موقوفة
decision-alert = تنبيه لم يتولّه أحد
parts-title = العقد والأجزاء
parts-version = Lifeboat { $version }.
parts-vantages = من يراقب المخازن: الخادم ووكلاؤه
parts-vantage = من أين وماذا وكيف
parts-silent = صامت
parts-age = منذ كم
parts-took = استغرق
parts-none = لا أحد يراقب مخزنًا بعد.
parts-here = هذا الخادم
parts-part = الجزء
parts-value = حاله
parts-free = { $free } من { $all } متاحة
parts-waits = رسائل تنتظر: { $count }، موقوفة: { $held }، أقدمها منذ { $time }
parts-way = اتصالات مفتوحة: { $open }، رسائل منذ البدء: { $count }
parts-good-for = صالح لمدة { $time }
parts-not-good = انتهى أو لا يُقرأ
parts-sources = مصادر الدليل
parts-source = المصدر
parts-errors = صفوف خاطئة
parts-no-source = لا مصدر مهيّأ.
long-seconds = { $count } ث
long-minutes = { $count } د
long-hours = { $count } س
long-days = { $count } ي
