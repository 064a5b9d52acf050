# Español. Claves y variables como en en.ftl; una prueba las compara.

product = Lifeboat
skip = Ir al contenido
undo = Deshacer
save = Guardar
refresh = Actualizar
error-summary = Hay un problema
error-reference = Si escribe a la asistencia, indique esta referencia:
unknown-sender = (sin remitente)
no-subject = (sin asunto)
no-recipient = (sin destinatario)

## Banner

banner-label = Estado de su correo
banner-updated = Actualizado a las
banner-home = Ir a su correo habitual
banner-standby-what = Su correo habitual funciona.
banner-standby-safe = Los mensajes nuevos llegan allí, no aquí.
banner-standby-next = Lifeboat está preparado por si falla.
banner-suspected-what = Su correo habitual no responde en este momento.
banner-suspected-safe = Sus mensajes anteriores están a salvo;
banner-suspected-next = lo estamos comprobando, y los mensajes nuevos llegarán aquí si sigue así.
banner-outage-what = Su correo habitual no funciona.
banner-outage-safe = Sus mensajes anteriores están a salvo;
banner-outage-next = aquí no se muestran. Lo que envíe y reciba aquí se añadirá cuando vuelva el servicio.
banner-returning-what = Su correo habitual está volviendo.
banner-returning-safe = Los mensajes de aquí se están añadiendo allí;
banner-returning-next = no se pierde nada, y puede seguir trabajando aquí hasta que termine.
banner-merged-what = Su correo habitual ha vuelto.
banner-merged-safe = Todo lo de aquí se ha añadido allí:
banner-merged-next = los mensajes recibidos en la bandeja de entrada, los enviados en «Enviados», los borradores en «Borradores».
banner-closed-what = Su correo habitual ha vuelto.
banner-closed-safe = Todo lo de aquí se ha añadido allí y se ha comparado.
banner-closed-next = Continúe allí: aquí todo se puede leer, pero ya no cambiar.
banner-late-what = Su correo habitual ha vuelto.
banner-late-safe = Los mensajes que llegaron aquí tarde también se están añadiendo allí.
banner-late-next = Continúe allí: aquí todo se puede leer, pero ya no cambiar.
banner-receipt = Ver lo que se ha añadido
banner-queue-what = Su correo habitual no funciona.
banner-queue-safe = Los mensajes nuevos se conservan y no se pierden;
banner-queue-next = se entregarán cuando vuelva el servicio.

## Sign-in

sign-in-title = Entrar en su correo
sign-in-again-title = Volver a entrar
sign-in-again = Se cerró su sesión porque estuvo ausente un tiempo. Lo que escribió se conserva: entre para continuar.
sign-in-again-files = Los archivos que acababa de elegir deben adjuntarse de nuevo.
done-signed-out = Ha cerrado la sesión.
sign-in-first = Entre para ver esta página.
sign-in-ended = Se cerró su sesión porque estuvo ausente un tiempo. Entre para seguir donde estaba.
sign-in-ended-undone = Se cerró su sesión porque estuvo ausente un tiempo, y lo que acaba de pedir no se hizo. Entre y vuelva a hacerlo.
address = Dirección de correo
password = Contraseña
sign-in = Entrar
sign-in-trouble = ¿Problemas para entrar?
sign-in-trouble-text = Use la dirección completa, por ejemplo ann@example.com, y la misma contraseña que en su programa de correo habitual. Si no se acepta esa contraseña, pida ayuda a quienes gestionan su correo: ellos pueden ver si su buzón se conoce aquí.
door-title = El correo sigue
door-same = Su dirección y su contraseña de siempre.
door-same-text = No hay nada que configurar, ni aquí ni en su programa de correo.
door-safe = Sus mensajes anteriores están a salvo.
door-safe-text = Aquí no se muestran, y nada de aquí los cambia.
door-merge = Nada que copiar después.
door-merge-text = Lo que envíe y reciba aquí se añade a su buzón habitual cuando vuelva el servicio.
error-sign-in = La dirección o la contraseña no es correcta. Use las mismas que en su programa de correo habitual.
error-sign-in-often = Demasiados intentos. Espere un minuto e inténtelo de nuevo.
error-sign-in-empty = Escriba su dirección y su contraseña.

## Shell

search = Buscar
search-label = Buscar en el correo
account-menu = Cuenta
signed-in-as = Ha entrado como
sign-out = Salir
settings = Ajustes
folders = Carpetas
folders-menu = Mostrar las carpetas
folders-and-tools = Correo
write = Escribir
folder-inbox = Bandeja de entrada
folder-drafts = Borradores
folder-sent = Enviados
folder-archive = Archivo
folder-junk = Correo no deseado
folder-trash = Papelera
count-unread = sin leer
count-drafts = borradores

## Lists

list-summary = { $total ->
    [0] Ningún mensaje
    [one] 1 mensaje
   *[other] { $total } mensajes
}{ $unread ->
    [0] {""}
   *[other] , { $unread } sin leer
}
list-shown = { $shown ->
    [one] 1 mensaje en esta página
   *[other] { $shown } mensajes en esta página
}
bulk-label = Actuar sobre los mensajes seleccionados
select-page = Seleccionar todo
select-none = No seleccionar nada
select-message = Seleccionar: { $subject }, { $who }
unread = Sin leer:
answered = Respondido
forwarded = Reenviado
has-attachment = Tiene adjuntos
star-add = Destacar: { $subject }
star-remove = Dejar de destacar: { $subject }
mark-read = Leído
mark-unread = No leído
archive = Archivar
delete = Eliminar
move = Mover
move-to = Mover a…
pages = Páginas
newest = Los más recientes
newer = Más recientes
older = Más antiguos
empty-inbox = Ningún mensaje nuevo desde { $time }
empty-inbox-text = Este buzón es para el tiempo de la avería. Los mensajes que llegaron antes están a salvo en su buzón habitual.
empty-page = No hay más aquí
empty-inbox-standby = Sus mensajes están en su lugar habitual
empty-inbox-standby-text = Su correo habitual funciona: los mensajes nuevos llegan allí, y los anteriores también están allí. Aquí no se guarda nada suyo.
empty-inbox-held = Los mensajes nuevos se conservan para usted
empty-inbox-held-text = No se pierden y no se muestran aquí. Estarán en su buzón habitual cuando vuelva el servicio. Puede escribir mensajes desde aquí.
to-people = Para: { $people }
empty-drafts = Ningún borrador
empty-drafts-text = Un mensaje que guarde mientras escribe espera aquí.
empty-sent = Todavía no se ha enviado nada desde aquí
empty-sent-text = Los mensajes que envió antes están a salvo en su buzón habitual.
empty-archive = Todavía no hay nada archivado aquí
empty-archive-text = Su archivo anterior está a salvo en su buzón habitual.
empty-junk = Ningún correo no deseado
empty-junk-text = Los mensajes marcados como no deseados por el camino esperan aquí.
empty-trash = La papelera está vacía
empty-trash-text = Los mensajes que elimine esperan aquí y van a su papelera habitual cuando vuelva el servicio.
empty-folder = Aquí no hay nada todavía
empty-folder-text = Los mensajes que mueva aquí van a la carpeta de este nombre cuando vuelva el servicio.
note-trash = Los mensajes eliminados quedan aquí hasta que vuelva su correo habitual y después van a su papelera habitual.

## What happened

