# Français. Clés et variables comme dans en.ftl ; un test les compare.

product = Lifeboat
skip = Aller au contenu
undo = Annuler
save = Enregistrer
refresh = Actualiser
error-summary = Il y a un problème
error-reference = Si vous écrivez à l’assistance, indiquez cette référence :
unknown-sender = (expéditeur inconnu)
no-subject = (sans objet)
no-recipient = (aucun destinataire)

## Banner

banner-label = État de votre messagerie
banner-updated = Mis à jour à
banner-home = Aller à votre messagerie habituelle
banner-standby-what = Votre messagerie habituelle fonctionne.
banner-standby-safe = Les nouveaux messages arrivent là-bas, pas ici.
banner-standby-next = Lifeboat se tient prêt en cas de panne.
banner-suspected-what = Votre messagerie habituelle ne répond pas en ce moment.
banner-suspected-safe = Vos anciens messages sont en sécurité ;
banner-suspected-next = nous examinons la situation, et les nouveaux messages arriveront ici si elle dure.
banner-outage-what = Votre messagerie habituelle est en panne.
banner-outage-safe = Vos anciens messages sont en sécurité ;
banner-outage-next = ils ne sont pas affichés ici. Ce que vous envoyez et recevez ici sera ajouté au retour du service.
banner-returning-what = Votre messagerie habituelle revient.
banner-returning-safe = Les messages d’ici y sont en train d’être ajoutés ;
banner-returning-next = rien n’est perdu, et vous pouvez continuer à travailler ici jusqu’à la fin.
banner-merged-what = Votre messagerie habituelle est de retour.
banner-merged-safe = Tout ce qui était ici y a été ajouté :
banner-merged-next = les messages reçus dans la boîte de réception, les messages envoyés dans « Envoyés », les brouillons dans « Brouillons ».
banner-closed-what = Votre messagerie habituelle est de retour.
banner-closed-safe = Tout ce qui était ici y a été ajouté et comparé.
banner-closed-next = Continuez là-bas : ici, tout reste lisible mais ne peut plus être modifié.
banner-late-what = Votre messagerie habituelle est de retour.
banner-late-safe = Les messages arrivés ici en retard y sont ajoutés aussi.
banner-late-next = Continuez là-bas : ici, tout reste lisible mais ne peut plus être modifié.
banner-receipt = Voir ce qui a été ajouté
banner-queue-what = Votre messagerie habituelle est en panne.
banner-queue-safe = Les nouveaux messages sont conservés et ne sont pas perdus ;
banner-queue-next = ils seront distribués au retour du service.

## Sign-in

sign-in-title = Se connecter à votre messagerie
sign-in-again-title = Se reconnecter
sign-in-again = Vous avez été déconnecté après un moment d’absence. Ce que vous aviez écrit est conservé : connectez-vous pour continuer.
sign-in-again-files = Les fichiers que vous veniez de choisir doivent être joints de nouveau.
done-signed-out = Vous êtes déconnecté.
sign-in-first = Veuillez vous connecter pour voir cette page.
sign-in-ended = Vous avez été déconnecté après un moment d’absence. Connectez-vous pour reprendre où vous étiez.
sign-in-ended-undone = Vous avez été déconnecté après un moment d’absence, et ce que vous venez de demander n’a pas été fait. Connectez-vous, puis recommencez.
address = Adresse e-mail
password = Mot de passe
sign-in = Se connecter
sign-in-trouble = Des difficultés à vous connecter ?
sign-in-trouble-text = Utilisez l’adresse complète, par exemple ann@example.com, et le même mot de passe que dans votre logiciel de messagerie habituel. Si ce mot de passe est refusé, demandez de l’aide à ceux qui gèrent votre messagerie : ils peuvent voir si votre boîte est connue ici.
door-title = Votre messagerie continue
door-same = Votre adresse et votre mot de passe habituels.
door-same-text = Il n’y a rien à configurer, ni ici ni dans votre logiciel de messagerie.
door-safe = Vos anciens messages sont en sécurité.
door-safe-text = Ils ne sont pas affichés ici, et rien ici ne les modifie.
door-merge = Rien à copier plus tard.
door-merge-text = Ce que vous envoyez et recevez ici est ajouté à votre boîte habituelle au retour du service.
error-sign-in = L’adresse ou le mot de passe est incorrect. Utilisez les mêmes que dans votre logiciel de messagerie habituel.
error-sign-in-often = Trop de tentatives. Attendez une minute, puis réessayez.
error-sign-in-empty = Saisissez votre adresse et votre mot de passe.

## Shell

search = Rechercher
search-label = Rechercher dans la messagerie
account-menu = Compte
signed-in-as = Connecté en tant que
sign-out = Se déconnecter
settings = Paramètres
folders = Dossiers
folders-menu = Afficher les dossiers
folders-and-tools = Messagerie
write = Écrire
folder-inbox = Boîte de réception
folder-drafts = Brouillons
folder-sent = Envoyés
folder-archive = Archives
folder-junk = Indésirables
folder-trash = Corbeille
count-unread = non lus
count-drafts = brouillons

## Lists

list-summary = { $total ->
    [0] Aucun message
    [one] 1 message
   *[other] { $total } messages
}{ $unread ->
    [0] {""}
    [one] , 1 non lu
   *[other] , { $unread } non lus
}
list-shown = { $shown ->
    [one] 1 message sur cette page
   *[other] { $shown } messages sur cette page
}
bulk-label = Agir sur les messages sélectionnés
select-page = Tout sélectionner
select-none = Tout désélectionner
select-message = Sélectionner : { $subject }, { $who }
unread = Non lu :
answered = Répondu
forwarded = Transféré
has-attachment = Avec pièces jointes
star-add = Marquer d’une étoile : { $subject }
star-remove = Retirer l’étoile : { $subject }
mark-read = Lu
mark-unread = Non lu
archive = Archiver
delete = Supprimer
move = Déplacer
move-to = Déplacer vers…
pages = Pages
newest = Les plus récents
newer = Plus récents
older = Plus anciens
empty-inbox = Aucun nouveau message depuis { $time }
empty-inbox-text = Cette boîte sert pendant la panne. Les messages arrivés avant sont en sécurité dans votre boîte habituelle.
empty-page = Rien de plus ici
empty-inbox-standby = Vos messages sont à leur place habituelle
empty-inbox-standby-text = Votre messagerie habituelle fonctionne : les nouveaux messages y arrivent, et vos anciens messages y sont aussi. Rien de vous n’est conservé ici.
empty-inbox-held = Les nouveaux messages sont conservés pour vous
empty-inbox-held-text = Ils ne sont pas perdus et ne sont pas affichés ici. Ils seront dans votre boîte habituelle au retour du service. Vous pouvez écrire des messages d’ici.
to-people = À : { $people }
empty-drafts = Aucun brouillon
empty-drafts-text = Un message que vous enregistrez en cours d’écriture attend ici.
empty-sent = Rien n’a encore été envoyé d’ici
empty-sent-text = Les messages envoyés avant sont en sécurité dans votre boîte habituelle.
empty-archive = Rien n’est encore archivé ici
empty-archive-text = Vos anciennes archives sont en sécurité dans votre boîte habituelle.
empty-junk = Aucun message indésirable
empty-junk-text = Les messages marqués comme indésirables en chemin attendent ici.
empty-trash = La corbeille est vide
empty-trash-text = Les messages que vous supprimez attendent ici et iront dans votre corbeille habituelle au retour du service.
empty-folder = Rien ici pour l’instant
empty-folder-text = Les messages que vous déplacez ici iront dans le dossier de ce nom au retour du service.
note-trash = Les messages supprimés restent ici jusqu’au retour de votre messagerie habituelle, puis vont dans votre corbeille habituelle.

## What happened

