// Text with formatting: an editor over the fields `html`, `format` and `body` of the form for writing.
// The server cleans whatever is in them. Enhancement only: plain text is what a message starts as.

const form = document.querySelector("form[data-compose]");

// What stays of what is pasted or restored, and as what.
const KEPT = {
  a: "a", b: "b", strong: "b", i: "i", em: "i", u: "u", ul: "ul", ol: "ol", li: "li", blockquote: "blockquote",
  br: "br", p: "p", div: "div", h1: "p", h2: "p", h3: "p", h4: "p", h5: "p", h6: "p", pre: "div", tr: "div",
  dt: "div", dd: "div", section: "div", article: "div", header: "div", footer: "div", main: "div", address: "div",
};
const DROPPED = new Set([
  "script", "style", "title", "head", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea",
  "button", "video", "audio", "canvas",
]);
const LINK = /^(https?:\/\/|mailto:|tel:)[^\s]/i;
const DEPTH_MAX = 100;

const make = (name, ...content) => {
  const element = document.createElement(name);
  element.append(...content);
  return element;
};
const lineBreak = () => document.createElement("br");

function clean(from, into = document.createDocumentFragment(), depth = 0) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) into.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.localName) || depth > DEPTH_MAX) continue;
    const name = KEPT[node.localName];
    const href = (node.getAttribute("href") ?? "").trim();
    // Some programs wrap all they copy into <b style="font-weight: normal">.
    const isPlain = name === "b" && /font-weight:\s*(normal|400)/.test(node.getAttribute("style") ?? "");
    if (!name || isPlain || (name === "a" && !LINK.test(href))) {
      clean(node, into, depth + 1);
      continue;
    }
    const copy = make(name);
    if (name === "a") copy.setAttribute("href", href);
    clean(node, copy, depth + 1);
    into.append(copy);
  }
  return into;
}
// In a document of its own nothing is done and nothing loaded.
const parsed = (html) => clean(new DOMParser().parseFromString(html, "text/html").body);

// Plain text as blocks: a line each, quoted lines as quotes.
function blocksOf(text) {
  const root = document.createDocumentFragment();
  const stack = [root];
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const [mark] = /^(?:> ?)*/.exec(line);
    const depth = Math.min(mark.replaceAll(" ", "").length, DEPTH_MAX);
    stack.length = Math.min(stack.length, depth + 1);
    while (stack.length <= depth) {
      const quote = make("blockquote");
      stack.at(-1).append(quote);
      stack.push(quote);
    }
    const words = line.slice(mark.length).replaceAll("\t", "    ").replace(/ (?= |$)|^ /g, "\u00a0");
    stack.at(-1).append(make("div", words || lineBreak()));
  }
  return root;
}

// And back, as the server does for those who read plain text.
function textOf(root) {
  const lines = [];
  let line = null;
  let marker = "";
  let depth = 0;
  let gap = false;
  const open = () => {
    if (line !== null) return;
    if (gap && lines.length > 0 && lines.at(-1) !== "") lines.push("");
    gap = false;
    line = marker;
    marker = "";
  };
  const close = () => {
    if (line === null) return;
    const marked = `${"> ".repeat(depth)}${line}`;
    lines.push(line === "" ? marked.trimEnd() : marked);
    line = null;
  };
  const words = (text) => {
    const isFirst = line === null;
    const spaced = text.replace(/[ \t\r\n]+/g, " ");
    if (!spaced || (isFirst && spaced === " ")) return;
    open();
    line += (isFirst ? spaced.replace(/^ /, "") : spaced).replaceAll("\u00a0", " ");
  };
  const walk = (node, mark) => {
    const name = node.localName;
    if (node.nodeType === Node.TEXT_NODE) return words(node.data);
    if (name === "br") {
      open();
      return close();
    }
    const isBlock = ["div", "p", "ul", "ol", "li", "blockquote"].includes(name);
    if (isBlock) close();
    if (name === "p") gap = true;
    if (name === "blockquote") depth += 1;
    if (name === "li") marker = mark;
    const from = line?.length ?? 0;
    let number = 0;
    for (const child of node.childNodes) {
      if (child.localName === "li") number += 1;
      walk(child, name === "ol" ? `${number}. ` : "- ");
    }
    if (name === "a" && line !== null) {
      const href = node.getAttribute("href").replace(/^mailto:/i, "");
      if (line.slice(from).trim() !== href) line += ` <${href}>`;
    }
    if (isBlock) close();
    if (name === "p") gap = true;
    if (name === "blockquote") depth -= 1;
  };
  walk(root, "");
  close();
  return lines.join("\n");
}