done-read = { $count ->
    [one] 1 mensaje marcado como leído.
   *[other] { $count } mensajes marcados como leídos.
}
done-unread = { $count ->
    [one] 1 mensaje marcado como no leído.
   *[other] { $count } mensajes marcados como no leídos.
}
done-starred = Mensaje destacado.
done-unstarred = El mensaje ya no está destacado.
done-moved = { $count ->
    [one] 1 mensaje movido a «{ $folder }».
   *[other] { $count } mensajes movidos a «{ $folder }».
}
done-undone = Deshecho.
done-nothing-selected = Seleccione primero uno o más mensajes.
done-no-folder = Elija primero la carpeta de destino.
done-sent-again = Este mensaje ya se había enviado. No se ha enviado dos veces.
done-saved = Borrador guardado a las { $time }.
done-discarded = Borrador movido a la papelera.
done-answered = Su respuesta va de camino al organizador.
done-answered-before = El organizador ya lo sabe. No se envió dos veces.
done-daily = Ha alcanzado el número de destinatarios permitido en un día. No se envió nada.
done-images = Desde ahora se muestran las imágenes de este remitente.
done-images-not = El remitente de este mensaje no tiene dirección.
done-settings = Ajustes guardados.
done-sent = Su mensaje está en camino. Durante { $count } segundos aún puede recuperarlo.
done-sent-now = Su mensaje está en camino. Hay una copia en «Enviados».
done-unsent = Su mensaje no se ha enviado. Vuelve a ser un borrador.
done-undo-late = Ya no se puede recuperar este mensaje: está en camino.
done-stopped = Nadie ha recibido este mensaje. Aquí está de nuevo, como mensaje nuevo.
done-stopped-partly = Algunos destinatarios recibieron este mensaje antes de que lo detuviera. Aquí está de nuevo, como mensaje nuevo.

## Search

search-title = Búsqueda
search-hint = Palabras, o from:ann, to:bob, subject:factura, has:attachment, in:sent
search-summary = { $count ->
    [0] {""}
    [one] 1 mensaje encontrado
   *[other] { $count } mensajes encontrados
}
search-summary-more = Los { $count } mensajes encontrados más recientes
search-none = No se ha encontrado nada
search-none-yet = Aún no se ha encontrado nada
search-partial = Este buzón es grande: todavía se están revisando los mensajes más antiguos.
search-again = Buscar de nuevo
search-none-text = Solo se busca en el correo de esta avería. Los mensajes anteriores están a salvo en su buzón habitual.
search-start = Busque en los mensajes que tiene aquí
search-start-text = Asuntos, personas, texto y nombres de los adjuntos.

## Message

message-actions = Actuar sobre este mensaje
message-text = Texto del mensaje
people-to = Para
people-cc = Copia
people-more = y { $count } más
images-blocked = Las imágenes de Internet no se muestran, para que el remitente no sepa que usted lee esto.
open-full = Abrir el mensaje completo
show-as-text = Mostrar como texto sin formato
show-as-html = Mostrar con formato
show-quoted = Mostrar el texto citado
problem-broken = Este mensaje no se ha podido mostrar entero. Descárguelo para ver todo lo que se envió.
problem-cut = Este mensaje es muy largo. Se muestra el comienzo; descárguelo para verlo todo.
images-show = Mostrar imágenes
images-always = Mostrar siempre las imágenes de { $sender }
note-signed = Este mensaje está firmado. La firma no se comprueba aquí; descargue el mensaje para comprobarla.
note-encrypted = Este mensaje está cifrado. Puede leerlo donde esté su clave: descárguelo, o léalo cuando vuelva su correo habitual.
note-no-text = Este mensaje no tiene texto.
note-not-printed = Este mensaje no está en esta página: es demasiado grande o hay demasiados.
download-all = Descargar todo (.zip)
print = Vista para imprimir
print-files = Archivos adjuntos
files-title = { $count ->
    [one] 1 adjunto
   *[other] { $count } adjuntos
}
download = Descargar
preview = Vista previa
answer = Responder
reply = Responder
reply-all = Responder a todos
forward = Reenviar
newer-message = Mensaje más reciente
older-message = Mensaje más antiguo
source = Mostrar el código
source-title = Código del mensaje
source-cut = Solo se muestra el comienzo. Descargue el mensaje para verlo todo.
back-to-message = Volver al mensaje
download-eml = Descargar como .eml

## Conversation

conversation-count = { $count ->
    [one] 1 mensaje
   *[other] { $count } mensajes
}
conversation-earlier = { $count ->
    [one] Mostrar 1 mensaje anterior
   *[other] Mostrar { $count } mensajes anteriores
}
conversation-later = { $count ->
    [one] Mostrar 1 mensaje posterior
   *[other] Mostrar { $count } mensajes posteriores
}
open-message = Abrir este mensaje
continue-draft = Seguir escribiendo

## Invitation

invite-request = Invitación
invite-cancelled = Evento cancelado
invite-reply = Respuesta a una invitación
invite-event = Evento
invite-when = Cuándo
invite-where = Dónde
invite-repeats = Se repite
invite-organizer = Organizador
invite-people = Personas
invite-local = hora local del organizador
invite-daily = { $count ->
    [one] cada día
   *[other] cada { $count } días
}
invite-weekly = { $count ->
    [one] cada semana
   *[other] cada { $count } semanas
}
invite-monthly = { $count ->
    [one] cada mes
   *[other] cada { $count } meses
}
invite-yearly = { $count ->
    [one] cada año
   *[other] cada { $count } años
}
invite-repeated = varias veces
invite-times = { $count ->
    [one] una vez
   *[other] { $count } veces
}
invite-until = hasta el { $day }
invite-accept = Aceptar
invite-maybe = Quizás
invite-decline = Rechazar
invite-state-accept = aceptó
invite-state-maybe = quizás
invite-state-decline = rechazó
invite-to = Su respuesta se envía a { $who }.
invite-said-accept = Usted aceptó ({ $time }).
invite-said-maybe = Usted respondió «quizás» ({ $time }).
invite-said-decline = Usted rechazó ({ $time }).
invite-subject-accept = Aceptado: { $event }
invite-subject-maybe = Quizás: { $event }
invite-subject-decline = Rechazado: { $event }
invite-text-accept = Acepto la invitación «{ $event }».
invite-text-maybe = Quizás asista a «{ $event }».
invite-text-decline = No puedo asistir a «{ $event }».

## Compose

compose-title = Mensaje nuevo
compose-reply = Respuesta
compose-forward = Reenvío
compose-draft = Borrador
from = De
to = Para
cc = Copia
bcc = Copia oculta
add-copies = Copia y copia oculta
subject = Asunto
text = Mensaje
format = Formato
format-bold = Negrita
format-italic = Cursiva
format-list = Lista
format-numbers = Lista numerada
format-quote = Cita
format-link = Enlace
format-address = Dirección del enlace
format-use = Poner enlace
format-drop = Quitar enlace
format-text = Mensaje con formato
format-note = Este mensaje tiene formato. Se conserva mientras no cambie el texto; si lo cambia aquí, pasa a ser texto sin formato.
attachments = Adjuntos
add-files = Añadir archivos
attach-limit = Hasta { $limit } para el mensaje entero, adjuntos incluidos.
attach-too-large = Estos archivos son demasiado grandes: un mensaje puede tener hasta { $limit }.
remove = Quitar
send = Enviar
save-draft = Guardar borrador
discard = Descartar
quote-intro = El { $date }, { $who } escribió:
forward-intro = ---------- Mensaje reenviado ----------
forward-from = De: { $value }
forward-date = Fecha: { $value }
forward-subject = Asunto: { $value }
forward-to = Para: { $value }
error-to-empty = Escriba al menos un destinatario.
error-recipient = «{ $text }» no es una dirección de correo. Escriba direcciones como ann@example.com, separadas por comas.
error-recipients-many = Un mensaje puede tener hasta { $max } destinatarios. El suyo tiene { $count }.
error-too-large = El mensaje con sus adjuntos es demasiado grande: se pueden enviar hasta { $limit }. Su texto se conserva; quite algún adjunto.
error-files-many = Un mensaje puede tener como máximo { $max } adjuntos. Su texto se conserva; quite algunos adjuntos.
error-file-gone = Un adjunto de este mensaje ya no está. Compruebe los adjuntos y envíelo después.
compose-signed-out = Su sesión ha terminado. Lo que ha escrito sigue en esta página: vuelva a iniciar sesión y continúe.
compose-not-saved = No se ha guardado. Su texto sigue aquí y hay una copia en este dispositivo.
compose-offline = Sin conexión. Lo que escriba se conserva en este dispositivo y se guardará cuando vuelva la conexión.
compose-not-sent = No se ha enviado: no hay conexión. Su texto se conserva; envíelo de nuevo cuando vuelva la conexión.
compose-upload-broken = La subida se ha interrumpido.
compose-again = Reintentar
compose-people = sugerencias
compose-tell = Avisarme cuando haya llegado
compose-tell-hint = El aviso viene del último servidor de correo que los envía. No dice que alguien haya leído el mensaje.
compose-found = En este dispositivo hay un texto sin guardar, del
compose-found-use = Usarlo
compose-found-drop = Eliminarlo
error-from = No puede enviar desde esta dirección.
error-header = El asunto o un nombre tiene caracteres que el correo no puede llevar.
error-daily = Ha llegado al número de destinatarios permitido en un día. Su texto está guardado en «Borradores».
error-not-sent = El mensaje no se ha enviado. Su texto se conserva abajo; inténtelo de nuevo.
error-read-only-letter = Su correo habitual ha vuelto, y este buzón está cerrado: no se ha enviado ni guardado nada. Copie su texto de aquí y envíelo allí.
done-signed-in-again = Ha vuelto a entrar. Revise su mensaje y envíelo.
outbox = Bandeja de salida
count-outbox = en espera o sin enviar
outbox-empty = Aquí no espera nada. Lo que envía sale enseguida, o después del tiempo en que puede recuperarlo.
outbox-text = Estos mensajes todavía no han llegado a todos. No tiene que hacer nada mientras esperan.
outbox-held = Se envía a las { $time }. Hasta entonces puede recuperarlo.
outbox-waiting = Espera a ser enviado.
outbox-again = Todavía no se ha podido enviar. Próximo intento: { $time }.
outbox-sending = Se está enviando.
outbox-paused = Detenido por su proveedor por ahora.
outbox-failed = No se ha podido enviar ({ $time }). Estas personas no lo recibieron:
outbox-stop = Dejar de enviar

