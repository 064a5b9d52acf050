// Every task, in the order of a walk. A task is
//
//   { name, run(hand), keys(hand), only, fresh }
//
// `run` is walked with and without JavaScript (`only: "js"` or `"plain"`: just so) with the pointer;
// `keys` by keyboard alone. `fresh`: in a profile of its own, not signed in. A task starts at no page
// in particular, finds the mail that tests/it/browser.rs delivers, and delivers what else it needs
// with `hand.deliver`; it leaves the mailbox usable for the others.

import { files } from "./files.mjs";
import { compose } from "./compose.mjs";
import { console_ } from "./console.mjs";
import { consoleLists } from "./console-lists.mjs";
import { conversation } from "./conversation.mjs";
import { folders } from "./folders.mjs";
import { invitation } from "./invitation.mjs";
import { keys } from "./keys.mjs";
import { live } from "./live.mjs";
import { outbox } from "./outbox.mjs";
import { pictures } from "./pictures.mjs";
import { read } from "./read.mjs";
import { reply } from "./reply.mjs";
import { search } from "./search.mjs";
import { settings } from "./settings.mjs";
import { signIn } from "./sign-in.mjs";
import { trouble } from "./trouble.mjs";
import { writing } from "./writing.mjs";

export const tasks = [
  ...signIn, ...read, ...conversation, ...reply, ...files, ...invitation, ...pictures, ...compose, ...writing, ...outbox,
  ...folders, ...search, ...settings, ...live, ...keys, ...trouble, ...console_, ...consoleLists,
];
