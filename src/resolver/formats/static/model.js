// What the page shows, made from its data: packages with what they require and what requires them.

class Model {
  constructor(data) {
    this.data = data;
    this.packages = new Map();
    for (const each of data.packages) {
      this.packages.set(each.name, { ...each, children: [], parents: [], direct: null });
    }
    this.roots = [];
    for (const root of data.roots) {
      const child = this.packages.get(root.name);
      child.direct = { ...root, parent: null, child };
      this.roots.push(child);
    }
    for (const parent of this.packages.values()) {
      for (const edge of parent.requires) {
        const made = { ...edge, parent, child: this.packages.get(edge.name) };
        parent.children.push(made);
        made.child.parents.push(made);
      }
    }
    this.names = [...this.packages.keys()];
    this.begin = data.begin.map((name) => this.packages.get(name));
  }

  // All packages that one leads to, or that lead to it, itself included.
  reach(start, backwards = false) {
    const found = new Set([start]);
    for (const each of found) {
      for (const edge of backwards ? each.parents : each.children) found.add(backwards ? edge.parent : edge.child);
    }
    return found;
  }

  // What can be seen where the packages of ``collapsed`` hide what only they lead to.
  visible(collapsed) {
    const found = new Set(this.begin);
    for (const each of found) {
      if (!collapsed.has(each.name)) for (const edge of each.children) found.add(edge.child);
    }
    return this.inOrder(found);
  }

  // A package and all that is at most so many requirements away from it, in either direction.
  around(start, steps) {
    const found = new Set([start]);
    for (const next of ["parents", "children"]) {
      let edge = new Set([start]);
      for (let step = 0; step < steps; step++) {
        edge = new Set([...edge].flatMap((each) => each[next].map((link) => link[next === "parents" ? "parent" : "child"])));
        edge.forEach((each) => found.add(each));
      }
    }
    return this.inOrder(found);
  }

  inOrder(packages) {
    const roots = this.begin.filter((each) => packages.has(each));
    const others = this.names.map((name) => this.packages.get(name)).filter((each) => packages.has(each));
    return [...new Set([...roots, ...others])];
  }

  // Edges that no longer way stands for: what is left of them shows who leads to whom.
  essential(edges) {
    const next = new Map();
    for (const edge of edges) {
      if (!next.has(edge.parent)) next.set(edge.parent, []);
      next.get(edge.parent).push(edge.child);
    }
    const beyond = new Map();
    const reach = (start) => {
      if (beyond.has(start)) return beyond.get(start);
      const found = new Set(next.get(start) ?? []);
      for (const each of found) for (const child of next.get(each) ?? []) found.add(child);
      beyond.set(start, found);
      return found;
    };
    return edges.filter(({ parent, child }) => {
      if (reach(child).has(parent)) return true; // of a circle
      return !(next.get(parent) ?? []).some(
        (other) => other !== child && reach(other).has(child) && !reach(child).has(other) && !reach(other).has(parent),
      );
    });
  }

  // Ways from what the user requires to a package, the shortest first, none through a package twice.
  ways(target, most = 6, work = 5000) {
    const far = new Map([[target, 0]]);
    for (const each of far.keys()) {
      for (const { parent } of each.parents) if (!far.has(parent)) far.set(parent, far.get(each) + 1);
    }
    const open = this.begin
      .filter((each) => far.has(each))
      .map((each, root) => ({ path: [], at: each, far: far.get(each), root }));
    const found = [];
    while (open.length && work-- > 0) {
      let best = 0;
      open.forEach((way, at) => {
        if (way.far < open[best].far || (way.far === open[best].far && way.root < open[best].root)) best = at;
      });
      const [way] = open.splice(best, 1);
      if (way.at === target) {
        if (found.length === most) return { found, more: true };
        found.push(way);
        continue;
      }
      const passed = new Set([way.at, ...way.path.map((edge) => edge.parent)]);
      for (const edge of way.at.children) {
        if (far.has(edge.child) && !passed.has(edge.child)) {
          const path = [...way.path, edge];
          open.push({ path, at: edge.child, far: path.length + far.get(edge.child), root: way.root });
        }
      }
    }
    return { found, more: open.length > 0 };
  }
}

// Whether a bound keeps versions out from above.
const isUpper = (bound) => /(^|,)(<|==|~=|@)/.test(bound);

const whence = (edge) => (edge.origins.length ? edge.origins.join(", ") : "your requirement");