## Settings

settings-you = Nombre y firma
your-name = Su nombre
your-name-hint = Los destinatarios lo ven junto a su dirección.
signature = Firma
signature-hint = Aparece debajo de los mensajes que escribe. Puede cambiarla en cada uno.
address-settings = Para { $address }
address-settings-hint = Lo que quede vacío es como en su dirección principal.
settings-place = Idioma y hora
language = Idioma
languages = Idiomas
language-name = Español
as-device = Como este dispositivo
zone = Zona horaria
zone-hint = Allí son ahora las { $time }.
settings-reading = Lectura
density = Espaciado de las listas
density-roomy = Cómodo
density-compact = Compacto
conversations = Mostrar conversaciones: un mensaje con sus respuestas en una página
images-from = Mostrar siempre las imágenes de
images-from-hint = Desmarque un remitente para volver a bloquear sus imágenes.
settings-writing = Escritura
undo-send = Tiempo para recuperar un mensaje enviado
undo-send-off = Ninguno: enviar enseguida
undo-send-secs = { $count ->
    [one] 1 segundo
   *[other] { $count } segundos
}
settings-away = Mientras está ausente
away-hint = Quien le escriba recibe esta respuesta, una vez cada siete días. Las listas, los boletines y las máquinas no la reciben. Una respuesta automática configurada en su buzón habitual no se envía desde aquí.
away-on = Responder automáticamente
away-text = Respuesta
away-from = Primer día, si no es ahora
away-until = Último día, si se sabe
settings-blocked = Remitentes bloqueados
blocked = Su correo va a No deseado
blocked-hint = Una dirección por línea, o un dominio como @example.com.
filters-hint = Los filtros de su buzón habitual no funcionan aquí. Los reenvíos y alias que configuró su proveedor siguen funcionando.
error-away = Escriba una respuesta de hasta 4000 caracteres.
error-away-days = Elija días; el último no es anterior al primero.
error-blocked = Escriba hasta 500 direcciones, o dominios como @example.com, uno por línea.
settings-keys = Teclado
keys-on = Usar atajos de una sola tecla, como «r» para responder
keys-list = Ver todos los atajos de teclado
error-zone = Esta zona horaria no se conoce.
error-profile-name = Un nombre es una línea de 120 caracteres como máximo.
error-profile-signature = Una firma puede tener hasta 4.000 caracteres.
error-language = Este idioma no se ofrece.
error-undo-send = Elija uno de los tiempos.

## Keys

help-title = Atajos de teclado
help-text = Todo se puede hacer también con los botones y enlaces de las páginas.
help-off = Los atajos de una sola tecla están desactivados. Puede activarlos en los ajustes.
help-settings = Ir a los ajustes
help-key = Tecla
help-does = Qué hace
help-moving = Moverse
help-acting = Actuar sobre los mensajes
help-writing = Escribir
key-then = después
key-next = Mensaje siguiente
key-previous = Mensaje anterior
key-open = Abrir el mensaje
key-list = Volver a la lista
key-search = Buscar
key-go-inbox = Ir a la bandeja de entrada
key-go-drafts = Ir a los borradores
key-go-sent = Ir a los enviados
key-go-archive = Ir al archivo
key-select = Seleccionar o dejar de seleccionar
key-star = Destacar o dejar de destacar
key-undo = Deshacer lo último
key-help = Mostrar esta página
key-write = Escribir un mensaje
key-send = Enviar el mensaje

## Live

live-new = { $count ->
    [one] 1 mensaje nuevo
   *[other] { $count } mensajes nuevos
}
live-show = Mostrar

## Folders

folders-manage = Gestionar carpetas
folders-own = Sus propias carpetas
folders-own-text = Los mensajes de una carpeta suya van a la carpeta de este nombre cuando vuelva el servicio.
folders-none = No tiene carpetas propias aquí.
folders-fixed = Carpetas que todos tienen
folder-name = Nombre
folder-at-home = En su correo habitual
folder-messages = Mensajes
folder-new = Carpeta nueva
folder-new-hint = Con una barra, una carpeta está dentro de otra: Proyectos/2027
folder-create = Crear carpeta
folder-rename = Cambiar el nombre
folder-rename-label = Nombre nuevo de { $folder }
folder-delete-label = Eliminar { $folder }
folder-delete-text = { $count ->
    [0] La carpeta está vacía.
    [one] Su único mensaje se mueve a la papelera.
   *[other] Sus { $count } mensajes se mueven a la papelera.
}
folder-change = Cambiar { $folder }
done-folder-created = Carpeta creada.
done-folder-renamed = Nombre de la carpeta cambiado.
done-folder-deleted = Carpeta eliminada.
error-folder-empty = Escriba un nombre para la carpeta.
error-folder-exists = Ya hay una carpeta con este nombre.
error-folder-name = Use 100 caracteres como máximo. Entre dos barras tiene que haber un nombre, y no puede ser «.» ni «..».
error-folder-many = Hay demasiadas carpetas.
error-folder-merged = Mensajes de esta carpeta ya están en su buzón habitual. Cambie la carpeta allí.
error-folder-inside = Hay carpetas dentro de esta. Elimínelas o cambie su nombre primero.
error-folder-full = Hay demasiados mensajes en esta carpeta para eliminarla de una vez. Muévalos primero.

## Many messages at once

select-all-folder = { $count ->
    [one] Seleccionar el único mensaje de esta carpeta
   *[other] Seleccionar los { $count } mensajes de esta carpeta
}
select-all-found = Seleccionar todo lo encontrado
all-folder-selected = { $count ->
    [one] El único mensaje de esta carpeta está seleccionado.
   *[other] Los { $count } mensajes de esta carpeta están seleccionados.
}
all-found-selected = Todo lo encontrado está seleccionado.
mark-junk = No deseado
not-junk = Es deseado
done-more = Hecho con { $count } mensajes. Hay más: repítalo para los demás.
done-undo-gone = Esto ya no se puede deshacer.

## The outgoing queue, and where a message is

