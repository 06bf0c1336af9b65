//! What must hold of the tree.
fn main() {}
