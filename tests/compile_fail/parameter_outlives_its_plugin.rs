//! A parameter belongs to its plugin (E0505).
use matryoshka::juce::Instance;

fn job(plugin: Instance) {
    let parameter = plugin.parameter(0).unwrap().unwrap();
    drop(plugin);
    println!("{:?}", parameter.name());
}

fn main() {
    let _ = job;
}