queue-title = Cola de salida
queue-hint = Lo que los usuarios enviaron y no ha terminado, lo más antiguo primero.
queue-sender = Remitente
queue-sender-hint = La dirección de un buzón o un dominio. Déjelo vacío para verlo todo.
queue-show = Mostrar
queue-sent = Enviado
queue-tries = Intentos
queue-next = Próximo intento
queue-any = Cualquiera
queue-queued = En espera
queue-sending = En camino
queue-held = Retenido
queue-empty = Aquí no espera nada.
queue-to-more = { $count ->
    [one] { $first } y { $count } más
   *[other] { $first } y { $count } más
}
queue-order = Cambiar lo seleccionado
queue-all-of = Todo de { $sender }, no solo esta página
queue-reason-hint = Consta en el registro de auditoría. Si se descarta, también se le dice al remitente.
queue-action-hold = Retener: no intentar hasta que se libere
queue-action-release = Liberar lo retenido
queue-action-retry = Intentar ahora
queue-action-drop = Descartar: desistir y avisar al remitente
error-queue-sender = Escriba la dirección de un buzón o un dominio.
done-queue = { $count ->
    [0] No se cambió nada: está en camino, terminado o ya está así.
    [one] Se cambió un mensaje.
   *[other] Se cambiaron { $count } mensajes.
}
trace-title = ¿Dónde está un mensaje?
trace-what = Mensaje
trace-hint = Un identificador de entrega, un Message-ID, el identificador de cola del MX o la dirección de un buzón: entonces, sus mensajes más recientes.
trace-find = Buscar
trace-nothing = No se encontró nada.
trace-received = { $time }: recibido de { $from }
trace-sent = { $time }: enviado por { $from }
trace-mx-queue-id = Identificador de cola en el MX: { $id }
trace-id = Identificador: { $id }
trace-now = ahora
trace-state-standby = En Lifeboat
trace-state-merged = Fusionado
trace-state-moved = Movido por su usuario
trace-state-purged = Eliminado tras la fusión
trace-state-unknown-mailbox = Buzón desconocido
trace-state-queued = En espera
trace-state-relayed = Transmitido
trace-state-failed = No enviado
trace-state-cancelled = Retirado
trace-state-held = Retenido

## The operator's words

banner-words = Su proveedor de correo informa, { $time }:
notice-title = Aviso a los usuarios
notice-title-of = Aviso a los usuarios de { $name }
notice-everybody = Todos los usuarios
notice-hint = Se muestra en cada página del webmail, como texto sin formato: qué se sabe, qué se hace, cuándo espera que funcione. Lo que se dice a todos los usuarios está también en la página de entrada. Déjelo vacío para quitarlo.
notice-save = Publicar
notice-updated = Publicado { $time }
done-notice-set = El aviso está publicado.
done-notice-cleared = El aviso se ha retirado.
error-notice = El texto puede tener hasta 1.000 caracteres.
delay-title = Política de avisos
delay-hint = Mientras un buzón se mantiene aquí, quien le escribe puede saber al cabo de unas horas que su mensaje está a salvo y aún no se ha leído. Nunca se responde a listas, máquinas ni correo basura.
delay-of-all = Todos los dominios
delay-of-reseller = Todos los dominios de { $name }
delay-of-domain = El dominio { $name }
delay-now-never = Actualmente no se avisa a los remitentes.
delay-now =
    Actualmente se avisa a los remitentes después de { $hours ->
        [one] una hora
       *[other] { $hours } horas
    }.
delay-find = Dominio o revendedor
delay-nothing = Aquí no existe ese dominio o revendedor.
delay-when = Se avisa a los remitentes
delay-follow = como está fijado para más dominios
delay-never = nunca
delay-after =
    { $hours ->
        [one] después de una hora
       *[other] después de { $hours } horas
    }
delay-reason-hint = Consta en el registro de auditoría.
done-delay = Guardado.
delay-senders = Quien escribe a un buzón
users-title = Usuarios
users-hint = Cuando su almacén de correo falla, y otra vez cuando vuelve, se puede escribir a los usuarios a la dirección en la que se les localiza de otro modo, si se conoce. El texto de las cartas está en la página «Marca».
users-when = Los usuarios se enteran de los fallos
users-yes = en su otra dirección
users-link = en su otra dirección, con el lugar donde pedir un enlace para entrar
users-now-never = Por ahora no se escribe a los usuarios.
users-now = Se escribe a los usuarios cuando su correo falla y cuando vuelve.
users-now-link = Se escribe a los usuarios cuando su correo falla y cuando vuelve; la carta dice dónde pedir un enlace para entrar.
users-language = Idioma de quien no ha elegido uno
error-users-sender = Este servidor aún no tiene remitente para cartas a los usuarios: el operador define announce.mail_from.
delay-words = Lo que se dice a los remitentes
delay-words-change = Cambiar el texto
delay-words-hint = En lugar del texto habitual, en los idiomas en que escriba; vacío: el del ámbito más amplio, o el habitual. La primera línea es el asunto. { $names } se rellenan. Si el mensaje de un remitente indica un idioma, se le responde en él.
delay-words-language = Idioma para los demás remitentes
delay-words-preview = Vista previa
error-delay-hours = Escriba de 1 a 120 horas.

## Error pages

error-not-found-title = Página no encontrada
error-not-found-text = No hay nada en esta dirección. Puede que el mensaje se haya movido a otra carpeta.
error-not-found-console = No hay nada en esta dirección, o pertenece a otra persona.
error-forbidden-title = No ha funcionado
error-forbidden-text = La página de la que viene había caducado, o la petición no venía de ella. No se ha cambiado nada. Vuelva atrás, recargue la página e inténtelo de nuevo.
error-method-title = No ha funcionado
error-method-text = Esta página no se puede usar así. No se ha cambiado nada. Vuelva atrás e inténtelo de nuevo.
error-busy-title = Espere un momento
error-busy-text = Hubo demasiadas peticiones a la vez. Espere un minuto y vuelva a intentarlo.
error-large-title = Demasiado grande
error-large-text = Lo que se ha enviado es más grande de lo que acepta esta página. Vuelva atrás: su texto sigue ahí. Quite algún adjunto e inténtelo de nuevo.
error-bad-title = No ha funcionado
error-bad-text = No se ha podido entender la petición. No se ha cambiado nada. Vuelva atrás e inténtelo de nuevo.
error-read-only-title = Su correo habitual ha vuelto
error-read-only-text = Todo lo de aquí se ha añadido a su buzón habitual. Aquí todavía se puede leer, pero ya no cambiar: no se ha cambiado nada. Continúe en su buzón habitual.
error-internal-title = Algo ha fallado aquí
error-internal-text = Su correo está a salvo. Se ha avisado a los responsables de este servicio. Inténtelo de nuevo en un minuto.
link-inbox = Ir a la bandeja de entrada
link-console = Ir a la consola

## Console

