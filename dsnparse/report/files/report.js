// Sorts tables, and shows the messages behind a number. Text that came from mail is only ever set as text.
(function () {
  "use strict";

  const PAGE = 50;
  // Tables with fewer rows are seen at a glance.
  const FEWEST_FILTERED = 12;
  const LABELS = {
    receiver: "receiver", domain: "domain", type: "type", reason: "reason", address: "address", source: "message",
    code: "code", ip: "IP address", list: "List-Id", feedback: "Feedback-ID", campaign: "campaign", trust: "trust",
    host: "host", unknown: "reply", understood: "understood", status: "status", since: "from", until: "before",
    when: "time",
  };
  const DETAILS = ["domain", "type", "status", "code", "ip", "host", "list", "feedback", "campaign", "trust", "source"];

  const data = JSON.parse(document.getElementById("data").textContent);
  const called = new Map(Object.entries(data.names));
  const column = new Map(data.columns.map((name, number) => [name, number + 2]));
  const list = document.querySelector("#list tbody");
  const search = document.getElementById("search");
  let where = new URLSearchParams();
  let shown = [];
  let order = { by: "at", up: false };

  function value(row, name) {
    if (name === "at") return row[0];
    if (name === "address") return row[1];
    const text = data.texts[name][row[column.get(name)]];
    return name === "said" ? text.split("\u0001").join(row[1]) : text;
  }

  function name(receiver) {
    return called.get(receiver) || receiver;
  }

  function time(minutes) {
    return new Date(minutes * 60000).toISOString().slice(0, 16).replace("T", " ");
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  // What the fragment asks for, as a test of one row: cheap, since most compare two numbers.
  function tests() {
    const found = [];
    for (const [name, wanted] of where) {
      if (name === "since") found.push((row) => row[0] * 60000 >= Date.parse(wanted));
      else if (name === "until") found.push((row) => row[0] * 60000 < Date.parse(wanted));
      else if (name === "address") found.push((row) => row[1] === wanted);
      else if (name === "understood") found.push((row) => value(row, "unknown") !== "");
      else if (name === "type" && wanted === "failure") found.push((row) => value(row, "type") !== "complaint");
      else if (column.has(name)) {
        const number = data.texts[name].indexOf(wanted);
        found.push((row) => row[column.get(name)] === number);
      }
    }
    // Whatever is counted by is counted of failures, unless complaints are asked for.
    const names = [...where.keys()].filter((name) => !["n", "type", "address"].includes(name));
    if (names.length && where.get("type") !== "complaint" && where.get("reason") !== "complaint") {
      found.push((row) => value(row, "type") !== "complaint");
    }
    const word = search.value.trim().toLowerCase();
    if (word) {
      found.push((row) => row[1].toLowerCase().includes(word)
        || name(value(row, "receiver")).toLowerCase().includes(word)
        || ["said", "source", "receiver", "reason", "campaign", "list"]
          .some((name) => value(row, name).toLowerCase().includes(word)));
    }
    return found;
  }

  function find() {
    const all = tests();
    const rows = where.get("when") === "before" ? data.rows.slice(data.before) : data.rows.slice(0, data.before);
    const found = rows.filter((row) => all.every((test) => test(row)));
    const sign = order.up ? 1 : -1;
    found.sort((one, other) => {
      const a = value(one, order.by);
      const b = value(other, order.by);
      return a < b ? -sign : a > b ? sign : 0;
    });
    return found;
  }

  function fill(from) {
    for (const row of shown.slice(from, from + PAGE)) {
      const line = element("tr");
      const when = element("td", undefined, "when");
      const open = element("button", "▸", "open");
      open.type = "button";
      open.setAttribute("aria-expanded", "false");
      open.setAttribute("aria-label", "Details of " + value(row, "address"));
      when.append(open, time(row[0]));
      const address = element("td");
      address.append(element("bdi", value(row, "address")));
      const receiver = element("td");
      receiver.append(element("bdi", name(value(row, "receiver"))));
      const said = element("td", undefined, "said");
      said.append(element("bdi", value(row, "said")));
      line.append(when, address, receiver, element("td", value(row, "reason").replaceAll("_", " ")), said);
      line.addEventListener("click", (event) => {
        if (String(getSelection()) && event.target !== open) return;
        toggle(open, row, said);
      });
      list.append(line);
    }
    document.getElementById("more").hidden = from + PAGE >= shown.length;
  }

  function toggle(open, row, cell) {
    const old = cell.querySelector("dl");
    open.setAttribute("aria-expanded", String(!old));
    open.textContent = old ? "▸" : "▾";
    if (old) {
      old.remove();
      return;
    }
    const more = element("dl", undefined, "more");
    for (const name of DETAILS) {
      const text = value(row, name);
      if (!text) continue;
      const shownText = element("dd");
      shownText.append(element("bdi", text));
      more.append(element("dt", LABELS[name]), shownText);
    }
    cell.append(more);
  }

  function show() {
    shown = find();
    list.replaceChildren();
    fill(0);
    const filters = document.getElementById("filters");
    filters.replaceChildren();
    for (const [key, wanted] of where) {
      if (key === "n" || !LABELS[key]) continue;
      const chip = element("span", LABELS[key] + ": ", "chip");
      chip.append(element("bdi", key === "receiver" ? name(wanted) : wanted.replaceAll("_", " ")));
      const away = element("button", "×");
      away.type = "button";
      away.setAttribute("aria-label", "Without " + LABELS[key]);
      away.addEventListener("click", () => {
        const left = new URLSearchParams(where);
        left.delete(key);
        left.delete("n");
        location.hash = "records?" + left;
      });
      chip.append(away);
      filters.append(chip);
    }
    const expected = Number(where.get("n") || 0);
    let text = shown.length.toLocaleString("en") + (shown.length === 1 ? " message" : " messages");
    if (expected > shown.length && !search.value) {
      text += " of " + expected.toLocaleString("en") + "; "
        + (expected - shown.length).toLocaleString("en") + " are not in this file";
    }
    document.getElementById("status").textContent = text + ".";
    document.getElementById("clear").hidden = ![...where].length && !search.value;
  }

  function follow() {
    const [name, asked] = location.hash.slice(1).split(/\?(.*)/s);
    if (name !== "records") {
      const target = name && document.getElementById(name);
      if (target && target.tagName === "DETAILS") target.open = true;
      return;
    }
    where = new URLSearchParams(asked || "");
    search.value = "";
    show();
    const title = document.getElementById("records-title");
    title.scrollIntoView();
    title.focus({ preventScroll: true });
  }

  function sortable(head, act) {
    const button = element("button", head.textContent.trim());
    button.type = "button";
    const key = head.querySelector(".key");
    head.replaceChildren(...(key ? [key] : []), button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") === "descending";
      for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      act(up);
    });
  }

  function number(text) {
    const plain = text.replaceAll(",", "").replace("–", "").trim();
    return plain === "" ? -Infinity : parseFloat(plain);
  }

  function filterable(table) {
    const rows = [...table.tBodies[0].rows];
    const line = element("p", undefined, "filter");
    const label = element("label", "Filter ");
    const input = element("input");
    const said = element("span", "", "hint");
    input.type = "search";
    input.setAttribute("aria-label", "Filter: " + table.caption.textContent);
    said.setAttribute("role", "status");
    label.append(input);
    line.append(label, " ", said);
    table.closest(".scroll").before(line);
    input.addEventListener("input", () => {
      const word = input.value.trim().toLowerCase();
      for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(word);
      said.textContent = word ? rows.filter((row) => !row.hidden).length + " of " + rows.length : "";
    });
  }

  for (const table of document.querySelectorAll("table.sorted")) {
    const many = table.tBodies[0].rows.length;
    if (many >= FEWEST_FILTERED) filterable(table);
    if (many < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const isNumber = head.classList.contains("num");
      sortable(head, (up) => {
        const rows = [...table.tBodies[0].rows].map((row) => [row.cells[place].textContent.trim(), row]);
        rows.sort(([a], [b]) => (isNumber ? number(a) - number(b) : a.localeCompare(b)) * (up ? 1 : -1));
        table.tBodies[0].append(...rows.map(([, row]) => row));
      });
    });
  }
  for (const head of document.querySelectorAll("#list th")) {
    sortable(head, (up) => {
      order = { by: head.dataset.by, up: up };
      show();
    });
  }
  document.getElementById("more").addEventListener("click", () => fill(list.rows.length));
  document.getElementById("clear").addEventListener("click", () => {
    search.value = "";
    if (location.hash === "#records") show();
    else location.hash = "records";
  });
  search.addEventListener("input", show);
  window.addEventListener("hashchange", follow);
  document.getElementById("tools").hidden = false;
  show();
  follow();
})();
