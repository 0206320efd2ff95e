// The verdict on a message: its kind, each recipient with reason and remedy, and every field with its source.
"use strict";

const KINDS = {
  bounce: "Bounce", delay: "Delay", delivery: "Delivered", auto_reply: "Automatic answer", complaint: "Complaint",
  receipt: "Receipt", other: "Not a bounce",
};
const TYPES = {
  hard: { name: "hard", sign: "✕" }, soft: { name: "soft", sign: "↻" }, block: { name: "block", sign: "⊘" },
  undetermined: { name: "undetermined", sign: "?" },
};
const ADVICE = {
  suppress: "stop mailing it", retry: "keep it, mail it again later", fix_sender: "repair the sending side",
  review: "have a person look at it",
};
const COMPLAINED = "Whoever complains does not want this mail: suppress the address. Many complaints get a sender blocked.";
/** What a mail system did that is no failure. */
const SUCCEEDED = ["delivered", "relayed", "expanded"];
/** Recipients that are open at first; more are one line each. */
const OPEN_AT_FIRST = 2;

/** The whole answer of /v1/parse/marked as elements. `lookUp`: adds what the database says of an address. */
function verdictView(answer, lookUp) {
  const { report, marks, said } = answer;
  const records = report.records;
  return el("div", { class: "verdict" },
    headline(report, said, marks, answer.records_left_out),
    warnings(report),
    records.map((record, index) => recordView(record, index, answer, lookUp)),
    answer.records_left_out
      ? el("p", { class: "left-out" }, `${answer.records_left_out.toLocaleString()} more recipients are not shown here.`)
      : null,
    original(report.original));
}

function headline(report, said, marks, leftOut) {
  const about = marksOf(marks, null, "kind");
  const trust = report.authenticity;
  return el("header", { class: `headline kind-${report.kind}` },
    el("h1", { id: "verdict-title", tabindex: "-1" },
      el("span", { class: "kind" }, KINDS[report.kind] || report.kind), " ",
      sentence(report, said, leftOut)),
    facts([
      report.reporting_mta && ["written by ", el("b", {}, visible(report.reporting_mta))],
      report.format && ["format ", el("b", {}, visible(report.format))],
      report.feedback_type && ["type ", el("b", {}, visible(report.feedback_type))],
      report.disposition && el("b", {}, visible(report.disposition)),
      report.arrival_date && ["about a message of ", moment(report.arrival_date)]]),
    trust
      ? el("p", { class: `trust ${trust.verdict}` }, el("b", {}, `${trust.verdict}: `), visible(said.trust || ""))
      : null,
    why("Why this kind", about, marks),
    why("What speaks for it and against it",
      allOf(marks, null).filter((number) => marks[number].field === "authenticity"), marks));
}

function facts(all) {
  const known = all.filter(Boolean);
  return known.length ? el("p", { class: "facts" }, known.map((fact, at) => [at ? " · " : null, fact])) : null;
}