console = Consola de Lifeboat
console-sign-in = Entrar en la consola
console-sign-in-text = La consola es para quienes gestionan el servicio de correo y para revendedores. Para leer su correo, use el webmail.
token = Token
token-hint = De «lifeboat token create --role operator» o de su proveedor de correo.
error-token = Este token no se conoce, se retiró o ha caducado.
error-help-link = Ese buzón no existe, o es de otro.
help-link-made = Este enlace abre { $address } una vez. Se muestra solo esta vez.
help-link-do = Crear un enlace
help-link-hint = Quien tiene el enlace lee el correo de esta dirección. Compruebe con quién habla y entréguelo por otra vía que este buzón. Vale una vez, durante un cuarto de hora.
help-link-title = Ayudar a un usuario a entrar
forgotten-title = ¿Sin contraseña u olvidada?
forgotten-text = Si quienes gestionan su correo conocen otra dirección suya, se envía allí un enlace que abre su buzón una vez. Escriba la dirección del buzón.
forgotten-do = Enviarme un enlace
forgotten-back = Volver a la entrada
done-forgotten = Si este buzón se conoce aquí y se conoce otra dirección suya, un enlace va de camino. Vale una hora. Mire también en la carpeta de correo no deseado.
error-forgotten-address = Escriba la dirección completa de su buzón, por ejemplo ann@example.com.
link-over-text = Un enlace sirve una vez, durante un cuarto de hora. Pida otro a quien se lo dio, o entre con su contraseña.
link-over-title = Este enlace ya no vale
link-text = Este enlace abre su buzón una sola vez.
link-title = Entrar como { $address }
error-role-title = No permitido
error-role-text = Su función no lo permite. No se ha cambiado nada. Pregunte a alguien que sea propietario aquí.
console-person = Con su nombre
console-token = Con un token
console-code = Código
console-code-hint = Seis dígitos de su aplicación, o un código de recuperación. Déjelo vacío si no ha configurado ninguno.
error-person = El nombre, la contraseña o el código no es correcto.
people-title = Personas
people-hint = Quién puede entrar en esta consola, y como qué. La persona añadida elige una contraseña mediante un enlace, que se muestra aquí una sola vez.
role = Función
role-save = Guardar la función
role-owner = Propietario
role-owner-hint = Todo, también las personas
role-admin = Administrador
role-admin-hint = Todo menos las personas
role-read-only = Solo lectura
role-read-only-hint = Ve todo, también el registro; no cambia nada
role-help-desk = Atención al usuario
role-help-desk-hint = Ve el estado de los buzones y ayuda a entrar
person-add = Añadir una persona
person-name = Nombre
person-sign-in = Dirección de correo para entrar
person-reseller = Revendedor (vacío: el operador)
person-signed-in = Última entrada: { $time }.
person-never = Aún no ha entrado.
person-invited = Aún no ha elegido contraseña; el enlace vale hasta { $time }.
person-link-over = No tiene contraseña y el enlace ya no vale: haga uno nuevo.
person-second-on = Con segundo factor.
person-second-off = Sin segundo factor.
person-invite = Nuevo enlace
person-reset = Restablecer contraseña y segundo factor
person-remove = Quitar
person-link-title = Enlace para { $name }
person-link-text = Entréguelo por una vía que solo lea { $name }. Se muestra solo esta vez y vale tres días.
done-person-changed = La función está guardada; las sesiones con la anterior han terminado.
done-person-removed = La persona se ha quitado.
welcome-title = Le damos la bienvenida, { $name }
welcome-text = Entra en la consola como { $address }. Elija una contraseña.
welcome-do = Fijar la contraseña
done-password = Su contraseña está fijada. Entre con ella.
done-account-again = Está cambiado, y todas sus sesiones han terminado. Entre de nuevo.
account-title = Su cuenta
account-line = { $name }, { $address }, función: { $role }
account-password = Cambiar la contraseña
account-current = Su contraseña actual
account-new = Contraseña nueva
account-new-hint = Al menos 15 caracteres; varias palabras que recuerde son buenas.
account-save = Guardar la contraseña
account-second = Segundo factor
account-second-off = Con un segundo factor nadie entra solo con su contraseña: en cada entrada escribe un código que muestra una aplicación.
account-second-on = Se pide un código en cada entrada. Códigos de recuperación restantes: { $count }.
account-setup = Configurar un segundo factor
account-scan = Escanee la imagen con una aplicación de autenticación, o escriba en ella la clave.
account-picture = Código QR con la clave que aparece debajo
account-key = Clave:
account-code = Código que la aplicación muestra ahora
account-confirm = Activar
account-remove = Desactivar el segundo factor
account-codes = Códigos de recuperación
account-codes-text = El segundo factor está activado. Cada código sirve una vez, si se pierde el dispositivo. No los guarde junto al dispositivo; se muestran solo esta vez.
error-current = Esta no es su contraseña.
error-code = Este no es el código que la aplicación muestra ahora.
error-new-password = Una contraseña tiene al menos 15 caracteres y como mucho 512 bytes.
overview-operator = Mailstores
overview-reseller = Sus dominios
who-operator = Operador { $name }
who-reseller = Revendedor { $name }
state = Estado
mode = Modo
since = Desde
changed-by = Por
held = Por fusionar
domain = Dominio
mailstore = Mailstore
override = Ajuste
change = Cambiar
mailstores-caption = Mailstores
domains-caption = Dominios
none-mailstores = No hay ningún mailstore configurado.
none-domains = Todavía no hay dominios de este revendedor.
state-normal = Normal
state-suspected = Sospecha
state-active = En Lifeboat
state-returning = Volviendo
mode-auto = Automático
mode-pin-primary = Fijado al mailstore
mode-pin-standby = Fijado a Lifeboat
mode-queue = El correo espera en el MX
override-follow = Como el mailstore
override-standby = En Lifeboat
override-primary = En el mailstore
override-queue = El correo espera en el MX
effective-primary = En el mailstore
effective-standby = En Lifeboat
effective-partly = En parte en Lifeboat
effective-queue = El correo espera en el MX
effective-empty = Ningún buzón
console-nav = Páginas de la consola
console-back = Volver al resumen
change-mailstore = Mailstore { $name }
change-domain = Dominio { $name }
change-mailbox = Buzón { $name }
change-legend = ¿Qué debe ocurrir?
change-do = Aplicar
change-state = Estado: { $state }. Modo: { $mode }.
change-override = Ajuste: { $setting }.
action-activate = Activar Lifeboat
action-activate-hint = El correo nuevo va a Lifeboat enseguida, digan lo que digan las sondas.
action-return = Volver al mailstore
action-return-hint = El guardián comprueba que el mailstore es lo que era; después el correo vuelve allí y empieza la fusión.
action-return-restored = Volver a un mailstore restaurado a un estado anterior
action-return-restored-hint = Los UID de cada buzón se elevan por encima de todo lo que han visto sus programas; cada uno recibe su correo en cuanto está hecho.
action-return-accept = Volver a lo que haya ahora
action-return-accept-hint = El correo y los programas encuentran lo que hay ahora, tal como está. Solo después de leer lo que harían los programas.
guard-found = Encontrado: { $found }.
guard-clients-went-back = Si se admitiera tal como está, los programas pasarían por alto mensajes nuevos sin avisar: sus UID ya los han visto.
guard-clients-changed = Si se admitiera tal como está, los programas descargarían todo de nuevo o borrarían sus copias.
guard-clients-missing = Si se admitiera tal como está, los programas borrarían sus copias.
raising-counting = Se elevan los UID, buzón por buzón. Se están contando los buzones.
raising-progress = Se elevan los UID: { $done } de { $total } buzones vuelven a recibir su correo, { $blocked } esperan a una persona o a otro intento.
raising-trouble = Ningún buzón se puede elevar en este momento: { $why }
raising-blocked = { $mailbox } espera: { $why }
action-auto = Automático
action-auto-hint = Deciden las sondas, según las reglas del mailstore.
action-pin-primary = Fijar al mailstore
action-pin-primary-hint = El correo va al mailstore, digan lo que digan las sondas.
action-pin-standby = Fijar a Lifeboat
action-pin-standby-hint = El correo va a Lifeboat hasta que esto se cambie.
action-queue = Retener el correo en el MX
action-queue-hint = El correo espera en la cola del MX y se entrega después.
action-follow = Como el mailstore
action-follow-hint = Sin ajuste propio: lo que le ocurra al mailstore ocurre aquí.
action-standby = En Lifeboat
action-standby-hint = El correo nuevo va a Lifeboat aunque el mailstore funcione.
action-primary = En el mailstore
action-primary-hint = No participa: el correo va al mailstore aunque no funcione.
reason = Motivo
reason-hint = Queda en el registro de auditoría y lo ven otros operadores.
error-reason = Escriba un motivo.
error-action = Elija qué debe ocurrir.
done-change = Hecho: { $folder }.

## Merge, in the console

