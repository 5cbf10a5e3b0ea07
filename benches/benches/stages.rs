//! Time of each stage of a construction, over a generated program and over real trees:
//! `POLUS_BENCH_TREES=old,new POLUS_BENCH_PROGRAM=name cargo bench -p polus-benches`.

use criterion::{BatchSize, Criterion};
use polus_benches::{corpus, named_trees};
use polusc::clang;
use polusc::construct::{self, Analysis, Pair};
use polusc::merge;
use polusc::model;
use polusc::patch::{self, history::History};
use polusc::source::{Loaded, Tree};
use polusc::text::{big_stack, lex, parse, shadow_clang, shadow_syntax};
use std::hint::black_box;

/// How often each case stands in the generated program.
const COPIES: usize = 4;

fn main() {
    big_stack(|| {
        let mut criterion = Criterion::default().configure_from_args();
        let (old, new) = corpus::generate(COPIES);
        measure(&mut criterion, "generated", &old, &new);
        if let Some((old, new)) = named_trees() {
            let (old, new) = corpus::load(&old, &new);
            measure(&mut criterion, "named", &old, &new);
        }
        criterion.final_summary();
    });
}

fn measure(criterion: &mut Criterion, name: &str, old: &Tree, new: &Tree) {
    describe(name, old);
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    let texts = || old.units.iter().map(|unit| unit.text.as_str());
    group.bench_function("lex", |b| b.iter(|| texts().map(|text| lex(text).len()).sum::<usize>()));
    group.bench_function("merge", |b| b.iter(|| merge::merge(old).expect("merges")));
    let (unit, _) = merge::merge(old).expect("merges");
    group.bench_function("shadow", |b| b.iter(|| shadow_syntax(&unit.text)));
    let shadow = shadow_syntax(&unit.text).text;
    group.bench_function("parse", |b| {
        b.iter(|| parse(&shadow, &|offset| unit.place(offset)).expect("parses"))
    });
    let for_clang = shadow_clang(&unit.text).text;
    group.bench_function("clang", |b| b.iter(|| clang::bind(&for_clang, None).expect("libclang is there")));
    let root = old.root.to_string_lossy().into_owned();
    group.bench_function("model", |b| {
        b.iter_batched(|| unit.clone(), |unit| model::model(unit, root.clone()), BatchSize::LargeInput)
    });
    let pair = pair(name, old, new);
    group.bench_function("diff", |b| b.iter(|| polusc::diff::diff(&pair.old, &pair.new)));
    group.bench_function("diff, relations, cross", |b| b.iter(|| construct::analyse(&pair, None, &[])));
    let analysis = construct::analyse(&pair, None, &[]);
    match construct::assemble(&pair, &analysis, None, &History::default()) {
        Ok(_) => render(&mut group, &pair, &analysis),
        Err(why) => eprintln!("{name}: no patch, so assemble and render are not measured: {why:?}"),
    }
    group.finish();
}

type Group<'c> = criterion::BenchmarkGroup<'c, criterion::measurement::WallTime>;

fn render(group: &mut Group, pair: &Pair, analysis: &Analysis) {
    let assemble =
        || construct::assemble(pair, analysis, None, &History::default()).expect("assembled before").0;
    group.bench_function("assemble", |b| b.iter(|| black_box(assemble())));
    let patch = assemble();
    group.bench_function("render", |b| b.iter(|| patch::render(&patch)));
}

fn pair(name: &str, old: &Tree, new: &Tree) -> Pair {
    let program = |tree: &Tree| {
        let loaded = Loaded { tree: tree.clone(), program: None, left_out: vec![], notes: vec![] };
        construct::program(loaded).expect("the program is modelled").0
    };
    let (old, new) = (program(old), program(new));
    Pair::new(name.into(), old, new)
}

fn describe(name: &str, tree: &Tree) {
    let bytes: usize = tree.units.iter().map(|unit| unit.text.len()).sum();
    println!("{name}: {} units, {:.1} MB preprocessed", tree.units.len(), bytes as f64 / 1e6);
}