done-read = { $count ->
    [one] 1 message marqué comme lu.
   *[other] { $count } messages marqués comme lus.
}
done-unread = { $count ->
    [one] 1 message marqué comme non lu.
   *[other] { $count } messages marqués comme non lus.
}
done-starred = Étoile ajoutée.
done-unstarred = Étoile retirée.
done-moved = { $count ->
    [one] 1 message déplacé vers « { $folder } ».
   *[other] { $count } messages déplacés vers « { $folder } ».
}
done-undone = Annulé.
done-nothing-selected = Sélectionnez d’abord un ou plusieurs messages.
done-no-folder = Choisissez d’abord le dossier de destination.
done-sent-again = Ce message avait déjà été envoyé. Il n’a pas été envoyé deux fois.
done-saved = Brouillon enregistré à { $time }.
done-discarded = Brouillon mis à la corbeille.
done-answered = Votre réponse est en route vers l’organisateur.
done-answered-before = L’organisateur le sait déjà. La réponse n’a pas été envoyée deux fois.
done-daily = Vous avez atteint le nombre de destinataires autorisé par jour. Rien n’a été envoyé.
done-images = Les images de cet expéditeur sont désormais affichées.
done-images-not = L’expéditeur de ce message n’a pas d’adresse.
done-settings = Paramètres enregistrés.
done-sent = Votre message est parti. Vous pouvez encore le reprendre pendant { $count } secondes.
done-sent-now = Votre message est parti. Une copie se trouve dans « Envoyés ».
done-unsent = Votre message n’a pas été envoyé. Il est de nouveau un brouillon.
done-undo-late = Il est trop tard pour reprendre ce message : il est parti.
done-stopped = Personne n’a reçu ce message. Le voici de nouveau, comme nouveau message.
done-stopped-partly = Certains destinataires ont reçu ce message avant que vous ne l’arrêtiez. Le voici de nouveau, comme nouveau message.

## Search

search-title = Recherche
search-hint = Des mots, ou from:ann, to:bob, subject:facture, has:attachment, in:sent
search-summary = { $count ->
    [0] {""}
    [one] 1 message trouvé
   *[other] { $count } messages trouvés
}
search-summary-more = Les { $count } messages trouvés les plus récents
search-none = Rien trouvé
search-none-yet = Rien trouvé pour l’instant
search-partial = Cette boîte est grande : les messages plus anciens sont encore en cours d’examen.
search-again = Chercher à nouveau
search-none-text = Seuls les messages de cette panne sont cherchés. Les plus anciens sont en sécurité dans votre boîte habituelle.
search-start = Cherchez dans les messages que vous avez ici
search-start-text = Objets, personnes, texte et noms des pièces jointes.

## Message

message-actions = Agir sur ce message
message-text = Texte du message
people-to = À
people-cc = Copie
people-more = et { $count } de plus
images-blocked = Les images d’Internet ne sont pas affichées, afin que l’expéditeur n’apprenne pas que vous lisez ceci.
open-full = Ouvrir le message entier
show-as-text = Afficher en texte brut
show-as-html = Afficher avec la mise en forme
show-quoted = Afficher le texte cité
problem-broken = Ce message n’a pas pu être affiché en entier. Téléchargez-le pour voir tout ce qui a été envoyé.
problem-cut = Ce message est très long. Le début est affiché ; téléchargez-le pour tout voir.
images-show = Afficher les images
images-always = Toujours afficher les images de { $sender }
note-signed = Ce message est signé. La signature n’est pas vérifiée ici ; téléchargez le message pour la vérifier.
note-encrypted = Ce message est chiffré. Vous pouvez le lire là où se trouve votre clé : téléchargez-le, ou lisez-le quand votre messagerie habituelle sera rétablie.
note-no-text = Ce message n’a pas de texte.
note-not-printed = Ce message n’est pas sur cette page : il est trop volumineux, ou il y en a trop.
download-all = Tout télécharger (.zip)
print = Version imprimable
print-files = Pièces jointes
files-title = { $count ->
    [one] 1 pièce jointe
   *[other] { $count } pièces jointes
}
download = Télécharger
preview = Aperçu
answer = Répondre
reply = Répondre
reply-all = Répondre à tous
forward = Transférer
newer-message = Message plus récent
older-message = Message plus ancien
source = Afficher la source
source-title = Source du message
source-cut = Seul le début est affiché. Téléchargez le message pour tout voir.
back-to-message = Retour au message
download-eml = Télécharger au format .eml

## Conversation

conversation-count = { $count ->
    [one] 1 message
   *[other] { $count } messages
}
conversation-earlier = { $count ->
    [one] Afficher 1 message antérieur
   *[other] Afficher { $count } messages antérieurs
}
conversation-later = { $count ->
    [one] Afficher 1 message ultérieur
   *[other] Afficher { $count } messages ultérieurs
}
open-message = Ouvrir ce message
continue-draft = Continuer à écrire

## Invitation

invite-request = Invitation
invite-cancelled = Événement annulé
invite-reply = Réponse à une invitation
invite-event = Événement
invite-when = Quand
invite-where = Où
invite-repeats = Répétition
invite-organizer = Organisateur
invite-people = Personnes
invite-local = heure locale de l’organisateur
invite-daily = { $count ->
    [one] chaque jour
   *[other] tous les { $count } jours
}
invite-weekly = { $count ->
    [one] chaque semaine
   *[other] toutes les { $count } semaines
}
invite-monthly = { $count ->
    [one] chaque mois
   *[other] tous les { $count } mois
}
invite-yearly = { $count ->
    [one] chaque année
   *[other] tous les { $count } ans
}
invite-repeated = plusieurs fois
invite-times = { $count ->
    [one] une fois
   *[other] { $count } fois
}
invite-until = jusqu’au { $day }
invite-accept = Accepter
invite-maybe = Peut-être
invite-decline = Refuser
invite-state-accept = accepté
invite-state-maybe = peut-être
invite-state-decline = refusé
invite-to = Votre réponse est envoyée à { $who }.
invite-said-accept = Vous avez accepté ({ $time }).
invite-said-maybe = Vous avez répondu « peut-être » ({ $time }).
invite-said-decline = Vous avez refusé ({ $time }).
invite-subject-accept = Accepté : { $event }
invite-subject-maybe = Peut-être : { $event }
invite-subject-decline = Refusé : { $event }
invite-text-accept = J’accepte l’invitation « { $event } ».
invite-text-maybe = Je viendrai peut-être à « { $event } ».
invite-text-decline = Je ne peux pas venir à « { $event } ».

## Compose

compose-title = Nouveau message
compose-reply = Réponse
compose-forward = Transfert
compose-draft = Brouillon
from = De
to = À
cc = Copie
bcc = Copie cachée
add-copies = Copie et copie cachée
subject = Objet
text = Message
format = Mise en forme
format-bold = Gras
format-italic = Italique
format-list = Liste
format-numbers = Liste numérotée
format-quote = Citation
format-link = Lien
format-address = Adresse du lien
format-use = Mettre le lien
format-drop = Retirer le lien
format-text = Message avec mise en forme
format-note = Ce message comporte une mise en forme. Elle est conservée tant que vous ne modifiez pas le texte ; si vous le modifiez ici, il devient du texte brut.
attachments = Pièces jointes
add-files = Ajouter des fichiers
attach-limit = Jusqu’à { $limit } pour le message entier, pièces jointes comprises.
attach-too-large = Ces fichiers sont trop volumineux : un message peut avoir jusqu’à { $limit }.
remove = Retirer
send = Envoyer
save-draft = Enregistrer le brouillon
discard = Abandonner
quote-intro = Le { $date }, { $who } a écrit :
forward-intro = ---------- Message transféré ----------
forward-from = De : { $value }
forward-date = Date : { $value }
forward-subject = Objet : { $value }
forward-to = À : { $value }
error-to-empty = Saisissez au moins un destinataire.
error-recipient = « { $text } » n’est pas une adresse e-mail. Écrivez des adresses comme ann@example.com, séparées par des virgules.
error-recipients-many = Un message peut avoir jusqu’à { $max } destinataires. Le vôtre en a { $count }.
error-too-large = Le message avec ses pièces jointes est trop volumineux : { $limit } au plus peuvent être envoyés. Votre texte est conservé ; retirez des pièces jointes.
error-files-many = Un message peut avoir au plus { $max } pièces jointes. Votre texte est conservé ; retirez des pièces jointes.
error-file-gone = Une pièce jointe de ce message n’est plus là. Vérifiez les pièces jointes, puis envoyez-le.
compose-signed-out = Vous êtes déconnecté. Ce que vous avez écrit reste sur cette page : reconnectez-vous, puis continuez.
compose-not-saved = Non enregistré. Votre texte est toujours ici, et une copie reste sur cet appareil.
compose-offline = Pas de connexion. Ce que vous écrivez reste sur cet appareil et sera enregistré au retour de la connexion.
compose-not-sent = Non envoyé : pas de connexion. Votre texte est conservé ; envoyez-le de nouveau au retour de la connexion.
compose-upload-broken = L’envoi du fichier a été interrompu.
compose-again = Réessayer
compose-people = suggestions
compose-tell = M’avertir de l’arrivée du message
compose-tell-hint = L’avis vient du dernier serveur de messagerie qui en envoie. Il ne dit pas que quelqu’un a lu le message.
compose-found = Il y a sur cet appareil un texte non enregistré, du
compose-found-use = Le reprendre
compose-found-drop = Le supprimer
error-from = Vous ne pouvez pas envoyer depuis cette adresse.
error-header = L’objet ou un nom contient des caractères que le courrier ne peut pas transporter.
error-daily = Vous avez atteint le nombre de destinataires autorisé par jour. Votre texte est enregistré dans « Brouillons ».
error-not-sent = Le message n’a pas été envoyé. Votre texte est conservé ci-dessous ; veuillez réessayer.
error-read-only-letter = Votre messagerie habituelle est de retour, et cette boîte est fermée : rien n’a été envoyé ni enregistré. Copiez votre texte d’ici et envoyez-le là-bas.
done-signed-in-again = Vous êtes de nouveau connecté. Vérifiez votre message, puis envoyez-le.
outbox = Boîte d’envoi
count-outbox = en attente ou non envoyés
outbox-empty = Rien n’attend ici. Ce que vous envoyez part tout de suite, ou après le délai pendant lequel vous pouvez le reprendre.
outbox-text = Ces messages n’ont pas encore atteint tout le monde. Vous n’avez rien à faire pendant qu’ils attendent.
outbox-held = Sera envoyé à { $time }. Jusque-là, vous pouvez le reprendre.
outbox-waiting = Attend d’être envoyé.
outbox-again = N’a pas encore pu être envoyé. Prochain essai : { $time }.
outbox-sending = En cours d’envoi.
outbox-paused = Arrêté pour l’instant par votre fournisseur.
outbox-failed = N’a pas pu être envoyé ({ $time }). Ces personnes ne l’ont pas reçu :
outbox-stop = Arrêter l’envoi

