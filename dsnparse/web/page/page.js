// The page: what is dropped, pasted or chosen goes to the server and comes back as a verdict; and which view is shown.
"use strict";

let about = { database: false, samples: [], most_bytes: 32 * 1024 * 1024 };
/** Only the last request may change what is shown. */
let turn = 0;

async function start() {
  try {
    about = await askJson("/page/about");
  } catch (error) {
    complain(error.message);
  }
  for (const one of document.querySelectorAll("[data-needs]")) one.hidden = !about[one.dataset.needs];
  byId("samples").replaceChildren(...about.samples.map((sample) =>
    el("li", {}, el("button", { type: "button", class: "sample", on: { click: () => trySample(sample) } }, sample.title))));
  byId("version").textContent = about.version || "";
  addEventListener("hashchange", route);
  route();
}

/** Shows the view that the address bar names. */
function route() {
  complain(null);
  byId("back").hidden = true;
  const [, view, rest] = location.hash.match(/^#\/([a-z]*)\/?(.*)$/) || [null, "", ""];
  const reading = !about.database || !["suppressions", "address", "search"].includes(view);
  const result = byId("result");
  const showing = view === "message" && result.hasChildNodes();
  byId("drop").hidden = showing;
  result.hidden = !showing;
  byId("view-read").hidden = !reading;
  byId("view-database").hidden = reading;
  for (const one of document.querySelectorAll("nav a")) {
    const here = one.getAttribute("href") === (reading ? "#/" : `#/${view}`);
    if (here) one.setAttribute("aria-current", "page");
    else one.removeAttribute("aria-current");
  }
  if (!reading) showDatabase(view, decode(rest));
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function trySample(sample) {
  try {
    const answer = await ask(`/page/samples/${encodeURIComponent(sample.name)}`);
    await read(await answer.blob(), sample.title);
  } catch (error) {
    complain(error.message);
  }
}

/** Has the server read a message (a Blob), and shows the verdict. */
async function read(message, name) {
  const mine = ++turn;
  complain(null);
  if (!message.size) return complain("There is nothing in it. Paste the source of a message, or choose its file.");
  if (message.size > about.most_bytes) {
    return complain(`That is larger than this server takes (${about.most_bytes.toLocaleString()} bytes).`);
  }
  document.body.classList.add("busy");
  announce("Reading the message");
  try {
    const answer = await askJson("/v1/parse/marked", {
      method: "POST", body: message, headers: { "Content-Type": "message/rfc822" },
    });
    if (mine === turn) show(answer, message, name);
  } catch (error) {
    if (mine === turn) complain(error.message);
  } finally {
    if (mine === turn) document.body.classList.remove("busy");
  }
}

function show(answer, message, name) {
  byId("result").replaceChildren(
    el("div", { class: "row again" },
      el("button", { type: "button", on: { click: another } }, "← Another message"),
      el("span", { class: "name" }, visible(name)),
      el("button", { type: "button", on: { click: () => save(message) } }, "Save as a file"),
      about.database ? taking(message) : null),
    sidesView(answer, about.database ? decisionOn : null));
  visit("#/message");
  scrollTo({ top: 0 });
  showEvidence();
  byId("verdict-title").focus({ preventScroll: true });
  announce(`Read: ${byId("verdict-title").textContent}`);
}

/** Saves the view as one HTML file, to be shown to others. */
async function save(message) {
  const answer = await attempt(() => ask("/v1/parse/marked", {
    method: "POST", body: message, headers: { "Content-Type": "message/rfc822", Accept: "text/html" },
  }));
  if (answer) download(await answer.blob(), "bounce.html");
}

/** Goes to a view, so that the browser's own Back leads to the one before. */
function visit(hash) {
  if (location.hash !== hash) history.pushState(null, "", hash);
  route();
}

function another() {
  turn++;
  visit("#/");
  byId("pasted").focus();
}

/** The source of a message as it was pasted: what is left of it as bytes. */
function pasted() {
  return new Blob([byId("pasted").value.trimStart()]);
}

byId("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  read(pasted(), "pasted");
});
byId("pasted").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("paste").requestSubmit();
});
byId("file").addEventListener("change", (event) => {
  const [file] = event.target.files;
  if (file) read(file, file.name);
  event.target.value = "";
});
byId("key").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(KEY, byId("key-value").value.trim());
  byId("key-value").value = "";
  byId("key").hidden = true;
  complain(null);
  route();
});

// Dropping works anywhere on the page.
let over = 0;
function dropping(yes) {
  over = yes ? over : 0;
  byId("dropping").hidden = !yes;
}
addEventListener("dragenter", (event) => {
  event.preventDefault();
  over++;
  dropping(true);
});
addEventListener("dragleave", () => {
  over--;
  if (over <= 0) dropping(false);
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  dropping(false);
  const [file] = event.dataTransfer.files;
  const text = event.dataTransfer.getData("text/plain");
  if (file) read(file, file.name);
  else if (text) read(new Blob([text]), "dropped text");
});
addEventListener("paste", (event) => {
  if (event.target.closest("input, textarea") || byId("view-read").hidden) return;
  const [file] = event.clipboardData.files;
  const text = event.clipboardData.getData("text/plain");
  if (file) read(file, file.name);
  else if (text.trim()) read(new Blob([text.trimStart()]), "pasted");
});

start();