merges-title = Fusiones
merges-back = Volver a las fusiones
merges-live = Se actualiza cada 5 segundos
merges-go-live = Actualizar cada 5 segundos
merges-more = Más
merges-summary = { $count ->
    [0] Todo está fusionado.
    [one] Queda 1 mensaje por fusionar.
   *[other] { $mailboxes ->
        [one] Quedan { $count } mensajes de 1 buzón por fusionar.
       *[other] Quedan { $count } mensajes de { $mailboxes } buzones por fusionar.
    }
}
merges-reseller = Recibos de sus dominios: qué se añadió a cada buzón cuando volvió su mailstore.
merges-order = Orden
merge-paused = En pausa
merge-closed = Cerrado
merge-down = Sin respuesta
merge-running = Fusionando
merge-done = Todo fusionado
merge-mailboxes = Buzones
merge-mailbox = Buzón
merge-places = A la vez
merge-places-of = { $running } de { $allowed }, como máximo { $ceiling }
merge-speed-normal = Según responde
merge-speed-slow = Lento
merge-speed-hurry = Rápido
merge-next = Próximo intento
merge-blocked = Buzones que esperan
merge-blocked-more = Aquí no figuran todos los buzones que esperan: hay { $count } más. La API los da todos, página por página: GET /api/v1/mailboxes?blocked=true
merge-outages = Averías
merge-outage = Desde
merge-no-outage = Todavía no ha habido ninguna avería.
merge-merged-at = Fusionado
merge-outage-heading = Qué se fusionó en { $mailstore }
merge-outage-mailboxes = { $count ->
    [one] 1 buzón tiene su recibo.
   *[other] { $count } buzones tienen sus recibos.
}
merge-outage-left = { $count ->
    [one] Queda 1 mensaje de este mailstore por fusionar.
   *[other] Quedan { $count } mensajes de este mailstore por fusionar.
}
merge-domain-text = Qué se añadió a cada buzón cuando volvió su mailstore.
merge-action-run = Fusionar ahora: levantar una pausa, reintentar lo que espera
merge-action-pause = Pausar: no fusionar nada hasta nuevo aviso
merge-action-resume = Reanudar, tan rápido como el mailstore responda bien
merge-action-slow = Seguir despacio
merge-action-hurry = Seguir al máximo, por despacio que responda el mailstore
receipts-caption = Recibos
receipts-none = Todavía no hay recibos: no se ha fusionado nada, o no todo.
standing-verified = Comprobado
standing-provisional = Provisional
receipt-col-received = Recibidos
receipt-col-sent = Enviados
receipt-col-drafts = Borradores
receipt-col-found = Ya estaban

## Receipt

receipt-title = Qué se ha añadido a su buzón habitual
receipt-none = Todavía no se ha añadido nada. Cuando su correo habitual vuelva y tenga todo lo de aquí, se indicará aquí.
receipt-heading = { $time }: añadido a su buzón habitual
receipt-received = { $count ->
    [one] Se añadió 1 mensaje que llegó aquí.
   *[other] Se añadieron { $count } mensajes que llegaron aquí.
}
receipt-sent = { $count ->
    [one] 1 mensaje que envió desde aquí se añadió a su correo enviado.
   *[other] { $count } mensajes que envió desde aquí se añadieron a su correo enviado.
}
receipt-drafts = { $count ->
    [one] Se añadió 1 borrador.
   *[other] Se añadieron { $count } borradores.
}
receipt-notices = { $count ->
    [one] Se añadió 1 aviso sobre un mensaje que no se pudo entregar.
   *[other] Se añadieron { $count } avisos sobre mensajes que no se pudieron entregar.
}
receipt-moved = { $count ->
    [one] 1 de ellos está en la carpeta a la que usted lo había movido.
   *[other] { $count } de ellos están en las carpetas a las que usted los había movido.
}
receipt-deleted = { $count ->
    [one] 1 de ellos está en la papelera, donde usted lo había puesto.
   *[other] { $count } de ellos están en la papelera, donde usted los había puesto.
}
receipt-found = { $count ->
    [one] 1 mensaje había llegado a su buzón habitual antes de que fallara y no se añadió dos veces.
   *[other] { $count } mensajes habían llegado a su buzón habitual antes de que fallara y no se añadieron dos veces.
}
receipt-gone = { $count ->
    [one] 1 mensaje se movió o eliminó en su buzón habitual en cuanto estuvo allí.
   *[other] { $count } mensajes se movieron o eliminaron en su buzón habitual en cuanto estuvieron allí.
}
receipt-checked = Después, cada mensaje se volvió a leer de su buzón habitual y se comparó. Ninguno de sus mensajes anteriores se ha cambiado.
receipt-provisional = Todo se ha añadido; ahora se está comparando.
receipt-details = Para la asistencia: carpetas y números
receipt-folders = Carpetas de su buzón habitual
receipt-folder = Carpeta
receipt-messages = Añadidos
receipt-numbers = Números
receipt-uids = UIDVALIDITY { $validity }; UIDNEXT { $before } antes, { $after } después
receipt-digest = Huella de este recibo:

## Units and times

decimal-mark = ,
size-bytes = { $value } bytes
size-kb = { $value } kB
size-mb = { $value } MB
date-day-month = { $day } { $month }
date-full-day = { $day } { $month } { $year }
date-time = { $weekday } { $day } { $month } { $year }, { $time }
date-weekday = { $weekday } { $day } { $month } { $year }
date-today-time = Hoy, { $time }
month-1 = ene.
month-2 = feb.
month-3 = mar.
month-4 = abr.
month-5 = may.
month-6 = jun.
month-7 = jul.
month-8 = ago.
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = dic.
weekday-1 = lun.
weekday-2 = mar.
weekday-3 = mié.
weekday-4 = jue.
weekday-5 = vie.
weekday-6 = sáb.
weekday-7 = dom.

## Página de estado y alertas

status-title = Estado del servicio de correo
status-normal = En servicio
status-affected = Avería
status-returning = De vuelta
status-text-normal = El correo funciona con normalidad.
status-text-affected = El servicio de correo habitual no funciona para algunos buzones. El correo nuevo se recibe, se lee y se envía en el webmail de emergencia. El correo anterior está a salvo; no se muestra allí, y todo se reunirá cuando vuelva el servicio habitual.
status-text-returning = El servicio de correo habitual ha vuelto. Lo que llegó y se envió entretanto se está añadiendo a los buzones.
status-open = Abrir el webmail
status-help = Ayuda
status-history = Las dos últimas semanas
status-none = Ninguna avería.
status-began = El servicio habitual falló para algunos buzones; el webmail de emergencia está abierto para ellos.
status-returned = El servicio de correo habitual ha vuelto.
status-merged = Todo el correo del webmail de emergencia está en los buzones habituales.
status-feed = Canal (Atom)
status-feed-title = { $name }: estado del servicio de correo
alerts-title = Alertas
alerts-hint = Lo que es crítico ahora. Una alerta se repite hasta que alguien se hace cargo de ella, y termina por sí sola.
alerts-none = Nada es crítico.
alert-since = Desde { $time }, avisada { $count ->
    [one] una vez
   *[other] { $count } veces
 }
alert-taken = A cargo de { $name }: { $note }
alert-note = Qué se está haciendo al respecto
alert-do = Hacerse cargo
done-alert = Ya hay quien se hace cargo de la alerta.
error-alert = Diga qué se está haciendo al respecto, en 500 caracteres como máximo.
## How everything stands, for operators

ops-title = Operaciones
ops-checks = Lo que se comprobó
ops-check = Comprobación
ops-found = Resultado
ops-refused = Rechazado a la entrada
ops-refused-reason = Motivo
ops-refused-lately = Últimos diez minutos
ops-refused-since = Desde el arranque
ops-charts = Las últimas 24 horas
ops-since = Dibujado con un valor por minuto desde { $time }.
ops-no-samples = Los primeros valores llegan un minuto después del inicio.
ops-nothing = aún no hay valores
ops-values = ahora { $now }, como máximo { $most }
ops-accepted = Mensajes recibidos por minuto
ops-unmerged = Mensajes aún por fusionar
ops-queued = Mensajes de usuarios que esperan ser enviados
ops-disk = Libre en el disco del almacén, en por ciento
ops-probe = Consulta a { $name } por IMAP, en milisegundos
ops-ok = Bien
ops-warning = Advertencia
ops-critical = Crítico
ops-unknown = Desconocido
ops-check-server = Servidor
ops-check-mailstores = Almacenes de correo
ops-check-probes = Sondas
ops-check-sentinels = Centinelas
ops-check-merge = Fusión
ops-check-queue = Correo saliente
ops-check-intake = Correo entrante
ops-check-disk = Disco
ops-check-certificates = Certificados
ops-check-drill = Simulacros
ops-check-directory = Directorio

## Who is told, and the brand

