// The page of a proof that there is no answer: its sentences, what would help, and the proof itself to unfold.

function showConflict(data) {
  byId("sentences").append(...sentences(data.explanation));
  fill("fixes", data.fixes.map(fix));
  fill("hints", data.hints.map((text) => h("li", {}, marked(text))));
  const proof = data.derivation ? new Proof(data.derivation) : null;
  byId("proof-part").hidden = !proof;
  byId("search-part").hidden = !proof;
  if (proof) proof.show(byId("proof"), byId("search"));
  const drawing = data.derivation ? conflictGraph(data.derivation) : null;
  byId("drawing-part").hidden = !drawing;
  if (drawing) drawConflict(drawing, byId("conflict-drawing"));
}

function fill(id, items) {
  byId(id).append(...items);
  byId(`${id}-part`).hidden = !items.length;
}

// Text with `quoted` parts as code.
function marked(text) {
  return text.split("`").map((part, at) => (at % 2 ? h("code", {}, part) : part));
}

// Sentences, each a paragraph; where they are numbered, "(1)" leads to the first.
function sentences(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  const numbers = new Set(lines.map((line) => /^(\d+)\. /.exec(line)?.[1]).filter(Boolean));
  return lines.map((line, at) => {
    const [, number, rest] = /^(?:(\d+)\. )?(.*)$/.exec(line);
    const parts = rest.split(/(\(\d+\))/).map((part) => {
      const to = /^\((\d+)\)$/.exec(part)?.[1];
      return to && numbers.has(to) ? h("a", { href: `#sentence-${to}` }, part) : marked(part);
    });
    const last = at > 0 && at === lines.length - 1;
    return h(
      "li",
      { id: number ? `sentence-${number}` : null, class: last ? "last" : null, tabindex: number ? -1 : null },
      number ? h("span", { class: "number", "aria-hidden": "true" }, number) : null,
      h("p", {}, parts),
    );
  });
}

function fix(each) {
  const lines = [
    ["Requirements after it", each.requirements],
    ["Constraints after it", each.constraints],
    ["Overrides after it", each.overrides],
  ].filter(([, texts]) => texts?.length);
  const options = each.options.length
    ? h("p", { class: "command" }, h("span", { class: "quiet" }, "add"), h("code", {}, each.options.join(" ")), copyButton(each.options.join(" "), "Copy the options"))
    : null;
  const blocks = lines.map(([title, texts]) =>
    h("details", {}, h("summary", {}, title), h("div", { class: "lines" }, h("pre", {}, texts.join("\n")), copyButton(texts.join("\n"), `Copy: ${title}`))),
  );
  return h("li", {}, h("p", { class: "change" }, marked(each.change)), h("p", { class: "quiet" }, "tried out: there is an answer then"), options, blocks);
}

// -- the proof --------------------------------------------------------------------------------------------------

const CAUSES = {
  given: "you require it",
  depends: "dependency",
  rejected: "cannot be used",
  same: "extra of its package",
  found: "known",
};

class Proof {
  constructor(derivation) {
    this.root = derivation;
    this.aside = derivation.lines ?? [];
    this.items = [];
    this.byId = new Map();
  }

