//! Compiles `proto/` without protoc, and writes the descriptor set for reflection.

use std::{env, error::Error, fs, path::PathBuf};

use prost::Message;

const ROOT: &str = "../../proto";
const SERVICES: [&str; 3] = ["onboarding", "relationship", "ordering"];

#[allow(clippy::disallowed_methods, reason = "cargo passes parameters in the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");
    let files = SERVICES.iter().flat_map(|service| {
        ["service", "error_reason"].map(|file| format!("csp/{service}/v1/{file}.proto"))
    });
    let files = files.chain(["csp/rules/v1/refusal.proto".to_owned()]);
    let descriptors = protox::compile(files, [ROOT])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
