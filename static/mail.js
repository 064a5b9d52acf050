// Signed-in pages: what is new shows by itself, and single keys. Every page works without this module.

const { body } = document;
const hidden = (text) => {
  const span = document.createElement("span");
  span.className = "hide-text";
  span.textContent = text;
  return span;
};

// What is new. It never moves what somebody reads: counts and title change in place, new mail is
// announced in a line over the page.

const title = document.title.replace(/^\(\d+\) /, "");

function counts(news) {
  document.title = news.unread ? `(${news.unread}) ${title}` : title;
  for (const link of document.querySelectorAll(".folders a")) {
    const count = news.counts[link.getAttribute("href")];
    const badge = link.querySelector(".count") ?? document.createElement("span");
    if (!count) {
      badge.remove();
      continue;
    }
    badge.className = "count";
    badge.replaceChildren(count[0], hidden(` ${count[1]}`));
    link.append(badge);
  }
}

function announce(news) {
  const line = document.querySelector("[data-live]");
  if (!line) return;
  const fresh = news.newest.filter((id) => id >= Number(body.dataset.next)).length;
  if (line.dataset.said === String(fresh)) return;
  line.dataset.said = fresh;
  if (!fresh) return line.replaceChildren();
  const link = document.createElement("a");
  link.href = "/mail/inbox";
  link.textContent = line.dataset.live;
  line.replaceChildren(`${news.texts[fresh - 1]} `, link);
}

function banner(news) {
  const old = document.querySelector(".banner[data-mark]");
  if (!old || old.dataset.mark === news.mark) return;
  const page = new DOMParser().parseFromString(news.banner, "text/html");
  const fresh = page.querySelector(".banner");
  if (fresh) old.replaceWith(document.adoptNode(fresh));
}

function tell(news) {
  if (news.account !== body.dataset.account) return;
  counts(news);
  announce(news);
  banner(news);
}

// One stream for all tabs where the browser can arrange that, since it opens six connections at most;
// otherwise only while the page is seen.
const open = (told) => {
  const source = new EventSource("/mail/events");
  source.addEventListener("message", (event) => told(JSON.parse(event.data)));
  return source;
};
if (body.dataset.account && "EventSource" in window) {
  if (navigator.locks && "BroadcastChannel" in window) {
    const tabs = new BroadcastChannel("mail");
    let last = null;
    tabs.addEventListener("message", ({ data }) => {
      if (data !== "ask") tell(data);
      else if (last) tabs.postMessage(last);
    });
    tabs.postMessage("ask");
    navigator.locks.request("mail-events", () => new Promise((done) => {
      const source = open((news) => {
        last = news;
        tell(news);
        tabs.postMessage(news);
      });
      // Once the server wants no more of this tab, another may try.
      source.addEventListener("error", () => source.readyState === EventSource.CLOSED && done());
    }));
  } else {
    let source = null;
    const seen = () => {
      source?.close();
      source = document.hidden ? null : open(tell);
    };
    document.addEventListener("visibilitychange", seen);
    addEventListener("pagehide", () => source?.close());
    seen();
  }
}

// Keys, as in Gmail. Each presses what is on the page.

const seen = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
const press = (selector, within = document) => {
  const all = [...within.querySelectorAll(selector)].filter(seen);
  all.at(-1)?.click();
  return all.length > 0;
};
const row = () => document.activeElement?.closest(".row");
const rows = () => [...document.querySelectorAll(".row .row-link")];

function step(by) {
  const links = rows();
  if (!links.length) return press(by > 0 ? '.tail a[rel="next"]' : '.tail a[rel="prev"]');
  const at = links.indexOf(row()?.querySelector(".row-link"));
  const to = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : at + by];
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
}

function act(action) {
  const boxes = [...document.querySelectorAll('.row input[name="id"]')];
  if (boxes.length && !boxes.some((box) => box.checked)) {
    const own = row()?.querySelector('input[name="id"]');
    if (!own) return;
    own.checked = true;
  }
  press(`button[name="action"][value="${action}"]`);
}

function answer(how) {
  const piece = document.activeElement?.closest("details.piece");
  const link = `a[href*="/mail/compose?${how}="]`;
  return (piece && press(link, piece)) || press(link);
}

function search() {
  const field = [...document.querySelectorAll('input[name="q"]')].filter(seen).at(-1);
  if (field) field.select();
  else location.assign("/mail/search");
}

const go = (path) => () => location.assign(`/mail/${path}`);
const keys = {
  j: () => step(1),
  k: () => step(-1),
  o: () => row()?.querySelector(".row-link").click(),
  u: () => press("article .toolbar > a") || go("inbox")(),
  x: () => row()?.querySelector('input[name="id"]')?.click(),
  s: () => (rows().length ? row()?.querySelector(".star")?.click() : press("article button.star")),
  e: () => act("archive"),
  "#": () => act("delete"),
  "!": () => act("junk"),
  z: () => press(".notice form button"),
  c: go("compose"),
  r: () => answer("reply"),
  a: () => answer("reply_all"),
  f: () => answer("forward"),
  "/": search,
  "?": go("help"),
  gi: go("inbox"),
  gd: go("drafts"),
  gt: go("sent"),
  ga: go("archive"),
};

let before = "";
const types = (element) =>
  element?.isContentEditable || element?.matches?.('textarea, select, input:not([type="checkbox"], [type="radio"])');
if ("keys" in body.dataset) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && !"jk".includes(event.key)) return;
    if (event.defaultPrevented || types(event.target)) return;
    const key = before + event.key;
    before = "";
    if (key === "g") {
      before = "g";
      setTimeout(() => { before = ""; }, 1500);
    } else if (Object.hasOwn(keys, key)) {
      event.preventDefault();
      keys[key]();
    }
  });
}
