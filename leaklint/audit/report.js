"use strict";
// Everything that comes from source code is written with textContent: it is never read as markup.
const audit = JSON.parse(document.getElementById("data").textContent);
const FACETS = { severity: "Severity", resource: "Resource", code: "Rule", package: "Package", owner: "Owner" };
if (audit.entries.some((entry) => entry.observed)) FACETS.observed = "In tests";
const SEVERITIES = ["error", "warning", "info"];
const STEP = 100, BARS = 8;
const chosen = new Map();
let words = [], limit = STEP;

const $ = (id) => document.getElementById(id);

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") element.addEventListener("click", value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const haystack = audit.entries.map((entry) =>
  [entry.code, entry.name, entry.message, entry.file, entry.function, entry.resource, entry.owner].join("\n").toLowerCase());

function matching(except) {
  return audit.entries.filter((entry, number) =>
    [...chosen].every(([facet, value]) => facet === except || entry[facet] === value) &&
    words.every((word) => haystack[number].includes(word)));
}

function counts(entries, facet) {
  const found = new Map();
  for (const entry of entries) found.set(entry[facet], (found.get(entry[facet]) ?? 0) + 1);
  return [...found].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function choose(facet, value) {
  if (chosen.get(facet) === value) chosen.delete(facet);
  else chosen.set(facet, value);
  limit = STEP;
  render();
}

function tiles() {
  const found = new Map(counts(matching("severity"), "severity"));
  const made = SEVERITIES.map((severity) => make("button", {
    type: "button", class: `tile ${severity}`, "aria-pressed": String(chosen.get("severity") === severity),
    onclick: () => choose("severity", severity),
  }, make("b", {}, String(found.get(severity) ?? 0)), severity));
  $("tiles").replaceChildren(...made);
}

function charts() {
  const made = Object.entries(FACETS).filter(([facet]) => facet !== "severity").map(([facet, title]) => {
    const found = counts(matching(facet), facet);
    const most = Math.max(1, ...found.map(([, count]) => count));
    const bars = found.slice(0, BARS).map(([value, count]) => bar(facet, value, count, most));
    const rest = found.length > BARS ? [make("p", { class: "quiet" }, `and ${found.length - BARS} more`)] : [];
    return make("div", { class: "card" }, make("h2", {}, title), ...bars, ...rest);
  });
  $("charts").replaceChildren(...made);
}

function bar(facet, value, count, most) {
  const name = facet === "code" ? `${value} ${audit.entries.find((entry) => entry.code === value).name}` : value;
  return make("button", {
    type: "button", class: "bar", title: name, "aria-pressed": String(chosen.get(facet) === value),
    onclick: () => choose(facet, value),
  }, make("span", { class: "label" }, name),
  make("span", { class: "value" }, make("progress", { max: most, value: count, "aria-hidden": "true" }), String(count)));
}

function chips() {
  $("chosen").replaceChildren(...[...chosen].map(([facet, value]) => make("button", {
    type: "button", class: "chip", "aria-label": `Remove filter ${value}`, onclick: () => choose(facet, value),
  }, `${FACETS[facet]}: ${value} ✕`)));
  $("clear").hidden = chosen.size === 0 && words.length === 0;
}

function list() {
  const found = matching();
  const rank = (entry) => SEVERITIES.indexOf(entry.severity);
  found.sort((a, b) => rank(a) - rank(b));
  $("shown").textContent = `${found.length} of ${audit.entries.length}`;
  $("list").replaceChildren(...found.slice(0, limit).map(finding));
  $("more").hidden = found.length <= limit;
}

function finding(entry) {
  const place = `${entry.file}:${entry.row}` + (entry.function ? ` in ${entry.function}` : "") + ` · ${entry.resource} · ${entry.owner}` + (entry.observed ? ` · ${entry.observed} by tests` : "");
  const made = make("details", { class: "finding" }, make("summary", {},
    make("span", { class: `pill ${entry.severity}` }, entry.severity), make("span", { class: "code" }, entry.code),
    make("span", { class: "message" }, entry.message, make("span", { class: "where" }, place))));
  made.addEventListener("toggle", () => { if (made.open && made.children.length === 1) made.append(body(entry)); });
  return made;
}

function body(entry) {
  let here = 0;
  const tables = entry.frames.map((frame, number) => frameTable(entry, frame, number));
  const steps = entry.steps.map((step, number) => make("button", { type: "button", onclick: () => go(number) }, step.message));
  const back = make("button", { type: "button", onclick: () => go(here - 1) }, "← Back");
  const next = make("button", { type: "button", onclick: () => go(here + 1) }, "Next step →");
  const told = make("span", { class: "quiet", "aria-live": "polite" });
  const box = make("div", { class: "body" }, make("div", { class: "walk" }, back, next, told), ...tables,
    make("ol", { class: "steps" }, ...steps.map((button) => make("li", {}, button))), help(entry.code));

  function go(number) {
    here = Math.max(0, Math.min(number, entry.steps.length - 1));
    const step = entry.steps[here];
    const passed = new Set(entry.steps.slice(0, here).map((one) => `${one.frame}:${one.row}`));
    for (const row of box.querySelectorAll("tr[data-at]")) {
      row.classList.toggle("here", row.dataset.at === `${step.frame}:${step.row}`);
      row.classList.toggle("passed", passed.has(row.dataset.at));
    }
    steps.forEach((button, at) => at === here ? button.setAttribute("aria-current", "step") : button.removeAttribute("aria-current"));
    back.disabled = here === 0;
    next.disabled = here === entry.steps.length - 1;
    told.textContent = `Step ${here + 1} of ${entry.steps.length}: ${step.message}`;
  }

  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") go(here + 1);
    else if (event.key === "ArrowLeft") go(here - 1);
  });
  go(0);
  return box;
}

function frameTable(entry, frame, number) {
  const rows = frame.lines.map((line) => {
    const at = entry.steps.flatMap((step, position) => step.frame === number && step.row === line.row ? [position + 1] : []);
    return make("tr", { "data-at": `${number}:${line.row}`, class: line.gap ? "gap" : "" },
      make("td", { class: "number" }, at.join(",")), make("td", { class: "row" }, String(line.row)), make("td", {}, line.text));
  });
  return make("div", { class: "frame" }, make("div", { class: "file" }, frame.file), make("table", {}, make("tbody", {}, ...rows)));
}

function help(code) {
  const page = audit.pages[code];
  return page ? make("details", { class: "help" }, make("summary", {}, `About ${code}`), make("div", { class: "page" }, page)) : "";
}

function render() { tiles(); charts(); chips(); list(); }

$("search").addEventListener("input", (event) => {
  words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  limit = STEP;
  render();
});
$("clear").addEventListener("click", () => { chosen.clear(); words = []; $("search").value = ""; render(); });
$("more").addEventListener("click", () => { limit += STEP; list(); });
$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
$("counted").textContent = `${audit.entries.length} findings in ${audit.files} files.`;
render();
// A link such as report.html#3 opens the third finding of the list.
const target = document.querySelectorAll(".finding")[Number(location.hash.slice(1)) - 1];
if (target) target.open = true;