## Settings

settings-you = Nom et signature
your-name = Votre nom
your-name-hint = Les destinataires le voient à côté de votre adresse.
signature = Signature
signature-hint = Elle figure sous les messages que vous écrivez. Vous pouvez la modifier dans chacun d’eux.
address-settings = Pour { $address }
address-settings-hint = Ce qui reste vide est comme pour votre adresse principale.
settings-place = Langue et heure
language = Langue
languages = Langues
language-name = Français
as-device = Comme cet appareil
zone = Fuseau horaire
zone-hint = Il y est maintenant { $time }.
settings-reading = Lecture
density = Espacement des listes
density-roomy = Confortable
density-compact = Compact
conversations = Afficher les conversations : un message et ses réponses sur une page
images-from = Toujours afficher les images de
images-from-hint = Décochez un expéditeur pour bloquer de nouveau ses images.
settings-writing = Écriture
undo-send = Délai pour reprendre un message envoyé
undo-send-off = Aucun : envoyer tout de suite
undo-send-secs = { $count ->
    [one] 1 seconde
   *[other] { $count } secondes
}
settings-away = Pendant votre absence
away-hint = Qui vous écrit reçoit cette réponse, une fois tous les sept jours. Les listes, lettres d’information et automates n’en reçoivent pas. Une réponse automatique réglée dans votre boîte habituelle n’est pas envoyée d’ici.
away-on = Répondre automatiquement
away-text = Réponse
away-from = Premier jour, si ce n’est pas tout de suite
away-until = Dernier jour, s’il est connu
settings-blocked = Expéditeurs bloqués
blocked = Leurs messages vont dans Indésirables
blocked-hint = Une adresse par ligne, ou un domaine sous la forme @example.com.
filters-hint = Les filtres de votre boîte habituelle ne s’exécutent pas ici. Les redirections et alias mis en place par votre fournisseur continuent de fonctionner.
error-away = Écrivez une réponse de 4 000 caractères au plus.
error-away-days = Choisissez des jours ; le dernier ne précède pas le premier.
error-blocked = Saisissez jusqu’à 500 adresses, ou domaines sous la forme @example.com, un par ligne.
settings-keys = Clavier
keys-on = Utiliser des raccourcis à une seule touche, comme « r » pour répondre
keys-list = Voir tous les raccourcis clavier
error-zone = Ce fuseau horaire n’est pas connu.
error-profile-name = Un nom est une ligne de 120 caractères au plus.
error-profile-signature = Une signature peut avoir jusqu’à 4 000 caractères.
error-language = Cette langue n’est pas proposée.
error-undo-send = Choisissez l’un des délais.

## Keys

help-title = Raccourcis clavier
help-text = Tout peut aussi se faire avec les boutons et les liens des pages.
help-off = Les raccourcis à une seule touche sont désactivés. Vous pouvez les activer dans les paramètres.
help-settings = Aller aux paramètres
help-key = Touche
help-does = Ce qu’elle fait
help-moving = Se déplacer
help-acting = Agir sur les messages
help-writing = Écrire
key-then = puis
key-next = Message suivant
key-previous = Message précédent
key-open = Ouvrir le message
key-list = Retour à la liste
key-search = Rechercher
key-go-inbox = Aller à la boîte de réception
key-go-drafts = Aller aux brouillons
key-go-sent = Aller aux messages envoyés
key-go-archive = Aller aux archives
key-select = Sélectionner ou désélectionner
key-star = Ajouter ou retirer l’étoile
key-undo = Annuler ce qui vient d’être fait
key-help = Afficher cette page
key-write = Écrire un message
key-send = Envoyer le message

## Live

live-new = { $count ->
    [one] 1 nouveau message
   *[other] { $count } nouveaux messages
}
live-show = Afficher

## Folders

folders-manage = Gérer les dossiers
folders-own = Vos propres dossiers
folders-own-text = Les messages d’un dossier à vous iront dans le dossier de ce nom au retour du service.
folders-none = Vous n’avez pas de dossier à vous ici.
folders-fixed = Dossiers que tout le monde a
folder-name = Nom
folder-at-home = Dans votre messagerie habituelle
folder-messages = Messages
folder-new = Nouveau dossier
folder-new-hint = Avec une barre oblique, un dossier est à l’intérieur d’un autre : Projets/2027
folder-create = Créer le dossier
folder-rename = Renommer
folder-rename-label = Nouveau nom de { $folder }
folder-delete-label = Supprimer { $folder }
folder-delete-text = { $count ->
    [0] Le dossier est vide.
    [one] Son unique message est mis à la corbeille.
   *[other] Ses { $count } messages sont mis à la corbeille.
}
folder-change = Modifier { $folder }
done-folder-created = Dossier créé.
done-folder-renamed = Dossier renommé.
done-folder-deleted = Dossier supprimé.
error-folder-empty = Saisissez un nom pour le dossier.
error-folder-exists = Il existe déjà un dossier de ce nom.
error-folder-name = Utilisez 100 caractères au plus. Entre deux barres obliques il faut un nom, qui ne peut pas être « . » ou « .. ».
error-folder-many = Il y a trop de dossiers.
error-folder-merged = Des messages de ce dossier sont déjà dans votre boîte habituelle. Modifiez le dossier là-bas.
error-folder-inside = Il y a des dossiers à l’intérieur de celui-ci. Supprimez-les ou renommez-les d’abord.
error-folder-full = Ce dossier contient trop de messages pour être supprimé d’un coup. Déplacez-les d’abord.

## Many messages at once

select-all-folder = { $count ->
    [one] Sélectionner le seul message de ce dossier
   *[other] Sélectionner les { $count } messages de ce dossier
}
select-all-found = Sélectionner tout ce qui a été trouvé
all-folder-selected = { $count ->
    [one] Le seul message de ce dossier est sélectionné.
   *[other] Les { $count } messages de ce dossier sont sélectionnés.
}
all-found-selected = Tout ce qui a été trouvé est sélectionné.
mark-junk = Indésirable
not-junk = Pas indésirable
done-more = Fait pour { $count } messages. Il y en a d’autres : recommencez pour le reste.
done-undo-gone = Cela ne peut plus être annulé.

## The outgoing queue, and where a message is