  show(place, search) {
    place.append(this.step(this.root, 0), ...this.aside.map((each) => this.step(each, 0)));
    this.items.forEach((item, at) => item.summary.setAttribute("data-step", at));
    byId("open-all").addEventListener("click", () => this.openAll(true));
    byId("close-all").addEventListener("click", () => this.openAll(false));
    search.addEventListener("input", () => this.find(search.value));
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.found[0]?.summary.focus();
    });
    place.addEventListener("keydown", (event) => this.key(event));
    this.found = [];
  }

  step(node, depth, parent = null) {
    const leaf = !node.left;
    const label = h("span", { class: "step-text" }, marked(node.text));
    const badge = node.cause ? h("span", { class: `badge ${node.cause}` }, CAUSES[node.cause] ?? node.cause) : null;
    const number = node.id ? h("span", { class: "badge id" }, `(${node.id})`) : null;
    if (node.ref) {
      const to = h("a", { class: "step-ref", href: `#step-${node.ref}`, onclick: (event) => this.jump(event, node.ref) }, label, h("span", { class: "badge id" }, `see (${node.ref})`));
      const made = h("div", { class: "leaf" }, to);
      this.items.push({ made, summary: to, text: node.text.toLowerCase(), parent });
      return made;
    }
    const summary = h("summary", { id: node.id ? `step-${node.id}` : null }, label, badge, number);
    const made = h("details", { class: leaf ? "fact" : "conclusion", open: depth < 2 && !leaf }, summary);
    const item = { made, summary, text: node.text.toLowerCase(), parent };
    this.items.push(item);
    if (node.id) this.byId.set(node.id, item);
    if (leaf) made.addEventListener("toggle", () => made.append(h("div", { class: "facts-of" }, this.facts(node))), { once: true });
    else made.append(h("div", { class: "premises" }, this.step(node.left, depth + 1, item), this.step(node.right, depth + 1, item)));
    return made;
  }

  facts(node) {
    const rows = node.terms.map((term) =>
      h("tr", {}, h("td", {}, term.package), h("td", {}, h("code", {}, term.range)), h("td", {}, plural(term.candidates, "candidate")), h("td", {}, term.negated ? "not selected" : "selected")),
    );
    const requirements = (node.requirements ?? []).map((each) => h("li", {}, h("code", {}, each.requirement), each.origin ? h("span", { class: "origin" }, ` ${each.origin}`) : null));
    const reasons = (node.reasons ?? []).map((each) => h("li", {}, h("code", {}, each.range), ` ${each.reason.replaceAll("-", " ")}`, each.detail ? `: ${each.detail}` : "", `, ${plural(each.candidates, "candidate")}`));
    return [
      requirements.length > 0 && h("ul", { class: "plain" }, requirements),
      reasons.length > 0 && h("ul", { class: "plain" }, reasons),
      h("table", {}, h("caption", {}, "One of these holds"), h("tbody", {}, rows)),
    ];
  }

  reveal(item) {
    for (let each = item.parent; each; each = each.parent) each.made.open = true;
  }

  jump(event, id) {
    const item = this.byId.get(id);
    if (!item) return;
    event.preventDefault();
    this.reveal(item);
    item.made.open = true;
    item.summary.focus();
    item.summary.scrollIntoView({ block: "center" });
  }

  openAll(open) {
    for (const { made } of this.items) if (made.tagName === "DETAILS" && made.classList.contains("conclusion")) made.open = open;
  }

  find(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.found = words.length ? this.items.filter((item) => words.every((word) => item.text.includes(word))) : [];
    const found = new Set(this.found);
    for (const item of this.items) item.summary.classList.toggle("hit", found.has(item));
    this.found.forEach((item) => this.reveal(item));
    byId("count").textContent = words.length ? `${plural(this.found.length, "step")} found` : "";
  }

  // Up and down go from step to step that can be seen; left and right fold and unfold.
  key(event) {
    const summary = event.target.closest("summary, .step-ref");
    if (!summary || event.ctrlKey || event.metaKey || event.altKey) return;
    const seen = this.items.filter((item) => item.summary.checkVisibility());
    const at = seen.findIndex((item) => item.summary === summary);
    const here = seen[at];
    if (event.key === "ArrowDown") seen[at + 1]?.summary.focus();
    else if (event.key === "ArrowUp") seen[at - 1]?.summary.focus();
    else if (event.key === "ArrowRight") here.made.open = true;
    else if (event.key === "ArrowLeft") {
      if (here.made.open) here.made.open = false;
      else here.parent?.summary.focus();
    } else return;
    event.preventDefault();
  }
}

// -- the facts as a graph: who requires what, and what cannot be used --------------------------------------------

function conflictGraph(derivation) {
  const boxes = new Map();
  const arrows = new Map();
  const box = (id, name, detail, kind) => {
    if (!boxes.has(id)) boxes.set(id, { id, name, detail, kind });
    return id;
  };
  const seen = new Set();
  const visit = (node) => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.left) {
      visit(node.left);
      visit(node.right);
      return;
    }
    const [parents, children] = [node.terms.filter((term) => term.negated), node.terms.filter((term) => !term.negated)];
    const wanted = (node.requirements ?? []).map((each) => each.requirement.split(";")[0].trim());
    if (node.cause === "given") {
      const origin = node.requirements?.[0]?.origin ?? "you";
      for (const child of children) arrow(box("", "your requirements", "", "you"), box(child.package, child.package, "", "package"), wanted, origin);
    } else if (node.cause === "depends") {
      for (const parent of parents) {
        for (const child of children) {
          arrow(box(parent.package, parent.package, "", "package"), box(child.package, child.package, "", "package"), wanted, parent.range);
        }
      }
    } else if (node.cause === "rejected") {
      for (const parent of parents) {
        const id = box(parent.package, parent.package, "", "package");
        boxes.get(id).rejected = true;
      }
    }
  };
  const arrow = (from, to, wanted, range) => {
    const key = `${from}\n${to}`;
    const made = arrows.get(key) ?? { from, to, wanted: new Set(), range };
    wanted.forEach((text) => made.wanted.add(text));
    arrows.set(key, made);
  };
  [derivation, ...(derivation.lines ?? [])].forEach(visit);
  if (!arrows.size || boxes.size > 80) return null;
  const targets = new Map();
  for (const { from, to } of arrows.values()) if (from !== to) targets.set(to, (targets.get(to) ?? 0) + 1);
  for (const [to, count] of targets) if (count > 1) boxes.get(to).contested = true;
  return { boxes, arrows: [...arrows.values()].filter(({ from, to }) => from !== to) };
}

