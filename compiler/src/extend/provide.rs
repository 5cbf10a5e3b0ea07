//! Declarations that a rewritten program needs: the records beside objects, and what finds them.

use super::body::{SEEN, WAS};
use super::fields::Extended;
use crate::model::Program;
use crate::text;

/// What tells the layers of a type apart in names.
fn number(layer: usize) -> String {
    if layer == 1 { String::new() } else { format!("_{layer}") }
}

/// The struct of a layer beside an object.
pub fn beside(extended: &Extended, layer: usize) -> String {
    format!("struct {}", beside_name(&extended.name, layer))
}

/// Its tag.
pub fn beside_name(name: &str, layer: usize) -> String {
    format!("{name}__extension{}", number(layer))
}

/// The variable that stands for a layer of the type in the process.
pub fn descriptor(extended: &Extended, layer: usize) -> String {
    format!("{}__extension_type{}", extended.name, number(layer))
}

/// What lies beside a named variable.
pub fn companion(variable: &str, layer: usize) -> String {
    format!("{variable}__extension{}", number(layer))
}

/// Its type.
pub fn companion_type(extended: &Extended, layer: usize) -> String {
    format!("struct {}__companion{}", extended.name, number(layer))
}

/// Declarations behind that of the type: of a library, or of the program.
pub fn of_layer(program: &Program, extended: &Extended, layer: usize, fields: &str) -> Vec<(String, bool)> {
    let (beside, companion) = (beside(extended, layer), companion_type(extended, layer));
    let spelled = program.type_name(extended.id);
    let start = if extended.begins(layer) { start_name(extended, layer) } else { "0".to_string() };
    let mut all = vec![
        (format!("{beside} {{{fields}}};"), true),
        (format!("{companion} {{ struct polus_extension head; {beside} fields; }};"), true),
        (
            format!(
                "static struct polus_extension_type {} = {{ \"{spelled}\", sizeof({spelled}), sizeof({beside}), {start} }};",
                descriptor(extended, layer)
            ),
            false,
        ),
    ];
    for (field, _) in extended.retyped.iter().filter(|(_, at)| **at == layer) {
        all.extend(carried(program, extended, layer, field).map(|text| (text, true)));
    }
    if extended.begins(layer) {
        let hook =
            extended.hook.iter().map(|hook| (format!("static void {hook}({spelled} *object);"), false));
        let start = (starting(extended, layer), false);
        all.splice(2..2, hook.chain([start]));
    }
    all
}

/// The function that gives an object's record with what old code wrote to a retyped field.
pub fn pull(extended: &Extended, field: &str) -> String {
    format!("{}__extension_pull_{field}", extended.name)
}

/// The function that shows old code what was written to a retyped field.
pub fn push(extended: &Extended, field: &str) -> String {
    format!("{}__extension_push_{field}", extended.name)
}

/// Both. A value that does not fit the old type stays beside the object until old code writes another.
fn carried(program: &Program, extended: &Extended, layer: usize, field: &str) -> [String; 2] {
    let (pull, push, beside) = (pull(extended, field), push(extended, field), beside(extended, layer));
    let (spelled, parameter) = (program.type_name(extended.id), "const struct polus_extension_type *type");
    let begin = format!(
        "{{\n    {spelled} *was = (void *)object;\n    {beside} *is = polus_extension(object, type);\n"
    );
    [
        format!(
            "static inline {beside} *{pull}(const void *object, {parameter})\n{begin}    if (was->{WAS}{field} != is->{SEEN}{field}) {{\n        is->{field} = was->{WAS}{field};\n        is->{SEEN}{field} = was->{WAS}{field};\n    }}\n    return is;\n}}"
        ),
        format!(
            "static inline void *{push}(void *object, {parameter})\n{begin}    was->{WAS}{field} = is->{field};\n    is->{SEEN}{field} = was->{WAS}{field};\n    return object;\n}}"
        ),
    ]
}

fn start_name(extended: &Extended, layer: usize) -> String {
    format!("{}__extension_start{}", extended.name, number(layer))
}

/// The function that sets the fields of an object that existed before.
fn starting(extended: &Extended, layer: usize) -> String {
    let (name, beside) = (start_name(extended, layer), beside(extended, layer));
    let constant = |(field, value): &(String, String)| format!(" (({beside} *)fields)->{field} = {value};");
    let constants: String = extended.constants.iter().map(constant).collect();
    let hook = extended.hook.iter().map(|hook| format!(" {hook}(object);")).collect::<String>();
    format!("static void {name}(void *object, void *fields) {{{constants}{hook} }}")
}

/// The runtime's header, and what the rewritten text calls, one declaration each.
pub fn header() -> Vec<String> {
    [polus_runtime::EXTEND_H, CALLED].into_iter().flat_map(declarations).collect()
}

/// The variable that lists the types that get records by this update, and that which lists the
/// companions of named variables.
pub const LISTS: [&str; 2] = ["polus_extension_types", "polus_companions"];

/// Both variables' declarations.
pub fn lists(types: &[Extended], companions: &[String]) -> Vec<String> {
    // those of earlier updates are known to the process
    let fresh = |t: &Extended| t.layers.len()..t.records().end;
    let records = types.iter().flat_map(|t| fresh(t).map(move |layer| (t, layer)));
    let types: Vec<String> = records.map(|(t, layer)| format!("&{}", descriptor(t, layer))).collect();
    let list = |head: &str, name: &str, rows: &[String]| {
        (!rows.is_empty()).then(|| format!("static {head}{name}[] = {{ {} }};", rows.join(", ")))
    };
    let types = list("const struct polus_extension_type *const ", LISTS[0], &types);
    types.into_iter().chain(list("const struct polus_companion ", LISTS[1], companions)).collect()
}