function begin() {
  const [html, format, body] = ["html", "format", "body"].map((name) => form.elements.namedItem(name));
  const [rich, bar, toggle, address] = ["rich", "bar", "toggle", "address"].map((name) => form.querySelector(`[data-format="${name}"]`));
  const tools = [...bar.querySelectorAll("[role=toolbar] button")];
  const isOn = () => !rich.hidden;
  // What there was before formatting was switched off, and the text that it became.
  let before = null;

  const keep = () => {
    html.value = rich.innerHTML;
    body.value = textOf(rich);
  };
  const show = (on) => {
    rich.hidden = bar.hidden = !on;
    body.hidden = on;
    toggle.setAttribute("aria-pressed", String(on));
    format.value = on ? "formatted" : "";
    if (on) keep();
    else html.value = "";
  };
  // As the fields say, when the page opens or something is restored.
  const load = () => {
    const on = format.value !== "";
    if (on) rich.replaceChildren(parsed(html.value));
    show(on);
  };
  const changed = () => body.dispatchEvent(new Event("input", { bubbles: true }));
  const write = () => (isOn() ? rich : body).focus();

  toggle.addEventListener("click", () => {
    if (isOn()) {
      before = { nodes: [...rich.childNodes], text: textOf(rich) };
      body.value = before.text;
      show(false);
    } else {
      if (before?.text === body.value) rich.replaceChildren(...before.nodes);
      else rich.replaceChildren(blocksOf(body.value));
      show(true);
      place();
    }
    write();
    changed();
  });
  // The caret at the start, as in the field for plain text.
  const place = () => {
    getSelection().collapse(rich, 0);
    settle();
  };
  // Into the text: Firefox leaves the caret of a new list between its elements, and then writes there.
  const settle = () => {
    const { anchorNode, anchorOffset, isCollapsed } = getSelection();
    let node = anchorNode?.childNodes[anchorOffset];
    if (!isCollapsed || !node || !rich.contains(node)) return;
    while (node.firstChild) node = node.firstChild;
    if (node.localName === "br") getSelection().collapse(node.parentNode, [...node.parentNode.childNodes].indexOf(node));
    else getSelection().collapse(node, 0);
  };

  // --- Commands ---

  const exec = (command, value = null) => {
    rich.focus();
    document.execCommand("styleWithCSS", false, false);
    document.execCommand("defaultParagraphSeparator", false, "div");
    document.execCommand(command, false, value);
    if (["ul", "ol"].includes(getSelection().anchorNode?.localName)) settle();
    state();
  };
  const around = (selector) => {
    const node = getSelection().anchorNode;
    const element = node?.nodeType === Node.ELEMENT_NODE ? node : node?.parentElement;
    return rich.contains(element) ? element.closest(`[data-format="rich"] ${selector}`) : null;
  };
  const commands = {
    bold: () => exec("bold"),
    italic: () => exec("italic"),
    list: () => exec("insertUnorderedList"),
    numbers: () => exec("insertOrderedList"),
    quote: () => quote(),
    link: () => ask(),
  };
  // By hand: the browsers' own command indents by a style, and does something else in lists.
  const quote = () => {
    rich.focus();
    const { anchorNode, anchorOffset, focusNode, focusOffset } = getSelection();
    const old = around("blockquote");
    if (old) {
      old.replaceWith(...old.childNodes);
    } else {
      if (!rich.firstChild) rich.append(make("div", lineBreak()));
      const top = (node) => [...rich.childNodes].findIndex((one) => one.contains(node));
      const [from, to] = [top(anchorNode), top(focusNode)].sort((a, b) => a - b);
      const chosen = [...rich.childNodes].slice(Math.max(from, 0), Math.max(to, 0) + 1);
      const made = make("blockquote");
      chosen[0].before(made);
      made.append(...chosen);
    }
    if (rich.contains(anchorNode) && rich.contains(focusNode)) {
      getSelection().setBaseAndExtent(anchorNode, anchorOffset, focusNode, Math.min(focusOffset, focusNode.childNodes.length || focusOffset));
    } else place();
    keep();
    changed();
    state();
  };
  const holds = {
    bold: () => document.queryCommandState("bold"),
    italic: () => document.queryCommandState("italic"),
    list: () => Boolean(around("ul")),
    numbers: () => Boolean(around("ol")),
    quote: () => Boolean(around("blockquote")),
    link: () => Boolean(around("a")),
  };
  const state = () => {
    for (const tool of tools) tool.setAttribute("aria-pressed", String(holds[tool.dataset.do]()));
  };
  document.addEventListener("selectionchange", () => {
    if (isOn() && rich.contains(getSelection().anchorNode)) state();
  });
  for (const tool of tools) {
    // The selection stays where it is.
    tool.addEventListener("pointerdown", (event) => event.preventDefault());
    tool.addEventListener("mousedown", (event) => event.preventDefault());
    tool.addEventListener("click", () => commands[tool.dataset.do]());
  }
  // One stop for Tab, arrows inside (ARIA toolbar pattern).
  const reach = (at) => {
    tools.forEach((tool, n) => { tool.tabIndex = n === at ? 0 : -1; });
    return tools[at];
  };
  reach(0);
  bar.addEventListener("keydown", (event) => {
    const at = tools.indexOf(event.target);
    if (at < 0) return;
    const on = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const to = { ArrowRight: at + on, ArrowLeft: at - on, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    reach((to + tools.length) % tools.length).focus();
  });
  rich.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const name = event.shiftKey
      ? { Digit7: "numbers", Digit8: "list", Digit9: "quote" }[event.code]
      : { b: "bold", i: "italic", k: "link" }[event.key.toLowerCase()];
    if (!name) return;
    event.preventDefault();
    commands[name]();
  });

  // --- Links ---

  const [link, use, drop] = ["input", "[data-do=use]", "[data-do=drop]"].map((one) => address.querySelector(one));
  let range = null;
  const ask = () => {
    rich.focus();
    const old = around("a");
    const selection = getSelection();
    if (old) selection.selectAllChildren(old);
    range = selection.rangeCount > 0 ? selection.getRangeAt(0).cloneRange() : null;
    link.value = old?.getAttribute("href") ?? "";
    link.removeAttribute("aria-invalid");
    drop.hidden = !old;
    address.hidden = false;
    link.focus();
  };
  const back = () => {
    address.hidden = true;
    rich.focus();
    if (!range) return;
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const set = () => {
    const typed = link.value.trim();
    const isMail = /^[^\s/:@]+@[^\s/:@]+$/.test(typed);
    const href = LINK.test(typed) ? typed : `${isMail ? "mailto:" : "https://"}${typed}`;
    if (!typed || !URL.canParse(href)) {
      link.setAttribute("aria-invalid", "true");
      link.focus();
      return;
    }
    back();
    if (!getSelection().isCollapsed) return exec("createLink", href);
    const made = make("a", typed);
    made.setAttribute("href", href);
    exec("insertHTML", made.outerHTML);
  };
  use.addEventListener("click", set);
  drop.addEventListener("click", () => { back(); exec("unlink"); });
  address.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
    else if (event.key === "Enter" && event.target === link && !event.ctrlKey && !event.metaKey) set();
    else return;
    event.preventDefault();
  });

  // --- What comes in from elsewhere ---

  const insert = (data) => {
    const source = data.getData("text/html");
    const text = data.getData("text/plain");
    if (!source && !text.includes("\n")) return exec("insertText", text);
    exec("insertHTML", make("div", source ? parsed(source) : blocksOf(text)).innerHTML);
  };
  const hasText = (data) => ["text/html", "text/plain"].some((type) => data?.types.includes(type));
  rich.addEventListener("paste", (event) => {
    if (!hasText(event.clipboardData)) return;
    event.preventDefault();
    event.stopPropagation();
    insert(event.clipboardData);
  });
  rich.addEventListener("beforeinput", (event) => {
    if (event.inputType !== "insertFromDrop" || !hasText(event.dataTransfer)) return;
    event.preventDefault();
    const [to] = event.getTargetRanges();
    if (to) getSelection().setBaseAndExtent(to.startContainer, to.startOffset, to.endContainer, to.endOffset);
    insert(event.dataTransfer);
  });

  // --- The form around it ---

  rich.addEventListener("input", keep);
  form.querySelector('label[for="body"]').addEventListener("click", (event) => {
    if (!isOn()) return;
    event.preventDefault();
    rich.focus();
  });
  form.addEventListener("restored", () => { load(); write(); });
  // The signature follows the address: its lines are blocks of their own.
  form.addEventListener("signature", ({ detail: { last, next } }) => {
    const lines = (text) => text.split("\n").map((line) => line.trimEnd());
    const blocks = [...rich.children];
    const old = last ? lines(last) : [];
    const at = blocks.findIndex((_, from) => old.length > 0 && old.every((line, n) => blocks[from + n]?.textContent.trimEnd() === line));
    const fresh = next ? [...blocksOf(next).childNodes] : [];
    if (at >= 0) {
      blocks[at].before(...fresh);
      for (const one of blocks.slice(at, at + old.length)) one.remove();
    } else if (!last) {
      rich.append(make("div", lineBreak()), ...fresh);
    }
    keep();
  });
  addEventListener("pageshow", () => {
    if ((format.value !== "") !== isOn() || (isOn() && html.value !== rich.innerHTML)) load();
  });

  form.querySelector("[data-format=note]")?.remove();
  toggle.hidden = false;
  const isFirst = body.autofocus;
  load();
  if (isFirst && isOn()) { rich.focus(); place(); }
}

if (form) begin();
