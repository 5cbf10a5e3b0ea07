//! Accesses of fields that lie beside the object, or that old code has with another type.

use super::Work;
use crate::clang::{Access as Role, Base};
use crate::extend::provide;
use crate::model::ItemId;
use std::ops::Range;

impl Work<'_> {
    /// What lies beside the object, as an expression.
    pub(super) fn member(
        &mut self,
        id: ItemId,
        span: &Range<usize>,
        base: &Range<usize>,
        of: &Base,
        field: &str,
    ) {
        let Some(extended) = self.extended(id) else { return };
        let Some(layer) = extended.beside(field) else { return };
        let inner = self.edits.cut(base.clone());
        let found = |address: String| {
            let (beside, descriptor) =
                (provide::beside(extended, layer), provide::descriptor(extended, layer));
            format!("(({beside} *)polus_extension({address}, &{descriptor}))->{field}")
        };
        let text = match of {
            Base::Global { name, .. }
                if extended.has_companion(self.source(name), layer) && !extended.starts(layer) =>
            {
                let (variable, rest) = (self.source(name).to_string(), self.edits.cut(name.end..base.end));
                let head = self.edits.cut(base.start..name.start);
                format!("{head}{}{rest}.fields.{field}", provide::companion(&variable, layer))
            }
            Base::Pointer => found(inner),
            Base::Object | Base::Global { .. } => found(format!("&({inner})")),
            Base::Value => {
                return self.refuse(id, span.start, &format!("{field} is taken of a value without a place"));
            }
        };
        self.edits.replace(span.clone(), text);
    }

    /// A field of which old code has a value of another type: what is written goes there as well, and
    /// what is read is what was written last, by old code or new.
    pub(super) fn retyped(
        &mut self,
        id: ItemId,
        (span, role): (&Range<usize>, &Role),
        base: &Range<usize>,
        of: &Base,
        field: &str,
    ) {
        let Some(extended) = self.extended(id) else { return };
        let (pull, push) = (provide::pull(extended, field), provide::push(extended, field));
        let descriptor = provide::descriptor(extended, extended.retyped[field]);
        let inner = self.edits.cut(base.clone());
        let object = match of {
            Base::Pointer => inner,
            Base::Object | Base::Global { .. } => format!("&({inner})"),
            Base::Value => {
                return self.refuse(id, span.start, &format!("{field} is taken of a value without a place"));
            }
        };
        let within = |work: &str, value: &str| {
            let beside = provide::beside(extended, extended.retyped[field]);
            format!(
                "({{ void *polus_object = (void *)({object}); {beside} *polus_beside = {pull}(polus_object, &{descriptor}); {work} {push}(polus_object, &{descriptor}); {value}; }})"
            )
        };
        let place = format!("polus_beside->{field}");
        match role {
            Role::Read | Role::Unevaluated => {
                self.edits.replace(span.clone(), format!("{pull}({object}, &{descriptor})->{field}"))
            }
            Role::Assigned(operator, whole) => {
                let operator_text = self.source(operator).trim().to_string();
                let value = self.edits.cut(operator.end..whole.end);
                let text = within(&format!("{place} {operator_text} ({value});"), &place);
                self.edits.replace(whole.clone(), text);
            }
            Role::Counted(whole, before) => {
                let sign = if self.source(whole).contains("++") { "++" } else { "--" };
                let text = match before {
                    true => within(&format!("{sign}{place};"), &place),
                    false => within(
                        &format!("__typeof__({place} + 0) polus_value = {place}{sign};"),
                        "polus_value",
                    ),
                };
                self.edits.replace(whole.clone(), text);
            }
            Role::Object => self.refuse(
                id,
                span.start,
                &format!("the address of {field} is taken, which has another type now"),
            ),
        }
    }
}
