"use strict";
// What all pages share. Text goes into the page by textContent alone.

const DATA = JSON.parse(document.getElementById("data").textContent);
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]/gu;

// Characters that can't be seen, or that turn what is seen around, spelt out.
function visible(text) {
  return String(text).replace(UNSEEN, c => "\\u" + c.codePointAt(0).toString(16).padStart(4, "0"));
}

function short(text, limit) {
  const seen = visible(text);
  return seen.length <= limit ? seen : `${seen.slice(0, limit - 1)}… (${seen.length} characters)`;
}

// An element: attributes by name, functions as listeners, strings as text.
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

function many(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function remembered(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch { /* Storage may be forbidden for files. */ }
  return null;
}

function themeSwitch() {
  const root = document.documentElement;
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const now = () => root.dataset.theme || (preferred.matches ? "dark" : "light");
  const button = h("button", { class: "quiet", id: "theme", type: "button" });
  const label = () => { button.textContent = now() === "dark" ? "Light" : "Dark"; button.setAttribute("aria-label", `Switch to ${button.textContent.toLowerCase()} colours`); };
  const kept = remembered("studio-conformance-theme");
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  button.addEventListener("click", () => {
    root.dataset.theme = now() === "dark" ? "light" : "dark";
    remembered("studio-conformance-theme", root.dataset.theme);
    label();
  });
  preferred.addEventListener("change", label);
  label();
  return button;
}

const toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
let toastEnds = 0;
function say(text) {
  toast.textContent = text;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => { toast.textContent = ""; }, 1800);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { readonly: true, class: "skip" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) { say("Copying is not allowed here: select the text"); return; }
  }
  say("Copied");
}

function command(text) {
  return h("div", { class: "command" },
    h("code", { class: "text", tabindex: "0" }, visible(text)),
    h("button", { class: "quiet copy", type: "button", click: () => copy(text) }, "Copy"));
}
