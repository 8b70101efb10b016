//! Starts, restarts, signals, and everything that keeps it from starting.

use std::fs;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::server::Server;

fn folder() -> TempDir {
    TempDir::new().unwrap()
}

#[tokio::test]
async fn the_count_goes_on_after_a_restart() {
    let folder = folder();
    let server = Server::start(&folder, &[]).await;
    assert_eq!((server.visit().await, server.visit().await), (1, 2));
    server.signal("-TERM").await;
    assert_eq!(Server::start(&folder, &[]).await.visit().await, 3);
}

#[tokio::test]
async fn ctrl_c_and_sigterm_end_it_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let ended = Server::start(&folder(), &[]).await.signal(signal).await;
        assert_eq!(ended.status.code(), Some(0), "{signal}");
        assert_eq!(ended.stdout.trim(), "Stopped. The count is kept.");
        assert_eq!(ended.stderr, "");
    }
}

#[tokio::test]
async fn a_client_that_never_ends_its_request_does_not_keep_it_alive() {
    let server = Server::start(&folder(), &[]).await;
    let address = server.url.strip_prefix("http://").unwrap();
    let mut client = TcpStream::connect(address).await.unwrap();
    client
        .write_all(b"GET /visitorcount HTTP/1.1\r\n")
        .await
        .unwrap();
    server.visit().await;
    let begin = Instant::now();
    assert_eq!(server.signal("-TERM").await.status.code(), Some(0));
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
}

#[tokio::test]
async fn it_shows_the_path_of_its_data_and_listens_on_loopback_alone() {
    let folder = folder();
    let server = Server::start(&folder, &[]).await;
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    let data = folder
        .path()
        .canonicalize()
        .unwrap()
        .join(".local/dynamodb.sqlite");
    assert!(
        server.banner.contains(data.to_str().unwrap()),
        "{}",
        server.banner
    );
    assert!(data.is_file());
}

#[tokio::test]
async fn the_start_value_applies_to_a_new_count() {
    let folder = folder();
    for expected in [101, 102] {
        let server = Server::start(&folder, &[("START_COUNT", "100")]).await;
        assert_eq!(server.visit().await, expected);
    }
}

#[tokio::test]
async fn a_taken_port_is_named_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = Server::refuse(folder().path(), &[("PORT", &port)]).await;
    ended.assert_refused(&format!(
        "error: port {port} is taken. Choose another one: PORT="
    ));
}

#[tokio::test]
async fn a_port_that_is_not_a_number_is_shown() {
    for port in ["", "http", "-1", "65536"] {
        let ended = Server::refuse(folder().path(), &[("PORT", port)]).await;
        ended.assert_refused(&format!(
            "error: PORT is {port:?}. It must hold a whole number"
        ));
    }
}

#[tokio::test]
async fn all_wrong_settings_are_shown_together_and_one_a_line() {
    let folder = folder();
    let wrong = [
        ("PORT", "http"),
        ("ALLOWED_ORIGINS", "example.com"),
        ("START_COUNT", "-1"),
    ];
    let ended = Server::refuse(folder.path(), &wrong).await;
    let lines: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(lines.len(), wrong.len(), "{lines:?}");
    for (line, (variable, value)) in lines.iter().zip(wrong) {
        let start = format!("error: {variable} is {value:?}. It must hold ");
        assert!(line.starts_with(&start), "{line}");
    }
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""));
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_named() {
    // Permissions wouldn't stop root, so: a file, and a folder of the kernel.
    let (file, kernel) = (folder(), folder());
    fs::write(file.path().join(".local"), "").unwrap();
    std::os::unix::fs::symlink("/proc/self", kernel.path().join(".local")).unwrap();
    for folder in [file, kernel] {
        let ended = Server::refuse(folder.path(), &[("PORT", "0")]).await;
        ended.assert_refused("error: can't write to ");
        ended.assert_refused("/.local/dynamodb.sqlite: ");
    }
}

#[tokio::test]
async fn a_broken_data_file_is_named_and_left_as_it_is() {
    let folder = folder();
    let file = folder.path().join(".local/dynamodb.sqlite");
    fs::create_dir(folder.path().join(".local")).unwrap();
    fs::write(&file, "no database".repeat(1000)).unwrap();
    let ended = Server::refuse(folder.path(), &[("PORT", "0")]).await;
    ended.assert_refused("/.local/dynamodb.sqlite is damaged or not the counter's data");
    assert_eq!(
        fs::read_to_string(file).unwrap(),
        "no database".repeat(1000)
    );
}

#[tokio::test]
async fn a_truncated_data_file_is_named() {
    let folder = folder();
    let server = Server::start(&folder, &[]).await;
    server.visit().await;
    server.signal("-TERM").await;
    let file = folder.path().join(".local/dynamodb.sqlite");
    let data = fs::read(&file).unwrap();
    fs::write(&file, &data[..data.len() / 2]).unwrap();
    let _ = fs::remove_file(folder.path().join(".local/dynamodb.sqlite-wal"));
    let ended = Server::refuse(folder.path(), &[("PORT", "0")]).await;
    ended.assert_refused("/.local/dynamodb.sqlite is damaged or not the counter's data");
}

#[tokio::test]
async fn a_full_disk_is_told_from_damage_at_the_start_and_the_count_stays() {
    let folder = folder();
    let server = Server::start(&folder, &[]).await;
    assert_eq!((server.visit().await, server.visit().await), (1, 2));
    server.signal("-TERM").await;
    let file = folder.path().join(".local/dynamodb.sqlite");
    let data = fs::read(&file).unwrap();
    for kilobytes in [0, 4, 32, 128] {
        let ended = Server::refuse_with_space(folder.path(), kilobytes).await;
        ended.assert_refused("error: there is no space for /");
        ended.assert_refused("/.local/dynamodb.sqlite: ");
        ended.assert_refused("The count is kept.");
        assert!(!ended.stderr.contains("damaged"), "{}", ended.stderr);
        assert_eq!(fs::read(&file).unwrap(), data, "{kilobytes} kB");
    }
    assert_eq!(Server::start(&folder, &[]).await.visit().await, 3);
}

#[tokio::test]
async fn a_full_disk_fails_visits_with_the_cause_in_the_log_and_the_count_stays() {
    let folder = folder();
    let server = Server::start_with_space(&folder, 512).await;
    let mut counted = 0;
    let failed = loop {
        let response = server.request("GET", "/visitorcount").await;
        if response.status() != 200 {
            break response;
        }
        counted += 1;
        assert!(counted < 10_000, "the disk never gets full");
    };
    assert_eq!(failed.status(), 503);
    assert_ne!(counted, 0);
    let ended = server.signal("-TERM").await;
    // On a disk that is full indeed, SQLite says "database or disk is full".
    assert!(ended.stdout.contains("disk I/O error"), "{}", ended.stdout);
    assert_eq!(Server::start(&folder, &[]).await.visit().await, counted + 1);
}

#[tokio::test]
async fn a_data_file_that_cannot_be_opened_is_not_called_damaged() {
    let folder = folder();
    let server = Server::start(&folder, &[]).await;
    server.visit().await;
    server.signal("-KILL").await;
    let index = folder.path().join(".local/dynamodb.sqlite-shm");
    fs::remove_file(&index).unwrap();
    fs::create_dir(&index).unwrap();
    let ended = Server::refuse(folder.path(), &[("PORT", "0")]).await;
    ended.assert_refused("error: can't open /");
    assert!(!ended.stderr.contains("damaged"), "{}", ended.stderr);
    fs::remove_dir(&index).unwrap();
    assert_eq!(Server::start(&folder, &[]).await.visit().await, 2);
}
