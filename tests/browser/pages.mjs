// Every page there is, as axe and the eye see it: data for looks.mjs.

/** Pages without a session: name and address. */
export const doors = [["sign-in", "/login"], ["console-sign-in", "/console/login"]];

/** Pages of the webmail; a function gets `at(text, part)`, the address of the message that shows `text`. */
export const webmail = [
  ["inbox", "/mail/inbox"],
  ["inbox-selected", "/mail/inbox?select=all"],
  ["junk-empty", "/mail/junk"],
  ["archive-empty", "/mail/archive"],
  ["drafts", "/mail/drafts"],
  ["message", (at) => at("Invoice 2026-114")],
  ["message-html", (at) => at("Your order has shipped")],
  ["message-long-subject", (at) => at("A subject of many words")],
  ["message-arabic", (at) => at("مرحبا")],
  ["source", (at) => at("Invoice 2026-114", "/source")],
  ["compose", "/mail/compose"],
  ["reply-all", async (at) => `/mail/compose?reply_all=${(await at("Termin morgen")).split("/").pop()}`],
  ["forward", async (at) => `/mail/compose?forward=${(await at("Invoice 2026-114")).split("/").pop()}`],
  ["outbox", "/mail/outbox"],
  ["search", "/mail/search?q=invoice"],
  ["search-none", "/mail/search?q=nothingatall"],
  ["settings", "/mail/settings"],
  ["folders", "/mail/folders"],
  ["help", "/mail/help"],
  ["outbox", "/mail/outbox"],
  ["receipt", "/mail/receipt"],
  ["not-found", "/mail/nowhere"],
];

/** Pages of the console. */
export const consolePages = [
  ["console", "/console"],
  ["console-change", "/console/change?scope=mailstore:a1"],
  ["console-merges", "/console/merges"],
  ["console-receipts", "/console/merges/domain/example.com"],
];
