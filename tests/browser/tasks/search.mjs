// Search, with words and operators.

export const search = [
  {
    name: "search with an operator",
    async run(hand) {
      await hand.open("/mail/search");
      await hand.page.locator("#q").fill("from:kathrin unterlagen");
      await hand.page.locator("main").getByRole("button", { name: "Search" }).click();
      await hand.row("Termin morgen").waitFor();
    },
    async keys(hand) {
      await hand.open("/mail/inbox");
      await hand.tabTo(/id="top-q"/);
      await hand.type("from:kathrin unterlagen");
      await hand.key("Enter");
      await hand.row("Termin morgen").waitFor();
    },
  },
];
