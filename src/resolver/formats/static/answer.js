// The page of an answer: list, graph and details, kept together, and the keys of the whole.

function showAnswer(data) {
  const model = new Model(data);
  let selected = null;

  const details = byId("details");
  const parts = {};

  // Select a package; the address says which, so that going back works.
  function select(name) {
    const target = name ? address(name) : "#";
    if (location.hash !== target && (name || location.hash)) history.pushState(null, "", target);
    apply(name);
  }

  function apply(name) {
    const each = model.packages.get(name) ?? null;
    const same = selected === (each?.name ?? null) && details.firstChild;
    const reading = details.contains(document.activeElement); // a link that is about to go
    selected = each?.name ?? null;
    parts.list.choose(selected);
    parts.graph.choose(selected);
    if (same) return;
    details.replaceChildren(...(each ? packageDetails(model, each) : overview(model)).filter(Boolean));
    details.scrollTop = 0;
    if (reading) details.querySelector("h2").focus({ preventScroll: true });
    byId("back").hidden = !each;
    if (each) say(`${each.name} ${each.version} selected`);
  }

  // Other fragments are places of the page, such as those that links skip to.
  function fromAddress() {
    const fragment = location.hash;
    if (!fragment) apply(null);
    else if (fragment.startsWith("#/")) apply(model.names.find((name) => address(name) === fragment) ?? null);
  }

  parts.graph = new GraphView(model, byId("drawing"), byId("map"), { select, announce: say, changed: () => controls() });
  parts.list = new PackageList(model, byId("packages"), byId("search"), { select });
  const { graph, list } = parts;

  // -- the tools of the graph -----------------------------------------------------------------------------

  const large = model.packages.size > 60;
  graph.simple = large;
  byId("simple").checked = large;
  const tools = {
    everything: () => graph.focusOn(null),
    around: () => graph.focusOn(selected ?? model.begin[0]?.name, Number(byId("steps").value)),
    "zoom-in": () => graph.canvas.zoom(1.25),
    "zoom-out": () => graph.canvas.zoom(0.8),
    fit: () => graph.canvas.fit(),
    fold: () => graph.foldAll(true),
    unfold: () => graph.foldAll(false),
  };
  for (const [id, work] of Object.entries(tools)) {
    byId(id).addEventListener("click", () => {
      if (id === "around" && !selected && model.begin.length) select(model.begin[0].name);
      work();
    });
  }
  byId("steps").addEventListener("change", () => {
    if (graph.focus) graph.focusOn(graph.focus.name, Number(byId("steps").value));
  });
  byId("simple").addEventListener("change", (event) => {
    graph.simple = event.target.checked;
    graph.draw();
  });
  for (const id of ["all", "direct"]) {
    byId(id).addEventListener("click", () => {
      list.direct = id === "direct";
      byId("all").setAttribute("aria-pressed", String(!list.direct));
      byId("direct").setAttribute("aria-pressed", String(list.direct));
      list.filter();
    });
  }
  byId("back").addEventListener("click", () => {
    select(null);
    byId("search").focus();
  });

  function controls() {
    byId("everything").setAttribute("aria-pressed", String(!graph.focus));
    byId("around").setAttribute("aria-pressed", String(Boolean(graph.focus)));
    byId("steps").disabled = !graph.focus;
    byId("fold").disabled = byId("unfold").disabled = Boolean(graph.focus);
    const shown = graph.packages.length;
    const some = shown < model.packages.size ? `${shown} of ${plural(model.packages.size, "package")}` : plural(shown, "package");
    const hidden = graph.hiddenEdges ? ` · ${plural(graph.hiddenEdges, "implied arrow")} left out` : "";
    byId("shown").textContent = `${some}, ${plural(graph.edges.length, "arrow")}${hidden}`;
  }

  // -- keys of the whole page -------------------------------------------------------------------------------

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
    const typing = event.target.matches?.("input, select, textarea");
    if (event.key === "Escape") {
      if (graph.focus) graph.focusOn(null);
      else if (selected) select(null);
    } else if (typing) return;
    else if (event.key === "f") graph.focusOn(graph.focus ? null : (selected ?? model.begin[0]?.name ?? null));
    else if (event.key === "g") (graph.svg.querySelector('.box[tabindex="0"]') ?? graph.svg).focus();
    else return;
    event.preventDefault();
  });
  addEventListener("hashchange", fromAddress);
  addEventListener("resize", () => graph.frame());

  graph.draw();
  apply(null);
  fromAddress();
}
