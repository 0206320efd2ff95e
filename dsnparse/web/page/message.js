// The message with its evidence marked, and the way between a field and its source.
"use strict";

/** Which of the fields that cover a piece gives it its colour: the first of these. */
const FIELD_ORDER = ["reason", "status", "reply_code", "recipient", "original_recipient", "actual_recipient",
  "remote_mta", "action", "last_attempt_date", "will_retry_until", "final_log_id", "bounce_type", "diagnostic",
  "authenticity", "kind"];

const FIELD_NAMES = {
  recipient: "recipient", original_recipient: "address that was mailed", actual_recipient: "address behind it",
  status: "status code", reply_code: "reply code", diagnostic: "what the server said", reason: "reason",
  remote_mta: "refusing host", action: "what was done", last_attempt_date: "last attempt",
  will_retry_until: "tried until", final_log_id: "log id", bounce_type: "why it is not hard", kind: "kind of message",
  authenticity: "whether it is real",
};

/** The message as lines with marks. `pieces` of one mark are found by `piecesOf`. */
function messageView(marked) {
  const stops = new Set();
  const parts = marked.parts.map((part, index) => partView(part, index, marked.marks, stops));
  return el("div", { class: "message", id: "message", role: "region", tabindex: "0",
    "aria-label": "The message, with the evidence marked" }, parts);
}

function partView(part, index, marks, stops) {
  const name = part.part === "header" ? part.title : `${part.title}`;
  const where = [part.part === "header" ? null : `part ${part.part}`, part.type].filter(Boolean).join(" · ");
  return el("section", { class: "part", "aria-label": name },
    el("h3", {}, name, where ? el("span", { class: "where" }, visible(where)) : null),
    part.lines.length
      ? el("ol", { class: part.part === "header" || !part.type ? "lines fields" : "lines" },
        part.lines.map((line) => lineView(line, marks, stops)))
      : el("p", { class: "left-out" }, "Empty."));
}

function lineView(line, marks, stops) {
  if (!line.line) return el("li", { class: "left-out" }, line.pieces.map((piece) => pieceView(piece, marks, stops)));
  return el("li", { "data-line": line.line }, line.pieces.map((piece) => pieceView(piece, marks, stops)));
}

/** A piece of a line; where evidence covers it, a mark. One piece of each mark can be reached with Tab. */
function pieceView(piece, marks, stops) {
  if (!piece.marks.length) return document.createTextNode(piece.text);
  const numbers = [...piece.marks].sort((one, other) => rank(marks[one]) - rank(marks[other]));
  const names = [...new Set(numbers.map((number) => FIELD_NAMES[marks[number].field] || marks[number].field))];
  const first = numbers.find((number) => !stops.has(stopOf(marks[number], number)));
  if (first !== undefined) stops.add(stopOf(marks[first], first));
  return el("mark", {
    class: `of-${marks[numbers[0]].field}`, "data-marks": numbers.join(" "), title: names.join(", "),
    role: first !== undefined ? "button" : null, tabindex: first !== undefined ? "0" : null,
    "aria-label": first !== undefined ? `${piece.text}: ${names.join(", ")}` : null,
  }, piece.text);
}

/** Marks of the report that say the same thing are one stop; so is each field of a record. */
function stopOf(mark) {
  return `${mark.record} ${mark.field}`;
}

function rank(mark) {
  const at = FIELD_ORDER.indexOf(mark.field);
  return at < 0 ? FIELD_ORDER.length : at;
}

/** The verdict, and the message beside it, connected. `lookUp`: see `verdictView`. */
function sidesView(answer, lookUp) {
  const verdict = verdictView(answer, lookUp);
  const message = messageView(answer);
  connect(verdict, message);
  return el("div", { class: "sides" }, verdict, el("div", { class: "beside" },
    el("h2", { class: "unseen" }, "The message"),
    el("p", { class: "hint" }, "Point at a field to see where the message says so, and at a mark to see what it says."),
    message));
}

