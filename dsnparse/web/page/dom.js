// Elements, answers of the server, and words for the screen reader. What a message says becomes text nodes only.
"use strict";

/** An element: `tag`, attributes (null and false leave one out), and children (text, elements, nested lists). */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** The element with an id. */
function byId(id) {
  return document.getElementById(id);
}

/** A link to one of our own or a provider's pages; anything but http(s) and # becomes plain text. */
function link(url, text) {
  if (!/^(https:\/\/|\/|#)/.test(url)) return document.createTextNode(text);
  const away = url.startsWith("https:");
  return el("a", { href: url, rel: away ? "noopener noreferrer" : null, target: away ? "_blank" : null }, text);
}

/** Characters that hide, or turn the text around them, spelled out; what the server shows comes like this. */
function visible(text) {
  return String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (one) =>
    /[\t\n\r]/.test(one) ? " " : `<U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
}

/** A moment as people write it, in the reader's language and zone; text that is no date stays. */
function moment(value, withTime = true) {
  const date = new Date(value);
  if (Number.isNaN(date.getTime()) || !/^\d{4}-/.test(value)) return visible(value);
  const style = withTime ? { dateStyle: "medium", timeStyle: "short" } : { dateStyle: "medium" };
  const shown = new Intl.DateTimeFormat(undefined, style).format(date);
  return el("time", { datetime: value, title: value }, shown);
}

/** Tells the screen reader. */
function announce(sentence) {
  byId("status").textContent = sentence;
}

/** Shows what went wrong; null takes it away. */
function complain(sentence) {
  const place = byId("alert");
  place.textContent = sentence || "";
  place.hidden = !sentence;
}

const KEY = "dsnparse-key";

/** The server's answer to a request. Throws an Error with its sentence when it refuses. */
async function ask(path, options = {}) {
  const headers = { Accept: "application/json", ...(options.headers || {}) };
  const key = sessionStorage.getItem(KEY);
  if (key) headers.Authorization = `Bearer ${key}`;
  let answer;
  try {
    answer = await fetch(path, { ...options, headers, credentials: "same-origin", redirect: "error" });
  } catch {
    throw new Error("The server does not answer. Is dsnparse serve still running?");
  }
  if (answer.ok) return answer;
  if (answer.status === 401 || answer.status === 403) byId("key").hidden = false;
  throw new Error(await problem(answer));
}

/** The sentence of a problem (RFC 9457). */
async function problem(answer) {
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    return sessionStorage.getItem(KEY)
      ? "This server does not know that key: give another one above, then try again."
      : "This server wants a key: give it above, then try again.";
  }
  return visible(told.detail || told.title || `The server answered ${answer.status}.`);
}

async function askJson(path, options) {
  return (await ask(path, options)).json();
}

/** Runs what may fail; its sentence is shown. */
async function attempt(work) {
  complain(null);
  try {
    return await work();
  } catch (error) {
    complain(error.message);
    return null;
  }
}

/** Hands a Blob to the reader as a file. */
function download(blob, name) {
  const url = URL.createObjectURL(blob);
  el("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
