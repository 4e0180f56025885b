// Where packages stand in the drawing: in layers from left to right, each right of all that require it.
//
// layout(ids, links, sizeOf) takes names in a fixed order, links [{from, to}], and the size of each box, and
// returns places and the course of each link; ``room`` is more
// space between layers, for labels.  It is deterministic: all ties are broken by the given order.
// Method: circles are opened, layers are longest paths, long links get a joint in each layer that they pass
// (Sugiyama), crossings are reduced by barycentres, heights are least squares under the order in each layer.

const GAP = { layer: 76, box: 12, joint: 8 };
const SWEEPS = 14;

function layout(ids, links, sizeOf, room = 0) {
  const tied = new Set(links.flatMap(({ from, to }) => [from, to]));
  const laid = layered(ids.filter((id) => tied.has(id)), links, sizeOf, room);
  return withLoose(laid, ids.filter((id) => !tied.has(id)), sizeOf);
}

function layered(ids, links, sizeOf, room) {
  if (!ids.length) return { places: new Map(), courses: [], width: 0, height: 0 };
  const graph = withoutCircles(ids, links);
  const layers = inLayers(ids, graph);
  const { columns, items, segments } = withJoints(ids, graph, layers, sizeOf, room ? 30 : 0);
  order(columns, segments);
  const width = place(columns, segments, room);
  return drawn(items, graph, width);
}

// Put boxes without links below the others, in rows.
function withLoose(laid, ids, sizeOf) {
  const widest = Math.max(laid.width, 760);
  let [x, row] = [0, 0];
  const top = laid.places.size ? laid.height + 44 : 0;
  let { width, height } = laid;
  for (const id of ids) {
    const size = sizeOf(id);
    if (x && x + size.width > widest) [x, row] = [0, row + 1];
    const y = top + row * (size.height + GAP.box) + size.height / 2;
    laid.places.set(id, { id, layer: `row ${row}`, x, y, ...size });
    x += size.width + 16;
    width = Math.max(width, x - 16);
    height = y + size.height / 2;
  }
  return { ...laid, width, height };
}

function withoutCircles(ids, links) {
  const next = new Map(ids.map((id) => [id, []]));
  const entered = new Map(ids.map((id) => [id, 0]));
  for (const link of links) {
    next.get(link.from).push(link);
    entered.set(link.to, entered.get(link.to) + 1);
  }
  const state = new Map();
  const graph = [];
  const begin = [...ids].sort((a, b) => (entered.get(a) > 0) - (entered.get(b) > 0));
  for (const root of begin) {
    if (state.has(root)) continue;
    const stack = [[root, 0]];
    state.set(root, "open");
    while (stack.length) {
      const top = stack[stack.length - 1];
      const link = next.get(top[0])[top[1]++];
      if (!link) {
        state.set(top[0], "done");
        stack.pop();
        continue;
      }
      const back = state.get(link.to) === "open";
      graph.push({ link, back, from: back ? link.to : link.from, to: back ? link.from : link.to });
      if (!state.has(link.to)) {
        state.set(link.to, "open");
        stack.push([link.to, 0]);
      }
    }
  }
  return graph;
}

function inLayers(ids, graph) {
  const next = new Map(ids.map((id) => [id, []]));
  const left = new Map(ids.map((id) => [id, 0]));
  for (const { from, to } of graph) {
    if (from === to) continue;
    next.get(from).push(to);
    left.set(to, left.get(to) + 1);
  }
  const layers = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => left.get(id) === 0);
  for (const id of ready) {
    for (const to of next.get(id)) {
      layers.set(to, Math.max(layers.get(to), layers.get(id) + 1));
      left.set(to, left.get(to) - 1);
      if (left.get(to) === 0) ready.push(to);
    }
  }
  return layers;
}

function withJoints(ids, graph, layers, sizeOf, height) {
  const columns = [];
  const items = new Map();
  const segments = [];
  const put = (item) => {
    (columns[item.layer] ??= []).push(item);
    return item;
  };
  // In the order of a walk from the left: what hangs together begins close together.
  const next = new Map(ids.map((id) => [id, []]));
  for (const each of graph) next.get(each.from).push(each);
  const seen = new Set();
  const visit = (root) => {
    const stack = [root];
    while (stack.length) {
      const id = stack.pop();
      if (seen.has(id)) continue;
      seen.add(id);
      items.set(id, put({ id, layer: layers.get(id), ...sizeOf(id), left: [], right: [] }));
      for (const each of [...next.get(id)].reverse()) stack.push(each.to);
    }
  };
  for (const id of ids) if (layers.get(id) === 0) visit(id);
  for (const id of ids) visit(id);
  for (const each of graph) {
    each.course = [items.get(each.from)];
    for (let layer = layers.get(each.from) + 1; layer < layers.get(each.to); layer++) {
      each.course.push(put({ joint: true, layer, width: 0, height, left: [], right: [] }));
    }
    each.course.push(items.get(each.to));
    for (let i = 1; i < each.course.length; i++) {
      const [a, b] = [each.course[i - 1], each.course[i]];
      if (a === b) continue;
      const weight = a.joint && b.joint ? 8 : a.joint || b.joint ? 2 : 1;
      a.right.push({ item: b, weight });
      b.left.push({ item: a, weight });
      segments.push([a, b]);
    }
  }
  return { columns, items, segments };
}

