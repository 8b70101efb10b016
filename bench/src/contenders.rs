//! The programs to compare, and how to build them.

use std::fs;
use std::io::Write;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::DeflateEncoder};

use crate::figures::{Figures, Unit};

/// One way to write the function.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Contender {
    /// This project's function, as it is packaged.
    Counter,
    /// `lambda_http` alone.
    Hello,
    /// One plain HTTP request: the least that any counter sends to DynamoDB.
    Raw,
    /// Rust as in a tutorial, with all defaults.
    Defaults,
    /// Python as in most tutorials.
    Python,
}

/// How a contender reaches DynamoDB.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Transport {
    Http,
    Tls,
}

const CONTENDERS: &str = "bench/contenders/Cargo.toml";
const PYTHON: &str = "bench/contenders/python";
/// A target folder of its own, since cargo locks the folder while it builds.
const TUTORIAL: &str = "target/bench/tutorial";
const VENV: &str = "target/bench/python";

/// The output of `make package`: always for arm64.
const PACKAGE: &str = "target/lambda/visitor-counter/bootstrap.zip";

impl Contender {
    pub(crate) const ALL: [Self; 5] = [
        Self::Counter,
        Self::Hello,
        Self::Raw,
        Self::Defaults,
        Self::Python,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Hello => "hello",
            Self::Raw => "raw",
            Self::Defaults => "defaults",
            Self::Python => "python",
        }
    }

    pub(crate) fn transports(self) -> &'static [Transport] {
        match self {
            Self::Counter | Self::Defaults | Self::Python => &[Transport::Http, Transport::Tls],
            Self::Hello | Self::Raw => &[Transport::Http],
        }
    }

    pub(crate) fn is_rust(self) -> bool {
        self != Self::Python
    }

    /// The command that starts it.
    pub(crate) fn command(self) -> Vec<String> {
        match self {
            Self::Python => ["bin/python", "-m", "awslambdaric", "handler.handler"]
                .map(|word| match word {
                    "bin/python" => absolute(VENV).join(word).display().to_string(),
                    word => word.to_owned(),
                })
                .to_vec(),
            _ => vec![self.binary().display().to_string()],
        }
    }

    /// The folder to start it in, relative to the workspace.
    pub(crate) fn folder(self) -> &'static str {
        if self.is_rust() { "." } else { PYTHON }
    }

    /// Its environment, in addition to what all contenders get.
    pub(crate) fn environment(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // As infra/stack/function.py sets it.
            Self::Counter => &[("GLIBC_TUNABLES", "glibc.malloc.tcache_count=127")],
            _ => &[],
        }
    }

    fn binary(self) -> PathBuf {
        match self {
            Self::Counter => absolute("target/release/visitor-counter"),
            Self::Defaults => absolute(TUTORIAL).join("tutorial/defaults"),
            _ => absolute("target/release").join(self.name()),
        }
    }

    /// Builds all of them. The slowest to build runs in parallel with the others, or a core would
    /// be idle for a part of the time.
    pub(crate) fn build_all() -> Result<()> {
        thread::scope(|scope| {
            let defaults = scope.spawn(|| Self::Defaults.build());
            for contender in [Self::Counter, Self::Hello, Self::Raw, Self::Python] {
                contender.build()?;
            }
            match defaults.join() {
                Ok(result) => result,
                Err(panic) => resume_unwind(panic),
            }
        })
    }

    fn build(self) -> Result<()> {
        let cargo = |words: &[&str]| {
            let mut command = Command::new("cargo");
            execute(command.args(["build", "--quiet", "--locked"]).args(words))
        };
        match self {
            Self::Counter => cargo(&["--release", "--package", "visitor-counter"]),
            Self::Hello | Self::Raw => cargo(&[
                "--release",
                "--manifest-path",
                CONTENDERS,
                "--package",
                self.name(),
                "--target-dir",
                "target",
            ]),
            Self::Defaults => cargo(&[
                "--profile",
                "tutorial",
                "--manifest-path",
                CONTENDERS,
                "--package",
                "defaults",
                "--target-dir",
                TUTORIAL,
            ]),
            Self::Python => install(),
        }
    }

    /// Measures the size of the archive to upload.
    pub(crate) fn measure_archive(self, figures: &mut Figures) -> Result<()> {
        let file = match self {
            Self::Python => Path::new(PYTHON).join("handler.py"),
            _ => self.binary(),
        };
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
        deflate.write_all(&fs::read(file)?)?;
        let bytes = deflate.finish()?.len();
        figures.enter(
            &format!("{}.zip", self.name()),
            Unit::Megabytes,
            megabytes(bytes),
        );
        if self == Self::Counter
            && let Ok(package) = fs::read(PACKAGE)
        {
            figures.enter("package.zip", Unit::Megabytes, megabytes(package.len()));
        }
        Ok(())
    }
}

impl Transport {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Tls => "tls",
        }
    }
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// Installs the packages of the Python contender, unless they are installed.
fn install() -> Result<()> {
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
