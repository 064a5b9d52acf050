// Reply, reply all, forward.

import assert from "node:assert/strict";

export const reply = [
  {
    name: "reply with an attachment; it lies in Sent",
    async run(hand) {
      const { page } = hand;
      await hand.openMessage("Invoice 2026-114");
      await page.getByRole("link", { name: "Reply", exact: true }).first().click();
      await hand.field("Message").fill(`Thank you, ${hand.label}.`);
      const file = { name: "Überblick.txt", mimeType: "text/plain", buffer: Buffer.from("hello") };
      await page.getByLabel("Add files").setInputFiles(file);
      await hand.button("Send").click();
      await hand.notice(/on its way|Sent/);
      await hand.openMessage("Re: Invoice 2026-114", "/mail/sent");
      await page.locator(".mail-text", { hasText: `Thank you, ${hand.label}.` }).last().waitFor();
      await page.getByText("Überblick.txt").last().waitFor();
    },
    async keys(hand) {
      await hand.openMessage("Minutes of the Monday");
      await hand.enter(/compose\?reply=/);
      await hand.page.waitForURL(/compose/);
      await hand.page.locator("textarea:focus").waitFor();
      await hand.type("By keyboard.");
      await hand.key("Control+Enter");
      await hand.notice(/on its way|Sent/);
    },
  },
  {
    name: "reply all and forward start as they should",
    async run(hand) {
      await hand.openMessage("Termin morgen");
      await hand.page.getByRole("link", { name: "Reply all" }).first().click();
      assert.match(await hand.field("To").inputValue(), /kathrin@firma/);
      await hand.openMessage("Termin morgen");
      await hand.page.getByRole("link", { name: "Forward" }).first().click();
      assert.match(await hand.field("Subject").inputValue(), /^Fwd: Termin/);
    },
    async keys(hand) {
      await hand.openMessage("Termin morgen");
      await hand.enter(/compose\?forward=/);
      await hand.page.waitForURL(/compose/);
      assert.match(await hand.field("Subject").inputValue(), /^Fwd: Termin/);
    },
  },
];
