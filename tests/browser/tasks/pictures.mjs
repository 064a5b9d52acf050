// Pictures that lie elsewhere: blocked, shown when the reader asks, and then by way of the server alone.

import assert from "node:assert/strict";
import { withPicture } from "../lib/letters.mjs";

const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

/** Answers in the server's place, which cannot reach outside here, and notes what was asked for. */
async function servePictures(page) {
  const asked = [];
  await page.route("**/mail/image?*", (route) => {
    asked.push(route.request().url());
    return route.fulfill({ contentType: "image/png", body: PIXEL });
  });
  return asked;
}

const shownPicture = (hand) => hand.page.frameLocator("iframe").first().locator("img[src]").first();

export const pictures = [
  {
    name: "pictures from elsewhere: blocked, shown when asked for, always from a sender",
    async run(hand) {
      const { page } = hand;
      const subject = `Catalogue ${hand.label}`;
      const asked = await servePictures(page);
      await hand.deliver(...withPicture(subject));
      await hand.openMessage(subject);
      await page.frameLocator("iframe").first().getByText("Our new catalogue.").waitFor();
      assert.equal(await shownPicture(hand).count(), 0, "a picture was not blocked");
      assert.equal(asked.length, 0);
      await page.getByRole("link", { name: "Show pictures" }).click();
      await shownPicture(hand).waitFor();
      await page.waitForFunction(() => document.querySelector("iframe").contentDocument.images[0]?.naturalWidth > 0);
      assert.match(asked[0], /\/mail\/image\?s=.*pictures%2Eexample/);
      await hand.openMessage(subject);
      assert.equal(await shownPicture(hand).count(), 0, "shown once, and then without asking");
      await hand.page.getByRole("button", { name: /^Always show pictures from/ }).click();
      await hand.notice("Pictures from this sender are shown");
      await shownPicture(hand).waitFor();
    },
    async keys(hand) {
      const subject = `Catalogue by keyboard ${hand.label}`;
      await servePictures(hand.page);
      await hand.deliver(...withPicture(subject));
      await hand.openMessage(subject);
      await hand.enter(/>Show pictures</);
      await shownPicture(hand).waitFor();
    },
  },
];
