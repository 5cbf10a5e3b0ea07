//! Changes of version, planned without a process: entries lead directly to the
//! newest version whatever the history, and variables cross in the right order.

use polus::facts::registry::{Cell, Entry, Record, Reference, Registry};
use polus::plan::{Change, change};
use polus_runtime::abi::kind;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Entries of the executable's functions: 0x1000, 0x1100, …
fn origin(function: u64) -> Entry {
    let code = 0x1000 + function * 0x100;
    let flags = kind::ORIGIN;
    Entry {
        identity: code,
        code,
        name: format!("f{function}"),
        original: [function as u8; 5],
        flags,
        extents: vec![(code, code + 0x40)],
        ..Entry::default()
    }
}

fn version(patch: u64, function: u64) -> Entry {
    let code = 0x10_0000 * patch + function * 0x100;
    Entry {
        code,
        flags: 0,
        original: [(patch * 16 + function) as u8; 5],
        extents: vec![(code, code + 0x40)],
        ..origin(function)
    }
}

fn record(patch: u64, version_number: u32, state: u32, functions: &[u64]) -> Record {
    let entries =
        functions.iter().flat_map(|function| [origin(*function), version(patch, *function)]).collect();
    Record { address: patch, state, version: version_number, entries, ..Record::default() }
}

fn registry(version: u32, records: Vec<Record>) -> Registry {
    Registry { address: 1, version, goal: version, records, ..Registry::default() }
}

/// Where a call of `address` ends, and over how many jumps.
fn follow(writes: &BTreeMap<u64, [u8; 5]>, address: u64) -> (u64, u32) {
    let (mut at, mut jumps) = (address, 0);
    while let Some([0xe9, rest @ ..]) = writes.get(&at) {
        at = (at + 5).wrapping_add_signed(i64::from(i32::from_le_bytes(*rest)));
        jumps += 1;
        assert!(jumps < 100, "a circle of jumps");
    }
    (at, jumps)
}

fn bytes(change: &Change) -> BTreeMap<u64, [u8; 5]> {
    change.writes.iter().map(|write| (write.address, write.bytes)).collect()
}

#[test]
fn the_second_update_leads_all_older_versions_to_the_newest() {
    let registry =
        registry(1, vec![record(2, 2, kind::LOADED, &[0, 1]), record(1, 1, kind::ACTIVE, &[0, 2])]);
    let plan = change(&registry, 2, Some(2)).expect("a change");
    let bytes = bytes(&plan);
    assert_eq!(follow(&bytes, 0x1000), (0x20_0000, 1));
    assert_eq!(follow(&bytes, 0x10_0000), (0x20_0000, 1));
    assert_eq!(follow(&bytes, 0x1100), (0x20_0100, 1));
    assert_eq!(follow(&bytes, 0x1200), (0x10_0200, 1));
    assert_eq!(plan.states, [(2, kind::ACTIVE)]);
}

#[test]
fn going_back_to_the_start_restores_every_entry_of_the_executable() {
    let registry =
        registry(2, vec![record(2, 2, kind::ACTIVE, &[0, 1]), record(1, 1, kind::ACTIVE, &[0, 2])]);
    let plan = change(&registry, 0, None).expect("a change");
    for function in 0..3 {
        assert_eq!(bytes(&plan)[&(0x1000 + function * 0x100)], [function as u8; 5]);
    }
    // calls in code that is still active lead back
    assert_eq!(follow(&bytes(&plan), 0x20_0000), (0x1000, 1));
    assert_eq!(plan.states, [(2, kind::ROLLED_BACK), (1, kind::ROLLED_BACK)]);
}

