//! The graph as DOT and as SVG: types left, globals in the middle, functions right.

use super::graph::{Graph, Node};
use crate::clang::Kind;
use petgraph::dot::{Config, Dot};
use petgraph::visit::EdgeRef;

/// The graph for Graphviz.
pub fn dot(graph: &Graph) -> String {
    let edge = |_: &Graph, e: petgraph::graph::EdgeReference<'_, String>| {
        format!("label=\"{}\"", e.weight().escape_default())
    };
    let node = |_: &Graph, (_, n): (_, &Node)| {
        let style = if n.changed { ", style=filled, fillcolor=\"#ffe0b0\"" } else { "" };
        format!("label=\"{}\", shape={}{style}", n.title.escape_default(), shape(n.kind))
    };
    let dot = Dot::with_attr_getters(graph, &[Config::EdgeNoLabel, Config::NodeNoLabel], &edge, &node);
    format!("{dot:?}").replacen("digraph {", "digraph relations {\n    rankdir=LR", 1)
}

fn shape(kind: Kind) -> &'static str {
    match kind {
        Kind::Function => "ellipse",
        Kind::Variable => "box",
        _ => "hexagon",
    }
}

const ROW: usize = 26;
const COLUMN: usize = 340;
const WIDTH: usize = 300;

/// The graph as a picture of its own.
pub fn svg(graph: &Graph) -> String {
    let mut rows = [0usize; 3];
    let places: Vec<(usize, usize)> = graph
        .node_weights()
        .map(|n| {
            let column = column(n.kind);
            rows[column] += 1;
            (20 + column * COLUMN, 20 + (rows[column] - 1) * ROW)
        })
        .collect();
    let height = 40 + rows.iter().max().copied().unwrap_or(0) * ROW;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n",
        40 + 2 * COLUMN + WIDTH
    );
    for edge in graph.edge_references() {
        out.push_str(&line(places[edge.source().index()], places[edge.target().index()], edge.weight()));
    }
    for (node, &(x, y)) in graph.node_weights().zip(&places) {
        out.push_str(&boxed(node, x, y));
    }
    out + "</svg>\n"
}

fn column(kind: Kind) -> usize {
    match kind {
        Kind::Function => 2,
        Kind::Variable => 1,
        _ => 0,
    }
}

fn line(from: (usize, usize), to: (usize, usize), label: &str) -> String {
    let (x1, y1) = (from.0 + WIDTH, from.1 + ROW / 3);
    let (x2, y2) = (if to.0 > from.0 { to.0 } else { to.0 + WIDTH }, to.1 + ROW / 3);
    let bend = if to.0 > from.0 { 40 } else { 70 };
    let (c1, c2) = (x1 + bend, if to.0 > from.0 { x2.saturating_sub(bend) } else { x2 + bend });
    format!(
        "<path d=\"M{x1},{y1} C{c1},{y1} {c2},{y2} {x2},{y2}\" fill=\"none\" stroke=\"#999\"><title>{}</title></path>\n",
        escaped(label)
    )
}

fn boxed(node: &Node, x: usize, y: usize) -> String {
    let fill = if node.changed { "#ffe0b0" } else { "#eef" };
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"18\" rx=\"4\" fill=\"{fill}\" stroke=\"#667\"/>\
         <text x=\"{}\" y=\"{}\">{}</text>\n",
        x + 6,
        y + 13,
        escaped(&node.title)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
