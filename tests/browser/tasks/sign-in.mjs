// Into the mailbox and out of it.

import { site } from "../lib/site.mjs";

export const signIn = [
  {
    name: "sign in, see where old mail is, sign out",
    fresh: true,
    async run(hand) {
      const { page } = hand;
      await hand.open("/");
      await page.waitForURL(/login/);
      await hand.field("E-mail address").fill(hand.user);
      await hand.field("Password").fill("wrong");
      await hand.button("Sign in").click();
      await page.getByRole("alert").first().waitFor();
      await hand.field("Password").fill(site.password);
      await hand.button("Sign in").click();
      await page.waitForURL("**/mail/inbox");
      await page.getByText("Your old mail is safe").first().waitFor();
      await page.locator("summary", { hasText: "Account" }).click();
      await hand.button("Sign out").click();
      await page.getByText("You are signed out").waitFor();
      await hand.open("/mail/inbox");
      await page.waitForURL(/login/);
    },
    async keys(hand) {
      await hand.open("/login");
      await hand.tabTo(/name="address"/);
      await hand.type(hand.user);
      await hand.tabTo(/name="password"/);
      await hand.type(site.password);
      await hand.key("Enter");
      await hand.page.waitForURL("**/mail/inbox");
      await hand.key("Tab");
      if (!/class="skip"/.test(await hand.focused())) throw new Error("the first Tab skips nothing");
      await hand.enter(/<summary[^>]*>.*(#i-user)/s);
      await hand.enter(/<button[^>]*>Sign out/);
      await hand.page.getByText("You are signed out").waitFor();
    },
  },
];
