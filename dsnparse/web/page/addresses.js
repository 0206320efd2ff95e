// What the database says: one address with its history, the suppression list, and the changes by hand.
"use strict";

const ANSWERS = {
  mail: { name: "may be mailed", sign: "✓", look: "good" }, wait: { name: "wait", sign: "↻", look: "soft" },
  "don't": { name: "don't mail", sign: "✕", look: "hard" }, "no address": { name: "no address", sign: "?", look: "open" },
};
const STATES = { suppressed: "Suppressed", paused: "Paused", review: "To be reviewed" };
/** How long what does not end by itself holds. */
const FOR_GOOD = "for good";

/** Shows `#/suppressions`, `#/address/…` or `#/search/…`. */
function showDatabase(view, rest) {
  const place = byId("view-database");
  place.replaceChildren(el("p", { class: "hint" }, "Asking the database…"));
  if (view === "address" && rest) showAddress(rest, place);
  else if (view === "search" && rest) showFound(rest, place);
  else showList(place);
}

function addressUrl(base, address) {
  return `${base}/${encodeURIComponent(address)}`;
}

function addressLink(address) {
  return el("a", { href: `#/address/${encodeURIComponent(address)}` }, el("bdi", {}, visible(address)));
}

async function showAddress(address, place) {
  const found = await attempt(() => askJson(addressUrl("/v1/history", address)));
  if (location.hash !== `#/address/${encodeURIComponent(address)}` && decode(location.hash.slice(10)) !== address) return;
  place.replaceChildren(...(found ? [addressView(address, found)] : []));
  if (!found) return;
  byId("address-title").focus({ preventScroll: true });
  announce(`${address}: ${ANSWERS[found.decision.answer]?.name || found.decision.answer}`);
}

function addressView(address, found) {
  const happened = [...found.history].reverse();
  return el("div", { class: "narrow" },
    el("section", { class: "panel", "aria-labelledby": "address-title" },
      el("h1", { id: "address-title", class: "address", tabindex: "-1" }, el("bdi", {}, visible(address))),
      decisionView(found.decision),
      found.decision.answer === "no address" ? null : changes(address, found.decision)),
    el("section", { class: "panel", "aria-labelledby": "history-title" },
      el("h2", { id: "history-title" }, "What happened"),
      happened.length
        ? el("ol", { class: "history" }, happened.map(happening))
        : el("p", { class: "hint" }, "Nothing is known of this address."),
      found.left_out ? el("p", { class: "hint" }, `${found.left_out.toLocaleString()} older ones are not shown.`) : null));
}

/** The addresses that have a text in them. */
async function showFound(text, place) {
  const found = await attempt(() => askJson(`/v1/addresses?${new URLSearchParams({ contains: text, limit: "100" })}`));
  place.replaceChildren(el("section", { class: "panel narrow", "aria-labelledby": "found-title" },
    el("h1", { id: "found-title", tabindex: "-1" }, "Addresses with “", el("bdi", {}, visible(text)), "” in them"),
    found && found.addresses.length
      ? el("table", { class: "list found", "aria-labelledby": "found-title" },
        el("thead", {}, el("tr", {}, ["Address", "State", "Reason", "Since"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, found.addresses.map(foundRow)))
      : found ? el("p", { class: "hint" }, "There is none. A whole address or domain can be looked up, too: kim@example.com, @example.com.") : null,
    found && found.more ? el("p", { class: "hint" }, "There are more: write more of it.") : null));
  byId("found-title").focus({ preventScroll: true });
  if (found) announce(`${found.addresses.length}${found.more ? " and more" : ""} found`);
}

function foundRow(one) {
  const cell = (label, ...content) => el("td", { "data-label": label }, content);
  return el("tr", {}, cell("Address", addressLink(one.address)), cell("State", STATES[one.status] || "May be mailed"),
    cell("Reason", one.reason ? visible(one.reason) : "—"), cell("Since", one.since ? moment(one.since, false) : "—"));
}

function answerSign(answer) {
  const shown = ANSWERS[answer] || ANSWERS["no address"];
  return el("span", { class: `answer look-${shown.look}` }, el("span", { "aria-hidden": "true" }, `${shown.sign} `), shown.name);
}

function decisionView(decision) {
  const said = decision.evidence || {};
  const rows = [
    ["Reason", decision.reason], ["Since", decision.since && moment(decision.since)],
    ["Until", decision.until ? moment(decision.until) : decision.answer === "don't" ? FOR_GOOD : null],
    ["Because of", decision.source], ["It said", said.diagnostic || said.problem], ["Domain", said.domain],
    ["Status", said.status], ["Refused by", said.remote_mta],
  ].filter(([, value]) => value);
  return [el("p", { class: "decision" }, answerSign(decision.answer), el("span", { class: "hint" },
    decision.status === "unknown" ? " never seen" : ` ${STATES[decision.status] || decision.status}`)),
  el("dl", { class: "sources" }, rows.map(([label, value]) =>
    [el("dt", {}, label), el("dd", {}, typeof value === "string" ? el("bdi", {}, visible(value)) : value)]))];
}

/** The buttons for a change: each asks once more before it does it. */
function changes(address, decision) {
  const held = ["suppressed", "paused", "review"].includes(decision.status);
  return el("div", { class: "changes" }, held
    ? asking("Lift it", "Mail this address again?", "Yes, lift it", () => change(address, { method: "DELETE" }, "Lifted"))
    : suppressForm(address));
}

function suppressForm(address) {
  const note = el("input", { type: "text", maxlength: "500", id: "suppress-note", placeholder: "why, for your colleagues" });
  return el("form", { class: "row", on: {
    submit: (event) => {
      event.preventDefault();
      change(address, put(note.value), "Suppressed");
    },
  } }, el("label", { class: "unseen", for: "suppress-note" }, "Note"), note,
  el("button", { type: "submit" }, "Suppress it"));
}

function put(note) {
  return { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ note }) };
}