queue-title = File d’attente sortante
queue-hint = Ce que les utilisateurs ont envoyé et qui n’est pas terminé, le plus ancien d’abord.
queue-sender = Expéditeur
queue-sender-hint = L’adresse d’une boîte ou un domaine. Laissez vide pour tout voir.
queue-show = Afficher
queue-sent = Envoyé
queue-tries = Essais
queue-next = Prochain essai
queue-any = Tous
queue-queued = En attente
queue-sending = En cours d’envoi
queue-held = Retenu
queue-empty = Rien n’attend ici.
queue-to-more = { $count ->
    [one] { $first } et { $count } autre
   *[other] { $first } et { $count } autres
}
queue-order = Modifier la sélection
queue-all-of = Tout de { $sender }, pas seulement cette page
queue-reason-hint = Figure dans le journal d’audit. En cas d’abandon, l’expéditeur l’apprend aussi.
queue-action-hold = Retenir : ne plus essayer jusqu’à la libération
queue-action-release = Libérer ce qui est retenu
queue-action-retry = Essayer maintenant
queue-action-drop = Abandonner et avertir l’expéditeur
error-queue-sender = Saisissez l’adresse d’une boîte ou un domaine.
done-queue = { $count ->
    [0] Rien n’a été modifié : c’est en cours d’envoi, terminé ou déjà ainsi.
    [one] Un message a été modifié.
   *[other] { $count } messages ont été modifiés.
}
trace-title = Où est un message ?
trace-what = Message
trace-hint = Un identifiant de remise, un Message-ID, l’identifiant de file du MX ou l’adresse d’une boîte : alors ses messages les plus récents.
trace-find = Chercher
trace-nothing = Rien n’a été trouvé.
trace-received = { $time } : reçu de { $from }
trace-sent = { $time } : envoyé par { $from }
trace-mx-queue-id = Identifiant de file du MX : { $id }
trace-id = Identifiant : { $id }
trace-now = maintenant
trace-state-standby = Sur Lifeboat
trace-state-merged = Fusionné
trace-state-moved = Déplacé par son utilisateur
trace-state-purged = Supprimé après la fusion
trace-state-unknown-mailbox = Boîte inconnue
trace-state-queued = En attente
trace-state-relayed = Transmis
trace-state-failed = Non envoyé
trace-state-cancelled = Annulé
trace-state-held = Retenu

## The operator's words

banner-words = Votre fournisseur de messagerie indique, { $time } :
notice-title = Message aux utilisateurs
notice-title-of = Message aux utilisateurs de { $name }
notice-everybody = Tous les utilisateurs
notice-hint = Affiché sur chaque page du webmail, en texte brut : ce que l’on sait, ce que l’on fait, quand vous pensez que cela fonctionnera. Ce qui est dit à tous les utilisateurs figure aussi sur la page de connexion. Laissez vide pour le retirer.
notice-save = Publier
notice-updated = Publié { $time }
done-notice-set = Le message est publié.
done-notice-cleared = Le message a été retiré.
error-notice = Le texte peut avoir jusqu’à 1 000 caractères.
delay-title = Politique d’avis
delay-hint = Tant qu’une boîte est tenue ici, ceux qui lui écrivent peuvent être avertis après quelques heures que leur message est en sûreté et n’a pas encore été lu. Il n’est jamais répondu aux listes, aux machines et au spam.
delay-of-all = Tous les domaines
delay-of-reseller = Tous les domaines de { $name }
delay-of-domain = Le domaine { $name }
delay-now-never = Actuellement, les expéditeurs ne sont pas avertis.
delay-now =
    Actuellement, les expéditeurs sont avertis après { $hours ->
        [one] une heure
       *[other] { $hours } heures
    }.
delay-find = Domaine ou revendeur
delay-nothing = Ce domaine ou ce revendeur n’existe pas ici.
delay-when = Les expéditeurs sont avertis
delay-follow = comme fixé pour plus de domaines
delay-never = jamais
delay-after =
    { $hours ->
        [one] après une heure
       *[other] après { $hours } heures
    }
delay-reason-hint = Figure dans le journal d’audit.
done-delay = Enregistré.
delay-senders = Qui écrit à une boîte
users-title = Utilisateurs
users-hint = Quand leur stockage est en panne, puis quand il est de retour, les utilisateurs peuvent recevoir une lettre à l’adresse où l’on peut les joindre autrement, si elle est connue. Le texte des lettres se trouve à la page « Marque ».
users-when = Les utilisateurs apprennent les pannes
users-yes = à leur autre adresse
users-link = à leur autre adresse, avec l’endroit où demander un lien de connexion
users-now-never = Pour le moment, on n’écrit pas aux utilisateurs.
users-now = On écrit aux utilisateurs quand leur messagerie est en panne et quand elle est de retour.
users-now-link = On écrit aux utilisateurs quand leur messagerie est en panne et quand elle est de retour ; la lettre dit où demander un lien de connexion.
users-language = Langue de ceux qui n’en ont pas choisi
error-users-sender = Ce serveur n’a pas encore d’expéditeur pour les lettres aux utilisateurs : l’opérateur définit announce.mail_from.
delay-words = Ce qui est dit aux expéditeurs
delay-words-change = Changer le texte
delay-words-hint = À la place du texte habituel, dans les langues où vous écrivez ; vide : celui de la portée plus large, ou le texte habituel. La première ligne est l'objet. { $names } sont remplis. Si le message d'un expéditeur indique une langue, la réponse est dans celle-ci.
delay-words-language = Langue pour tous les autres expéditeurs
delay-words-preview = Aperçu
error-delay-hours = Indiquez de 1 à 120 heures.

## Error pages

error-not-found-title = Page introuvable
error-not-found-text = Il n’y a rien à cette adresse. Le message a peut-être été déplacé vers un autre dossier.
error-not-found-console = Il n’y a rien à cette adresse, ou cela appartient à quelqu’un d’autre.
error-forbidden-title = Cela n’a pas fonctionné
error-forbidden-text = La page d’où vous venez avait expiré, ou la demande ne venait pas d’elle. Rien n’a été modifié. Revenez en arrière, rechargez la page et réessayez.
error-method-title = Cela n’a pas fonctionné
error-method-text = Cette page ne peut pas être utilisée ainsi. Rien n’a été modifié. Revenez en arrière et réessayez.
error-busy-title = Veuillez patienter un instant
error-busy-text = Il y a eu trop de demandes à la fois. Attendez une minute, puis réessayez.
error-large-title = Trop volumineux
error-large-text = Ce qui a été envoyé est plus volumineux que ce que cette page accepte. Revenez en arrière : votre texte y est toujours. Retirez des pièces jointes et réessayez.
error-bad-title = Cela n’a pas fonctionné
error-bad-text = La demande n’a pas pu être comprise. Rien n’a été modifié. Revenez en arrière et réessayez.
error-read-only-title = Votre messagerie habituelle est de retour
error-read-only-text = Tout ce qui était ici a été ajouté à votre boîte habituelle. Ici, tout reste lisible mais ne peut plus être modifié : rien n’a été modifié. Continuez dans votre boîte habituelle.
error-internal-title = Un problème est survenu ici
error-internal-text = Vos messages sont en sécurité. Les responsables de ce service ont été prévenus. Veuillez réessayer dans une minute.
link-inbox = Aller à la boîte de réception
link-console = Aller à la console

## Console

