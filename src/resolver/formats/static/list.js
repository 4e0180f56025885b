// The list of packages, with its search.

class PackageList {
  constructor(model, list, search, { select }) {
    this.model = model;
    this.list = list;
    this.search = search;
    this.select = select;
    this.direct = false;
    this.selected = null;
    this.rows = new Map();
    for (const each of [...model.packages.values()]) {
      const row = h(
        "li",
        { role: "option", id: `row-${each.name}`, "data-name": each.name, "aria-selected": "false", tabindex: -1, onclick: () => this.select(each.name) },
        h("span", { class: "dot", "aria-hidden": "true" }),
        h("span", { class: "row-name" }, each.name),
        h("span", { class: "row-version" }, each.version),
        each.direct && h("span", { class: "visually-hidden" }, ", required directly"),
      );
      row.classList.toggle("direct", Boolean(each.direct));
      this.rows.set(each.name, row);
    }
    list.append(...this.rows.values());
    this.none = h("li", { class: "none", role: "presentation", hidden: true }, "No package matches.");
    list.append(this.none);
    search.addEventListener("input", () => this.filter());
    search.addEventListener("keydown", (event) => this.searchKey(event));
    list.addEventListener("keydown", (event) => this.key(event));
    this.filter();
  }

  get shown() {
    return [...this.rows.values()].filter((row) => !row.hidden);
  }

  filter() {
    const words = this.search.value.toLowerCase().split(/[\s]+/).filter(Boolean).map((word) => word.replace(/[_.]/g, "-"));
    for (const [name, row] of this.rows) {
      const each = this.model.packages.get(name);
      const text = `${name} ${each.version}`.toLowerCase();
      const fits = words.every((word) => text.includes(word) || `${name}==${each.version}`.includes(word));
      row.hidden = !fits || (this.direct && !each.direct);
    }
    const count = this.shown.length;
    this.none.hidden = count > 0;
    byId("count").textContent = words.length || this.direct ? `${count} of ${this.rows.size}` : plural(count, "package");
    this.stop();
  }

  // One row can be reached by the tab key: the selected one, or else the first.
  stop() {
    const shown = this.shown;
    const stop = shown.find((row) => row.dataset.name === this.selected) ?? shown[0];
    for (const row of this.rows.values()) row.tabIndex = row === stop ? 0 : -1;
  }

  choose(name) {
    this.selected = name;
    for (const [each, row] of this.rows) row.setAttribute("aria-selected", String(each === name));
    this.stop();
    const row = this.rows.get(name);
    if (row && !row.hidden) row.scrollIntoView({ block: "nearest" });
  }

  searchKey(event) {
    if (event.key === "ArrowDown") this.shown[0]?.focus();
    else if (event.key === "Enter") {
      const first = this.shown[0];
      if (first) this.select(first.dataset.name);
    } else if (event.key === "Escape" && this.search.value) {
      this.search.value = "";
      this.filter();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  key(event) {
    const row = event.target.closest("[data-name]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = this.shown;
    const at = shown.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: shown.length - 1, PageDown: Math.min(at + 10, shown.length - 1), PageUp: Math.max(at - 10, 0) }[event.key];
    if (to !== undefined) {
      if (to < 0) this.search.focus();
      else if (shown[to]) {
        shown[to].focus();
        this.select(shown[to].dataset.name);
      }
    } else if (event.key === "Enter" || event.key === " ") this.select(row.dataset.name);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
