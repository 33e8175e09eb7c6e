fn main() {
    let name = "transfer";
    fidge::atomic_scope!(name);
    fidge::atomic_scope!("transfer" {});
}
