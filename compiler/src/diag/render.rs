//! Diagnostics as text: rustc's look over C sources.

use super::{Diagnostic, Label, Level};
use annotate_snippets::{AnnotationKind, Group, Level as L, Origin, Renderer, Snippet};

/// Renders one diagnostic; every place appears as `FILE:LINE:COLUMN`.
pub fn render(diagnostic: &Diagnostic, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let level = match diagnostic.level {
        Level::Error => L::ERROR,
        Level::Warning => L::WARNING,
        Level::Note => L::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.title.as_str()));
    for (index, label) in diagnostic.labels.iter().enumerate() {
        group = if label.place.text.trim().is_empty() {
            group.element(origin(label))
        } else {
            group.element(snippet(label, index == 0))
        };
    }
    for note in &diagnostic.notes {
        group = group.element(L::NOTE.message(note.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(L::HELP.message(help.as_str()));
    }
    renderer.render(&[group])
}

fn origin(label: &Label) -> Origin<'_> {
    let place = &label.place;
    Origin::path(place.file.as_str()).line(place.line as usize).char_column(place.column as usize)
}

fn snippet(label: &Label, primary: bool) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let place = &label.place;
    let start = (place.column as usize - 1).min(place.text.len());
    let end = match place.width {
        0 => place.text.trim_end().len().max(start),
        width => (start + width as usize).min(place.text.len()),
    };
    let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
    Snippet::source(place.text.as_str())
        .path(place.file.as_str())
        .line_start(place.line as usize)
        .annotation(kind.span(start..end).label(label.text.as_str()))
}