/** The headline's sentence: how many failed, or what else the message is. */
function sentence(report, said, leftOut) {
  const count = report.records.length + (leftOut || 0);
  const many = count === 1 ? "one recipient" : `${count.toLocaleString()} recipients`;
  const failed = report.records.filter((record) => record.action !== "delayed" && !SUCCEEDED.includes(record.action)).length;
  if (report.kind === "bounce" && failed < report.records.length) return `${failed} of ${many} failed.`;
  if (report.kind === "bounce") return count ? `${capital(many)} failed.` : said.kind;
  if (report.kind === "delay" && count) return `${capital(many)} still being tried.`;
  if (report.kind === "complaint" && count) return `${capital(many)} complained.`;
  if (report.kind === "delivery" && count) return `The message reached ${many}.`;
  return said.kind;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function warnings(report) {
  if (!report.warnings.length) return null;
  return el("ul", { class: "warnings", "aria-label": "Warnings" },
    report.warnings.map((warning) => el("li", {}, visible(warning.text || warning))));
}

/** One recipient. */
function recordView(record, index, { report, said, marks }, lookUp) {
  const count = report.records.length;
  const reason = said.reasons[record.reason] || { title: record.reason };
  const failed = !SUCCEEDED.includes(record.action) && report.kind !== "complaint" && report.kind !== "receipt";
  const type = TYPES[record.bounce_type];
  const place = el("div", { class: "in-database" });
  const card = el("details", { class: `record type-${record.bounce_type}`, open: count <= 3 || index < OPEN_AT_FIRST },
    el("summary", {},
      el("bdi", { class: "address" }, visible(record.recipient)),
      failed ? el("span", { class: "type" }, el("span", { "aria-hidden": "true" }, `${type.sign} `), type.name) : null,
      failed ? el("span", { class: "short" }, reason.title) : null),
    el("div", { class: "inside" },
      failed ? remedy(record, reason, said) : advice(record, said, el("p", {}, COMPLAINED)),
      el("dl", { class: "sources" }, sources(record, index, said, marks, failed)),
      why("All the evidence", allOf(marks, index), marks),
      place));
  if (lookUp) {
    const once = () => { if (card.open && !place.hasChildNodes()) lookUp(record.recipient, place); };
    card.addEventListener("toggle", once);
    if (card.open && index < OPEN_AT_FIRST) once();
  }
  return card;
}

/** What happened and what to do, in plain words. */
function remedy(record, reason, said) {
  const provider = record.provider ? said.providers[record.provider] : null;
  const helps = provider && record.bounce_type === "block" ? provider.links : [];
  return [
    el("p", { class: "happened" }, reason.happened || reason.title),
    advice(record, said, [
      el("p", {}, reason.fix || null),
      reason.mends ? el("p", { class: "mends" }, el("b", {}, "Mends itself? "), reason.mends) : null,
      reason.other ? el("p", { class: "mends" }, el("b", {}, "Another way: "), reason.other) : null,
      helps.length
        ? el("p", { class: "mends" }, el("b", {}, `${provider.title}: `),
          helps.map((one, at) => [at ? " · " : "", link(one.url, one.label)]),
          provider.read ? el("small", {}, ` (links ${provider.read})`) : null)
        : null])];
}

/** What to do, in a few words, and more about it. */
function advice(record, said, more) {
  if (record.advice === "none") return null;
  return el("div", { class: "todo" },
    el("h2", {}, el("span", {}, "What to do: "), ADVICE[record.advice] || capital(said.advice[record.advice] || "")),
    more);
}

/** The record's fields, each with a button that lights up its source. */
function sources(record, index, said, marks, failed) {
  const code = (value) => [el("b", {}, String(value)), meaning(said.codes[value], record)];
  const rows = [
    ["Reason", "reason", failed && [el("b", {}, record.reason),
      el("span", { class: "sure" }, ` ${Math.round(record.confidence * 100)}% sure`)]],
    ["Not hard", "bounce_type", notHard(marks, index)],
    ["Mailed as", "original_recipient", record.original_recipient],
    ["Sent on to", "actual_recipient", record.actual_recipient],
    ["Address", "recipient", record.recipient],
    ["Status", "status", record.status ? code(record.status) : null],
    ["Reply", "reply_code", record.reply_code ? code(record.reply_code) : null],
    ["It said", "diagnostic", record.diagnostic],
    ["Refused by", "remote_mta", record.remote_mta],
    ["Command", "smtp_command", record.smtp_command],
    ["Action", "action", record.action],
    ["Last tried", "last_attempt_date", record.last_attempt_date ? moment(record.last_attempt_date) : null],
    ["Tried until", "will_retry_until", record.will_retry_until ? moment(record.will_retry_until) : null],
    ["Log", "final_log_id", record.final_log_id],
    ["Provider", "provider", record.provider],
  ];
  return rows.filter(([, , value]) => value).map(
    ([label, field, value]) => source(label, value, marksOf(marks, index, field), field));
}

/** What a code means; "by itself" where it alone would give another reason. */
function meaning(code, record) {
  if (!code) return null;
  return code.reason === record.reason ? ` ${code.name}` : el("span", { class: "alone" }, ` by itself: ${code.name}`);
}

function source(label, value, numbers, field) {
  const content = typeof value === "string" ? el("bdi", {}, visible(value)) : value;
  const shown = numbers.length
    ? el("button", { type: "button", class: `source of-${field}`, "data-marks": numbers.join(" "),
      "data-field": field, title: "Show where the message says so" }, content)
    : el("span", { class: "derived" }, content);
  return [el("dt", {}, label), el("dd", {}, shown)];
}

function notHard(marks, index) {
  const found = marks.find((mark) => mark.record === index && mark.rule.startsWith("not-hard."));
  return found && found.meaning ? found.meaning.replace(/^not hard: /, "") : null;
}

/** Numbers of the marks of one field that stand in the message. */
function marksOf(marks, record, field) {
  return marks.flatMap((mark, number) =>
    mark.record === record && mark.field === field && mark.is_shown && !mark.rule.startsWith("outranked") ? [number] : []);
}

function allOf(marks, record) {
  return marks.flatMap((mark, number) => (mark.record === record ? [number] : []));
}

/** A list of evidence: the rule, what it means, what it looked at. */
function why(title, numbers, marks) {
  if (!numbers.length) return null;
  return el("details", { class: "why" }, el("summary", {}, title),
    el("ul", {}, numbers.map((number) => {
      const mark = marks[number];
      const text = el("bdi", {}, mark.text || "—");
      return el("li", {},
        el("span", { class: "rule" }, el("code", {}, mark.rule), ` ${FIELD_NAMES[mark.field] || mark.field}`),
        mark.meaning ? el("span", { class: "meaning" }, mark.meaning) : null,
        mark.is_shown
          ? el("button", { type: "button", class: `source of-${mark.field}`, "data-marks": number }, text)
          : el("span", { class: "derived" }, text));
    })));
}

/** What is known of the message that came back. */
function original(message) {
  const rows = [["Subject", message.subject], ["From", message.from], ["To", message.to],
    ["Date", message.date ? moment(message.date) : null], ["Message-ID", message.message_id],
    ["List-Id", message.list_id], ["Feedback-ID", message.feedback_id], ["Return-Path", message.return_path]]
    .filter(([, value]) => value);
  if (!rows.length) return null;
  return el("section", { class: "original", "aria-labelledby": "original-title" },
    el("h2", { id: "original-title" }, "The message that came back"),
    el("dl", { class: "sources" }, rows.map(([label, value]) => [
      el("dt", {}, label), el("dd", {}, typeof value === "string" ? el("bdi", {}, visible(value)) : value)])));
}
