// What is known of one package, or of the whole answer where none is selected.

const link = (model, name, text = name) => {
  const each = model.packages.get(name);
  return h("a", { class: "package-link", href: address(name) }, text, each ? h("span", { class: "version" }, ` ${each.version}`) : null);
};

const asking = (edge) => (edge.origins.length ? [h("span", { class: "origin" }, whence(edge)), " requires "] : "you require ");

const bound = (text) => (text ? h("code", { class: `bound${isUpper(text) ? " upper" : ""}` }, text) : h("span", { class: "any" }, "any version"));

const extrasOf = (edge) => (edge.extras.length ? h("span", { class: "tag" }, `[${edge.extras.join(", ")}]`) : null);

const becauseOf = (edge) => (edge.because.length ? h("span", { class: "tag" }, `extra: ${edge.because.join(", ")}`) : null);

function section(title, count, ...children) {
  const heading = h("h3", {}, title, count === null ? null : h("span", { class: "count" }, String(count)));
  return h("section", { class: "block" }, heading, ...children);
}

function packageDetails(model, each) {
  const extras = each.extras.map((extra) => h("span", { class: "tag" }, `[${extra}]`));
  return [
    h(
      "div",
      { class: "head" },
      h("h2", { tabindex: -1 }, each.name),
      h("p", { class: "sub" }, h("code", { class: "big-version" }, each.version), extras, each.direct && h("span", { class: "tag accent" }, "direct requirement")),
      each.url && h("p", { class: "url" }, h("code", {}, each.url)),
    ),
    whySection(model, each),
    boundsSection(model, each),
    requiresSection(model, each),
    filesSection(each),
    moreSection(each),
  ];
}

function whySection(model, each) {
  const { found, more } = model.ways(each);
  const way = ({ path }) => {
    const first = path.length ? path[0].parent : each;
    const start = first.direct
      ? [asking(first.direct), link(model, first.name), extrasOf(first.direct), " ", first.direct.bound && bound(first.direct.bound)]
      : [link(model, first.name)];
    const steps = path.map((edge) =>
      h("li", {}, h("span", { class: "step" }, "requires ", link(model, edge.child.name), extrasOf(edge), " ", edge.bound && bound(edge.bound), becauseOf(edge))),
    );
    return h("li", { class: "way" }, h("ol", {}, h("li", {}, h("span", { class: "step" }, start)), steps));
  };
  const rest = more && h("p", { class: "quiet" }, "and more ways of this kind");
  return section("Why it is here", null, h("ul", { class: "ways" }, found.map(way)), rest);
}

function boundsSection(model, each) {
  const rows = [];
  if (each.direct) rows.push([h("span", { class: "origin" }, whence(each.direct)), each.direct]);
  for (const edge of each.parents) rows.push([link(model, edge.parent.name), edge]);
  const constraints = each.constraints.map((origin) => h("li", {}, h("span", { class: "origin" }, origin), h("span", { class: "tag" }, "constraint")));
  if (!rows.length && !constraints.length) return null;
  const weight = ([, edge]) => (isUpper(edge.bound) ? 0 : edge.bound ? 1 : 2);
  rows.sort((a, b) => weight(a) - weight(b));
  const list = rows.map(([who, edge]) => h("li", {}, who, h("span", { class: "right" }, becauseOf(edge), extrasOf(edge), bound(edge.bound))));
  const upper = rows.some(([, edge]) => isUpper(edge.bound));
  const note = upper && h("p", { class: "quiet" }, h("span", { class: "key upper" }), "keeps newer versions out");
  return section("What bounds it", rows.length + constraints.length, h("ul", { class: "rows" }, list, constraints), note);
}

function requiresSection(model, each) {
  if (!each.children.length) return section("Requires", null, h("p", { class: "quiet" }, "nothing"));
  const rows = each.children.map((edge) =>
    h("li", {}, h("span", {}, link(model, edge.child.name), extrasOf(edge)), h("span", { class: "right" }, becauseOf(edge), bound(edge.bound))),
  );
  return section("Requires", rows.length, h("ul", { class: "rows" }, rows));
}

function filesSection(each) {
  if (!each.files.length) return null;
  const rows = each.files.map((file) => {
    const hash = Object.entries(file.hashes).map(([name, digest]) =>
      h("div", { class: "hash" }, h("code", {}, `${name}:${digest}`), copyButton(`${name}:${digest}`, `Copy the ${name} of ${file.filename}`)),
    );
    const facts = [size(file.size), file.time ? `uploaded ${file.time.slice(0, 10)}` : "", file.python ? `Python ${file.python}` : ""];
    return h("li", { class: "file" }, h("div", { class: "filename" }, file.filename), h("div", { class: "quiet" }, facts.filter(Boolean).join(" · ")), hash);
  });
  const all = h("details", {}, h("summary", {}, `${plural(rows.length, "file")} with hashes`), h("ul", { class: "files" }, rows));
  return section("Files", null, all);
}

function moreSection(each) {
  const command = `resolver why ${each.name}`;
  return section("Why no newer version?", null, h("div", { class: "command" }, h("code", {}, command), copyButton(command, "Copy the command")));
}

function overview(model) {
  const { data } = model;
  const wanted = [...model.packages.values()].sort((a, b) => b.parents.length - a.parents.length).slice(0, 8);
  const facts = Object.entries(data.environment).filter(([name]) => ["python_full_version", "implementation_name", "sys_platform", "platform_machine"].includes(name));
  const counts = data.statistics;
  return [
    h("div", { class: "head" }, h("h2", { tabindex: -1 }, "Overview"), h("p", { class: "sub" }, "Select a package to see why it is here.")),
    data.warnings.length > 0 && section("Warnings", data.warnings.length, h("ul", { class: "warnings" }, data.warnings.map((text) => h("li", {}, text)))),
    section(
      "Required directly",
      model.roots.length,
      h("ul", { class: "rows" }, model.roots.map((each) => h("li", {}, link(model, each.name), h("span", { class: "right" }, extrasOf(each.direct), bound(each.direct.bound))))),
    ),
    section(
      "Required by most",
      null,
      h("ul", { class: "rows" }, wanted.filter((each) => each.parents.length > 1).map((each) => h("li", {}, link(model, each.name), h("span", { class: "right quiet" }, `by ${each.parents.length}`)))),
    ),
    facts.length > 0 && section("Resolved for", null, h("dl", { class: "facts" }, facts.map(([name, value]) => [h("dt", {}, name.replaceAll("_", " ")), h("dd", {}, h("code", {}, value))]))),
    section("The search", null, h("p", { class: "quiet" }, `${plural(counts.decisions, "decision")}, ${plural(counts.conflicts, "conflict")}, ${plural(counts.candidates, "candidate")} looked at`)),
  ];
}
