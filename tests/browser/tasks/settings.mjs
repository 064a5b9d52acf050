// Settings, and languages.

import assert from "node:assert/strict";

const LANGUAGES = [["de", "Posteingang"], ["fr", /réception/i], ["es", /entrada/i], ["ar", /./]];

async function save(hand) {
  await hand.page.locator("main form button.btn-primary").click();
  await hand.page.locator(".notice").first().waitFor();
}

export const settings = [
  {
    name: "name, signature and time zone",
    async run(hand) {
      await hand.open("/mail/settings");
      await hand.field("Time zone").selectOption("Asia/Tokyo");
      await hand.page.locator("#name").fill(`Ann of ${hand.label}`);
      await hand.page.locator("#signature").fill(`Ann\nfrom ${hand.label}`);
      await save(hand);
      await hand.notice("Settings saved");
      assert.equal(await hand.page.locator("#name").inputValue(), `Ann of ${hand.label}`);
    },
    async keys(hand) {
      await hand.open("/mail/settings");
      await hand.tabTo(/id="name"/);
      await hand.type("Ann");
      await hand.key("Enter");
      await hand.notice("Settings saved");
    },
  },
  {
    name: "every language, and back to English",
    async run(hand) {
      for (const [language, inbox] of LANGUAGES) {
        await hand.open("/mail/settings");
        await hand.page.locator("#language").selectOption(language);
        await save(hand);
        await hand.open("/mail/inbox");
        const html = hand.page.locator("html");
        assert.equal(await html.getAttribute("lang"), language);
        assert.equal(await html.getAttribute("dir") ?? "ltr", language === "ar" ? "rtl" : "ltr");
        assert.match(await hand.page.locator("h1").first().innerText(), new RegExp(inbox));
      }
      await hand.open("/mail/settings");
      await hand.page.locator("#language").selectOption("en");
      await save(hand);
      await hand.notice("Settings saved");
    },
  },
  {
    name: "the sign-in page in the browser's language or a chosen one",
    fresh: true,
    async run(hand) {
      await hand.open("/login");
      assert.equal(await hand.page.locator("html").getAttribute("lang"), "en");
    },
  },
];