console = Console Lifeboat
console-sign-in = Se connecter à la console
console-sign-in-text = La console est destinée aux exploitants du service de messagerie et aux revendeurs. Pour lire vos messages, utilisez le webmail.
token = Jeton
token-hint = De « lifeboat token create --role operator » ou de votre fournisseur de messagerie.
error-token = Ce jeton est inconnu, a été retiré ou a expiré.
error-help-link = Cette boîte n’existe pas, ou relève de quelqu’un d’autre.
help-link-made = Ce lien ouvre { $address } une fois. Il n’est affiché que cette fois.
help-link-do = Créer un lien
help-link-hint = Qui a le lien lit le courrier de cette adresse. Assurez-vous de l’identité de la personne, et transmettez-le autrement que par cette boîte. Il vaut une fois, pendant un quart d’heure.
help-link-title = Aider un utilisateur à se connecter
forgotten-title = Pas de mot de passe, ou oublié ?
forgotten-text = Si les personnes qui gèrent votre messagerie connaissent une autre adresse de vous, un lien y est envoyé, qui ouvre votre boîte une seule fois. Indiquez l’adresse de la boîte.
forgotten-do = M’envoyer un lien
forgotten-back = Retour à la connexion
done-forgotten = Si cette boîte est connue ici et qu’une autre adresse de vous est connue, un lien y est en route. Il est valable une heure. Regardez aussi dans le dossier des indésirables.
error-forgotten-address = Indiquez l’adresse complète de votre boîte, par exemple ann@example.com.
link-over-text = Un lien sert une fois, pendant un quart d’heure. Demandez-en un nouveau à qui vous l’a donné, ou connectez-vous avec votre mot de passe.
link-over-title = Ce lien n’est plus valable
link-text = Ce lien ouvre votre boîte une seule fois.
link-title = Se connecter en tant que { $address }
error-role-title = Non autorisé
error-role-text = Votre rôle ne le permet pas. Rien n’a été modifié. Adressez-vous à une personne qui est propriétaire ici.
console-person = Avec votre nom
console-token = Avec un jeton
console-code = Code
console-code-hint = Six chiffres de votre application, ou un code de secours. Laissez vide si vous n’en avez pas configuré.
error-person = Le nom, le mot de passe ou le code est incorrect.
people-title = Personnes
people-hint = Qui peut se connecter à cette console, et à quel titre. La personne ajoutée choisit un mot de passe par un lien, affiché ici une seule fois.
role = Rôle
role-save = Enregistrer le rôle
role-owner = Propriétaire
role-owner-hint = Tout, y compris les personnes
role-admin = Administrateur
role-admin-hint = Tout sauf les personnes
role-read-only = Lecture seule
role-read-only-hint = Voit tout, y compris le journal ; ne modifie rien
role-help-desk = Assistance
role-help-desk-hint = Voit l’état des boîtes et aide à se connecter
person-add = Ajouter une personne
person-name = Nom
person-sign-in = Adresse e-mail de connexion
person-reseller = Revendeur (vide : l’opérateur)
person-signed-in = Dernière connexion : { $time }.
person-never = Ne s’est pas encore connecté.
person-invited = N’a pas encore choisi de mot de passe ; le lien est valable jusqu’au { $time }.
person-link-over = N’a pas de mot de passe, et le lien n’est plus valable : créez-en un nouveau.
person-second-on = Avec second facteur.
person-second-off = Sans second facteur.
person-invite = Nouveau lien
person-reset = Réinitialiser mot de passe et second facteur
person-remove = Retirer
person-link-title = Lien pour { $name }
person-link-text = Transmettez-le par un moyen que seule cette personne ({ $name }) lit. Il n’est affiché que cette fois et vaut trois jours.
done-person-changed = Le rôle est enregistré ; les sessions sous l’ancien sont terminées.
done-person-removed = La personne est retirée.
welcome-title = Bienvenue, { $name }
welcome-text = Vous vous connectez à la console avec { $address }. Choisissez un mot de passe.
welcome-do = Définir le mot de passe
done-password = Votre mot de passe est défini. Connectez-vous.
done-account-again = C’est modifié, et toutes vos sessions sont terminées. Reconnectez-vous.
account-title = Votre compte
account-line = { $name }, { $address }, rôle : { $role }
account-password = Changer le mot de passe
account-current = Votre mot de passe actuel
account-new = Nouveau mot de passe
account-new-hint = Au moins 15 caractères ; quelques mots que vous retenez conviennent.
account-save = Enregistrer le mot de passe
account-second = Second facteur
account-second-off = Avec un second facteur, personne n’entre avec votre seul mot de passe : à chaque connexion, vous saisissez un code affiché par une application.
account-second-on = Un code est demandé à chaque connexion. Codes de secours restants : { $count }.
account-setup = Configurer un second facteur
account-scan = Scannez l’image avec une application d’authentification, ou saisissez-y la clé.
account-picture = Code QR avec la clé indiquée dessous
account-key = Clé :
account-code = Code affiché maintenant par l’application
account-confirm = Activer
account-remove = Désactiver le second facteur
account-codes = Codes de secours
account-codes-text = Le second facteur est activé. Chacun de ces codes sert une fois, si l’appareil est perdu. Ne les gardez pas avec l’appareil ; ils ne sont affichés que cette fois.
error-current = Ce n’est pas votre mot de passe.
error-code = Ce n’est pas le code affiché maintenant par l’application.
error-new-password = Un mot de passe a au moins 15 caractères et au plus 512 octets.
overview-operator = Mailstores
overview-reseller = Vos domaines
who-operator = Exploitant { $name }
who-reseller = Revendeur { $name }
state = État
mode = Mode
since = Depuis
changed-by = Par
held = À fusionner encore
domain = Domaine
mailstore = Mailstore
override = Réglage
change = Modifier
mailstores-caption = Mailstores
domains-caption = Domaines
none-mailstores = Aucun mailstore n’est configuré.
none-domains = Aucun domaine n’appartient encore à ce revendeur.
state-normal = Normal
state-suspected = Suspect
state-active = Sur Lifeboat
state-returning = Retour en cours
mode-auto = Automatique
mode-pin-primary = Fixé au mailstore
mode-pin-standby = Fixé à Lifeboat
mode-queue = Le courrier attend dans le MX
override-follow = Comme le mailstore
override-standby = Sur Lifeboat
override-primary = Sur le mailstore
override-queue = Le courrier attend dans le MX
effective-primary = Sur le mailstore
effective-standby = Sur Lifeboat
effective-partly = En partie sur Lifeboat
effective-queue = Le courrier attend dans le MX
effective-empty = Aucune boîte
console-nav = Pages de la console
console-back = Retour à la vue d’ensemble
change-mailstore = Mailstore { $name }
change-domain = Domaine { $name }
change-mailbox = Boîte { $name }
change-legend = Que faut-il faire ?
change-do = Appliquer
change-state = État : { $state }. Mode : { $mode }.
change-override = Réglage : { $setting }.
action-activate = Activer Lifeboat
action-activate-hint = Le nouveau courrier va tout de suite à Lifeboat, quoi que disent les sondes.
action-return = Revenir au mailstore
action-return-hint = Le gardien vérifie que le mailstore est ce qu’il était, puis le courrier y retourne et la fusion commence.
action-return-restored = Revenir à un mailstore restauré dans un état antérieur
action-return-restored-hint = Les UID de chaque boîte sont relevés au-dessus de tout ce que ses logiciels ont vu ; chacune reçoit son courrier dès que c’est fait.
action-return-accept = Revenir à ce qui est là maintenant
action-return-accept-hint = Le courrier et les logiciels trouvent ce qui est là, tel quel. Seulement après avoir lu ce que feraient les logiciels.
guard-found = Trouvé : { $found }.
guard-clients-went-back = S’il était admis tel quel, les logiciels manqueraient sans le dire de nouveaux messages : leurs UID ont déjà été vus.
guard-clients-changed = S’il était admis tel quel, les logiciels téléchargeraient tout de nouveau ou supprimeraient leurs copies.
guard-clients-missing = S’il était admis tel quel, les logiciels supprimeraient leurs copies.
raising-counting = Les UID sont relevés, boîte par boîte. Les boîtes sont en cours de décompte.
raising-progress = Les UID sont relevés : { $done } boîtes sur { $total } reçoivent de nouveau leur courrier, { $blocked } attendent une personne ou un autre essai.
raising-trouble = Aucune boîte ne peut être relevée en ce moment : { $why }
raising-blocked = { $mailbox } attend : { $why }
action-auto = Automatique
action-auto-hint = Les sondes décident, selon les règles du mailstore.
action-pin-primary = Fixer au mailstore
action-pin-primary-hint = Le courrier va au mailstore, quoi que disent les sondes.
action-pin-standby = Fixer à Lifeboat
action-pin-standby-hint = Le courrier va à Lifeboat jusqu’à nouvel ordre.
action-queue = Retenir le courrier dans le MX
action-queue-hint = Le courrier attend dans la file du MX et est distribué plus tard.
action-follow = Comme le mailstore
action-follow-hint = Aucun réglage propre : ce qui arrive au mailstore arrive ici.
action-standby = Sur Lifeboat
action-standby-hint = Le nouveau courrier va à Lifeboat bien que le mailstore fonctionne.
action-primary = Sur le mailstore
action-primary-hint = Ne participe pas : le courrier va au mailstore bien qu’il soit en panne.
reason = Motif
reason-hint = Figure au journal d’audit et est visible des autres exploitants.
error-reason = Saisissez un motif.
error-action = Choisissez ce qui doit se passer.
done-change = Fait : { $folder }.

## Merge, in the console

