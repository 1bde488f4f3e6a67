// Several runs: packs down, environments across.

function stateOf(cell) {
  if (cell.errored || [4, 11, 12].includes(cell.exit_status)) return ["e", "?"];
  if (cell.exit_status === 10) return ["f", "0"];
  if (cell.exit_status !== 0) return ["f", "✕"];
  return cell.warnings || !cell.complete ? ["w", "!"] : ["p", "✓"];
}

function summary(cell) {
  const parts = [cell.verdict, many(cell.errors, "error"), many(cell.warnings, "warning"), `${cell.not_tested} of ${many(cell.results, "result")} not tested`];
  if (cell.errored) parts.push(`${cell.errored} not judged`);
  if (!cell.complete) parts.push("partial run");
  return parts.join(", ");
}

function cellOf(cell, toggle) {
  if (!cell) return h("td", { class: "muted" }, "not run");
  const [letter, sign] = stateOf(cell);
  return h("td", {}, h("button", { type: "button", class: `cell is-${letter}`, title: summary(cell), "aria-label": `${cell.fit} of ${many(cell.nodes, "node")} fit; ${summary(cell)}`, click: toggle },
    `${sign} ${cell.fit}/${cell.nodes}`));
}

function details(row) {
  const lines = row.cells.map((cell, at) => cell && h("li", {}, h("span", { class: "text" }, h("b", {}, visible(DATA.headings[at])), `: ${summary(cell)}`)));
  const differs = row.differs.map(d => h("tr", {}, h("td", { class: "text" }, d.node === null ? "(the pack)" : short(d.node, 80)),
    d.fails.map(f => h("td", { class: "text" }, h("span", { class: "muted" }, `${visible(DATA.headings[f.column])}: `), f.codes === null ? "not judged" : f.codes.join(", ") || "fit"))));
  return h("div", { class: "pad" }, h("ul", { class: "list" }, lines.filter(Boolean)),
    h("h3", {}, differs.length ? `${many(differs.length, "node")} that fare differently` : "Every node fares the same everywhere."),
    differs.length ? h("table", {}, h("tbody", {}, differs)) : null);
}

function lineOf(row) {
  const line = h("tr", { "data-pack": row.pack }, h("th", { class: "name", scope: "row" }, h("span", { class: "text" }, short(row.pack, 80)),
    row.differs.length ? h("span", { class: "muted" }, `${many(row.differs.length, "node")} differ`) : null));
  const toggle = () => {
    const next = line.nextElementSibling;
    const open = next && next.classList.contains("detail");
    line.querySelectorAll(".cell").forEach(cell => cell.setAttribute("aria-expanded", String(!open)));
    if (open) next.remove();
    else line.after(h("tr", { class: "detail" }, h("td", { class: "open", colspan: DATA.columns.length + 1 }, details(row))));
  };
  line.append(...row.cells.map(cell => cellOf(cell, toggle)));
  return line;
}

function fill(body, text) {
  body.replaceChildren(...DATA.rows.filter(row => row.pack.toLowerCase().includes(text)).map(lineOf));
}

const body = h("tbody", { id: "rows" });
const search = h("input", { type: "search", id: "search", placeholder: "Search packs", "aria-label": "Search packs", input: () => fill(body, search.value.trim().toLowerCase()) });
document.getElementById("bar").replaceChildren(h("span", { class: "brand" }, "Studio Conformance"), h("nav"), themeSwitch());
document.getElementById("main").replaceChildren(
  h("div", { class: "hero" }, h("h1", {}, "Compatibility"), h("p", { class: "lead muted" },
    `${many(DATA.rows.length, "pack")} in ${many(DATA.columns.length, "environment")}. A cell tells how many nodes are without an error.`)),
  h("div", { class: "tools" }, search),
  h("section", {}, h("div", { class: "card scroll" }, h("table", { class: "matrix" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Pack"), DATA.headings.map((text, at) => h("th", { scope: "col", class: "text", title: visible(DATA.columns[at].log) }, visible(text))))), body)),
  h("p", { class: "legend" }, ["✓ clean", "! warnings, or a partial run", "✕ errors", "? could not be judged", "0 nothing tested"].map(t => h("span", {}, t)))), toast);
fill(body, "");
