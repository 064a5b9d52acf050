// Single keys, as in Gmail; they can be switched off, and never act in a field.

import assert from "node:assert/strict";

export const keys = [
  {
    name: "single keys: list, open, star, archive, undo, write, search, help",
    only: "js",
    async run(hand) {
      const { page } = hand;
      const subject = `Keys ${hand.label}`;
      await hand.deliver({ Subject: subject });
      await hand.open("/mail/inbox");
      await hand.key("j");
      assert.match(await hand.focused(), /row-link/);
      await hand.key("o");
      await page.waitForURL(/\/mail\/inbox\/\d+/);
      await page.getByRole("heading", { name: subject }).waitFor();
      await hand.key("s");
      await hand.notice(/Star (added|removed)/);
      await hand.key("r");
      await page.waitForURL(/reply=/);
      await page.locator("textarea:focus").waitFor();
      await hand.type("j k e # c");
      assert.match(await hand.field("Message").inputValue(), /^j k e # c/);
      await hand.open("/mail/inbox");
      await hand.key("j");
      await hand.key("e");
      await hand.notice("moved to Archive");
      await hand.key("z");
      await hand.notice("Undone");
      await hand.key("c");
      await page.waitForURL(/compose/);
      await hand.open("/mail/inbox");
      await hand.key("/");
      assert.match(await hand.focused(), /name="q"/);
      await hand.open("/mail/inbox");
      await hand.key("g");
      await hand.key("d");
      await page.waitForURL("**/mail/drafts");
      await hand.key("?");
      await page.waitForURL("**/mail/help");
    },
  },
  {
    name: "keys can be switched off",
    async run(hand) {
      const { page } = hand;
      const box = () => page.locator('input[name="keys"]');
      const save = async () => {
        await page.locator("main form button.btn-primary").click();
        await hand.notice("Settings saved");
      };
      await hand.open("/mail/settings");
      await box().uncheck();
      await save();
      await hand.open("/mail/inbox");
      await hand.key("c");
      await page.waitForTimeout(500);
      assert.match(page.url(), /\/mail\/inbox$/);
      await hand.open("/mail/settings");
      await box().check();
      await save();
    },
  },
];
