// The form for writing: saved while one types, files taken at once, nothing lost. Enhancement only:
// without this module the same form does the same tasks with its buttons.

const form = document.querySelector("form[data-compose]");

// At the latest so long after the first unsaved letter, and after so long a rest.
const SAVE_WITHIN = 8000;
const SAVE_AFTER = 3000;
const LOCAL_BYTES_MAX = 1_000_000;
const FIELDS = ["from", "to", "cc", "bcc", "subject", "body", "html", "format"];

function begin() {
  const words = form.dataset;
  // Not form.action, which is the buttons of that name.
  const url = form.getAttribute("action");
  const status = form.querySelector("[data-status]");
  const list = form.querySelector("[data-files]");
  const input = form.querySelector('input[type="file"]');
  const problem = form.querySelector("[data-files-error]");
  const field = (name) => form.elements.namedItem(name);
  const kept = () => [...list.querySelectorAll('input[name="keep"]')];
  const written = () => FIELDS.map((name) => field(name)?.value ?? "");
  const now = () => JSON.stringify([written(), kept().map((one) => one.value), field("tell").checked]);

  // What the page came with is no draft, nor is it with formatting switched on.
  const plainFields = () => FIELDS.slice(0, 6).map((name) => (field(name)?.value ?? "").replace(/\s+/g, " ").trim());
  const first = plainFields().join("\n");
  const isUntouched = () => !field("draft").value && kept().length === 0 && plainFields().join("\n") === first;

  let saved = now();
  const isDirty = () => !leaving && now() !== saved && !isUntouched();
  let leaving = false;
  let timer = 0;
  let dirtySince = 0;
  // What could not be saved is tried again after a while, however much is typed meanwhile.
  let notBefore = 0;
  // One request at a time: a save never overtakes a file, nor sending a save.
  let chain = Promise.resolve();
  const queue = (task) => (chain = chain.then(task, task));

  const say = (text, isBad = false, link = null) => {
    status.textContent = text;
    status.className = isBad ? "field-error" : "quiet small";
    status.setAttribute("aria-live", isBad ? "assertive" : "off");
    if (link) {
      const door = document.createElement("a");
      door.href = "/login?next=/mail/inbox";
      door.target = "_blank";
      door.rel = "noopener";
      door.textContent = link;
      status.append(" ", door);
    }
  };

  // A copy on this device, for as long as the server has not got it.
  const place = () => {
    const of = ["draft", "reply", "forward"].map((name) => `${name}=${field(name).value}`).join("&");
    return `lifeboat:${words.account}:${field("draft").value ? `draft=${field("draft").value}` : of}`;
  };
  const local = {
    keep() {
      const text = JSON.stringify({ at: Date.now(), fields: written() });
      if (text.length > LOCAL_BYTES_MAX) return;
      try { localStorage.setItem(place(), text); } catch { /* full, or not allowed */ }
    },
    forget(at = place()) {
      try { localStorage.removeItem(at); } catch { /* not allowed */ }
    },
    find() {
      try { return JSON.parse(localStorage.getItem(place()) ?? "null"); } catch { return null; }
    },
  };

  // --- Saving ---

  const letter = (action) => {
    const data = new FormData(form);
    data.delete("files");
    data.set("action", action);
    return data;
  };
  const answerOf = async (response) => {
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return isJson ? response.json() : {};
  };
  const post = async (data) => {
    const ask = () => fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" } });
    let response = await ask();
    let answer = await answerOf(response);
    // Signed in again in another tab, as the same person: go on under that session.
    if (response.status === 403 && answer.csrf && answer.account === words.account) {
      for (const one of document.querySelectorAll('input[name="csrf"]')) one.value = answer.csrf;
      data.set("csrf", answer.csrf);
      response = await ask();
      answer = await answerOf(response);
    }
    return { response, answer };
  };
  const adopt = (answer) => {
    if (answer.draft) {
      const before = place();
      field("draft").value = answer.draft;
      if (place() !== before) local.forget(before);
    }
    if (answer.files) show(answer.files);
  };
  const told = ({ response, answer }, was) => {
    adopt(answer);
    if (answer.location) {
      leave(answer.location);
    } else if (response.ok) {
      const files = JSON.stringify(kept().map((one) => one.value));
      saved = `[${JSON.stringify(was)},${files}]`;
      dirtySince = 0;
      if (now() === saved) local.forget();
      say(answer.saved ?? "");
    } else {
      const isOut = response.status === 401 || response.status === 403;
      say(answer.error ?? words.textFailed, true, isOut ? words.textSignIn : null);
    }
    return response.ok;
  };
  const save = (change = () => {}) => queue(async () => {
    if (leaving) return false;
    const was = written();
    const data = letter("save");
    change(data);
    notBefore = Date.now() + SAVE_WITHIN;
    try {
      const isSaved = told(await post(data), was);
      if (isSaved) notBefore = 0;
      return isSaved;
    } catch {
      local.keep();
      say(words.textOffline, true);
      return false;
    } finally {
      schedule();
    }
  });
  const schedule = () => {
    clearTimeout(timer);
    if (!isDirty()) return;
    dirtySince ||= Date.now();
    const rest = dirtySince + SAVE_WITHIN - Date.now();
    timer = setTimeout(save, Math.max(Math.min(SAVE_AFTER, rest), notBefore - Date.now(), 0));
  };
  const leave = (to) => {
    leaving = true;
    clearTimeout(timer);
    local.forget();
    location.assign(to);
  };

  let keeping = 0;
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    clearTimeout(keeping);
    keeping = setTimeout(local.keep, 400);
    schedule();
  });
  addEventListener("online", () => { if (isDirty()) save(); });
  addEventListener("pagehide", () => { if (isDirty()) local.keep(); });
  addEventListener("beforeunload", (event) => {
    if (isDirty()) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  });

  // What is on this device and nowhere else is offered, never put in by itself.
  const found = local.find();
  const offer = form.querySelector("[data-restore]");
  if (found && JSON.stringify(found.fields) !== JSON.stringify(written())) {
    offer.hidden = false;
    offer.querySelector("time").textContent = new Date(found.at).toLocaleString(document.documentElement.lang);
    const [use, drop] = offer.querySelectorAll("button");
    use.addEventListener("click", () => {
      FIELDS.forEach((name, at) => { if (field(name) && found.fields[at] !== undefined) field(name).value = found.fields[at]; });
      offer.hidden = true;
      field("body").focus();
      form.dispatchEvent(new Event("restored"));
      schedule();
    });
    drop.addEventListener("click", () => { local.forget(); offer.hidden = true; field("body").focus(); });
  } else if (found) {
    local.forget();
  }

  // --- Sending ---

  let isNative = false;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (isNative) { leaving = true; return; }
    event.preventDefault();
    if (leaving || button?.getAttribute("aria-busy")) return;
    if (button?.name === "remove") {
      save((data) => data.set("remove", button.value)).then(() => input.focus());
      return;
    }
    clearTimeout(timer);
    button?.setAttribute("aria-busy", "true");
    queue(() => submit(button));
  });
  // The page that comes back says what is wrong; only where nothing comes back does this one.
  const submit = async (button) => {
    try {
      if (button?.value === "send") {
        const { response, answer } = await post(letter("send"));
        // Trouble of the server's leads to a page without the text: better to stay on this one.
        if (response.status >= 500) throw new Error(words.textFailed);
        adopt(answer);
        if (answer.location) return leave(answer.location);
      } else if (button?.value === "save") {
        const was = written();
        told(await post(letter("save")), was);
      } else {
        await fetch("/static/", { method: "HEAD", cache: "no-store" });
      }
    } catch (error) {
      button?.removeAttribute("aria-busy");
      local.keep();
      const offline = button?.value === "send" ? words.textNotSent : words.textOffline;
      say(error.message === words.textFailed ? words.textFailed : offline, true);
      schedule();
      return;
    }
    if (button?.value === "discard" || now() === saved) local.forget();
    else local.keep();
    isNative = true;
    input.disabled = true;
    form.requestSubmit(button);
    isNative = false;
    input.disabled = false;
  };
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector('button[value="send"]'));
    }
  });

  // --- Files ---

  const row = (name, size) => {
    const one = form.querySelector("template[data-file]").content.firstElementChild.cloneNode(true);
    one.querySelector("[data-name]").textContent = name;
    one.querySelector("[data-size]").textContent = size;
    return one;
  };
  const show = (files) => {
    for (const one of list.querySelectorAll("li[data-bytes]")) one.remove();
    const rows = files.map((file) => {
      const one = row(file.name, file.size);
      one.dataset.bytes = file.bytes;
      const button = one.querySelector("button");
      button.value = file.keep;
      button.querySelector(".hide-text").textContent = ` ${file.name}`;
      one.querySelector("input").value = file.keep;
      return one;
    });
    list.prepend(...rows);
  };
  const sizeOf = (bytes) => new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: bytes < 1e6 ? 0 : 1,
  }).format(bytes / (bytes < 1e6 ? 1024 : 1048576));
  let waiting = 0;
  const total = () => [...list.querySelectorAll("li[data-bytes]")].reduce((sum, one) => sum + Number(one.dataset.bytes), waiting);
  const add = (files) => {
    problem.hidden = true;
    for (const file of files) {
      if (total() + file.size > Number(words.limit)) {
        problem.textContent = `${file.name}: ${words.tooLarge}`;
        problem.hidden = false;
        continue;
      }
      waiting += file.size;
      const one = row(file.name, sizeOf(file.size));
      one.querySelector("input").remove();
      const bar = document.createElement("progress");
      bar.setAttribute("aria-label", file.name);
      bar.value = 0;
      const button = one.querySelector("button");
      button.querySelector(".hide-text").textContent = ` ${file.name}`;
      one.insertBefore(bar, button);
      list.append(one);
      const job = { file, one, bar, request: null, isOver: false };
      button.addEventListener("click", (event) => {
        event.preventDefault();
        job.isOver = true;
        job.request?.abort();
        finish(job);
        input.focus();
      });
      queue(() => upload(job));
    }
  };
  const finish = (job) => {
    if (!job.one.isConnected) return;
    waiting -= job.file.size;
    job.one.remove();
  };
  const upload = (job) => new Promise((done) => {
    if (job.isOver || leaving) return done();
    const request = new XMLHttpRequest();
    job.request = request;
    const was = written();
    const data = letter("save");
    data.append("files", job.file, job.file.name);
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) job.bar.value = event.loaded / event.total;
    };
    request.onload = () => {
      const answer = request.response ?? {};
      const isOk = request.status === 200;
      told({ response: { ok: isOk, status: request.status }, answer }, was);
      if (isOk) finish(job);
      else failed(job, answer.error ?? words.textFailed);
      done();
    };
    request.onerror = () => { failed(job, words.textUpload); done(); };
    request.onabort = () => done();
    request.send(data);
  });
  const failed = (job, text) => {
    job.bar.remove();
    const said = document.createElement("span");
    said.className = "field-error";
    said.setAttribute("role", "alert");
    said.textContent = text;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "btn btn-quiet";
    again.textContent = words.textAgain;
    again.addEventListener("click", () => {
      said.remove();
      again.remove();
      job.bar.value = 0;
      job.one.insertBefore(job.bar, job.one.lastElementChild);
      queue(() => upload(job));
    });
    job.one.insertBefore(said, job.one.lastElementChild);
    job.one.insertBefore(again, job.one.lastElementChild);
  };
  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = "";
  });
  form.addEventListener("dragover", (event) => {
    if ([...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  form.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    // A copied table is text and a picture of it: the text is what is meant.
    if (files.length === 0 || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  });

  // --- Signature: follows the address, as long as it is there unchanged ---

  const from = field("from");
  if (from instanceof HTMLSelectElement) {
    const signature = () => from.selectedOptions[0]?.dataset.signature ?? "";
    let last = signature();
    from.addEventListener("change", () => {
      const body = field("body");
      const next = signature();
      if (field("format").value) {
        form.dispatchEvent(new CustomEvent("signature", { detail: { last, next } }));
        last = next;
        return;
      }
      const at = last ? body.value.indexOf(last) : -1;
      if (at >= 0) body.value = body.value.slice(0, at) + next + body.value.slice(at + last.length);
      if (!last && next) body.value = `${body.value.trimEnd()}\n\n${next}`;
      if (at >= 0 || !last) last = next;
    });
  }
}

// Names and addresses, offered while one types: an ARIA combobox with a listbox.
function combobox(input) {
  const status = form.querySelector("[data-people-status]");
  const list = document.createElement("ul");
  list.id = `${input.id}-people`;
  list.className = "people-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.textPeople);
  input.after(list);
  input.parentElement.classList.add("has-people");
  input.removeAttribute("list");
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);

  let active = -1;
  let asked = 0;
  let timer = 0;
  const options = () => [...list.children];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  // The address that is being typed: what follows the last comma outside quotes, up to the caret.
  const piece = () => {
    const before = input.value.slice(0, input.selectionStart ?? input.value.length);
    let start = 0;
    let quoted = false;
    for (let at = 0; at < before.length; at += 1) {
      if (before[at] === '"') quoted = !quoted;
      if (!quoted && ",;".includes(before[at])) start = at + 1;
    }
    return { start, end: before.length, text: before.slice(start).trim() };
  };
  const move = (to) => {
    const all = options();
    if (all.length === 0) return;
    active = (to + all.length) % all.length;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    all[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[active].id);
  };
  const choose = (at) => {
    const one = options()[at];
    const { start, end } = piece();
    const lead = input.value.slice(0, start);
    const rest = input.value.slice(end).replace(/^[\s,;]+/, "");
    const value = `${lead}${lead && !lead.endsWith(" ") ? " " : ""}${one.dataset.value}, `;
    input.value = value + rest;
    input.setSelectionRange(value.length, value.length);
    close();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const show = (people) => {
    list.replaceChildren(...people.map((person, at) => {
      const one = document.createElement("li");
      one.id = `${list.id}-${at}`;
      one.setAttribute("role", "option");
      one.setAttribute("aria-selected", "false");
      one.dataset.value = person.typed;
      const name = document.createElement("span");
      name.dir = "auto";
      name.textContent = person.name || person.address;
      one.append(name);
      if (person.name) {
        const address = document.createElement("span");
        address.className = "quiet small";
        address.textContent = person.address;
        one.append(address);
      }
      one.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(at); });
      return one;
    }));
    active = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = people.length === 0;
    input.setAttribute("aria-expanded", String(people.length > 0));
    if (status) status.textContent = people.length > 0 ? `${people.length} ${form.dataset.textPeople}` : "";
  };
  const ask = async () => {
    const { text } = piece();
    const turn = ++asked;
    if (!text) return close();
    try {
      const response = await fetch(`/mail/people?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
      const people = response.ok ? await response.json() : [];
      if (turn === asked && document.activeElement === input) show(people);
    } catch {
      close();
    }
  };
  input.addEventListener("input", (event) => {
    if (!event.isTrusted) return;
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("blur", () => { asked += 1; clearTimeout(timer); close(); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown") { event.preventDefault(); ask(); }
      return;
    }
    if (event.key === "ArrowDown") move(active + 1);
    else if (event.key === "ArrowUp") move(active < 0 ? -1 : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && active >= 0) choose(active);
    else if (event.key === "Tab" && active >= 0) { choose(active); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

if (form) {
  begin();
  for (const input of form.querySelectorAll("input[data-people]")) combobox(input);
}