/** Connects the fields in `fields` (elements with data-marks) with the pieces in `message`, both ways. */
function connect(fields, message) {
  const pieces = new Map();
  for (const piece of message.querySelectorAll("mark")) {
    for (const number of piece.dataset.marks.split(" ")) {
      pieces.set(number, [...(pieces.get(number) || []), piece]);
    }
  }
  const owners = new Map();
  for (const field of fields.querySelectorAll("[data-marks]")) {
    for (const number of field.dataset.marks.split(" ")) owners.set(number, [...(owners.get(number) || []), field]);
  }
  const piecesOf = (field) => [...new Set(field.dataset.marks.split(" ").flatMap((one) => pieces.get(one) || []))];
  const fieldsOf = (piece) => [...new Set(piece.dataset.marks.split(" ").flatMap((one) => owners.get(one) || []))];
  watch(fields, "[data-marks]", {
    light: (field) => lightUp([field], piecesOf(field), field, message),
    follow: (field) => goTo(piecesOf(field)[0], field),
  });
  watch(message, "mark", {
    light: (piece) => lightUp(fieldsOf(piece).slice(0, 1), [piece, ...piecesOf(fieldsOf(piece)[0] || piece)], piece),
    follow: (piece) => goTo(fieldsOf(piece)[0], piece),
  });
}

/** Pointing at or focusing one lights it up; a click, a tap or Enter follows it to the other side. */
function watch(root, which, { light, follow }) {
  const found = (event) => (event.target instanceof Element ? event.target.closest(which) : null);
  for (const event of ["pointerover", "focusin"]) {
    root.addEventListener(event, (heard) => {
      if (heard.type === "pointerover" && heard.pointerType === "touch") return;
      const one = found(heard);
      if (one) light(one);
      else if (heard.type === "pointerover") lightUp([], []);
    });
  }
  root.addEventListener("pointerleave", () => lightUp([], []));
  root.addEventListener("click", (heard) => {
    const one = found(heard);
    if (one) { light(one); follow(one); }
  });
  root.addEventListener("keydown", (heard) => {
    const one = found(heard);
    if (one && one.tagName === "MARK" && (heard.key === "Enter" || heard.key === " ")) {
      heard.preventDefault();
      follow(one);
    }
  });
}

/** Lights up fields and pieces, and nothing else; brings the first piece into sight within the message. */
function lightUp(fields, pieces, from, message) {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  for (const one of [...fields, ...pieces]) one.classList.add("lit");
  if (message && pieces.length && isBeside(message)) {
    const box = message.getBoundingClientRect();
    const at = pieces[0].getBoundingClientRect();
    if (at.top < box.top + 40 || at.bottom > box.bottom - 20) {
      message.scrollTo({ top: message.scrollTop + at.top - box.top - box.height / 3, behavior: pace() });
    }
  }
}

/** Brings what decided into sight within the message, so that it begins with its evidence. */
function showEvidence() {
  const message = byId("message");
  const first = message.querySelector("mark.of-reason") || message.querySelector("mark");
  if (!first || !isBeside(message)) return;
  const box = message.getBoundingClientRect();
  const at = first.getBoundingClientRect();
  if (at.bottom > box.bottom - 20) message.scrollTop += at.top - box.top - box.height / 3;
}

/** Whether the message scrolls by itself, beside the fields. */
function isBeside(message) {
  return getComputedStyle(message).overflowY === "auto";
}

function pace() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

/** Goes to the other side of a field or mark; where that leaves this one behind, offers the way back. */
function goTo(target, from) {
  if (!target) return;
  const leaves = !isBeside(byId("message"));
  if (leaves) target.scrollIntoView({ block: "center", behavior: pace() });
  else if (target.tagName !== "MARK") target.scrollIntoView({ block: "nearest", behavior: pace() });
  focusOn(target);
  target.classList.add("lit");
  const back = byId("back");
  back.hidden = !leaves;
  back.textContent = from.tagName === "MARK" ? "↓ Back to the message" : "↑ Back to the field";
  back.onclick = () => {
    back.hidden = true;
    from.scrollIntoView({ block: "center", behavior: pace() });
    focusOn(from);
  };
}

function focusOn(place) {
  if (place.matches("[tabindex], button")) place.focus({ preventScroll: true });
}
