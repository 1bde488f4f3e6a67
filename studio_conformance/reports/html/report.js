// The report of one run.

const OUTCOMES = {
  e: { sign: "?", word: "not judged", of: "errored" },
  f: { sign: "✕", word: "error" },
  w: { sign: "!", word: "warning" },
  v: { sign: "~", word: "waived", of: "waived" },
  p: { sign: "✓", word: "passed", of: "passed" },
  a: { sign: "–", word: "not applicable", of: "not_applicable" },
  g: { sign: "∅", word: "not generable", of: "not_generable" },
  r: { sign: "…", word: "not reached", of: "not_reached" },
};
const COUNTED = "error warning".split(" ");
const WHY_NOT = {
  g: "No value of a declared type can be made, so the node was not run.",
  r: "Planned, but the time given (--studio-budget) was over, or the run was broken off or partial.",
  a: "The rule has nothing to say about this node.",
};
const CHUNK = 60;
// Rows of the matrix that come by themselves, when the browser has nothing else to do.
const UNASKED = 600;
const state = { pack: 0, text: "", show: "all" };
let view = null;

function words(letter, number) {
  const word = OUTCOMES[letter].word;
  return COUNTED.includes(word) ? many(number, word) : `${number.toLocaleString("en")} ${word}`;
}

// Nodes with one reason come as runs: first and last, first and last.
function expanded(runs) {
  const nodes = [];
  for (let i = 0; i < runs.length; i += 2) for (let node = runs[i]; node <= runs[i + 1]; node++) nodes.push(node);
  return nodes;
}
for (const pack of DATA.packs) for (const reason of pack.reasons) reason[3] = expanded(reason[3]);

// Columns and names are the same for all views of a pack: worked out once.
function prepare(pack) {
  const used = new Set();
  for (const node of pack.nodes) for (let i = 0; i < node[5].length; i++) if (node[5][i] !== ".") used.add(i);
  const families = new Map();
  [...used].sort((a, b) => a - b).forEach(i => {
    const family = DATA.checks[i][2];
    if (!families.has(family)) families.set(family, []);
    families.get(family).push(i);
  });
  const findings = new Map();
  pack.findings.forEach(f => { if (!findings.has(f.node)) findings.set(f.node, []); findings.get(f.node).push(f); });
  return { pack, families, findings, order: "efwv", reasons: null };
}

function nodeName(pack, place, limit = 120) {
  const name = pack.nodes[place][0];
  return name === null ? "(the pack)" : short(name, limit);
}

function tally(cells, checks) {
  const counts = {};
  for (const i of checks) if (cells[i] !== ".") counts[cells[i]] = (counts[cells[i]] || 0) + 1;
  return counts;
}

function stateOf(counts) {
  for (const letter of "efw") if (counts[letter]) return [letter, false];
  if (counts.v) return ["v", false];
  if (counts.p) return ["p", Boolean(counts.g || counts.r)];
  for (const letter of "gra") if (counts[letter]) return [letter, false];
  return ["none", false];
}

function told(counts) {
  return Object.keys(OUTCOMES).filter(l => counts[l]).map(l => words(l, counts[l])).join(", ") || "nothing planned";
}

// ---- the head ----

function tone() {
  const status = DATA.run.exit_status;
  if (status !== 0) return "bad";
  return DATA.packs.some(p => p.levels.warning) || !DATA.run.complete ? "warn" : "good";
}

const SAID = {
  clean: ["Clean", "Nothing was found that fails this run."],
  findings: ["Findings", "At least one finding fails this run."],
  "wrong usage": ["Wrong usage", "A pack, an option or a setting was wrong, so not everything was judged."],
  "nothing was tested": ["Nothing was tested", "A pack without a node, or a run without a check, proves nothing."],
  "the environment broke": ["The environment broke", "What could not be judged says nothing about the pack, neither good nor bad."],
  "the sandbox can't be enforced here": ["Not run", "The sandbox can't be enforced on that machine, so nothing of the pack was run."],
  "no certificate": ["No certificate", "Nothing was found that fails this run, but it does not get the certificate that was asked for."],
};