function drawConflict({ boxes, arrows }, svg) {
  const canvas = new Canvas(svg, { least: 0.2 });
  const font = `600 13px ${FONT}`;
  const ids = [...boxes.keys()];
  const said = (arrow) => shortened(bare(arrow), `12px ${MONO}`, 230);
  const laid = layout(ids, arrows, (id) => ({ width: Math.ceil(measure(boxes.get(id).name, font)) + 2 * BOX.pad, height: 34 }), 190);
  const lines = h("g", { class: "arrows" });
  const labels = h("g", { class: "labels" });
  const taken = ids.map((id) => laid.places.get(id)).map(({ x, y, width, height }) => ({ x: x + width / 2, y, width, height }));
  for (const { link: arrow, back, path } of laid.courses) {
    const line = h("path", { class: `arrow-line why${back ? " back" : ""}`, d: path, [back ? "marker-start" : "marker-end"]: "url(#arrow-why)" }, h("title", {}, [...arrow.wanted].join(" or ")));
    lines.append(line);
    const text = said(arrow);
    if (!text) continue;
    svg.append(line);
    const width = measure(text, `12px ${MONO}`) + 12;
    const middle = freePlace(line, width, taken);
    lines.append(line);
    if (!middle) continue; // its arrow has a title all the same
    labels.append(
      h("rect", { x: middle.x - width / 2, y: middle.y - 10, width, height: 20, rx: 5 }),
      h("text", { x: middle.x, y: middle.y + 4, "text-anchor": "middle" }, text),
      h("title", {}, [...arrow.wanted].join(" or ")),
    );
  }
  const drawn = ids.map((id) => {
    const { x, y, width, height } = laid.places.get(id);
    const { name, kind, contested, rejected } = boxes.get(id);
    return h(
      "g",
      { class: `box ${kind}${contested ? " contested" : ""}${rejected ? " rejected" : ""}` },
      h("rect", { class: "frame", x, y: y - height / 2, width, height, rx: 8 }),
      h("text", { class: "name", x: x + width / 2, y: y + 4.5, "text-anchor": "middle" }, name),
    );
  });
  svg.prepend(
    h("defs", {}, h("marker", { id: "arrow-why", class: "arrow why", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" }, h("path", { d: "M0 0.6L7.4 4L0 7.4Z" }))),
  );
  canvas.scene.append(lines, labels, h("g", { class: "boxes" }, drawn));
  canvas.extent = laid;
  svg.style.height = `${Math.min(460, Math.max(180, laid.height + 70))}px`;
  canvas.fit({ least: 0.7, readable: 0.8 });
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    if (steps[event.key]) canvas.show({ ...canvas.view, x: canvas.view.x + steps[event.key][0], y: canvas.view.y + steps[event.key][1] });
    else if (event.key === "+" || event.key === "=") canvas.zoom(1.25);
    else if (event.key === "-") canvas.zoom(0.8);
    else if (event.key === "0") canvas.fit();
    else return;
    event.preventDefault();
  });
}

// A point on a line where a label covers nothing else; as near to the middle as can be.
function freePlace(line, width, taken) {
  const length = line.getTotalLength();
  for (const share of [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8]) {
    const { x, y } = line.getPointAtLength(length * share);
    const covers = (each) => Math.abs(each.x - x) < (each.width + width) / 2 + 2 && Math.abs(each.y - y) < (each.height + 20) / 2 + 1;
    if (taken.some(covers)) continue;
    taken.push({ x, y, width, height: 20 });
    return { x, y };
  }
  return null;
}

// What an arrow says: the bounds of its requirements, without the name that stands at its end.
function bare({ wanted, to }) {
  const name = to.replace(/\[.*$/, "");
  const pattern = new RegExp(`^${name.replaceAll("-", "[-_.]+")}`, "i");
  const bounds = [...wanted].map((text) => text.replace(pattern, "").replace(/[()]/g, "").trim()).filter(Boolean);
  const few = bounds.slice(0, 2).join(" or ");
  return bounds.length > 2 ? `${few} or …` : few;
}
