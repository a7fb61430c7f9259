//! wip
mod demo;
mod report;
fn main() -> anyhow::Result<()> {
    let n: usize = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(2000);
    for w in demo::write(demo::Size { seed: 1, conversations: n }, std::path::Path::new("/tmp/demo-out"), |_| ())? {
        println!("{:?} {} {}", w.table, w.rows, w.path.display());
    }
    Ok(())
}
#[cfg(test)]
mod preview {
    #[test]
    fn write() {
        for l in mittari_core::metric::Language::ALL {
            std::fs::write(format!("/tmp/preview-{}.html", l.tag()), crate::report::html::render(&crate::report::sample::card(), l).unwrap()).unwrap();
        }
    }
}
