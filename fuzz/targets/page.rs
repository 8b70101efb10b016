//! `page` in a query: a path's form is its own form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use visitor_counter::Pages;

fuzz_target!(|text: &str| {
    let all: Pages = "/*".parse().unwrap();
    if let Ok(path) = all.read(text) {
        assert_eq!(all.read(&path.to_string()), Ok(path));
    }
});