merges-title = Fusions
merges-back = Retour aux fusions
merges-live = S’actualise toutes les 5 secondes
merges-go-live = Actualiser toutes les 5 secondes
merges-more = Plus
merges-summary = { $count ->
    [0] Tout est fusionné.
    [one] 1 message est à fusionner.
   *[other] { $mailboxes ->
        [one] { $count } messages d’une boîte sont à fusionner.
       *[other] { $count } messages de { $mailboxes } boîtes sont à fusionner.
    }
}
merges-reseller = Reçus de vos domaines : ce qui a été ajouté à chaque boîte au retour de son mailstore.
merges-order = Ordre
merge-paused = En pause
merge-closed = Fermé
merge-down = Pas de réponse
merge-running = Fusion en cours
merge-done = Tout est fusionné
merge-mailboxes = Boîtes
merge-mailbox = Boîte
merge-places = À la fois
merge-places-of = { $running } sur { $allowed }, au plus { $ceiling }
merge-speed-normal = Comme il répond
merge-speed-slow = Lent
merge-speed-hurry = Accéléré
merge-next = Prochain essai
merge-blocked = Boîtes en attente
merge-blocked-more = Toutes les boîtes en attente ne figurent pas ici : il y en a { $count } de plus. L’API les donne toutes, page par page : GET /api/v1/mailboxes?blocked=true
merge-outages = Pannes
merge-outage = Depuis
merge-no-outage = Il n’y a pas encore eu de panne.
merge-merged-at = Fusionné
merge-outage-heading = Ce qui a été fusionné dans { $mailstore }
merge-outage-mailboxes = { $count ->
    [one] 1 boîte a son reçu.
   *[other] { $count } boîtes ont leurs reçus.
}
merge-outage-left = { $count ->
    [one] 1 message de ce mailstore reste à fusionner.
   *[other] { $count } messages de ce mailstore restent à fusionner.
}
merge-domain-text = Ce qui a été ajouté à chaque boîte au retour de son mailstore.
merge-action-run = Fusionner maintenant : lever une pause, réessayer ce qui attend
merge-action-pause = Mettre en pause : ne rien fusionner jusqu’à nouvel ordre
merge-action-resume = Reprendre, aussi vite que le mailstore répond bien
merge-action-slow = Continuer lentement
merge-action-hurry = Continuer au maximum, même si le mailstore répond lentement
receipts-caption = Reçus
receipts-none = Pas encore de reçu : rien n’a été fusionné, ou pas tout.
standing-verified = Vérifié
standing-provisional = Provisoire
receipt-col-received = Reçus
receipt-col-sent = Envoyés
receipt-col-drafts = Brouillons
receipt-col-found = Déjà là

## Receipt

receipt-title = Ce qui a été ajouté à votre boîte habituelle
receipt-none = Rien n’a encore été ajouté. Dès que votre messagerie habituelle sera de retour et contiendra tout ce qui est ici, ce sera indiqué ici.
receipt-heading = { $time } : ajouté à votre boîte habituelle
receipt-received = { $count ->
    [one] 1 message arrivé ici a été ajouté.
   *[other] { $count } messages arrivés ici ont été ajoutés.
}
receipt-sent = { $count ->
    [one] 1 message que vous avez envoyé d’ici a été ajouté à vos messages envoyés.
   *[other] { $count } messages que vous avez envoyés d’ici ont été ajoutés à vos messages envoyés.
}
receipt-drafts = { $count ->
    [one] 1 brouillon a été ajouté.
   *[other] { $count } brouillons ont été ajoutés.
}
receipt-notices = { $count ->
    [one] 1 avis sur un message qui n’a pas pu être distribué a été ajouté.
   *[other] { $count } avis sur des messages qui n’ont pas pu être distribués ont été ajoutés.
}
receipt-moved = { $count ->
    [one] 1 d’entre eux est dans le dossier où vous l’aviez déplacé.
   *[other] { $count } d’entre eux sont dans les dossiers où vous les aviez déplacés.
}
receipt-deleted = { $count ->
    [one] 1 d’entre eux est dans la corbeille, où vous l’aviez mis.
   *[other] { $count } d’entre eux sont dans la corbeille, où vous les aviez mis.
}
receipt-found = { $count ->
    [one] 1 message avait atteint votre boîte habituelle avant la panne et n’a pas été ajouté deux fois.
   *[other] { $count } messages avaient atteint votre boîte habituelle avant la panne et n’ont pas été ajoutés deux fois.
}
receipt-gone = { $count ->
    [one] 1 message a été déplacé ou supprimé dans votre boîte habituelle dès qu’il y était.
   *[other] { $count } messages ont été déplacés ou supprimés dans votre boîte habituelle dès qu’ils y étaient.
}
receipt-checked = Chaque message a ensuite été relu dans votre boîte habituelle et comparé. Aucun de vos anciens messages n’a été modifié.
receipt-provisional = Tout a été ajouté ; la comparaison est en cours.
receipt-details = Pour l’assistance : dossiers et nombres
receipt-folders = Dossiers de votre boîte habituelle
receipt-folder = Dossier
receipt-messages = Ajoutés
receipt-numbers = Nombres
receipt-uids = UIDVALIDITY { $validity } ; UIDNEXT { $before } avant, { $after } après
receipt-digest = Empreinte de ce reçu :

## Units and times

decimal-mark = ,
size-bytes = { $value } octets
size-kb = { $value } ko
size-mb = { $value } Mo
date-day-month = { $day } { $month }
date-full-day = { $day } { $month } { $year }
date-time = { $weekday } { $day } { $month } { $year }, { $time }
date-weekday = { $weekday } { $day } { $month } { $year }
date-today-time = Aujourd’hui, { $time }
month-1 = janv.
month-2 = févr.
month-3 = mars
month-4 = avr.
month-5 = mai
month-6 = juin
month-7 = juil.
month-8 = août
month-9 = sept.
month-10 = oct.
month-11 = nov.
month-12 = déc.
weekday-1 = lun.
weekday-2 = mar.
weekday-3 = mer.
weekday-4 = jeu.
weekday-5 = ven.
weekday-6 = sam.
weekday-7 = dim.

## Page d’état et alertes

status-title = État du service de messagerie
status-normal = En service
status-affected = Panne
status-returning = De retour
status-text-normal = La messagerie fonctionne normalement.
status-text-affected = Le service de messagerie habituel est en panne pour certaines boîtes. Les nouveaux messages sont reçus, lus et envoyés dans le webmail de secours. Les anciens messages sont en sécurité ; ils n’y sont pas affichés, et tout sera réuni au retour du service habituel.
status-text-returning = Le service de messagerie habituel est de retour. Ce qui a été reçu et envoyé entre-temps est ajouté aux boîtes.
status-open = Ouvrir le webmail
status-help = Aide
status-history = Les deux dernières semaines
status-none = Aucune panne.
status-began = Le service habituel est en panne pour certaines boîtes ; le webmail de secours leur est ouvert.
status-returned = Le service de messagerie habituel est de retour.
status-merged = Tous les messages du webmail de secours sont dans les boîtes habituelles.
status-feed = Flux (Atom)
status-feed-title = { $name } : état du service de messagerie
alerts-title = Alertes
alerts-hint = Ce qui est critique maintenant. Une alerte est répétée jusqu’à ce que quelqu’un la prenne en charge, et se termine d’elle-même.
alerts-none = Rien n’est critique.
alert-since = Depuis { $time }, signalée { $count ->
    [one] une fois
   *[other] { $count } fois
 }
alert-taken = Prise en charge par { $name } : { $note }
alert-note = Ce qui est fait pour y remédier
alert-do = Prendre en charge
done-alert = L’alerte est prise en charge.
error-alert = Indiquez ce qui est fait pour y remédier, en 500 caractères au plus.
## How everything stands, for operators

ops-title = Exploitation
ops-checks = Ce qui a été vérifié
ops-check = Vérification
ops-found = Constat
ops-refused = Refusé à l’arrivée
ops-refused-reason = Motif
ops-refused-lately = Dix dernières minutes
ops-refused-since = Depuis le démarrage
ops-charts = Les dernières 24 heures
ops-since = Dessiné à partir d’une valeur par minute depuis { $time }.
ops-no-samples = Les premières valeurs arrivent une minute après le démarrage.
ops-nothing = pas encore de valeurs
ops-values = maintenant { $now }, au plus { $most }
ops-accepted = Messages reçus par minute
ops-unmerged = Messages encore à fusionner
ops-queued = Messages des utilisateurs en attente d’envoi
ops-disk = Libre sur le disque du stockage, en pour cent
ops-probe = Regard sur { $name } par IMAP, en millisecondes
ops-ok = Bien
ops-warning = Avertissement
ops-critical = Critique
ops-unknown = Inconnu
ops-check-server = Serveur
ops-check-mailstores = Stockages de courrier
ops-check-probes = Sondes
ops-check-sentinels = Sentinelles
ops-check-merge = Fusion
ops-check-queue = Courrier sortant
ops-check-intake = Courrier entrant
ops-check-disk = Disque
ops-check-certificates = Certificats
ops-check-drill = Exercices
ops-check-directory = Annuaire

## Who is told, and the brand