function hero() {
  const pack = DATA.packs[state.pack];
  const about = pack && pack.about;
  const [word, sentence] = SAID[DATA.run.verdict] || ["Broken off", "The run did not come to its end."];
  const marks = { bad: "✕", warn: "!", good: "✓" };
  const partial = DATA.run.complete ? "" : " Not everything that was planned was run.";
  const among = DATA.packs.length > 1 ? ` That is said of all ${many(DATA.packs.length, "pack")}; what follows is about one.` : "";
  const box = h("div", { class: "hero", id: "verdict" },
    h("p", { class: "eyebrow text" }, about ? `${short(about.name, 80)}${about.version ? " " + short(about.version, 40) : ""} · ${about.api_level}, ${about.mode}` : "no pack"),
    h("h1", {}, h("span", { class: `mark tone-${tone()}`, "aria-hidden": "true" }, marks[tone()] + " "), word),
    h("p", { class: "lead muted" }, `${sentence}${partial} Exit status ${DATA.run.exit_status}.${among}`));
  for (const refused of DATA.refused) box.append(h("p", { class: "text tone-bad" }, `Not judged: ${short(refused.message, 400)}`));
  if (!pack) return box;
  if (about.broken) box.append(h("p", { class: "text tone-bad" }, `The pack could not be inspected: ${short(about.broken.split("\n")[0], 400)}`));
  return h("div", {}, box, tiles(pack), bar(pack));
}

function tiles(pack) {
  const totals = pack.totals;
  const untested = (totals.not_generable || 0) + (totals.not_reached || 0);
  const tile = (number, label) => h("div", { class: number ? "tile" : "tile zero" }, h("b", {}, number.toLocaleString("en")), h("span", {}, label));
  const results = `of ${many(pack.results, "result")}`;
  return h("div", { class: "tiles" },
    tile(pack.fit, `of ${many(pack.counted, "node")} without an error`),
    tile(pack.levels.error || 0, pack.levels.error === 1 ? "error" : "errors"),
    tile(pack.levels.warning || 0, pack.levels.warning === 1 ? "warning" : "warnings"),
    tile(totals.errored || 0, "not judged"), tile(totals.waived || 0, "waived"),
    tile(untested, `${results} not tested`),
    tile(totals.passed || 0, `${results} passed`));
}

function bar(pack) {
  const t = pack.totals;
  const counts = { e: t.errored, f: pack.levels.error, w: pack.levels.warning, v: t.waived, p: t.passed, g: t.not_generable, r: t.not_reached, a: t.not_applicable };
  const shown = Object.entries(counts).filter(([, n]) => n);
  const stack = h("div", { class: "stack", "aria-hidden": "true" }, shown.map(([letter, n]) => {
    const part = h("i", { class: `c-${letter}` });
    part.style.flexGrow = n;
    return part;
  }));
  return h("div", {}, stack, h("div", { class: "legend" },
    h("span", {}, `${many(pack.results, "result")}:`), shown.map(([letter, n]) => h("span", {}, words(letter, n)))));
}

// ---- findings ----

function heading(id, text, note) {
  return h("div", { class: "head" }, h("h2", { id: `${id}-title` }, text), note ? h("span", { class: "muted" }, note) : null);
}

function matches(finding) {
  if (state.show !== "all" && !state.show.includes(finding.letter)) return false;
  return !state.text || haystack(finding).includes(state.text);
}

function haystack(finding) {
  if (finding.hay === undefined) {
    const check = DATA.checks[finding.check];
    finding.hay = [view.pack.nodes[finding.node][0], check[0], check[1], finding.message, finding.file, finding.input].join("\n").toLowerCase();
  }
  return finding.hay;
}

function findingItem(finding, pack) {
  const check = DATA.checks[finding.check];
  const inside = `in-${finding.id}-${Math.random().toString(36).slice(2, 8)}`;
  const place = finding.file ? `${short(finding.file, 90)}:${finding.line || 1}` : "";
  const button = h("button", { type: "button", "aria-expanded": "false", "aria-controls": inside },
    h("span", { class: `pill is-${finding.letter}` }, OUTCOMES[finding.letter].word),
    h("span", {},
      h("span", { class: "title" }, `${check[0]} ${check[1]} `),
      h("span", { class: "node text" }, `· ${nodeName(pack, finding.node)}${finding.input ? " · " + short(finding.input, 60) : ""}`),
      h("span", { class: "said text" }, short(finding.message || "", 400))),
    h("span", { class: "place text" }, place));
  const body = h("div", { class: "inside", id: inside, hidden: true });
  button.addEventListener("click", () => {
    if (!body.firstChild) body.append(...findingBody(finding, check));
    body.hidden = !body.hidden;
    button.setAttribute("aria-expanded", String(!body.hidden));
  });
  return h("div", { class: "finding", "data-id": finding.id }, button, body);
}

