// The console: states, an override set and removed, an order to a mailstore.

import { site } from "../lib/site.mjs";

/** The form with the words of notices of delay, for all domains. */
const words = (page) => page.locator("form", { has: page.locator('input[name="what"][value="words"]') }).first();

async function withToken(hand) {
  const { page } = hand;
  await hand.open("/console/login");
  await page.getByLabel("Token").fill(site.token);
  await page.getByRole("button", { name: /^Sign in ?: With a token$/ }).click();
  await page.waitForURL("**/console");
}

export const console_ = [
  {
    name: "console: what senders are told, looked at and kept",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      await withToken(hand);
      await hand.open("/console/delays");
      const write = async (text, button) => {
        const form = words(page);
        if (!await form.getByLabel("Deutsch", { exact: true }).isVisible()) await form.locator("summary").click();
        await form.getByLabel("Deutsch", { exact: true }).fill(text);
        await form.getByLabel("Reason").fill("a walk");
        await form.getByRole("button", { name: button }).click();
      };
      await write("Später\n\nAn {address}.", /^Preview/);
      await page.getByRole("heading", { name: "Später" }).waitFor();
      await page.getByText("An ann@example.com.").waitFor();
      await write("Später\n\n{phone}", /^Apply/);
      await page.getByRole("alert").getByText("{phone} is not known here").waitFor();
      await write("Später\n\nAn {address}.", /^Apply/);
      await hand.notice("Saved.");
      await write("", /^Apply/);
      await hand.notice("Saved.");
    },
    async keys(hand) {
      const { page } = hand;
      await hand.open("/console/login");
      await hand.tabTo(/id="token"/);
      await hand.type(site.token);
      await hand.key("Enter");
      await page.waitForURL("**/console");
      await hand.open("/console/delays");
      await hand.enter(/Change the words/);
      await hand.tabTo(/id="text-de-1"/);
      await hand.type("Später");
      await hand.key("Enter");
      await hand.key("Enter");
      await hand.type("An {address}.");
      await hand.enter(/value="preview"/);
      await page.getByRole("heading", { name: "Später" }).waitFor();
    },
  },
  {
    name: "console: hold, follow, pin, automatic",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      // Engines differ in whether what is hidden for eyes stands apart from the rest of the name.
      const withToken = () => page.getByRole("button", { name: /^Sign in ?: With a token$/ });
      await hand.open("/console");
      await page.getByLabel("Token").fill("wrong");
      await withToken().click();
      await page.getByRole("alert").getByText("This token is not known").waitFor();
      await page.getByLabel("Token").fill(site.token);
      await withToken().click();
      await page.waitForURL("**/console");
      const change = async (name, action, reason) => {
        await page.getByRole("link", { name: `Change ${name}`, exact: true }).click();
        await page.getByLabel(action).check();
        await page.getByLabel("Reason").fill(reason);
        await hand.button("Apply").click();
        await hand.notice("Done:");
      };
      const state = (name) => page.locator("tr", { has: page.getByRole("rowheader", { name }) });
      await change("example.com", "Hold mail in the MX", "moving house");
      await state("example.com").getByText("Mail waits in the MX").first().waitFor();
      await change("example.com", "Follow the mailstore", "moved");
      await state("example.com").getByText("Follows the mailstore").waitFor();
      await change("a1", "Pin to Lifeboat", "filer is being replaced");
      await state("a1").getByText("Pinned to Lifeboat").waitFor();
      await change("a1", "Automatic", "replaced");
      await hand.button("Sign out").click();
      await page.waitForURL("**/console/login");
    },
  },
];