#[test]
fn variables_cross_backwards_newest_first_and_wait_for_their_users() {
    let cell = |name: &str, instance: u64| Cell {
        name: name.to_string(),
        old_instance: 0x5000,
        new_instance: instance,
        ..Cell::default()
    };
    let uses = |function: u64, instance: u64, side: u32| Reference {
        identity: 0x1000 + function * 0x100,
        instance,
        side,
        end: 0,
    };
    let mut first = record(1, 1, kind::ACTIVE, &[0]);
    first.cells = vec![cell("limits", 0x6000)];
    first.references = vec![uses(0, 0x6000, kind::OLD), uses(0, 0x6000, kind::NEW_CODE)];
    let mut second = record(2, 2, kind::ACTIVE, &[0, 1]);
    second.cells = vec![cell("table", 0x7000)];
    second.references = vec![uses(1, 0x7000, kind::NEW_CODE), uses(1, 0x6000, kind::NEW_CODE)];
    let registry = registry(2, vec![second, first]);
    let plan = change(&registry, 0, None).expect("a change");
    assert_eq!(plan.crossings, [(2, kind::TO_OLD), (1, kind::TO_OLD)]);
    let waits: Vec<(&str, &str, u64)> =
        plan.waits.iter().map(|wait| (wait.function.as_str(), wait.why.as_str(), wait.ranges[0].0)).collect();
    assert_eq!(
        waits,
        [
            ("f1", "which uses table", 0x20_0100),
            ("f1", "which uses limits", 0x20_0100),
            ("f0", "which uses limits", 0x10_0000)
        ]
    );
}

#[test]
fn an_update_waits_for_all_older_versions_that_use_a_migrated_variable() {
    let mut incoming = record(2, 2, kind::LOADED, &[0]);
    incoming.cells = vec![Cell {
        name: "limits".to_string(),
        old_instance: 0x5000,
        new_instance: 0x6000,
        ..Cell::default()
    }];
    incoming.references = vec![Reference { identity: 0x1000, instance: 0x6000, side: kind::OLD, end: 0 }];
    let registry = registry(1, vec![incoming, record(1, 1, kind::ACTIVE, &[0])]);
    let plan = change(&registry, 2, Some(2)).expect("a change");
    assert_eq!(plan.waits.len(), 1);
    assert_eq!(plan.waits[0].ranges, [(0x1000, 0x1040), (0x10_0000, 0x10_0040)]);
    assert!(plan.to_string().contains("wait until f0 is left, which uses limits"));
}

#[test]
fn a_target_out_of_reach_is_refused_by_name() {
    let mut far = record(1, 1, kind::LOADED, &[3]);
    far.entries[1].code = 0x7fff_0000_0000;
    let fault = change(&registry(0, vec![far]), 1, Some(1)).expect_err("too far");
    assert!(fault.what.contains("`f3`") && fault.what.contains("too far"));
}

proptest! {
    /// Any history of patches over four functions, and any way from there.
    #[test]
    fn no_call_ever_takes_more_than_one_jump(
        patches in prop::collection::vec(prop::collection::btree_set(0u64..4, 1..4), 1..6),
        active in 0u32..6,
        goal in 0u32..6,
    ) {
        let active = active.min(patches.len() as u32);
        let goal = goal.min(active);
        let records = patches.iter().enumerate().rev().map(|(index, functions)| {
            let state = if index < active as usize { kind::ACTIVE } else { kind::ROLLED_BACK };
            let functions: Vec<u64> = functions.iter().copied().collect();
            record(index as u64 + 1, index as u32 + 1, state, &functions)
        });
        let registry = registry(active, records.collect());
        let plan = change(&registry, goal, None).expect("a change");
        let bytes = bytes(&plan);
        for address in bytes.keys() {
            let function = (address & 0xf00) >> 8;
            let newest = (0..goal as usize).rev().find(|index| patches[*index].contains(&function));
            let wanted = newest.map_or(0x1000 + function * 0x100, |index| 0x10_0000 * (index as u64 + 1) + function * 0x100);
            let (reached, jumps) = follow(&bytes, *address);
            prop_assert_eq!(reached, wanted);
            prop_assert!(jumps <= 1);
        }
        // targets are code before any jump to them is written
        let first_jump = plan.writes.iter().position(|write| write.is_jump).unwrap_or(plan.writes.len());
        prop_assert!(plan.writes[first_jump..].iter().all(|write| write.is_jump));
    }
}
