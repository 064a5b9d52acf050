// Reading: plain and HTML mail, its source.

import assert from "node:assert/strict";

export const read = [
  {
    name: "read, show quoted text, go back",
    async run(hand) {
      await hand.openMessage("Invoice 2026-114");
      await hand.page.getByText("please find the invoice").first().waitFor();
      await hand.page.getByText("Show quoted text").first().click();
      await hand.page.goBack();
      await hand.page.waitForURL("**/mail/inbox");
    },
    async keys(hand) {
      await hand.open("/mail/inbox");
      await hand.key("Tab");
      await hand.key("Enter");
      await hand.enter(/class="row-link"/);
      await hand.page.waitForURL(/\/mail\/inbox\/\d+/);
    },
  },
  {
    name: "HTML mail in its frame, as text, its source",
    async run(hand) {
      await hand.openMessage("Your order has shipped");
      const frame = hand.page.frameLocator("iframe").first();
      await frame.getByText("Order 4711").waitFor();
      assert.equal(await frame.locator('script, img[src^="http"], [onclick]').count(), 0);
      await hand.page.getByRole("link", { name: "Show as plain text" }).first().click();
      await hand.page.getByText("Your order is on its way.").first().waitFor();
      await hand.page.getByRole("link", { name: "Show source" }).first().click();
      await hand.page.getByText("Content-Type: multipart/alternative").first().waitFor();
    },
    async keys(hand) {
      await hand.openMessage("Your order has shipped");
      await hand.enter(/>Show as plain text/);
      await hand.page.getByText("Your order is on its way.").first().waitFor();
      await hand.enter(/>Show source/);
      await hand.page.getByText("Content-Type: multipart/alternative").first().waitFor();
    },
  },
];
