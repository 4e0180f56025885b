// A drawing that can be moved and zoomed, by pointer, wheel, touch and keys.  What is drawn is up to others.

class Canvas {
  constructor(svg, { least = 0.08, most = 2.5, below = 0 } = {}) {
    this.svg = svg;
    this.below = below; // what is covered there
    this.scene = h("g", { class: "scene" });
    svg.append(this.scene);
    this.limits = [least, most];
    this.view = { x: 0, y: 0, scale: 1 };
    this.extent = { width: 1, height: 1 };
    this.onmove = () => {};
    this.pointers = new Map();
    this.moved = false;
    addEventListener("beforeprint", () => this.paper(true));
    addEventListener("afterprint", () => this.paper(false));
    svg.addEventListener("pointerdown", (event) => this.down(event));
    svg.addEventListener("pointermove", (event) => this.drag(event));
    for (const name of ["pointerup", "pointercancel"]) svg.addEventListener(name, (event) => this.up(event));
    svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    // A drag that ends on a box is no click on it.
    svg.addEventListener("click", (event) => this.moved && event.stopPropagation(), true);
  }

  get box() {
    return this.svg.getBoundingClientRect();
  }

  show(view) {
    const [least, most] = this.limits;
    this.view = { ...view, scale: Math.min(most, Math.max(least, view.scale)) };
    const { x, y, scale } = this.view;
    this.scene.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(4)})`);
    this.onmove(this.view);
  }

  // Show all of it; where it could not be read then (``least``), its left end in the size ``readable``.
  fit({ least = 0, readable = 0 } = {}) {
    const { width, height } = this.box;
    const [margin, below] = [26, this.below];
    const [wide, tall] = [width - 2 * margin, height - 2 * margin - below];
    const whole = Math.min(wide / Math.max(1, this.extent.width), tall / Math.max(1, this.extent.height), 1.15);
    const scale = Math.max(whole >= least ? whole : readable, this.limits[0]);
    const spare = (room, length) => Math.max(0, room - length * scale) / 2;
    const x = margin + spare(wide, this.extent.width);
    const over = this.extent.height * scale > tall;
    const y = over ? (height - below - this.extent.height * scale) / 2 : margin + spare(tall, this.extent.height);
    this.show({ x, y, scale });
  }

  // On paper all of it is shown, in whatever room there is.
  paper(begins) {
    if (begins) {
      const { width, height } = this.extent;
      this.svg.setAttribute("viewBox", `-12 -12 ${width + 24} ${height + 24}`);
      this.scene.removeAttribute("transform");
    } else {
      this.svg.removeAttribute("viewBox");
      this.show(this.view);
    }
  }

  zoom(factor, at) {
    const { left, top, width, height } = this.box;
    const point = at ? { x: at.x - left, y: at.y - top } : { x: width / 2, y: height / 2 };
    const [least, most] = this.limits;
    const scale = Math.min(most, Math.max(least, this.view.scale * factor));
    const change = scale / this.view.scale;
    this.show({
      x: point.x - (point.x - this.view.x) * change,
      y: point.y - (point.y - this.view.y) * change,
      scale,
    });
  }

  // Bring a part of the drawing into sight, with as little movement as possible.
  reveal({ x, y, width, height }) {
    const { width: room, height: tall } = this.box;
    const { scale } = this.view;
    const margin = 40;
    const shift = (from, to, end) => {
      if (to - from > end - 2 * margin || from < margin) return margin - from;
      return to > end - margin ? end - margin - to : 0;
    };
    const left = this.view.x + x * scale;
    const top = this.view.y + y * scale;
    const dx = shift(left, left + width * scale, room);
    const dy = shift(top, top + height * scale, tall);
    if (dx || dy) this.show({ x: this.view.x + dx, y: this.view.y + dy, scale });
  }

  centre(x, y) {
    const { width, height } = this.box;
    const { scale } = this.view;
    this.show({ x: width / 2 - x * scale, y: height / 2 - y * scale, scale });
  }

  down(event) {
    if (event.button) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved = false;
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(now.x - before.x, now.y - before.y);
    if (!this.moved && far < 4) return;
    if (!this.moved) this.svg.setPointerCapture(event.pointerId);
    this.moved = true;
    this.svg.classList.add("dragging");
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const was = Math.hypot(before.x - other.x, before.y - other.y) || 1;
      this.zoom(Math.hypot(now.x - other.x, now.y - other.y) / was, middle);
    } else {
      this.show({ ...this.view, x: this.view.x + now.x - before.x, y: this.view.y + now.y - before.y });
    }
    this.pointers.set(event.pointerId, now);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    this.svg.classList.remove("dragging");
    // The click that follows is told apart by ``moved``.
    setTimeout(() => (this.moved = false));
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    if (event.ctrlKey || !event.shiftKey) {
      this.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 500)), { x: event.clientX, y: event.clientY });
    } else {
      const by = (event.deltaX || event.deltaY) * lines;
      this.show({ ...this.view, x: this.view.x - by });
    }
  }
}