function findingBody(finding, check) {
  const rows = [];
  const add = (name, value) => { if (value) rows.push(h("dt", {}, name), h("dd", { class: "text" }, value)); };
  if ((finding.message || "").length > 400) add("What", visible(finding.message.slice(0, 8000)));
  add("Waived", finding.waiver && visible(finding.waiver));
  add("Why", visible(check[4]));
  add("Fix", visible(check[5]));
  if (finding.example) add("Input", inputs(finding.example));
  if (finding.replay) add("Replay", command(finding.replay));
  const page = check[7] ? h("a", { href: check[7], rel: "noreferrer" }, `About ${check[0]}`) : null;
  return [h("dl", { class: "facts" }, rows),
    finding.example && finding.example.snippet ? folded("Python to paste", finding.example.snippet, true) : null,
    finding.traceback ? folded("Stack", finding.traceback) : null, page].filter(Boolean);
}

function folded(title, text, copied) {
  return h("details", {}, h("summary", {}, title),
    copied ? h("button", { class: "quiet copy", type: "button", click: () => copy(text) }, "Copy") : null,
    h("pre", { class: "text", tabindex: "0" }, visible(text.slice(0, 100000))));
}

// A list that grows as it is read, so that its length costs nothing.
function growing(box, items, make, empty) {
  let shown = 0;
  const more = h("button", { type: "button", class: "more" });
  const grow = () => {
    const part = document.createDocumentFragment();
    for (const end = Math.min(items.length, shown + CHUNK); shown < end; shown++) part.append(make(items[shown]));
    more.before(part);
    more.hidden = shown >= items.length;
    more.textContent = `Show more (${(items.length - shown).toLocaleString("en")} left)`;
  };
  box.replaceChildren(more);
  more.addEventListener("click", grow);
  if (items.length) grow(); else more.replaceWith(empty);
}

// ---- inputs: drawn again from their recipes, the same numbers as in the run ----

const WORD = (1n << 64n) - 1n;
function word(seed, index) {
  let x = (BigInt.asUintN(64, BigInt(seed)) + BigInt(index + 1) * 0x9E3779B97F4A7C15n) & WORD;
  x = ((x ^ (x >> 30n)) * 0xBF58476D1CE4E5B9n) & WORD;
  x = ((x ^ (x >> 27n)) * 0x94D049BB133111EBn) & WORD;
  return x ^ (x >> 31n);
}
const FILLS = {
  uniform: (seed, i) => Number(word(seed, i) >> 40n) / 2 ** 24,
  normal: (seed, i) => { const w = word(seed, i); let sum = 0; for (let p = 0n; p < 4n; p++) sum += Number((w >> (16n * p)) & 0xFFFFn); return (sum / 65536 - 2) * 1.7320508075688772; },
  binary: (seed, i) => Number(word(seed, i) >> 63n),
  gradient: (seed, i, count) => i / Math.max(count - 1, 1),
  zeros: () => 0, ones: () => 1, constant: () => 0.5,
};

// How the axes of a recipe's shape are to be seen: height, width, channels, and the strides.
function axes(recipe) {
  const s = recipe.shape, n = s.length;
  if (n < 2) return null;
  if (n === 4 && recipe.make !== "LATENT") return { height: s[1], width: s[2], channels: s[3], row: s[2] * s[3], column: s[3], channel: 1 };
  const area = s[n - 1] * s[n - 2];
  return { height: s[n - 2], width: s[n - 1], channels: n >= 4 ? s[n - 3] : 1, row: s[n - 1], column: 1, channel: area };
}

