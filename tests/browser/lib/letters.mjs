// Mail that several walks deliver: what stands in its header, and what follows that.

const multipart = (kind, parts) => [
  { "Content-Type": `multipart/${kind}; boundary=b` },
  parts.map((part) => `--b\n${part}\n`).join("") + "--b--\n",
];

/** An invitation to `event`, of `user`. */
export function invitationTo(user, event) {
  const [kind, body] = multipart("alternative", [
    "Content-Type: text/plain; charset=utf-8\n\nPlease come.",
    "Content-Type: text/calendar; method=REQUEST; charset=utf-8\n\n" + [
      "BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", "BEGIN:VEVENT", `UID:${event.replace(/\W+/g, "-")}@firma.example`,
      "DTSTART:20261124T130000Z", "DTEND:20261124T140000Z", `SUMMARY:${event}`, "LOCATION:Room 7",
      "RRULE:FREQ=WEEKLY;COUNT=4", "ORGANIZER;CN=Chair:mailto:chair@firma.example",
      `ATTENDEE;CN=Ann;PARTSTAT=NEEDS-ACTION:mailto:${user}`, "ATTENDEE;CN=Bob:mailto:bob@remote.example",
      "END:VEVENT", "END:VCALENDAR",
    ].join("\n"),
  ]);
  return [{ Subject: event, From: "Chair <chair@firma.example>", ...kind }, body];
}

/** HTML with a picture that lies elsewhere. */
export function withPicture(subject) {
  return [
    { Subject: subject, From: `News <${subject.replace(/\W+/g, "-").toLowerCase()}@shop.example>`, "Content-Type": "text/html" },
    '<p>Our new catalogue.</p><img src="http://pictures.example/catalogue.png" alt="Catalogue" width="40" height="40">\n',
  ];
}

/** As many messages as `count`, each an answer to the one before: headers and text of each. */
export function thread(subject, count) {
  const ids = Array.from({ length: count }, (_, at) => `<${subject.replace(/\W+/g, "-")}-${at}@thread.example>`);
  return ids.map((id, at) => [
    {
      Subject: at === 0 ? subject : `Re: ${subject}`, "Message-ID": id,
      From: at % 2 ? "Bob Marley <bob@remote.example>" : "Kathrin von Hohenstein-Lauenburg <kathrin@firma.example>",
      ...(at > 0 && { "In-Reply-To": ids[at - 1], References: ids.slice(0, at).slice(-10).join("\n ") }),
    },
    `Answer number ${at + 1}.\n\n${"> ".repeat(Math.min(at, 20))}What was said before.\n`,
  ]);
}
