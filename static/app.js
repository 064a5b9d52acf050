// Enhancement only: every page works without this module.

// The zone for times: asked once, where the reader is.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !/(^|; )zone=/.test(document.cookie)) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

// Error summaries take the focus, so that they are read first.
document.querySelector("[data-focus]")?.focus();

// A frame of formatted mail is as high as the mail.
for (const frame of document.querySelectorAll("iframe[data-fit]")) {
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (!page) return;
    const height = Math.min(Math.max(page.getBoundingClientRect().height, 80), 20000);
    frame.style.blockSize = `${Math.ceil(height) + 20}px`;
  };
  frame.addEventListener("load", fit);
  // Inside what is folded nothing has a height.
  frame.closest("details")?.addEventListener("toggle", fit);
  addEventListener("resize", fit);
  if (frame.contentDocument?.readyState === "complete") fit();
}

// "Select all" selects in place.
for (const link of document.querySelectorAll("[data-select-all]")) {
  // Where everything is selected, the link leads back to nothing.
  if (link.closest("form").querySelector('input[name="all"]')) continue;
  link.setAttribute("role", "button");
  const boxes = () => [...link.closest("form").querySelectorAll('input[name="id"]')];
  const choose = (event) => {
    event.preventDefault();
    const all = boxes();
    const on = all.some((box) => !box.checked);
    for (const box of all) box.checked = on;
    const more = link.closest("form").querySelector("[data-select-more]");
    if (more) more.hidden = !on;
  };
  link.addEventListener("click", choose);
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") choose(event);
  });
}

// Open menus close at Escape and at a click elsewhere.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
