// The site under test, as its address and keys are handed over in the environment, and what went
// wrong so far.

import assert from "node:assert/strict";
import { deliver as deliverTo } from "./smtp.mjs";

const env = (name) => process.env[name] ?? assert.fail(`${name} is not set`);

export const site = {
  base: env("LIFEBOAT_URL"),
  lmtp: env("LIFEBOAT_LMTP"),
  /** Where Lifeboat hands over outgoing mail; nobody listens unless a task does. */
  smarthost: env("LIFEBOAT_SMARTHOST"),
  /** Mailboxes with the same mail; each walk takes one of its own. */
  users: env("LIFEBOAT_USERS").split(","),
  /** Somebody whose mailstore is back and has the mail from here, where there is such a one. */
  merged: process.env.LIFEBOAT_MERGED,
  atHome: process.env.LIFEBOAT_AT_HOME,
  password: env("LIFEBOAT_PASSWORD"),
  /** An operator's. */
  token: env("LIFEBOAT_TOKEN"),
  /** Where the process id of Lifeboat stands; whoever runs the walk starts it again when it is gone. */
  pidFile: env("LIFEBOAT_PID_FILE"),
  /** Everything, or a sample that `seed` chooses. */
  all: process.env.LIFEBOAT_BROWSER_ALL === "1",
  seed: Number(process.env.LIFEBOAT_SEED ?? 2026),
  /** Where pictures of the pages go, if they are wanted. */
  pictures: process.env.PICTURES,
};

export const problems = new Set();

let delivered = 0;
/** Delivers a message to `user`: `headers` in the order given, and what follows them. */
export async function deliver(user, headers, body = "Text.", sender) {
  delivered += 1;
  const all = {
    From: "Bob Marley <bob@remote.example>", To: user, Date: new Date().toUTCString(),
    "Message-ID": `<walk-${process.pid}-${delivered}@remote.example>`, "MIME-Version": "1.0", ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\n`).join("");
  await deliverTo(site.lmtp, [user], `${head}\n${body}`, sender);
  return all["Message-ID"];
}

/** Numbers in [0, 1) that follow from `seed` (mulberry32). */
export function dice(seed = site.seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Prints what was found and ends the process accordingly. */
export function finish() {
  for (const problem of [...problems].slice(0, 40)) console.error(problem);
  if (problems.size > 40) console.error(`and ${problems.size - 40} more`);
  process.exit(problems.size === 0 ? 0 : 1);
}
