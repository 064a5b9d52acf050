// Attachments that came in, and the message as a file.

import assert from "node:assert/strict";

/** What a link downloads as. */
async function downloaded(hand, name) {
  const download = hand.page.waitForEvent("download");
  await hand.page.getByRole("link", { name }).first().click();
  return (await download).suggestedFilename();
}

export const files = [
  {
    name: "download an attachment and the message",
    async run(hand) {
      await hand.openMessage("Invoice 2026-114");
      assert.equal(await downloaded(hand, "Download invoice-2026-114.pdf"), "invoice-2026-114.pdf");
      assert.match(await downloaded(hand, /\.eml/), /\.eml$/);
    },
    async keys(hand) {
      await hand.openMessage("Invoice 2026-114");
      const download = hand.page.waitForEvent("download");
      await hand.enter(/Download<span[^>]*> invoice-2026-114/);
      assert.equal((await download).suggestedFilename(), "invoice-2026-114.pdf");
    },
  },
];