error-refused = Esto no se aceptó: { $why }
reseller = Revendedor
webhooks-title = Webhooks
webhooks-hint = Programas a los que se comunica por HTTP lo que ocurre. Cada llamada va firmada (Standard Webhooks) y se reintenta durante tres días.
webhooks-none = Todavía no hay webhooks.
webhook-to = Dirección
webhook-to-hint = Por ejemplo, https://hooks.example.net/lifeboat
webhook-add = Añadir un webhook
webhook-secret = Las llamadas se firman con este secreto. Cópielo ahora: solo se muestra esta vez.
webhook-new-secret = Nuevo secreto
webhook-old-secret = El secreto sustituido se usa también hasta { $time }.
contacts-title = Contactos
contacts-hint = Personas que reciben correo cuando ocurre algo. Indique direcciones fuera de esta plataforma: su propio correo se detiene con ella.
contacts-none = Todavía no hay contactos.
contact-to = Dirección de correo
contact-to-hint = Por ejemplo, nombre@example.net
contact-add = Añadir un contacto
contact-inside = El correo de este dominio está en la propia plataforma: nadie lo leería durante una avería. Indique una dirección en otro lugar.
destination-label = Para qué
destination-for = De quién es
destination-for-hint = El nombre de un revendedor, que solo sabe de lo suyo; vacío: suyo.
destination-events = Qué comunicar
destination-events-hint = Nada elegido: un programa lo sabe todo, una persona lo que trae una avería.
destination-on = Activo
destination-off = Desactivado
destination-failing = No se alcanza
destination-failing-since = Nada ha llegado desde { $time }.
destination-change = Cambiar
destination-save = Guardar
destination-test = Enviar una prueba
destination-switch-off = Desactivar
destination-switch-on = Activar
destination-remove = Eliminar
destination-remove-hint = No se le comunica nada más y se elimina su registro.
destination-remove-now = Eliminar ahora
destination-log = Lo que se comunicó
destination-log-empty = Nada todavía.
destination-event = Suceso
destination-written = Escrito
announcement-told = Comunicado
announcement-failed = Fallido
announcement-waiting = En espera
done-destination = Se añadió.
done-destination-saved = Se guardó.
done-destination-on = Activado.
done-destination-off = Desactivado.
done-destination-test = Se envió una prueba; el resultado aparece abajo en unos segundos.
done-destination-removed = Se eliminó.
event-outage-advised = Se aconseja un cambio y espera a una persona
event-outage-began = Comenzó una avería
event-outage-returned = El correo vuelve al almacén
event-outage-resumed = La avería comenzó de nuevo
event-outage-ended = Terminó una avería
event-merge-finished = Todo está fusionado
event-mailstore-mode = Se cambió el modo de un almacén
event-override-changed = Se cambió a mano un dominio o un buzón
event-alert-raised = Se lanzó una alerta
event-alert-repeated = Una alerta sigue abierta
event-alert-acknowledged = Alguien asumió una alerta
event-alert-cleared = Terminó una alerta
event-drill-ended = Terminó un simulacro
event-domain-moved = Un dominio tiene otro propietario
event-override-expired = Un ajuste terminó por sí mismo
event-mailbox-moved = Un buzón pasó a otro servidor de correo
event-mailbox-renamed = Un buzón tiene otra dirección
event-mailbox-deleted = Se eliminó un buzón
event-mailbox-merged = Todo lo de un buzón está fusionado
event-mailbox-forgotten = Se borró lo que se guardaba de un buzón eliminado
event-mailboxes-changed = Muchos buzones cambiaron a la vez
event-sending-limited = Se alcanzó un límite de destinatarios al día
brand-title = Marca
brand-hint = Cómo le ven los usuarios: en el webmail, la página de estado y las cartas, con sus propios nombres de host.
brand-name = Nombre
brand-hosts = Nombres de host
brand-hosts-hint = Uno por línea, por ejemplo, webmail.example.com
brand-help = Ayuda para los usuarios
brand-help-hint = A quién llamar y cuándo.
brand-links = Enlaces
brand-links-hint = Uno por línea: la dirección, un espacio, el texto.
brand-colour = Color
brand-colour-hint = Para botones y enlaces, como #rrggbb. El texto blanco debe leerse sobre él (contraste de 4,5 a 1); en pantallas oscuras se aclara solo. Vacío: el habitual.
brand-logo = Logotipo
brand-logo-hint = PNG, JPEG o WebP, 100 KB como máximo; se muestra con 28 píxeles de alto.
brand-logo-now = El logotipo actual
brand-logo-remove = Eliminar el logotipo
brand-texts = Textos
brand-texts-all = Todos los idiomas
brand-texts-hint = En lugar de los habituales, que están en el idioma del lector; vacío: el habitual. La primera línea de una carta es su asunto. Se rellenan { $names }.
brand-save = Guardar
brand-of = Marca de un revendedor
brand-show = Mostrar
brand-text-help = Ayuda para los usuarios
brand-text-mail-outage-began = Carta: comenzó una avería
brand-text-mail-outage-returned = Carta: el correo ha vuelto
brand-text-mail-outage-resumed = Carta: la avería comenzó de nuevo
brand-text-mail-outage-ended = Carta: terminó una avería
brand-text-mail-merge-finished = Carta: todo está fusionado
brand-text-user-outage-began = Carta a los usuarios: su correo habitual no funciona
brand-text-user-outage-ended = Carta a los usuarios: su correo habitual ha vuelto
brand-text-user-sign-in-link = Carta a los usuarios: un enlace para entrar
brand-text-banner-outage = Webmail, durante una avería
brand-text-status-outage = Página de estado, durante una avería
brand-text-status-normal = Página de estado, todo bien
done-brand = La marca se guardó.
destination-waiting = { $count ->
    [one] Espera un aviso.
   *[other] Esperan { $count } avisos.
}

## Mailboxes

mailboxes-title = Buzones
mailboxes-route = Adónde va el correo
mailboxes-any = A cualquier sitio
mailboxes-affected = Afectados: no al almacén
mailboxes-standby = A Lifeboat
mailboxes-queue = Espera en el MX
mailboxes-primary = Al almacén
mailboxes-unknown = El almacén no está configurado
mailboxes-domain = Dominio
mailboxes-mailstore = Almacén
mailboxes-address = Dirección
mailboxes-by = Por
mailboxes-by-mailbox = un ajuste del buzón
mailboxes-by-domain = un ajuste del dominio
mailboxes-by-mailstore = el almacén
mailboxes-by-safety = lo que responde en el almacén no es lo que tenían los usuarios
mailboxes-by-raising = el almacén volvió atrás y el buzón aún no está listo
mailboxes-by-nothing = no se sabe nada
change-by = Por { $name }.
mailbox-signed-in = Último inicio de sesión aquí: { $time }.
mailbox-never-signed-in = El usuario no ha iniciado sesión aquí desde que llega correo.
mailboxes-by-operator = el operador
mailboxes-since = Desde { $time }.
mailboxes-until = Hasta { $time }.
mailboxes-unmerged = Por fusionar
mailboxes-csv = Todos en CSV
mailboxes-none = Ninguno en esta página.

## Lists, jobs, outages, tokens and the audit log, in the console