function order(columns, segments) {
  const number = () => columns.forEach((column) => column.forEach((item, at) => (item.at = at)));
  number();
  let best = columns.map((column) => [...column]);
  let least = crossings(columns, segments);
  for (let sweep = 0; sweep < SWEEPS && least > 0; sweep++) {
    const rightwards = sweep % 2 === 0;
    const run = rightwards ? columns : [...columns].reverse();
    for (const column of run) {
      for (const item of column) {
        const near = rightwards ? item.left : item.right;
        item.aim = near.length ? near.reduce((sum, each) => sum + each.item.at, 0) / near.length : item.at;
      }
      column.sort((a, b) => a.aim - b.aim || a.at - b.at);
      column.forEach((item, at) => (item.at = at));
    }
    const now = crossings(columns, segments);
    if (now < least) {
      least = now;
      best = columns.map((column) => [...column]);
    }
  }
  best.forEach((column, at) => (columns[at] = column));
  number();
}

function crossings(columns, segments) {
  const byLayer = columns.map(() => []);
  for (const [a, b] of segments) byLayer[a.layer].push([a.at, b.at]);
  let count = 0;
  byLayer.forEach((pairs, layer) => {
    if (!pairs.length) return;
    pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const size = columns[layer + 1].length;
    const sums = new Array(size + 1).fill(0);
    pairs.forEach(([, end], done) => {
      let upTo = 0;
      for (let i = end + 1; i > 0; i -= i & -i) upTo += sums[i];
      count += done - upTo;
      for (let i = end + 1; i <= size; i += i & -i) sums[i]++;
    });
  });
  return count;
}

function place(columns, segments, room) {
  let x = 0;
  for (const column of columns) {
    const width = Math.max(...column.map((item) => item.width));
    const links = segments.filter(([a]) => a.layer === column[0].layer).length;
    column.forEach((item) => Object.assign(item, { x, columnWidth: width }));
    x += width + GAP.layer + Math.min(90, links) + room;
  }
  for (const column of columns) {
    let y = 0;
    column.forEach((item, at) => {
      y += at ? distance(column[at - 1], item) : 0;
      item.y = y;
    });
    const middle = y / 2;
    column.forEach((item) => (item.y -= middle));
  }
  for (let round = 0; round < 24; round++) {
    const rightwards = round % 2 === 0;
    const both = round >= 20;
    for (const column of rightwards ? columns : [...columns].reverse()) {
      settle(column, (item) => (both ? [...item.left, ...item.right] : rightwards ? item.left : item.right));
    }
  }
  const top = Math.min(...columns.map((column) => column[0].y - column[0].height / 2));
  columns.forEach((column) => column.forEach((item) => (item.y -= top)));
  return x;
}

function distance(above, below) {
  const gap = above.joint && below.joint ? GAP.joint : GAP.box;
  return above.height / 2 + below.height / 2 + gap;
}

// Move the items of a column as near as possible (least squares) to where their neighbours are, in order.
function settle(column, neighbours) {
  const blocks = [];
  let offset = 0;
  column.forEach((item, at) => {
    offset += at ? distance(column[at - 1], item) : 0;
    const near = neighbours(item);
    const weight = near.reduce((sum, each) => sum + each.weight, 0);
    const aim = weight
      ? near.reduce((sum, each) => sum + each.weight * each.item.y, 0) / weight
      : item.y;
    let block = { aim: aim - offset, weight: weight || 0.5, items: [[item, offset]] };
    while (blocks.length && blocks[blocks.length - 1].aim > block.aim) {
      const before = blocks.pop();
      const sum = before.weight + block.weight;
      block = {
        aim: (before.aim * before.weight + block.aim * block.weight) / sum,
        weight: sum,
        items: [...before.items, ...block.items],
      };
    }
    blocks.push(block);
  });
  for (const block of blocks) for (const [item, above] of block.items) item.y = block.aim + above;
}

function drawn(items, graph, width) {
  const places = new Map();
  let [bottom, right] = [0, 0];
  for (const item of items.values()) {
    places.set(item.id, item);
    bottom = Math.max(bottom, item.y + item.height / 2);
    right = Math.max(right, item.x + item.width);
  }
  const courses = graph.map(({ link, back, course }) => ({ link, back, path: path(course, link) }));
  return { places, courses, width: Math.min(width, right), height: bottom };
}

function path(course, link) {
  const first = course[0];
  if (link.from === link.to) return "";
  const round = (value) => Math.round(value * 10) / 10;
  let [x, y] = [first.x + first.width, first.y];
  let text = `M${round(x)} ${round(y)}`;
  course.slice(1).forEach((item) => {
    const half = (item.x - x) / 2;
    text += `C${round(x + half)} ${round(y)} ${round(item.x - half)} ${round(item.y)} ${round(item.x)} ${round(item.y)}`;
    [x, y] = [item.x, item.y];
    if (item.joint) {
      x += item.columnWidth;
      text += `H${round(x)}`;
    }
  });
  return text;
}