error-refused = Cela n'a pas été accepté : { $why }
reseller = Revendeur
webhooks-title = Webhooks
webhooks-hint = Programmes informés par HTTP de ce qui se passe. Chaque appel est signé (Standard Webhooks) et réessayé pendant trois jours.
webhooks-none = Il n'y a pas encore de webhooks.
webhook-to = Adresse
webhook-to-hint = Par exemple https://hooks.example.net/lifeboat
webhook-add = Ajouter un webhook
webhook-secret = Les appels sont signés avec ce secret. Copiez-le maintenant : il n'est montré que cette fois.
webhook-new-secret = Nouveau secret
webhook-old-secret = Le secret remplacé sert encore jusqu'à { $time }.
contacts-title = Contacts
contacts-hint = Personnes qui reçoivent un message quand il se passe quelque chose. Indiquez des adresses hors de cette plateforme : son propre courrier s'arrête avec elle.
contacts-none = Il n'y a pas encore de contacts.
contact-to = Adresse de courrier
contact-to-hint = Par exemple nom@example.net
contact-add = Ajouter un contact
contact-inside = Le courrier de ce domaine est sur la plateforme elle-même : personne ne le lirait pendant une panne. Indiquez une adresse ailleurs.
destination-label = À quoi cela sert
destination-for = Pour qui
destination-for-hint = Le nom d'un revendeur, informé seulement de ce qui est à lui ; vide : le vôtre.
destination-events = Quoi annoncer
destination-events-hint = Rien de choisi : un programme apprend tout, une personne ce qui concerne une panne.
destination-on = Actif
destination-off = Arrêté
destination-failing = Injoignable
destination-failing-since = Rien n'est passé depuis { $time }.
destination-change = Modifier
destination-save = Enregistrer
destination-test = Envoyer un essai
destination-switch-off = Désactiver
destination-switch-on = Activer
destination-remove = Supprimer
destination-remove-hint = Plus rien ne lui est annoncé et son journal est supprimé.
destination-remove-now = Supprimer maintenant
destination-log = Ce qui a été annoncé
destination-log-empty = Rien pour l'instant.
destination-event = Événement
destination-written = Écrit
announcement-told = Annoncé
announcement-failed = Échoué
announcement-waiting = En attente
done-destination = Ajouté.
done-destination-saved = Enregistré.
done-destination-on = Activé.
done-destination-off = Désactivé.
done-destination-test = Un essai est parti ; son résultat apparaît ci-dessous en quelques secondes.
done-destination-removed = Supprimé.
event-outage-advised = Une bascule est conseillée et attend une personne
event-outage-began = Une panne a commencé
event-outage-returned = Le courrier va de nouveau au stockage
event-outage-resumed = Une panne a recommencé
event-outage-ended = Une panne est terminée
event-merge-finished = Tout est fusionné
event-mailstore-mode = Le mode d'un stockage a été changé
event-override-changed = Un domaine ou une boîte a été basculé à la main
event-alert-raised = Une alerte a été levée
event-alert-repeated = Une alerte est toujours ouverte
event-alert-acknowledged = Quelqu'un a pris une alerte en charge
event-alert-cleared = Une alerte est terminée
event-drill-ended = Un exercice s'est terminé
event-domain-moved = Un domaine a un autre propriétaire
event-override-expired = Un réglage a pris fin de lui-même
event-mailbox-moved = Une boîte a changé de serveur de courrier
event-mailbox-renamed = Une boîte a une autre adresse
event-mailbox-deleted = Une boîte a été supprimée
event-mailbox-merged = Tout le contenu d’une boîte est fusionné
event-mailbox-forgotten = Ce qui était gardé d’une boîte supprimée a été effacé
event-mailboxes-changed = Beaucoup de boîtes ont changé à la fois
event-sending-limited = Une limite de destinataires par jour est atteinte
brand-title = Marque
brand-hint = Comment les utilisateurs vous voient : dans le webmail, sur la page d'état et dans les lettres, sous vos propres noms d'hôte.
brand-name = Nom
brand-hosts = Noms d'hôte
brand-hosts-hint = Un par ligne, par exemple webmail.example.com
brand-help = Aide pour les utilisateurs
brand-help-hint = Qui appeler, et quand.
brand-links = Liens
brand-links-hint = Un par ligne : l'adresse, une espace, le texte.
brand-colour = Couleur
brand-colour-hint = Pour les boutons et les liens, sous la forme #rrggbb. Un texte blanc doit y être lisible (contraste de 4,5 pour 1) ; elle est éclaircie d'elle-même pour les écrans sombres. Vide : l'habituelle.
brand-logo = Logo
brand-logo-hint = PNG, JPEG ou WebP, 100 Ko au plus ; il est affiché sur 28 pixels de haut.
brand-logo-now = Le logo actuel
brand-logo-remove = Supprimer le logo
brand-texts = Textes
brand-texts-all = Toutes les langues
brand-texts-hint = À la place des textes habituels, qui sont dans la langue du lecteur ; vide : l'habituel. La première ligne d'une lettre est son objet. { $names } sont remplis.
brand-save = Enregistrer
brand-of = Marque d'un revendeur
brand-show = Afficher
brand-text-help = Aide pour les utilisateurs
brand-text-mail-outage-began = Lettre : une panne a commencé
brand-text-mail-outage-returned = Lettre : le courrier est de retour
brand-text-mail-outage-resumed = Lettre : une panne a recommencé
brand-text-mail-outage-ended = Lettre : une panne est terminée
brand-text-mail-merge-finished = Lettre : tout est fusionné
brand-text-user-outage-began = Lettre aux utilisateurs : leur messagerie habituelle est en panne
brand-text-user-outage-ended = Lettre aux utilisateurs : leur messagerie habituelle est de retour
brand-text-user-sign-in-link = Lettre aux utilisateurs : un lien de connexion
brand-text-banner-outage = Webmail, pendant une panne
brand-text-status-outage = Page d'état, pendant une panne
brand-text-status-normal = Page d'état, tout va bien
done-brand = La marque est enregistrée.
destination-waiting = { $count ->
    [one] Une annonce attend.
   *[other] { $count } annonces attendent.
}

## Mailboxes

mailboxes-title = Boîtes
mailboxes-route = Où va le courrier
mailboxes-any = N'importe où
mailboxes-affected = Touchées : pas vers le stockage
mailboxes-standby = Vers Lifeboat
mailboxes-queue = Attend dans le MX
mailboxes-primary = Vers le stockage
mailboxes-unknown = Le stockage n'est pas configuré
mailboxes-domain = Domaine
mailboxes-mailstore = Stockage
mailboxes-address = Adresse
mailboxes-by = À cause de
mailboxes-by-mailbox = un réglage de la boîte
mailboxes-by-domain = un réglage du domaine
mailboxes-by-mailstore = le stockage
mailboxes-by-safety = ce qui répond au stockage n'est pas ce que les utilisateurs avaient
mailboxes-by-raising = le stockage est revenu en arrière et la boîte n'est pas encore prête
mailboxes-by-nothing = rien n'est connu
change-by = Par { $name }.
mailbox-signed-in = Dernière connexion ici : { $time }.
mailbox-never-signed-in = L'utilisateur ne s'est pas connecté ici depuis que du courrier y arrive.
mailboxes-by-operator = l'opérateur
mailboxes-since = Depuis { $time }.
mailboxes-until = Jusqu'à { $time }.
mailboxes-unmerged = À fusionner
mailboxes-csv = Toutes en CSV
mailboxes-none = Aucune sur cette page.

## Lists, jobs, outages, tokens and the audit log, in the console