function picture(recipe, fill, count) {
  const at = axes(recipe);
  if (!at || !at.height || !at.width || !at.channels) return null;
  const scale = Math.max(1, Math.ceil(Math.max(at.height, at.width) / 64));
  const high = Math.ceil(at.height / scale), wide = Math.ceil(at.width / scale);
  const canvas = h("canvas", { width: wide, height: high, role: "img", "aria-label": `first of ${recipe.shape[0]}: ${recipe.fill || "values"}` });
  const pixels = new ImageData(wide, high);
  const grey = at.channels < 3;
  const [low, span] = (recipe.fill || (recipe.make === "LATENT" ? "normal" : "")) === "normal" ? [-3, 6] : [0, 1];
  for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) for (let c = 0; c < 3; c++) {
    const i = y * scale * at.row + x * scale * at.column + (grey ? 0 : c) * at.channel;
    pixels.data[(y * wide + x) * 4 + c] = 255 * (fill(recipe.seed || 0, i, count) - low) / span;
    pixels.data[(y * wide + x) * 4 + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

function statistics(recipe, fill, count) {
  const step = Math.max(1, Math.ceil(count / 12000));
  let low = Infinity, high = -Infinity, sum = 0, seen = 0;
  for (let i = 0; i < count; i += step) { const v = fill(recipe.seed || 0, i, count); low = Math.min(low, v); high = Math.max(high, v); sum += v; seen++; }
  if (!seen) return "empty";
  const f = v => Number(v.toPrecision(4)).toString();
  return `min ${f(low)}, max ${f(high)}, mean ${f(sum / seen)}${step > 1 ? ` (of ${seen.toLocaleString("en")} elements)` : ""}`;
}

function isDrawn(recipe) {
  return recipe && typeof recipe === "object" && Array.isArray(recipe.shape) && recipe.shape.length <= 6 && recipe.shape.every(n => Number.isInteger(n) && n >= 0);
}

function inputs(example) {
  const boxes = [];
  for (const [name, recipe] of Object.entries((example.case && example.case.inputs) || {})) {
    if (boxes.length >= 24) break;
    boxes.push(isDrawn(recipe) ? drawn(name, recipe) : plain(name, recipe));
  }
  return h("div", {}, h("div", { class: "values" }, boxes),
    h("p", { class: "muted mono" }, short(example.text || "", 600)));
}

// Numbers that would not stay what they are stand in the data as text.
function written(value) {
  return (JSON.stringify(value) || "").replace(/\{"exact":"([-+.\w]+)"\}/g, "$1");
}

function plain(name, recipe) {
  const value = recipe && typeof recipe === "object" && "value" in recipe ? recipe.value : recipe;
  return h("div", { class: "value" }, h("div", {}, h("b", { class: "text" }, short(name, 60)), h("p", { class: "mono text" }, short(written(value), 200))));
}

function drawn(name, recipe) {
  const count = recipe.shape.reduce((a, b) => a * b, 1);
  const usual = recipe.make === "LATENT" ? "normal" : "uniform";
  const fill = Object.hasOwn(FILLS, recipe.fill || usual) ? FILLS[recipe.fill || usual] : null;
  const known = fill && Number.isSafeInteger(recipe.seed || 0) && count <= 2 ** 40;
  return h("div", { class: "value" }, known ? picture(recipe, fill, count) : null, h("div", {},
    h("b", { class: "text" }, short(name, 60)),
    h("p", { class: "muted" }, `${short(recipe.make || "tensor", 40)} ${recipe.shape.join(" × ")}, ${short(recipe.fill || usual, 20)}${recipe.seed ? `, seed ${written(recipe.seed)}` : ""}`),
    known ? h("p", { class: "muted" }, statistics(recipe, fill, count)) : null));
}

// ---- the matrix ----

function shownNodes() {
  const { pack } = view;
  const all = [...pack.nodes.keys()];
  return all.filter(place => {
    const cells = pack.nodes[place][5];
    if (state.show !== "all" && ![...state.show].some(letter => cells.includes(letter))) return false;
    if (!state.text) return true;
    const own = (view.findings.get(place) || []).some(f => haystack(f).includes(state.text));
    return own || [pack.nodes[place][0] || "(the pack)", pack.nodes[place][1], pack.nodes[place][2]].join("\n").toLowerCase().includes(state.text);
  });
}

function matrixRow(place) {
  const [name, display, file, line, unusual, cells] = view.pack.nodes[place];
  const second = [display && display !== name ? short(display, 80) : "", file ? `${short(file, 60)}:${line || 1}` : "", unusual].filter(Boolean).join(" · ");
  const row = h("tr", { "data-place": place }, h("th", { class: "name", scope: "row" },
    h("span", { class: "text", title: name === null ? null : short(name, 1000) }, nodeName(view.pack, place, 70)),
    second ? h("span", { class: "muted text" }, second) : null));
  for (const [family, checks] of view.families) row.append(h("td", {}, cell(place, family, tally(cells, checks))));
  return row;
}

function cell(place, family, counts) {
  const [letter, part] = stateOf(counts);
  if (letter === "none") return "";
  const number = counts[letter];
  const text = letter === "a" ? "–" : `${OUTCOMES[letter].sign} ${number}`;
  return h("button", { type: "button", class: `cell is-${letter}${part ? " part" : ""}`, tabindex: "-1", "data-family": family,
    "aria-expanded": "false", "aria-label": `${nodeName(view.pack, place, 60)}, ${family}: ${told(counts)}`, title: told(counts) }, text);
}

function reasonsOf(place) {
  if (!view.reasons) {
    view.reasons = new Map();
    for (const [check, letter, reason, nodes] of view.pack.reasons) for (const node of nodes) {
      if (!view.reasons.has(node)) view.reasons.set(node, new Map());
      view.reasons.get(node).set(check, reason);
    }
  }
  return view.reasons.get(place) || new Map();
}

function openCell(button) {
  const row = button.closest("tr"), next = row.nextElementSibling;
  const was = button.getAttribute("aria-expanded") === "true";
  if (next && next.classList.contains("detail")) next.remove();
  row.querySelectorAll(".cell").forEach(b => b.setAttribute("aria-expanded", "false"));
  if (was) return;
  button.setAttribute("aria-expanded", "true");
  row.after(h("tr", { class: "detail" }, h("td", { class: "open", colspan: view.families.size + 1 }, cellBody(Number(row.dataset.place), button.dataset.family))));
}

function cellBody(place, family) {
  const cells = view.pack.nodes[place][5], reasons = reasonsOf(place), checks = view.families.get(family);
  const found = (view.findings.get(place) || []).filter(f => DATA.checks[f.check][2] === family);
  const item = i => h("li", {}, h("span", { class: `sign is-${cells[i]}`, "aria-label": OUTCOMES[cells[i]].word }, OUTCOMES[cells[i]].sign),
    h("span", {}, h("b", {}, DATA.checks[i][0]), ` ${DATA.checks[i][1]}`, reasons.get(i) ? h("span", { class: "muted text" }, `: ${short(reasons.get(i), 300)}`) : null));
  return h("div", { class: "pad" },
    h("h3", { class: "text" }, `${nodeName(view.pack, place)} · ${family}: ${told(tally(cells, checks))}`),
    found.length ? h("div", {}, found.map(f => findingItem(f, view.pack))) : null,
    h("ul", { class: "list" }, checks.filter(i => cells[i] !== ".").map(item)));
}

// One cell takes part in tabbing; arrows lead to the others.
function steer(event, body) {
  const button = event.target.closest(".cell");
  if (!button) return;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  if (event.key === "Escape" && button.getAttribute("aria-expanded") === "true") openCell(button);
  if (!(event.key in steps)) return;
  event.preventDefault();
  const [down, right] = steps[event.key];
  const rows = [...body.querySelectorAll("tr[data-place]")];
  const at = [...button.closest("tr").children].indexOf(button.closest("td"));
  const row = rows[rows.indexOf(button.closest("tr")) + down];
  for (let i = at + right; row && row.children[i]; i += right || 99) {
    const target = row.children[i].querySelector(".cell");
    if (target) { focusCell(body, target); break; }
  }
}

function focusCell(body, target) {
  body.querySelectorAll('.cell[tabindex="0"]').forEach(c => { c.tabIndex = -1; });
  target.tabIndex = 0;
  target.focus();
}

function matrixTable() {
  const head = h("tr", {}, h("th", { scope: "col" }, "Node"), [...view.families].map(([family, checks]) =>
    h("th", { scope: "col", title: many(checks.length, "check") }, family)));
  const body = h("tbody", { id: "rows", click: e => { const b = e.target.closest(".cell"); if (b) { focusCell(body, b); openCell(b); } }, keydown: e => steer(e, body) });
  return h("table", { class: "matrix" }, h("thead", {}, head), body);
}

function fillMatrix() {
  const body = document.getElementById("rows"), box = document.getElementById("rows-more");
  const places = shownNodes();
  const turn = view.turn = (view.turn || 0) + 1;
  body.replaceChildren();
  let shown = 0;
  const grow = () => {
    const part = document.createDocumentFragment();
    for (const end = Math.min(places.length, shown + CHUNK); shown < end; shown++) part.append(matrixRow(places[shown]));
    body.append(part);
    box.hidden = shown >= places.length;
    box.textContent = `Show more (${(places.length - shown).toLocaleString("en")} nodes left)`;
    if (shown < Math.min(places.length, UNASKED)) requestIdleCallback(() => { if (view.turn === turn) grow(); });
  };
  box.onclick = grow;
  grow();
  const first = body.querySelector(".cell");
  if (first) first.tabIndex = 0;
  document.getElementById("rows-count").textContent = `${places.length.toLocaleString("en")} of ${many(view.pack.nodes.length, "row")}`;
}

function fillFindings() {
  const rank = letter => view.order.indexOf(letter);
  const items = view.pack.findings.filter(matches).sort((a, b) => rank(a.letter) - rank(b.letter) || a.check - b.check);
  const text = view.pack.findings.length ? "No finding matches." : "No finding. Every check that could be run has passed.";
  growing(document.getElementById("findings-list"), items, f => findingItem(f, view.pack), h("p", { class: "empty" }, text));
  document.getElementById("findings-count").textContent = `${items.length.toLocaleString("en")} of ${view.pack.findings.length.toLocaleString("en")}`;
}

function refresh() { fillFindings(); fillMatrix(); }

function toolbar() {
  const { totals, levels } = view.pack;
  const number = { f: levels.error, w: levels.warning, e: totals.errored, v: totals.waived, gr: (totals.not_generable || 0) + (totals.not_reached || 0) };
  const has = letters => number[letters] || 0;
  const choices = [["all", "All"], ["f", "Errors"], ["w", "Warnings"], ["e", "Not judged"], ["v", "Waived"], ["gr", "Not tested"]];
  const chips = h("div", { class: "chips", role: "group", "aria-label": "Show only" }, choices
    .filter(([letters]) => letters === "all" || has(letters))
    .map(([letters, label]) => h("button", { type: "button", class: "chip", "data-show": letters, "aria-pressed": String(state.show === letters),
      click: event => {
        state.show = letters;
        chips.querySelectorAll(".chip").forEach(c => c.setAttribute("aria-pressed", String(c === event.currentTarget)));
        refresh();
      } }, label, letters === "all" ? null : h("small", {}, has(letters).toLocaleString("en")))));
  let wait = 0;
  const search = h("input", { type: "search", id: "search", placeholder: "Search nodes, checks, files, messages  ( / )", "aria-label": "Search", value: state.text,
    input: () => { clearTimeout(wait); wait = setTimeout(() => { state.text = search.value.trim().toLowerCase(); refresh(); }, 60); } });
  return h("div", { class: "tools" }, search, chips);
}

// ---- what was not tested, the release, the rest ----

function coverage() {
  const box = h("section", { id: "coverage", "aria-labelledby": "coverage-title" }, heading("coverage", "What was not tested, and why"));
  const list = h("div", { class: "card" });
  for (const letter of "gra") {
    const rows = view.pack.reasons.filter(r => r[1] === letter).sort((a, b) => b[3].length - a[3].length);
    const number = rows.reduce((sum, r) => sum + r[3].length, 0);
    if (!number) continue;
    const body = h("div");
    const details = h("details", { class: "pad", "data-letter": letter }, h("summary", {}, words(letter, number)), h("p", { class: "muted" }, WHY_NOT[letter]), body);
    details.addEventListener("toggle", () => { if (details.open && !body.firstChild) body.append(reasonTable(letter, rows)); });
    list.append(details);
  }
  const lacking = view.pack.executions.filter(e => e.not_generable.length || e.reason || e.not_reached);
  if (lacking.length) {
    const details = h("details", { class: "pad" }, h("summary", {}, `${many(lacking.length, "node")} not run, or not on all inputs`), executionTable(lacking));
    list.append(details);
  }
  if (!list.firstChild) list.append(h("p", { class: "empty" }, "Everything planned was judged."));
  box.append(list);
  return box;
}

function reasonTable(letter, rows) {
  const names = nodes => h("span", { class: "text" }, nodes.slice(0, 12).map(n => nodeName(view.pack, n, 50)).join(", ") + (nodes.length > 12 ? ` and ${nodes.length - 12} more` : ""));
  const body = h("tbody", {}, rows.slice(0, 600).map(([check, , reason, nodes]) => h("tr", {},
    h("td", {}, `${DATA.checks[check][0]} ${DATA.checks[check][1]}`), h("td", { class: "text" }, short(reason, 300)), h("td", { class: "num" }, nodes.length), h("td", { class: "muted" }, names(nodes)))));
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Check", "Reason", "Nodes", "Which"].map(t => h("th", { scope: "col", class: t === "Nodes" ? "num" : null }, t)))), body));
}

function executionTable(rows) {
  const why = e => [e.not_generable.length ? `no value for ${e.not_generable.join(", ")}` : "", e.reason, e.not_reached ? `${e.not_reached} of ${e.planned} inputs not reached` : ""].filter(Boolean).join("; ");
  return h("div", { class: "scroll" }, h("table", {}, h("tbody", {}, rows.slice(0, 600).map(e => h("tr", {}, h("td", { class: "text" }, nodeName(view.pack, e.node, 60)), h("td", { class: "text" }, short(why(e), 400)))))));
}

const BUMPS = ["none", "patch", "minor", "major"];
function release() {
  const r = view.pack.release;
  if (!r) return null;
  const box = h("section", { id: "release", "aria-labelledby": "release-title" }, heading("release", "Changes since the last release"));
  if (r.outcome !== "compared" || !r.baseline) { box.append(h("div", { class: "card" }, h("p", { class: "empty" }, "No earlier release to compare with."))); return box; }
  const enough = BUMPS.indexOf(r.bump) >= BUMPS.indexOf(r.needed);
  const kinds = { major: "f", minor: "w", patch: "p", none: "a" };
  const rows = [...r.changes].sort((a, b) => BUMPS.indexOf(b.bump) - BUMPS.indexOf(a.bump)).slice(0, 1000).map(c => h("tr", {},
    h("td", {}, h("span", { class: `pill is-${kinds[c.bump] || "a"}` }, visible(c.bump))), h("td", {}, visible(c.code || c.kind || "")),
    h("td", { class: "text" }, short(c.node || "", 80)), h("td", { class: "text" }, short(c.what, 400)), h("td", { class: "muted mono text" }, c.file ? `${short(c.file, 80)}:${c.line || 1}` : "")));
  box.append(h("div", { class: "card" }, h("p", { class: "pad text" },
    `${short(r.baseline.name, 80)} ${short(r.baseline.version, 40)} → ${short(String(r.declared[1]), 40)}: a ${visible(r.bump)} bump, ${visible(r.needed)} needed. `,
    h("span", { class: `pill is-${enough ? "p" : "f"}` }, enough ? "enough" : "too small")),
    rows.length ? h("div", { class: "scroll" }, h("table", {}, h("tbody", {}, rows))) : null));
  return box;
}

function timings() {
  const rows = [...view.pack.executions].filter(e => e.seconds).sort((a, b) => b.seconds - a.seconds);
  if (!rows.length) return null;
  const most = rows[0].seconds;
  const meter = s => { const m = h("div", { class: "meter" }); m.style.width = `${100 * s / most}%`; return m; };
  const line = e => h("tr", {}, h("td", { class: "text" }, nodeName(view.pack, e.node, 60)), h("td", { class: "num" }, `${e.seconds.toFixed(2)} s`), h("td", { width: "36%" }, meter(e.seconds)),
    h("td", { class: "num muted" }, `slowest call ${e.slowest.toFixed(2)} s`), h("td", { class: "num muted" }, `${e.runs} calls, ${e.planned} inputs`));
  const total = rows.reduce((sum, e) => sum + e.seconds, 0);
  return h("section", { id: "timings", "aria-labelledby": "timings-title" }, heading("timings", "Timings", `nodes ran for ${total.toFixed(1)} s, the whole run took ${DATA.run.seconds.toFixed(1)} s${rows.length > 20 ? "; the 20 longest" : ""}`),
    h("div", { class: "card scroll" }, h("table", {}, h("tbody", {}, rows.slice(0, 20).map(line)))));
}

function pairs(object) {
  const rows = [];
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === undefined || value === "") continue;
    const text = typeof value === "object" ? (Array.isArray(value) ? value.join(" ") : Object.entries(value).map(([k, v]) => `${k} ${typeof v === "object" ? JSON.stringify(v) : v}`).join(", ")) : String(value);
    if (text) rows.push(h("dt", {}, visible(name.replaceAll("_", " "))), h("dd", { class: "text" }, short(text, 2000)));
  }
  return h("dl", { class: "grid2" }, rows);
}

