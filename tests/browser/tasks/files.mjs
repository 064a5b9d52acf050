// Attachments that came in, one and all, the message as a file, and on paper.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** What a link of the invoice's page downloads: its name and its bytes. */
async function downloaded(hand, name) {
  await hand.openMessage("Invoice 2026-114");
  return saved(await hand.comes("download", () => hand.page.getByRole("link", { name }).first().click()));
}

async function saved(download) {
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** The names in an archive, by its central directory (APPNOTE 4.3.12). */
function namesIn(archive) {
  const names = [];
  for (let at = archive.indexOf("PK\x01\x02", 0, "latin1"); at >= 0; at = archive.indexOf("PK\x01\x02", at + 46, "latin1")) {
    names.push(archive.toString("utf8", at + 46, at + 46 + archive.readUInt16LE(at + 28)));
  }
  return names;
}

export const files = [
  {
    name: "download an attachment, all of them, and the message",
    async run(hand) {
      const one = await downloaded(hand, "Download invoice-2026-114.pdf");
      assert.equal(one.name, "invoice-2026-114.pdf");
      assert.match(one.bytes.toString("latin1"), /^%PDF-1\.4/);
      const all = await downloaded(hand, /^Download all/);
      assert.match(all.name, /\.zip$/);
      assert.deepEqual(namesIn(all.bytes), ["invoice-2026-114.pdf", "list.csv"]);
      const whole = await downloaded(hand, /\.eml/);
      assert.match(whole.name, /\.eml$/);
      assert.match(whole.bytes.toString("latin1"), /Subject: Invoice 2026-114\r\n/);
    },
    async keys(hand) {
      await hand.openMessage("Invoice 2026-114");
      const one = await hand.comes("download", () => hand.enter(/Download<span[^>]*> invoice-2026-114/));
      assert.equal(one.suggestedFilename(), "invoice-2026-114.pdf");
    },
  },
  {
    name: "a page for paper",
    async run(hand) {
      await hand.openMessage("Invoice 2026-114");
      const paper = await hand.comes("popup", () => hand.page.getByRole("link", { name: /^Print/ }).click());
      await paper.getByRole("heading", { name: "Invoice 2026-114" }).waitFor();
      await paper.getByText("please find the invoice").waitFor();
      await paper.getByText("list.csv").waitFor();
      assert.equal(await paper.locator("nav, form, button, script").count(), 0, "only what goes on paper");
      await paper.close();
    },
    async keys(hand) {
      await hand.openMessage("Invoice 2026-114");
      const paper = await hand.comes("popup", () => hand.enter(/href="[^"]*\/print"/));
      await paper.getByText("please find the invoice").waitFor();
      await paper.close();
    },
  },
];
