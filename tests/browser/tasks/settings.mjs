// Settings.

export const settings = [
  {
    name: "choose a time zone",
    async run(hand) {
      await hand.open("/mail/settings");
      await hand.page.getByLabel("Time zone").selectOption("Asia/Tokyo");
      await hand.button("Save").first().click();
      await hand.notice("Settings saved");
    },
  },
];