function environment() {
  const about = view.pack.about;
  const sandbox = about.sandbox || {};
  const { line, ...parts } = sandbox;
  const box = h("div", { class: "card pad" }, pairs({
    pack: about.path, level: `${about.api_level} (${about.api_level_reason})`, mode: about.mode, "fails on": about.fail_on,
    settings: about.config_file, ...DATA.run.versions, worker: about.worker, confinement: about.confinement, sandbox: line === about.confinement ? null : line || parts,
    isolation: about.isolation && { kind: about.isolation.kind }, load: about.load, "budget (s)": about.budget, "random inputs": about.max_examples, fakes: about.fakes ? "yes" : "no",
    select: about.select, ignore: about.ignore, levels: about.levels, waivers: about.waivers || null, "known findings": about.known, command: DATA.run.argv, variables: DATA.run.environment, started: DATA.run.started, finished: DATA.run.finished,
  }));
  for (const death of view.pack.deaths) box.append(folded(`Worker died at ${short(death.request, 80)}: ${short(death.cause, 200)}`, death.stderr_tail || ""));
  if (view.pack.output) box.append(folded(`What the pack printed (${many(view.pack.output.bytes, "byte")})`, view.pack.output.tail));
  return h("section", { id: "environment", "aria-labelledby": "environment-title" }, heading("environment", "Environment"), box);
}

