// The evidence graph, of which every node can be opened, and the same paths in words.

import { h, svg, tinted } from "./dom.js";
import { signed, spelt } from "./words.js";

const FEW = 6;
const SIGNS = [
  ["for", "speaks for the emotion"],
  ["against", "speaks against it"],
  ["mixed", "for and against"],
];

/** The drawing, with its key; `open(node)` when a node is chosen. */
export function evidenceGraph(graph, colours, open) {
  const edges = graph.edges.map((edge) => ({
    ...edge,
    ends: endsOf(edge, graph.nodes),
    line: svg(
      "path",
      { class: edge.sign, d: edge.path, "stroke-width": edge.width },
      svg("title", {}, edge.title),
    ),
  }));
  const nodes = graph.nodes.map((node) => nodeBox(node, colours, open));
  const drawing = svg(
    "svg",
    {
      class: "graph",
      width: Math.round(graph.width),
      height: Math.round(graph.height),
      role: "group",
      "aria-label":
        "Graph of the paths from cues to emotions; the list below says the same in words",
    },
    graph.columns.map(({ title, x }) => svg("text", { class: "column", x, y: 16 }, title)),
    edges.map(({ line }) => line),
    nodes,
  );
  nodes.forEach((node, i) => {
    const light = () => follow(i, edges, nodes, drawing);
    const end = () => follow(null, edges, nodes, drawing);
    node.addEventListener("pointerenter", light);
    node.addEventListener("focus", light);
    node.addEventListener("pointerleave", end);
    node.addEventListener("blur", end);
  });
  const signs = new Set(graph.edges.map((edge) => edge.sign));
  return [
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Evidence graph" },
      drawing,
    ),
    h(
      "p",
      { class: "key soft" },
      SIGNS.filter(([sign]) => signs.has(sign)).map(([sign, words]) =>
        h(
          "span",
          {},
          svg(
            "svg",
            { viewBox: "0 0 32 10", "aria-hidden": "true" },
            svg("line", { class: sign, y1: 5, x2: 32, y2: 5 }),
          ),
          words,
        ),
      ),
      graph.shown < graph.total
        ? h("span", {}, `The ${graph.shown} strongest of ${graph.total} paths are drawn.`)
        : null,
      h("span", {}, "Choose a box to read about it."),
    ),
  ];
}

function nodeBox(node, colours, open) {
  const lines = node.lines.map((line, i) => svg("tspan", { x: 14, y: 19 + 17 * i }, line));
  const box = svg(
    "g",
    {
      class: `node ${node.type}`,
      role: "button",
      tabindex: 0,
      "data-key": `${node.type} ${node.id}`,
      "data-cue": node.type === "cue" ? node.id : null,
      "aria-label": `${node.label}, ${node.type}`,
      transform: `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`,
      onclick: () => open(node),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        open(node);
      },
    },
    svg("rect", { width: node.w.toFixed(1), height: node.h.toFixed(1), rx: 3 }),
    node.type === "emotion"
      ? svg("rect", { class: "swatch", width: 6, height: node.h.toFixed(1) })
      : null,
    svg("text", {}, lines),
  );
  return node.type === "emotion" ? tinted(box, colours[node.label]) : box;
}

/** Which nodes an edge joins: it leaves the right side of one and reaches the left of another. */
function endsOf(edge, nodes) {
  const numbers = edge.path.match(/-?[\d.]+/g).map(Number);
  const near = (a, b) => Math.abs(a - b) < 1;
  const at = (x, y, side) =>
    nodes.findIndex((n) => near(n.x + side * n.w, x) && near(n.y + n.h / 2, y));
  return [at(numbers[0], numbers[1], 1), at(numbers.at(-2), numbers.at(-1), 0)];
}

/** Light up everything that leads to a node and everything it leads to; nothing for null. */
function follow(start, edges, nodes, drawing) {
  const lit = new Set(start === null ? [] : [start]);
  const lines = new Set();
  for (const [from, to] of [
    [0, 1],
    [1, 0],
  ]) {
    const open = [...(start === null ? [] : [start])];
    while (open.length) {
      const node = open.pop();
      for (const edge of edges.filter((one) => one.ends[from] === node && !lines.has(one))) {
        lines.add(edge);
        lit.add(edge.ends[to]);
        open.push(edge.ends[to]);
      }
    }
  }
  drawing.classList.toggle("following", start !== null);
  nodes.forEach((node, i) => node.classList.toggle("lit", lit.has(i)));
  for (const edge of edges) edge.line.classList.toggle("lit", lines.has(edge));
}

/** The paths in words, the strongest first. */
export function pathList(paths) {
  const one = (path) =>
    h(
      "li",
      {},
      h("p", {}, path.way),
      h(
        "p",
        { class: "soft" },
        `Speaks ${path.log_odds >= 0 ? "for" : "against"} ${spelt(path.emotion)} (`,
        h("span", { class: "number" }, signed(path.log_odds)),
        "): ",
        h("bdi", {}, path.backing),
        ".",
      ),
    );
  const rest = paths.slice(FEW);
  return [
    h("ol", { class: "paths" }, paths.slice(0, FEW).map(one)),
    rest.length
      ? h(
          "details",
          { "data-keep": "paths" },
          h("summary", {}, `${rest.length} more`),
          h("ol", { class: "paths" }, rest.map(one)),
        )
      : null,
  ];
}