/// The function that runs when an automatic variable of `count` objects ends.
pub fn leave(name: &str, count: u64) -> String {
    format!("polus_extension_leave_{name}_{count}")
}

/// Its definition.
pub fn leaving(name: &str, spelled: &str, count: u64) -> String {
    let leave = leave(name, count);
    format!(
        "static inline void {leave}(void *object) {{ polus_extension_fresh(object, {count} * sizeof({spelled})); }}"
    )
}

/// What takes the place of operations on whole objects.
const CALLED: &str = "
static inline void *polus_extension_assign(void *to, const void *from, unsigned long long bytes)
{
    if (to != from) {
        __builtin_memmove(to, from, bytes);
        polus_extension_copy(to, from, bytes);
    }
    return to;
}
static inline void *polus_extension_enter(void *object, unsigned long long bytes)
{
    polus_extension_fresh(object, bytes);
    return object;
}
static inline void *polus_extension_follow(void *object, const void *from, unsigned long long bytes)
{
    polus_extension_copy(object, from, bytes);
    return object;
}
static inline void *polus_extension_set(void *object, const void *fields, const struct polus_extension_type *type)
{
    __builtin_memcpy(polus_extension(object, type), fields, type->size);
    return object;
}
static inline void *polus_extension_begun(void *object, unsigned long long bytes, const struct polus_extension_type *type)
{
    if (object)
        polus_extension_new(object, bytes / type->object_size, type);
    return object;
}
static inline void *polus_extension_inside(void *object, unsigned long long bytes, unsigned long long size, unsigned long long offset, unsigned long long count, const struct polus_extension_type *type)
{
    for (unsigned long long at = 0; object && at + size <= bytes; at += size)
        polus_extension_new((char *)object + at + offset, count, type);
    return object;
}
static inline void *polus_extension_made(void *object, unsigned long long bytes)
{
    if (object)
        polus_extension_fresh(object, bytes);
    return object;
}
static inline void *polus_extension_memset(void *object, int byte, unsigned long long bytes)
{
    polus_extension_fresh(object, bytes);
    return __builtin_memset(object, byte, bytes);
}
static inline void *polus_extension_memset_begun(void *object, int byte, unsigned long long bytes, const struct polus_extension_type *type)
{
    __builtin_memset(object, byte, bytes);
    return polus_extension_begun(object, bytes, type);
}
static inline void polus_extension_bzero_begun(void *object, unsigned long long bytes, const struct polus_extension_type *type)
{
    polus_extension_memset_begun(object, 0, bytes, type);
}
static inline void polus_extension_bzero(void *object, unsigned long long bytes)
{
    polus_extension_memset(object, 0, bytes);
}
static inline void *polus_extension_memmove(void *to, const void *from, unsigned long long bytes)
{
    return polus_extension_assign(to, from, bytes);
}
static inline void *polus_extension_mempcpy(void *to, const void *from, unsigned long long bytes)
{
    return (char *)polus_extension_assign(to, from, bytes) + bytes;
}
static inline const void *polus_extension_started(const void *from, unsigned long long bytes, const struct polus_extension_type *type)
{
    for (unsigned long long at = 0; at + type->object_size <= bytes; at += type->object_size)
        polus_extension((const char *)from + at, type);
    return from;
}
static inline void *polus_extension_memmove_started(void *to, const void *from, unsigned long long bytes, const struct polus_extension_type *type)
{
    return polus_extension_assign(to, polus_extension_started(from, bytes, type), bytes);
}
static inline void *polus_extension_mempcpy_started(void *to, const void *from, unsigned long long bytes, const struct polus_extension_type *type)
{
    return (char *)polus_extension_memmove_started(to, from, bytes, type) + bytes;
}
";

/// A library function on whole objects, and what is called instead.
pub fn instead(callee: &str) -> Option<&'static str> {
    Some(match callee {
        "memset" | "__builtin_memset" => "polus_extension_memset",
        "bzero" | "__builtin_bzero" | "explicit_bzero" => "polus_extension_bzero",
        "memcpy" | "memmove" | "__builtin_memcpy" | "__builtin_memmove" => "polus_extension_memmove",
        "mempcpy" | "__builtin_mempcpy" => "polus_extension_mempcpy",
        _ => return None,
    })
}

/// The top-level declarations of a text without includes; constants of the preprocessor are put in.
fn declarations(source: &str) -> Vec<String> {
    let constants: Vec<(&str, &str)> = source
        .lines()
        .filter_map(|line| line.strip_prefix("#define ")?.split_once(' '))
        .map(|(name, value)| (name, value.split("//").next().unwrap_or_default().trim()))
        .collect();
    let plain: String =
        source.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let (mut found, mut depth, mut start) = (vec![], 0, None);
    for token in text::lex(&plain) {
        let word = token.text(&plain);
        let from = *start.get_or_insert(token.start);
        depth += i32::from(word == "{") - i32::from(word == "}");
        let body =
            || plain[from..token.end].split_once('{').is_some_and(|(head, _)| head.trim_end().ends_with(')'));
        if depth == 0 && (word == ";" || word == "}" && body()) {
            found.push(constants.iter().fold(plain[from..token.end].to_string(), |text, (name, value)| {
                replace_word(&text, name, value)
            }));
            start = None;
        }
    }
    found
}

fn replace_word(source: &str, name: &str, value: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for token in text::lex(source).iter().filter(|token| token.text(source) == name) {
        out.push_str(&source[at..token.start]);
        out.push_str(value);
        at = token.end;
    }
    out + &source[at..]
}
