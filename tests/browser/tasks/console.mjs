// The console: states, an override set and removed, an order to a mailstore.

import { site } from "../lib/site.mjs";

export const console_ = [
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
