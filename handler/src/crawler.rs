//! Which user agents are programs that visit pages without a person.

/// Parts of the user agents of crawlers, link previews, monitors and headless browsers, in lower
/// case, by their first letter.
///
/// Short and general words first: they find what isn't known yet. The rest are names that none of
/// them finds. `tests/test_crawlers.py` tries them on lists of crawlers and browsers.
const fn words(first: u8) -> &'static [&'static str] {
    match first {
        // An address that explains the crawler. Browsers have none.
        b':' => &["://"],
        b'.' => &[".com", ".io"],
        b'a' => &["acunetix", "agent)", "agent/", "appinsights", "auditor"],
        b'b' => &["batch/", "bluesky", "bot", "brandwatch", "bw/1."],
        b'c' => &[
            "check",
            "coccoc",
            "collapsify",
            "colly/",
            "connector",
            "crawl",
        ],
        b'd' => &["dareboost", "datanyze", "disqus"],
        b'e' => &["external"],
        b'f' => &["facebookcatalog", "favicon", "feed", "fetch", "foregenix"],
        b'g' => &["gigablast", "google-", "googleagent", "grab/", "gtmetrix"],
        b'h' => &["hardenize", "hatena", "headless", "hotjar", "httrack"],
        b'i' => &["ichiro", "ips-agent"],
        b'j' => &["jersey", "jetty/"],
        b'l' => &["lighthouse", "linktiger"],
        b'm' => &[
            "manus-",
            "marketgoo",
            "mediapartners",
            "metadata",
            "monitor",
        ],
        b'n' => &["netcraft"],
        b'o' => &["openvas", "optimiz"],
        b'p' => &[
            "parser",
            "phantomjs",
            "pingdom",
            "playwright",
            "preview",
            "productfinder",
            "proxy/",
            "ptst",
            "puppeteer",
        ],
        b'r' => &["rigor"],
        b's' => &[
            "scan",
            "scrap",
            "securityheaders",
            "selenium",
            "silktide",
            "sindup",
            "spider",
            "splash",
            "sucker",
            "synthetic",
        ],
        b't' => &["testlocally", "translationserver", "trendsmap"],
        b'u' => &["upday", "uptime"],
        b'v' => &["validat", "verif"],
        b'w' => &[
            "w3c",
            "watchtowr",
            "webcop",
            "webhook",
            "whatsapp",
            "whatweb",
        ],
        b'x' => &["xenu"],
        _ => &[],
    }
}

/// For each first letter, a bit for each second letter of its words. At most places of an agent,
/// these two letters already tell that no word begins there.
const SECOND_LETTERS: [u32; 128] = second_letters();

const fn second_letters() -> [u32; 128] {
    let mut letters = [0; 128];
    let mut first = 0;
    while first < 128 {
        let mut words = words(first);
        while let [word, rest @ ..] = words {
            letters[first as usize] |= bit(word.as_bytes()[1]);
            words = rest;
        }
        first += 1;
    }
    letters
}

/// Letters that are 32 apart share a bit, which costs a look at the words.
const fn bit(letter: u8) -> u32 {
    1 << (letter % 32)
}

/// Phones whose name ends like a crawler's.
const PHONE: &str = "cubot";

/// Agents without a version that are no crawlers: HTTP clients, and a CDN in front of the API, which
/// sends its own agent instead of the visitor's.
const CLIENTS: [&str; 3] = ["amazon cloudfront", "curl", "node"];

/// How agents begin that only look like crawlers: HTTP clients that name their address, and a text
/// browser without a version.
const CLIENTS_OF_ANY_VERSION: [&str; 3] = ["got (", "links (", "node-fetch/"];

/// Whether a user agent is a program that visits pages without a person.
///
/// HTTP clients such as curl are none: they call the API on purpose. An agent without any version
/// is one: browsers and HTTP clients have versions. So is one with a word that the list in this file
/// has, in upper or lower case.
#[must_use]
pub fn is_crawler(user_agent: &str) -> bool {
    let agent = user_agent.to_ascii_lowercase();
    if agent.is_empty() || is_client(&agent) {
        return false;
    }
    let bytes = agent.as_bytes();
    let may_begin = |first: u8, second: u8| {
        let letters = SECOND_LETTERS.get(usize::from(first));
        letters.is_some_and(|letters| letters & bit(second) != 0)
    };
    let has_word = |(at, pair): (usize, &[u8])| {
        let found = |word: &&str| bytes[at..].starts_with(word.as_bytes());
        may_begin(pair[0], pair[1])
            && words(pair[0]).iter().any(found)
            && !bytes[..at + 3].ends_with(PHONE.as_bytes())
    };
    !agent.contains('/') || bytes.windows(2).enumerate().any(has_word)
}

fn is_client(agent: &str) -> bool {
    let begins = |beginning: &&str| agent.starts_with(beginning);
    CLIENTS.contains(&agent) || CLIENTS_OF_ANY_VERSION.iter().any(begins)
}
