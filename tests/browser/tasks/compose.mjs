// Writing: drafts, mistakes, and a session that ends meanwhile.

import assert from "node:assert/strict";
import { site } from "../lib/site.mjs";

export const compose = [
  {
    name: "keep a draft, correct an address, send",
    async run(hand) {
      const { page } = hand;
      await hand.open("/mail/compose");
      await hand.field("Subject").fill(`Draft ${hand.label}`);
      await hand.field("Message").fill("Not yet.");
      await hand.button("Save draft").last().click();
      await hand.notice("Draft saved at");
      await hand.openMessage(`Draft ${hand.label}`, "/mail/drafts");
      assert.match(await hand.field("Message").inputValue(), /^Not yet\./);
      await hand.field("To").fill("bob");
      await hand.button("Send").click();
      await page.getByRole("link", { name: "“bob” is not an e-mail address" }).waitFor();
      await hand.field("To").fill("bob@remote.example");
      await hand.button("Send").click();
      await hand.notice(/on its way|Sent/);
    },
    async keys(hand) {
      await hand.open("/mail/inbox");
      await hand.enter(/href="\/mail\/compose"/);
      await hand.page.locator('input[name="to"]:focus').waitFor();
      await hand.type("bob@remote.example");
      await hand.tabTo(/name="subject"/);
      await hand.type("All by keyboard");
      await hand.tabTo(/name="body"/);
      await hand.type("No mouse.");
      await hand.enter(/<button[^>]*value="send"/);
      await hand.notice(/on its way|Sent/);
    },
  },
  {
    name: "the session ends while something is being written",
    async run(hand) {
      const { page } = hand;
      await hand.open("/mail/compose");
      await hand.field("To").fill("bob@remote.example");
      await hand.field("Message").fill("Do not lose me.");
      await page.context().clearCookies({ name: "lifeboat" });
      await hand.button("Send").click();
      await page.getByText("What you wrote is kept").waitFor();
      await hand.field("E-mail address").fill(hand.user);
      await hand.field("Password").fill(site.password);
      await hand.button("Sign in").click();
      await hand.field("Message").waitFor();
      assert.match(await hand.field("Message").inputValue(), /^Do not lose me\./);
    },
  },
];