// ---- putting it together ----

function header(rest) {
  const nav = h("nav", { "aria-label": "Sections" }, rest.map(([id, text]) => h("a", { href: `#${id}` }, text)));
  const choice = DATA.packs.length > 1 ? h("select", { class: "quiet", "aria-label": "Pack", id: "pack", change: event => { state.pack = Number(event.target.value); state.show = "all"; draw(); document.getElementById("pack").focus(); } },
    DATA.packs.map((p, i) => h("option", { value: i, selected: i === state.pack }, short(p.about.pack, 50)))) : null;
  const name = DATA.packs.length === 1 ? short(DATA.packs[0].about.name, 40) : "Studio Conformance";
  document.getElementById("bar").replaceChildren(h("span", { class: "brand text" }, name), choice || "", nav, themeSwitch());
}

function draw() {
  const main = document.getElementById("main");
  if (!DATA.packs.length) { header([]); main.replaceChildren(hero(), toast); return; }
  view = prepare(DATA.packs[state.pack]);
  const findings = h("section", { id: "findings", "aria-labelledby": "findings-title" },
    h("div", { class: "head" }, h("h2", { id: "findings-title" }, "Findings"), h("span", { class: "muted", id: "findings-count", "aria-live": "polite" })), h("div", { class: "card", id: "findings-list" }));
  const matrix = h("section", { id: "matrix", "aria-labelledby": "matrix-title" },
    h("div", { class: "head" }, h("h2", { id: "matrix-title" }, "Nodes and families of checks"), h("span", { class: "muted", id: "rows-count" })),
    h("div", { class: "card" }, h("div", { class: "scroll" }, matrixTable()), h("button", { type: "button", class: "more", id: "rows-more" })),
    h("p", { class: "legend" }, Object.values(OUTCOMES).map(o => h("span", {}, `${o.sign} ${o.word}`)), h("span", {}, "striped: passed, but some checks were not tested")));
  const parts = [["findings", "Findings", findings], ["matrix", "Matrix", matrix], ["coverage", "Coverage", coverage()], ["release", "Release", release()], ["timings", "Timings", timings()], ["environment", "Environment", environment()]].filter(p => p[2]);
  header(parts);
  main.replaceChildren(hero(), toolbar(), ...parts.map(p => p[2]), h("footer", {}, `Made from the event log by studio-conformance ${visible(DATA.run.versions["studio-conformance"])}.`), toast);
  refresh();
}

document.addEventListener("keydown", event => {
  const search = document.getElementById("search");
  if (event.key === "/" && search && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); search.focus(); }
});
performance.mark("draw-begins");
draw();
performance.mark("draw-ends");
performance.measure("draw", "draw-begins", "draw-ends");