console-menu = Menu
menu-overview = Vue d'ensemble
menu-now = Maintenant
menu-directory = Domaines et boîtes
menu-mail = Courrier
menu-telling = Ce qui est annoncé
menu-access = Accès
domains-title = Domaines
domains-all = Tous les domaines
domains-name = Partie du nom
bulk-choose = Choisir { $name }
bulk-page = Tout choisir sur cette page
bulk-all-domains = Tous les domaines qui correspondent, aussi sur les autres pages
bulk-all-mailboxes = Toutes les boîtes qui correspondent, aussi sur les autres pages
bulk-look = Basculer la sélection…
bulk-title = Boîtes à basculer : { $count }
bulk-hint = Rien ne s'est encore passé. Voici ce que l'ordre concernerait.
bulk-more = Et d'autres : { $count }
bulk-matching = Tout ce qui correspond : { $count }
bulk-unknown = Certains n'existent plus et seront laissés de côté :
bulk-nothing = rien n'a été choisi : revenez en arrière et choisissez des domaines ou des boîtes
bulk-count = C'est beaucoup. Tapez le nombre de boîtes, { $count }
bulk-do = Basculer
error-count = Ce n'est pas le nombre de boîtes concernées maintenant.
error-stale = Quelqu'un l'a changé entre-temps. Regardez l'état actuel et décidez à nouveau.
change-effective = Le courrier va : { $route }, à cause de { $level }.
override-ends = Prend fin
override-of = Pour
overrides-title = Réglages de domaines et de boîtes
overrides-hint = Ce qui a été réglé à la main pour certains domaines et boîtes, avec la fin. Le reste suit son serveur.
overrides-none = Rien n'est réglé : tout suit son serveur.
overrides-any = Tous
overrides-timed = Seulement ceux qui prennent fin d'eux-mêmes
overrides-ends = Lesquels
overrides-never = Pas de lui-même
scope-domain = Domaine { $name }
jobs-title = Tâches
jobs-back = Retour aux tâches
jobs-hint = Ce qui a été ordonné pour plusieurs à la fois. Une tâche terminée peut être annulée.
jobs-none = Il n'y a pas encore eu de tâche.
job-ordered = Ordonnée
job-task = Ce qui est réglé
job-task-undo = Une autre tâche est annulée
job-parts = Parties
job-failed = Échecs
job-running = En cours
job-done = Terminée
job-partly = Terminée en partie
job-undone = Annulée
job-title = Tâche : { $task }
job-progress = { $done } sur { $total } traités, { $failed } échecs.
job-line = Ordonnée { $time } par { $name } : { $why }
job-ended = Terminée { $time }.
job-undoes = Elle annule cette tâche
job-undone-by = Cette tâche l'a annulée
job-undo = Annuler la tâche
job-undo-hint = Chaque domaine et boîte retrouve ce qu'il avait, sauf si quelqu'un l'a changé depuis.
job-item-done = Fait
job-item-failed = Échec
job-item-waiting = En attente
job-before = Avant
done-job = La tâche a commencé.
outages-title = Pannes
outages-back = Retour aux pannes
outage-returned = Courrier de retour depuis
outage-heading = Panne de { $mailstore }
outage-affected = Boîtes touchées
outage-receipts = Reçus de fusion
outage-change = Basculer le serveur
outage-timeline = Ce qui s'est passé, du plus récent au plus ancien
verb-suspected = Une panne est soupçonnée
verb-cleared = Le soupçon est levé
verb-would-activate = Lifeboat aurait été activé
verb-asked = Une personne est consultée
verb-activated = Le courrier va à Lifeboat
verb-blocked = Le retour est bloqué par la garde
verb-went-back = Le serveur est revenu dans le passé
verb-unblocked = Le retour est de nouveau possible
verb-returned = Le courrier va de nouveau au serveur
verb-raised = Toutes les boîtes sont de nouveau prêtes
verb-not-raised = Toutes les boîtes n'ont pas pu être préparées
verb-relapsed = Nouvelle panne
verb-settled = La panne est terminée
verb-mode-set = Le mode a été changé
verb-refused = Un ordre a été refusé
verb-already-so = Un ordre n'a rien changé
resellers-title = Revendeurs
resellers-hint = Qui a des boîtes ici. Compté dans l'annuaire, il y a une minute au plus pendant qu'il change.
resellers-none = Il n'y a pas encore de boîte.
resellers-sort = Ordre
resellers-by-name = Par nom
resellers-by-mailboxes = Le plus de boîtes d'abord
resellers-by-affected = Les plus touchés d'abord
order-names = Par nom, de A à Z
order-names-back = Par nom, de Z à A
order-mailstores = Par stockage, de A à Z
order-mailstores-back = Par stockage, de Z à A
order-addresses = Par adresse, de A à Z
order-addresses-back = Par adresse, de Z à A
order-newest = Les plus récents d'abord
order-oldest = Les plus anciens d'abord
order-valid = Valides d’abord
domain-move-title = Transférer des domaines à un autre revendeur
domain-move-hint = Leurs boîtes, leurs messages et leurs boîtes supprimées suivent. Ce que l’ancien revendeur a réglé prend fin, et il n’en voit plus rien ; ce que les opérateurs ont réglé reste. Celui qui les reçoit voit dans les événements et le journal ce qui se passe dès lors, même s’ils étaient déjà à lui auparavant.
domain-move-domains = Domaines, séparés par des espaces
domain-move-from = De ce revendeur ; vide : de l’opérateur
domain-move-to = À ce revendeur ; vide : à l’opérateur
domain-move-look = Montrer ce qui suit
domain-move-nothing-yet = Rien n’a encore été fait.
domain-move-summary = De { $from } à { $to } : { $domains }
domain-move-mailboxes = Boîtes qui suivent : { $count }
domain-move-deleted = Boîtes supprimées qui suivent : { $count }
domain-move-ends = Réglages de l’ancien revendeur qui prennent fin :
domain-move-more = … et { $count } autres
domain-move-operator = l’opérateur
domain-move-do = Transférer
done-domains-moved = Les domaines ont été transférés.
reseller-well = Pas touché
reseller-partly = Touché en partie
reseller-affected = Touché
reseller-none = À personne
reseller-on-affected = Sur des serveurs en panne
tokens-title = Jetons
tokens-hint = Avec un jeton, un programme utilise l'API. Il est montré une fois, à sa création.
tokens-none = Il n'y a pas de jetons.
token-made = Le nouveau jeton
token-made-text = Copiez-le maintenant : il ne sera plus montré.
token-add = Créer un jeton
token-label = À quoi il sert
token-label-hint = Pour un agent, le nom de son point d'observation.
token-role = Pour qui
token-for = Revendeur, pour le jeton d'un revendeur
token-operator = Opérateur
token-reseller = Revendeur
token-agent = Agent
token-router = Agent de routage
token-scopes = Seulement ceci
token-scopes-hint = Rien de choisi : tout ce que le rôle permet.
token-until = Valable
token-days = Jours : { $days }
token-never = Jusqu'à sa révocation
token-valid = Valable
token-revoked = Révoqué
token-expired = Expiré
token-revoke = Révoquer
token-looks = Lecture seulement
token-created = Créé { $time }.
token-used = Utilisé en dernier { $time }.
token-ends = Valable jusqu'à { $time }.
token-revoked-at = Révoqué { $time }.
done-token-revoked = Le jeton est révoqué.
permission-failover = Basculer serveurs, domaines et boîtes
permission-merge = Ordonner des fusions
permission-queue = Modifier la file d'envoi
permission-provision = Remplir l'annuaire
permission-notices = Décider ce qui est dit aux usagers et expéditeurs
permission-brand = Modifier la marque
permission-announce = Modifier webhooks et contacts, prendre en charge des alertes
permission-sign-in-links = Créer des liens de connexion
permission-audit = Lire le journal d'audit
permission-tokens = Créer et révoquer des jetons
permission-people = Décider qui peut se connecter à la console
permission-store = Sauvegarder le stockage et exporter le courrier
audit-title = Journal d'audit
audit-hint = Chaque changement : qui, quoi, quand et pourquoi. Rien n'y est jamais changé ni supprimé. D’un domaine venu d’un autre propriétaire, les revendeurs voient ce qui a été fait depuis sa dernière arrivée.
audit-head = La dernière entrée est le numéro { $count }, son empreinte { $hash }.
audit-verify = Vérifier la chaîne
audit-sound = La chaîne est intacte, jusqu'à l'entrée { $count }.
audit-damaged = Le journal est endommagé : { $why }
audit-none = Rien n'a été trouvé sur cette page.
audit-when = Quand
audit-who = Qui
audit-action = Quoi
audit-subject = Sur quoi
audit-number = Numéro
audit-from = Du
audit-until = Au
ends-in-hours = { $hours ->
    [one] Dans { $hours } heure
   *[other] Dans { $hours } heures
}
decisions-title = Ce qui demande une décision
decisions-none = Rien ne vous attend.
decision-mailstore = Serveur
decision-queue = Courrier en attente dans le MX
decision-merge = Fusion en attente
decision-source = Source de l'annuaire
decision-held = Messages retenus
decision-alert = Alerte que personne n'a prise
parts-title = Nœuds et composants
parts-version = Lifeboat { $version }.
parts-vantages = Qui observe les serveurs : ce serveur et ses agents
parts-vantage = D'où, quoi, comment
parts-silent = Muet
parts-age = Il y a
parts-took = Durée
parts-none = Personne n'observe encore de serveur.
parts-here = Ce serveur
parts-part = Composant
parts-value = État
parts-free = { $free } sur { $all } sont libres
parts-waits = Messages en attente : { $count }, retenus : { $held }, le plus ancien depuis { $time }
parts-way = Connexions ouvertes : { $open }, messages depuis le démarrage : { $count }
parts-good-for = Encore valable : { $time }
parts-not-good = Expiré ou illisible
parts-sources = Sources de l'annuaire
parts-source = Source
parts-errors = Lignes fautives
parts-no-source = Aucune source n'est configurée.
long-seconds = { $count } s
long-minutes = { $count } min
long-hours = { $count } h
long-days = { $count } j
