//! The programs to compare, and how to build them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::DeflateEncoder};

use crate::figures::Figures;

/// One way to write the function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Contender {
    /// This project's function, as it is packaged.
    Counter,
    /// One plain HTTP request: the least that any counter does.
    Raw,
    /// Lambda's runtime alone.
    Hello,
    /// Python as in most tutorials.
    Python,
}

const CONTENDERS: &str = "bench/contenders/Cargo.toml";
const PYTHON: &str = "bench/contenders/python";
const VENV: &str = "target/bench/python";

/// The output of `make package`: always for arm64.
const PACKAGE: &str = "target/lambda/visitor-counter/bootstrap.zip";

impl Contender {
    pub(crate) const ALL: [Self; 4] = [Self::Counter, Self::Raw, Self::Hello, Self::Python];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Raw => "raw",
            Self::Hello => "hello",
            Self::Python => "python",
        }
    }

    /// The command that starts it.
    pub(crate) fn command(self) -> Vec<String> {
        let program = self.program().display().to_string();
        match self {
            Self::Python => [&program, "-m", "awslambdaric", "handler.handler"]
                .map(str::to_owned)
                .to_vec(),
            _ => vec![program],
        }
    }

    /// The folder to start it in, relative to the workspace.
    pub(crate) fn folder(self) -> &'static str {
        if self == Self::Python { PYTHON } else { "." }
    }

    /// Its environment, in addition to what all contenders get.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // As infra/stack/function.py sets it.
            Self::Counter => &[("GLIBC_TUNABLES", "glibc.malloc.tcache_count=127")],
            _ => &[],
        }
    }

    fn program(self) -> PathBuf {
        match self {
            Self::Counter => absolute(COUNTER),
            Self::Raw | Self::Hello => absolute("target/release").join(self.name()),
            Self::Python => absolute(VENV).join("bin/python"),
        }
    }

    /// Builds all of them.
    pub(crate) fn build_all() -> Result<()> {
        // For this machine, with a profile as the package has one.
        execute(Command::new("counter").arg("native"))?;
        execute(Command::new("cargo").args([
            "build",
            "--quiet",
            "--locked",
            "--release",
            "--manifest-path",
            CONTENDERS,
            "--target-dir",
            "target",
        ]))?;
        install_python()
    }

    /// Measures the archive to upload.
    pub(crate) fn measure_archive(self, figures: &mut Figures) -> Result<()> {
        let file = match self {
            Self::Counter | Self::Raw | Self::Hello => self.program(),
            Self::Python => Path::new(PYTHON).join("handler.py"),
        };
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(&fs::read(file)?)?;
        figures.enter(self, "archive", megabytes(deflate.finish()?.len()));
        if self == Self::Counter
            && let Ok(package) = fs::read(PACKAGE)
        {
            figures.enter(self, "package", megabytes(package.len()));
        }
        Ok(())
    }
}

/// The counter's program, as `counter native` leaves it.
const COUNTER: &str = "target/native/visitor-counter";

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// Installs the packages of the Python contender, unless they are installed.
fn install_python() -> Result<()> {
    let locked = fs::read(Path::new(PYTHON).join("requirements.txt"))?;
    let installed = Path::new(VENV).join("requirements.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    execute(Command::new("python3").args(["-m", "venv", "--clear", VENV]))
        .context("Python 3.11 or later is needed. Debian: apt install python3-venv")?;
    let pip = Path::new(VENV).join("bin/pip");
    execute(
        Command::new(pip)
            .args([
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--require-hashes",
            ])
            .arg("--requirement")
            .arg(Path::new(PYTHON).join("requirements.txt")),
    )?;
    Ok(fs::write(installed, locked)?)
}

fn execute(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("can't run {name}"))?;
    if !status.success() {
        bail!("{command:?} failed, see above");
    }
    Ok(())
}
