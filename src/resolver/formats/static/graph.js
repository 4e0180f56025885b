// The graph of packages: boxes and arrows on a canvas, what is near the selected one, and a map of it all.

const BOX = { height: 30, pad: 11, gap: 7, widest: 250 };
const FONT = '"Segoe UI", system-ui, sans-serif';
const MONO = 'ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace';

const measure = (() => {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map();
  return (text, font) => {
    const key = `${font}|${text}`;
    if (!known.has(key)) {
      context.font = font;
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
})();

function shortened(text, font, room) {
  if (measure(text, font) <= room) return text;
  let end = text.length;
  while (end > 1 && measure(`${text.slice(0, end)}…`, font) > room) end--;
  return `${text.slice(0, end)}…`;
}

class GraphView {
  constructor(model, svg, map, { select, announce, changed }) {
    this.model = model;
    this.svg = svg;
    this.map = map;
    this.select = select;
    this.announce = announce;
    this.changed = changed;
    this.canvas = new Canvas(svg, { below: 34 });
    this.canvas.onmove = () => this.frame();
    this.collapsed = new Set();
    this.focus = null; // {name, steps}
    this.simple = false;
    this.selected = null;
    this.boxes = new Map();
    this.arrows = [];
    this.edges = [];
    this.packages = [];
    svg.prepend(this.markers());
    svg.addEventListener("keydown", (event) => this.key(event));
    map.addEventListener("pointerdown", (event) => this.jump(event));
    map.addEventListener("pointermove", (event) => event.buttons && this.jump(event));
  }

  markers() {
    const marker = (name) =>
      h(
        "marker",
        { id: `arrow-${name}`, class: `arrow ${name}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse", markerUnits: "userSpaceOnUse" },
        h("path", { d: "M0 0.6L7.4 4L0 7.4Z" }),
      );
    return h("defs", {}, ["plain", "why", "needs"].map(marker));
  }

  shown() {
    if (this.focus) {
      return this.model.around(this.model.packages.get(this.focus.name), this.focus.steps);
    }
    return this.model.visible(this.collapsed);
  }

  // Draw what is to be seen; ``keep`` is a package that stays where it is on the screen.
  draw({ keep = null, fit = true } = {}) {
    const before = keep && this.laid?.places.get(keep);
    const point = before && { x: this.canvas.view.x + before.x * this.canvas.view.scale, y: this.canvas.view.y + before.y * this.canvas.view.scale };
    const packages = this.shown();
    const inside = new Set(packages);
    const all = packages.flatMap((each) =>
      this.focus || !this.collapsed.has(each.name) ? each.children.filter((edge) => inside.has(edge.child)) : [],
    );
    this.edges = this.simple ? this.model.essential(all) : all;
    this.hiddenEdges = all.length - this.edges.length;
    const links = this.edges.map((edge) => ({ from: edge.parent.name, to: edge.child.name, edge }));
    this.laid = layout(packages.map((each) => each.name), links, (name) => this.size(this.model.packages.get(name)));
    this.packages = packages;
    this.canvas.extent = this.laid;
    this.paint();
    if (point && this.laid.places.has(keep)) {
      const after = this.laid.places.get(keep);
      const { scale } = this.canvas.view;
      this.canvas.show({ x: point.x - after.x * scale, y: point.y - after.y * scale, scale });
    } else if (fit) {
      this.canvas.fit({ least: 0.5, readable: 0.75 });
    }
    this.drawMap();
    this.mark();
    this.changed();
  }

  size(each) {
    const more = each.children.length && !this.focus ? 20 : 0;
    const name = measure(each.name, `600 13px ${FONT}`);
    const version = measure(each.version, `12px ${MONO}`);
    const width = Math.min(BOX.widest, Math.ceil(name + version + 2 * BOX.pad + BOX.gap)) + more;
    return { width, height: BOX.height };
  }

  paint() {
    const arrows = h("g", { class: "arrows" });
    const boxes = h("g", { class: "boxes", role: "group", "aria-label": "Packages in the graph" });
    this.arrows = this.laid.courses
      .filter((course) => course.path)
      .map(({ link, back, path }) => {
        const made = h(
          "path",
          { class: `arrow-line${back ? " back" : ""}${link.edge.because.length ? " extra" : ""}`, d: path },
          h("title", {}, `${link.from} requires ${link.to}${link.edge.bound ? ` ${link.edge.bound}` : ""}`),
        );
        arrows.append(made);
        return { made, back, edge: link.edge };
      });
    this.boxes = new Map(this.packages.map((each) => [each.name, this.box(each)]));
    boxes.append(...[...this.boxes.values()]);
    this.canvas.scene.replaceChildren(arrows, boxes);
  }

  box(each) {
    const { x, y, width, height } = this.laid.places.get(each.name);
    const folded = !this.focus && this.collapsed.has(each.name);
    const more = each.children.length > 0 && !this.focus;
    const room = width - 2 * BOX.pad - BOX.gap - (more ? 20 : 0);
    const wanted = measure(each.name, `600 13px ${FONT}`);
    const version = shortened(each.version, `12px ${MONO}`, Math.max(room * 0.4, room - wanted) + 1);
    const name = shortened(each.name, `600 13px ${FONT}`, room - measure(version, `12px ${MONO}`) + 1);
    const left = x + BOX.pad;
    const made = h(
      "g",
      {
        class: `box${each.direct ? " direct" : ""}${folded ? " folded" : ""}`,
        role: "button",
        tabindex: -1,
        "data-name": each.name,
        "aria-label": this.spoken(each, folded),
        onclick: () => this.select(each.name),
        ondblclick: () => this.focusOn(each.name),
      },
      h("rect", { class: "frame", x, y: y - height / 2, width, height, rx: 7 }),
      each.direct && h("rect", { class: "stripe", x, y: y - height / 2 + 5, width: 3.5, height: height - 10, rx: 1.75 }),
      h("text", { class: "name", x: left, y: y + 4.5 }, name),
      " ", // between words for who hears them
      h("text", { class: "version", x: left + measure(name, `600 13px ${FONT}`) + BOX.gap, y: y + 4.5 }, version),
      h("title", {}, `${each.name} ${each.version}`),
    );
    if (more) {
      made.append(
        h(
          "g",
          {
            class: "fold",
            "aria-hidden": "true",
            onclick: (event) => {
              event.stopPropagation();
              this.toggle(each.name);
            },
          },
          h("circle", { cx: x + width - 15, cy: y, r: 8.5 }),
          h("path", { d: folded ? `M${x + width - 19} ${y}h8M${x + width - 15} ${y - 4}v8` : `M${x + width - 19} ${y}h8` }),
          h("title", {}, folded ? "Show what it requires" : "Hide what it requires"),
        ),
      );
    }
    return made;
  }

  spoken(each, folded) {
    const said = [`${each.name} ${each.version}`];
    if (each.direct) said.push("required directly");
    said.push(`requires ${each.children.length}`, `required by ${each.parents.length}`);
    if (folded) said.push("folded");
    return said.join(", ");
  }

  // Show which package is selected, what leads to it, and what it leads to.
  mark() {
    const chosen = this.selected && this.model.packages.get(this.selected);
    const why = chosen ? this.model.reach(chosen, true) : new Set();
    const needs = chosen ? this.model.reach(chosen) : new Set();
    this.svg.classList.toggle("choosing", Boolean(chosen));
    for (const each of this.packages) {
      const made = this.boxes.get(each.name);
      const here = each === chosen;
      made.classList.toggle("chosen", here);
      made.classList.toggle("why", !here && why.has(each));
      made.classList.toggle("needs", !here && needs.has(each) && !why.has(each));
      if (here) made.setAttribute("aria-current", "true");
      else made.removeAttribute("aria-current");
    }
    for (const { made, back, edge } of this.arrows) {
      const onWay = chosen && why.has(edge.child) && why.has(edge.parent) && edge.parent !== chosen;
      const below = chosen && !onWay && needs.has(edge.parent) && needs.has(edge.child);
      const kind = onWay ? "why" : below ? "needs" : "plain";
      made.classList.toggle("why", Boolean(onWay));
      made.classList.toggle("needs", Boolean(below));
      made.setAttribute(back ? "marker-start" : "marker-end", `url(#arrow-${kind})`);
      if (kind !== "plain") made.parentNode.append(made);
    }
    const stop = this.boxes.get(this.selected) ?? this.boxes.get(this.packages[0]?.name);
    for (const made of this.boxes.values()) made.setAttribute("tabindex", made === stop ? 0 : -1);
    for (const made of this.map.querySelectorAll("rect[data-name]")) {
      const name = made.getAttribute("data-name");
      made.classList.toggle("chosen", name === this.selected);
    }
  }

  choose(name, { reveal = true } = {}) {
    this.selected = name;
    if (name && !this.boxes.has(name)) {
      if (this.focus) this.focus = { ...this.focus, name };
      else this.unfold(name);
      this.draw();
    }
    this.mark();
    const place = name && this.laid.places.get(name);
    if (place && reveal) this.canvas.reveal({ x: place.x, y: place.y - place.height / 2, width: place.width, height: place.height });
  }

  // Open what hides a package.
  unfold(name) {
    for (const each of this.model.reach(this.model.packages.get(name), true)) {
      if (each.name !== name) this.collapsed.delete(each.name);
    }
  }

  toggle(name) {
    if (this.focus) return;
    const folding = !this.collapsed.has(name);
    const before = this.packages.length;
    if (folding) this.collapsed.add(name);
    else this.collapsed.delete(name);
    const held = document.activeElement?.getAttribute("data-name");
    this.draw({ keep: name });
    if (held) this.boxes.get(held)?.focus();
    const change = Math.abs(this.packages.length - before);
    this.announce(folding ? `${name} folded, ${plural(change, "package")} hidden` : `${name} unfolded, ${plural(change, "package")} more`);
  }

  foldAll(fold) {
    this.collapsed = new Set(fold ? this.model.names.filter((name) => this.model.packages.get(name).children.length) : []);
    this.draw();
    this.announce(`${plural(this.packages.length, "package")} shown`);
  }

  focusOn(name, steps = this.focus?.steps ?? 1) {
    this.focus = name ? { name, steps } : null;
    this.draw();
    if (name) this.announce(`${plural(this.packages.length, "package")} around ${name}`);
  }

  key(event) {
    const name = event.target.closest?.("[data-name]")?.getAttribute("data-name");
    const steps = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key] && event.shiftKey) {
      const [dx, dy] = steps[event.key];
      this.canvas.show({ ...this.canvas.view, x: this.canvas.view.x - dx, y: this.canvas.view.y - dy });
    } else if (steps[event.key] && name) {
      const to = this.neighbour(name, event.key);
      if (to) this.enter(to);
    } else if (event.key === "Enter" && name) {
      this.select(name);
      this.focusOn(name);
      this.boxes.get(name)?.focus();
    } else if (event.key === " " && name) {
      this.toggle(name);
    } else if (event.key === "+" || event.key === "=") this.canvas.zoom(1.25);
    else if (event.key === "-") this.canvas.zoom(0.8);
    else if (event.key === "0") this.canvas.fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  enter(name) {
    this.select(name);
    this.boxes.get(name)?.focus({ preventScroll: true });
  }

  // The package that an arrow key leads to: along an arrow to the nearest, or up and down in its layer.
  neighbour(name, key) {
    const here = this.laid.places.get(name);
    const places = [...this.laid.places.values()];
    if (key === "ArrowUp" || key === "ArrowDown") {
      const sign = key === "ArrowUp" ? -1 : 1;
      const column = places.filter((each) => each.layer === here.layer && sign * (each.y - here.y) > 0);
      column.sort((a, b) => sign * (a.y - b.y));
      return column[0]?.id;
    }
    const names = this.edges
      .filter((edge) => (key === "ArrowRight" ? edge.parent.name === name : edge.child.name === name))
      .map((edge) => (key === "ArrowRight" ? edge.child.name : edge.parent.name));
    const near = names.map((each) => this.laid.places.get(each)).filter((each) => each.id !== name);
    near.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y) || a.y - b.y);
    return near[0]?.id;
  }

  // -- the small map: where in the whole one is ---------------------------------------------------------------

  drawMap() {
    const { width, height } = this.laid;
    const [room, tall] = [190, 120];
    const scale = Math.min(room / Math.max(1, width), tall / Math.max(1, height));
    this.mapScale = scale;
    const shown = { width: Math.max(40, width * scale), height: Math.max(20, height * scale) };
    this.map.setAttribute("viewBox", `0 0 ${shown.width} ${shown.height}`);
    this.map.setAttribute("width", shown.width);
    this.map.setAttribute("height", shown.height);
    const marks = this.packages.map((each) => {
      const place = this.laid.places.get(each.name);
      return h("rect", {
        "data-name": each.name,
        class: each.direct ? "direct" : null,
        x: place.x * scale,
        y: (place.y - place.height / 2) * scale,
        width: Math.max(2, place.width * scale),
        height: Math.max(1.5, place.height * scale),
      });
    });
    this.mapFrame = h("rect", { class: "view" });
    this.map.replaceChildren(...marks, this.mapFrame);
    this.frame();
  }

  frame() {
    if (!this.mapFrame || !this.laid) return;
    const { width, height } = this.canvas.box;
    const { x, y, scale } = this.canvas.view;
    const clip = (from, length, end) => [Math.max(0, from), Math.max(0, Math.min(end, from + length) - Math.max(0, from))];
    const [left, wide] = clip(-x / scale, width / scale, this.laid.width);
    const [top, tall] = clip(-y / scale, height / scale, this.laid.height);
    const set = { x: left, y: top, width: wide, height: tall };
    for (const [name, value] of Object.entries(set)) this.mapFrame.setAttribute(name, value * this.mapScale);
    const whole = wide >= this.laid.width - 1 && tall >= this.laid.height - 1;
    this.map.parentNode.hidden = whole;
  }

  jump(event) {
    const { left, top } = this.map.getBoundingClientRect();
    this.canvas.centre((event.clientX - left) / this.mapScale, (event.clientY - top) / this.mapScale);
  }
}