/** A button that becomes a question with two answers; Escape takes it back. */
function asking(label, question, yes, work) {
  const place = el("div", { class: "row" });
  const ask = () => {
    const sure = el("button", { type: "button", class: "primary", on: { click: work } }, yes);
    place.replaceChildren(el("span", {}, question), sure, el("button", { type: "button", on: { click: calm } }, "No"));
    sure.focus();
  };
  const button = el("button", { type: "button", on: { click: ask } }, label);
  const calm = () => {
    place.replaceChildren(button);
    button.focus();
  };
  place.append(button);
  place.addEventListener("keydown", (event) => { if (event.key === "Escape") calm(); });
  return place;
}

async function change(address, how, done) {
  const answer = await attempt(() => askJson(addressUrl("/v1/suppressions", address), how));
  if (!answer) return;
  await showAddress(address, byId("view-database"));
  announce(`${done}: ${address}`);
}

function happening(one) {
  const notice = one.what === "notice";
  const detail = one.detail || {};
  // Nothing failed: what is no bounce and no delay has no reason that is not known.
  const reason = notice && one.reason === "undefined" && !["bounce", "delay"].includes(one.kind) ? null : one.reason;
  const facts = [notice ? detail.diagnostic : null, detail.note, detail.domain, detail.remote_mta ? `at ${detail.remote_mta}` : null];
  return el("li", { class: notice ? "notice" : "change" },
    el("p", {}, moment(one.at), " ",
      el("b", {}, notice ? visible(one.kind) : `→ ${visible(one.kind)}`),
      notice && one.type ? ` ${visible(one.type)}` : null, reason ? ` · ${visible(reason)}` : null,
      one.until ? [" until ", moment(one.until)] : null, one.source ? el("span", { class: "hint" }, ` ${visible(one.source)}`) : null),
    facts.filter(Boolean).map((fact) => el("p", { class: "said" }, el("bdi", {}, visible(fact)))));
}

/** The suppression list, a part at a time. */
async function showList(place) {
  const wanted = { state: "suppressed", domain: "" };
  const rows = el("tbody");
  const more = el("div", { class: "row" });
  const load = async (after) => {
    const query = new URLSearchParams({ state: wanted.state, limit: "50" });
    if (wanted.domain) query.set("domain", wanted.domain);
    if (after) query.set("after", after);
    const page = await attempt(() => askJson(`/v1/suppressions?${query}`));
    if (!page) return;
    if (!after) rows.replaceChildren();
    rows.append(...page.suppressions.map(listRow));
    if (!rows.hasChildNodes()) rows.append(el("tr", {}, el("td", { colspan: "5", class: "hint" }, "None.")));
    more.replaceChildren(...(page.next ? [el("button", { type: "button", on: { click: () => load(page.next) } }, "More")] : []));
    announce(`${rows.childElementCount} addresses`);
  };
  place.replaceChildren(el("div", { class: "panel" },
    el("h1", { id: "list-title", tabindex: "-1" }, "Addresses that are not mailed"),
    listFilter(wanted, load), addForm(load),
    el("table", { class: "list", "aria-labelledby": "list-title" },
      el("thead", {}, el("tr", {}, ["Address", "Reason", "Since", "Until", "What was said"].map((name) => el("th", { scope: "col" }, name)))),
      rows),
    more));
  byId("list-title").focus({ preventScroll: true });
  await load(null);
}