console-menu = Menú
menu-overview = Resumen
menu-now = Ahora
menu-directory = Dominios y buzones
menu-mail = Correo
menu-telling = Lo que se comunica
menu-access = Acceso
domains-title = Dominios
domains-all = Todos los dominios
domains-name = Parte del nombre
bulk-choose = Elegir { $name }
bulk-page = Elegir todo en esta página
bulk-all-domains = Todos los dominios que coinciden, también en las demás páginas
bulk-all-mailboxes = Todos los buzones que coinciden, también en las demás páginas
bulk-look = Cambiar lo elegido…
bulk-title = Buzones por cambiar: { $count }
bulk-hint = Aún no ha pasado nada. Abajo está lo que afectaría la orden.
bulk-more = Y más: { $count }
bulk-matching = Todo lo que coincide: { $count }
bulk-unknown = Algunos ya no existen y se omitirán:
bulk-nothing = no se eligió nada: vuelva y elija dominios o buzones
bulk-count = Son muchos. Escriba el número de buzones, { $count }
bulk-do = Cambiar
error-count = No es el número de buzones afectados ahora.
error-stale = Alguien lo cambió entretanto. Mire cómo está ahora y decida de nuevo.
change-effective = El correo va: { $route }, por { $level }.
override-ends = Termina
override-of = Para
overrides-title = Ajustes de dominios y buzones
overrides-hint = Lo que se fijó a mano para dominios y buzones, y hasta cuándo. El resto sigue a su almacén.
overrides-none = No hay nada fijado: todo sigue a su almacén.
overrides-any = Todos
overrides-timed = Solo los que terminan por sí solos
overrides-ends = Cuáles
overrides-never = No por sí solo
scope-domain = Dominio { $name }
jobs-title = Tareas
jobs-back = Volver a las tareas
jobs-hint = Lo que se ordenó para muchos a la vez. Una tarea terminada puede deshacerse.
jobs-none = Aún no hubo tareas.
job-ordered = Ordenada
job-task = Qué se fija
job-task-undo = Se deshace otra tarea
job-parts = Partes
job-failed = Fallidas
job-running = En curso
job-done = Hecha
job-partly = Hecha en parte
job-undone = Deshecha
job-title = Tarea: { $task }
job-progress = { $done } de { $total } tratados, { $failed } fallidos.
job-line = Ordenada { $time } por { $name }: { $why }
job-ended = Terminada { $time }.
job-undoes = Deshace esta tarea
job-undone-by = Esta tarea la deshizo
job-undo = Deshacer
job-undo-hint = Cada dominio y buzón recupera lo que tenía, salvo que alguien lo cambiara después.
job-item-done = Hecho
job-item-failed = Falló
job-item-waiting = En espera
job-before = Antes
done-job = La tarea ha comenzado.
outages-title = Interrupciones
outages-back = Volver a las interrupciones
outage-returned = Correo de vuelta desde
outage-heading = Interrupción de { $mailstore }
outage-affected = Buzones afectados
outage-receipts = Recibos de fusión
outage-change = Cambiar el almacén
outage-timeline = Lo ocurrido, lo más reciente primero
verb-suspected = Se sospecha un fallo
verb-cleared = La sospecha pasó
verb-would-activate = Lifeboat se habría activado
verb-asked = Se pregunta a una persona
verb-activated = El correo va a Lifeboat
verb-blocked = El guardián detiene el regreso
verb-went-back = El almacén retrocedió en el tiempo
verb-unblocked = El regreso vuelve a ser posible
verb-returned = El correo va de nuevo al almacén
verb-raised = Todos los buzones están listos de nuevo
verb-not-raised = No todos los buzones pudieron prepararse
verb-relapsed = Volvió a fallar
verb-settled = La interrupción terminó
verb-mode-set = Se cambió el modo
verb-refused = Se rechazó una orden
verb-already-so = Una orden no cambió nada
resellers-title = Revendedores
resellers-hint = Quién tiene buzones aquí. Contado del directorio, hace un minuto como mucho mientras cambia.
resellers-none = Aún no hay buzones.
resellers-sort = Orden
resellers-by-name = Por nombre
resellers-by-mailboxes = Más buzones primero
resellers-by-affected = Los más afectados primero
order-names = Por nombre, de la A a la Z
order-names-back = Por nombre, de la Z a la A
order-mailstores = Por almacén, de la A a la Z
order-mailstores-back = Por almacén, de la Z a la A
order-addresses = Por dirección, de la A a la Z
order-addresses-back = Por dirección, de la Z a la A
order-newest = Los más recientes primero
order-oldest = Los más antiguos primero
order-valid = Válidos primero
domain-move-title = Pasar dominios a otro revendedor
domain-move-hint = Sus buzones, su correo y sus buzones eliminados van con ellos. Lo que fijó el revendedor anterior termina, y ya no ve nada de ellos; lo que fijaron los operadores queda. Quien los recibe ve en los eventos y el registro lo que ocurre desde entonces, aunque ya hubieran sido suyos.
domain-move-domains = Dominios, separados por espacios
domain-move-from = De este revendedor; vacío: del operador
domain-move-to = A este revendedor; vacío: al operador
domain-move-look = Mostrar qué va con ellos
domain-move-nothing-yet = Todavía no ha ocurrido nada.
domain-move-summary = De { $from } a { $to }: { $domains }
domain-move-mailboxes = Buzones que van con ellos: { $count }
domain-move-deleted = Buzones eliminados que van con ellos: { $count }
domain-move-ends = Ajustes del revendedor anterior que terminan:
domain-move-more = … y { $count } más
domain-move-operator = el operador
domain-move-do = Pasarlos
done-domains-moved = Los dominios se han pasado.
reseller-well = No afectado
reseller-partly = Afectado en parte
reseller-affected = Afectado
reseller-none = De nadie
reseller-on-affected = En almacenes caídos
tokens-title = Tokens
tokens-hint = Con un token, un programa usa la API. Se muestra una vez, al crearlo.
tokens-none = No hay tokens.
token-made = El token nuevo
token-made-text = Cópielo ahora: no se mostrará más.
token-add = Crear un token
token-label = Para qué es
token-label-hint = Para un agente, el nombre de su punto de observación.
token-role = Para quién
token-for = Revendedor, para el token de un revendedor
token-operator = Operador
token-reseller = Revendedor
token-agent = Agente
token-router = Agente de rutas
token-scopes = Solo esto
token-scopes-hint = Nada elegido: todo lo que permite el rol.
token-until = Válido durante
token-days = Días: { $days }
token-never = Hasta que se revoque
token-valid = Válido
token-revoked = Revocado
token-expired = Caducado
token-revoke = Revocar
token-looks = Solo para mirar
token-created = Creado { $time }.
token-used = Último uso { $time }.
token-ends = Válido hasta { $time }.
token-revoked-at = Revocado { $time }.
done-token-revoked = El token está revocado.
permission-failover = Cambiar almacenes, dominios y buzones
permission-merge = Ordenar fusiones
permission-queue = Cambiar la cola de salida
permission-provision = Llenar el directorio
permission-notices = Decidir qué se dice a usuarios y remitentes
permission-brand = Cambiar la marca
permission-announce = Cambiar webhooks y contactos, asumir alertas
permission-sign-in-links = Crear enlaces de acceso
permission-audit = Leer el registro de auditoría
permission-tokens = Crear y revocar tokens
permission-people = Decidir quién puede entrar en la consola
permission-store = Respaldar el almacén y exportar correo
audit-title = Registro de auditoría
audit-hint = Cada cambio: quién, qué, cuándo y por qué. Nada se cambia ni se borra nunca. De un dominio que vino de otro dueño, los revendedores ven lo que se hizo desde que llegó por última vez.
audit-head = La última entrada es la número { $count }, su hash { $hash }.
audit-verify = Verificar la cadena
audit-sound = La cadena está íntegra, hasta la entrada { $count }.
audit-damaged = El registro está dañado: { $why }
audit-none = No se encontró nada en esta página.
audit-when = Cuándo
audit-who = Quién
audit-action = Qué
audit-subject = A qué
audit-number = Número
audit-from = Desde
audit-until = Hasta
ends-in-hours = { $hours ->
    [one] En { $hours } hora
   *[other] En { $hours } horas
}
decisions-title = Lo que pide una decisión
decisions-none = Nada le espera.
decision-mailstore = Almacén
decision-queue = Correo en espera en el MX
decision-merge = Fusión en espera
decision-source = Fuente del directorio
decision-held = Mensajes retenidos
decision-alert = Alerta sin responsable
parts-title = Nodos y componentes
parts-version = Lifeboat { $version }.
parts-vantages = Quién observa los almacenes: el servidor y sus agentes
parts-vantage = Desde dónde, qué, cómo
parts-silent = En silencio
parts-age = Hace
parts-took = Tardó
parts-none = Nadie observa aún un almacén.
parts-here = Este servidor
parts-part = Parte
parts-value = Cómo está
parts-free = { $free } de { $all } libres
parts-waits = Mensajes en espera: { $count }, retenidos: { $held }, el más antiguo desde hace { $time }
parts-way = Conexiones abiertas: { $open }, mensajes desde el inicio: { $count }
parts-good-for = Válido aún: { $time }
parts-not-good = Caducado o ilegible
parts-sources = Fuentes del directorio
parts-source = Fuente
parts-errors = Filas erróneas
parts-no-source = No hay ninguna fuente configurada.
long-seconds = { $count } s
long-minutes = { $count } min
long-hours = { $count } h
long-days = { $count } d
