//! What the safe JUCE layer promises about lifetimes, places and threads, the compiler keeps: each
//! program in `tests/compile_fail` is refused, for the reason in the `.stderr` file beside it.
//!
//! After a change that is meant: `TRYBUILD=overwrite cargo test --release --test compile_fail`, and
//! look at what the reasons have become.

#[test]
fn what_would_be_undefined_behaviour_does_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