function listFilter(wanted, load) {
  const state = el("select", { id: "list-state" },
    Object.entries(STATES).map(([value, name]) => el("option", { value }, name)));
  const domain = el("input", { type: "text", id: "list-domain", maxlength: "253", placeholder: "all", autocomplete: "off" });
  const again = () => {
    wanted.state = state.value;
    wanted.domain = domain.value.trim().replace(/^@/, "");
    load(null);
  };
  state.addEventListener("change", again);
  return el("form", { class: "row filter", on: { submit: (event) => { event.preventDefault(); again(); } } },
    el("label", {}, "State ", state), el("label", {}, "Domain ", domain), el("button", { type: "submit" }, "Show"));
}

function addForm(load) {
  const address = el("input", { type: "text", inputmode: "email", id: "add-address", maxlength: "320", required: true,
    autocomplete: "off", placeholder: "kim@example.com or @example.com" });
  const note = el("input", { type: "text", id: "add-note", maxlength: "500" });
  const add = async (event) => {
    event.preventDefault();
    const answer = await attempt(() => askJson(addressUrl("/v1/suppressions", address.value.trim()), put(note.value)));
    if (!answer) return;
    address.value = note.value = "";
    await load(null);
    announce(`Suppressed: ${answer.decision.address}`);
  };
  return el("details", { class: "adding" }, el("summary", {}, "Add an address"),
    el("form", { class: "row filter", on: { submit: add } },
      el("label", {}, "Address ", address), el("label", {}, "Note ", note),
      el("button", { type: "submit", class: "primary" }, "Suppress it")));
}

function listRow(one) {
  const detail = one.detail || {};
  const said = one.note || detail.diagnostic || detail.status || "";
  const cell = (label, ...content) => el("td", { "data-label": label }, content);
  return el("tr", {}, cell("Address", addressLink(one.address)), cell("Reason", visible(one.reason)),
    cell("Since", one.since ? moment(one.since, false) : "—"), cell("Until", one.until ? moment(one.until, false) : FOR_GOOD),
    cell("What was said", said ? el("bdi", {}, visible(said)) : "—"));
}

/** What the database says of a recipient, below his evidence. */
async function decisionOn(address, place) {
  const decision = await askJson(addressUrl("/v1/check", address)).catch(() => null);
  place.replaceChildren(el("p", { class: "decision" }, el("b", {}, "In the database: "),
    decision ? answerSign(decision.answer) : null,
    decision && decision.reason ? ` ${visible(decision.reason)}` : null, " · ",
    el("a", { href: `#/address/${encodeURIComponent(address)}` }, "its history")));
}

/** The button that puts the message that is shown into the database. */
function taking(message) {
  const place = el("span", { class: "taking" });
  place.append(asking("Put it into the database", "Count it, and change whom we mail?", "Yes, take it", async () => {
    const answer = await attempt(() => askJson("/v1/ingest", {
      method: "POST", body: message, headers: { "Content-Type": "message/rfc822" },
    }));
    if (!answer) return;
    const many = (answer.changes || []).length;
    const told = answer.added ? `It is in the database. ${many} address${many === 1 ? "" : "es"} changed.` : "It was there already.";
    place.replaceChildren(el("b", {}, told));
    announce(told);
    for (const card of document.querySelectorAll(".record[open]")) {
      decisionOn(card.querySelector(".address").textContent, card.querySelector(".in-database"));
    }
  }));
  return place;
}

byId("lookup").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("lookup-address").value.trim();
  // A whole address or domain is looked up; a part of one is searched for.
  const view = /.@.|^@[^@]+\.[^@]+$/.test(text) ? "address" : "search";
  if (text) location.hash = `#/${view}/${encodeURIComponent(text)}`;
});

// A link cannot carry a key; the report is fetched with it and saved as the one file that it is.
byId("to-report").addEventListener("click", async (event) => {
  if (!sessionStorage.getItem(KEY)) return;
  event.preventDefault();
  const answer = await attempt(() => ask("/v1/report", { headers: { Accept: "text/html" } }));
  if (!answer) return;
  download(await answer.blob(), "dsnparse-report.html");
});
