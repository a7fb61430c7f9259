//! What a metric file may say, and how it is told when it says something else.

use super::*;
use crate::settings::Settings;

const SIX: &str = "en = \"a\"\nfi = \"a\"\npl = \"a\"\nru = \"a\"\nsl = \"a\"\nzh-Hant = \"a\"\n";

fn file(head: &str, tail: &str) -> String {
    format!("{head}\ncounts = \"rows\"\n[title]\n{SIX}[summary]\n{SIX}{tail}")
}

fn csat() -> String {
    file(
        "id = \"csat\"\nunit = \"percent\"\nbetter = \"higher\"\ndated_by = \"answered_at\"",
        "[formula]\nkind = \"share\"\nfrom = \"answers\"\nwhere = \"kind = 'csat'\"\nof = \"satisfied\"\n",
    )
}

fn first_response_time() -> String {
    file(
        "id = \"first_response_time\"\nunit = \"duration\"\nbetter = \"lower\"",
        "[formula]\nkind = \"quantile\"\nfrom = \"conversations\"\nvalue = \"first_response_us\"\n\
         where = \"countable\"\n[variant.human]\nvalue = \"first_response_human_us\"\n",
    )
}

fn read(files: &[(&str, &str)]) -> (Catalogue, Vec<MetricFileError>) {
    Catalogue::read(files.iter().map(|&(path, text)| MetricSource { path, text, origin: Origin::BuiltIn }))
}

fn read_one(text: &str) -> Catalogue {
    let (catalogue, errors) = read(&[("speed/x.toml", text)]);
    assert_eq!(errors, []);
    catalogue
}

fn error_of(text: &str) -> MetricFileError {
    let (_, mut errors) = read(&[("x.toml", text)]);
    assert!(!errors.is_empty(), "no error");
    errors.remove(0)
}

#[test]
fn a_share_is_read_whole() {
    let catalogue = read_one(&csat());
    let metric = catalogue.get("csat").expect("csat");
    assert_eq!((metric.unit, metric.better, metric.family.as_str()), (Unit::Percent, Better::Higher, "speed"));
    let Formula::Simple { rows, measure } = &metric.formula else { panic!("not simple") };
    assert_eq!(rows.dating, Dating::Moment("answered_at".to_owned()));
    assert_eq!(*measure, Measure::Share { of: Some(Sql { text: "satisfied".to_owned(), line: 1 }) });
}

#[test]
fn a_duration_has_mean_and_90th_percentile_and_business_time_without_saying_so() {
    let catalogue = read_one(&first_response_time());
    let mut endings: Vec<_> = catalogue.iter().map(|metric| metric.variant.clone().unwrap_or_default()).collect();
    endings.sort();
    let expected = [
        "",
        "business",
        "human",
        "human_business",
        "human_mean",
        "human_mean_business",
        "human_p90",
        "human_p90_business",
        "mean",
        "mean_business",
        "p90",
        "p90_business",
    ];
    assert_eq!(endings, expected);
}

#[test]
fn business_time_reads_the_business_column() {
    let catalogue = read_one(&first_response_time());
    let metric = catalogue.get("first_response_time_human_p90_business").expect("variant");
    let Formula::Simple { measure: Measure::Quantile { value, q }, .. } = &metric.formula else { panic!("kind") };
    assert_eq!((value.text.as_str(), *q), ("first_response_human_business_us", 0.9));
    assert_eq!(metric.title.get(Language::English), "a (human), 90th percentile, in business hours");
}

#[test]
fn an_empty_list_of_variants_makes_none() {
    let text =
        first_response_time().replace("better =", "variants = []\nbetter =").replace("[variant.human]", "[variant.x]");
    let catalogue = read_one(&text);
    assert_eq!(catalogue.len(), 2);
}

#[test]
fn a_variant_may_have_a_formula_of_its_own() {
    let text = format!(
        "{}[variant.mean_score]\nunit = \"score\"\n[variant.mean_score.formula]\nkind = \"mean\"\nfrom = \"answers\"\nvalue = \"score\"\n",
        csat()
    );
    let catalogue = read_one(&text);
    let metric = catalogue.get("csat_mean_score").expect("variant");
    let Formula::Simple { rows, measure: Measure::Mean { .. } } = &metric.formula else { panic!("kind") };
    assert_eq!((metric.unit, &rows.filter), (Unit::Score, &None));
}

#[test]
fn an_unknown_key_names_file_line_and_nearest() {
    let error = error_of(&csat().replace("where =", "wher ="));
    assert_eq!(error.to_string(), "x.toml:23: unknown key \"wher\" in formula");
    assert!(error.hint().starts_with("Did you mean \"where\"?"), "{}", error.hint());
}

#[test]
fn an_unknown_fact_and_an_unknown_column_name_the_nearest() {
    assert!(error_of(&csat().replace("\"answers\"", "\"anwsers\"")).hint().contains("\"answers\"?"));
    assert!(error_of(&csat().replace("\"answered_at\"", "\"answred_at\"")).hint().contains("\"answered_at\"?"));
}

#[test]
fn a_missing_language_is_an_error() {
    let text = csat().replacen("ru = \"a\"\n", "", 1);
    assert_eq!(error_of(&text).to_string(), "x.toml:6: title has no \"ru\"");
}

#[test]
fn an_unknown_parameter_is_an_error() {
    let text = csat().replace("of = \"satisfied\"", "of = \"score > {least}\"");
    assert!(error_of(&text).to_string().contains("unknown parameter \"least\""));
}

#[test]
fn an_id_is_never_defined_twice() {
    let (catalogue, errors) = read(&[("a.toml", &csat()), ("b.toml", &csat())]);
    assert_eq!(catalogue.len(), 1);
    assert_eq!(errors[0].to_string(), "b.toml:1: the id \"csat\" is already that of a.toml");
}

#[test]
fn a_users_file_adds_a_variant_to_a_built_in_metric() {
    let own = "extends = \"csat\"\n[variant.after_chat]\nwhere = \"kind = 'csat' and moment = 'after_chat'\"\n";
    let csat = csat();
    let (catalogue, errors) = Catalogue::read([
        MetricSource { path: "own.toml", text: own, origin: Origin::Own },
        MetricSource { path: "satisfaction/csat.toml", text: &csat, origin: Origin::BuiltIn },
    ]);
    assert_eq!(errors, []);
    let ids: Vec<_> = catalogue.iter().map(|metric| (metric.id.as_str(), metric.origin)).collect();
    assert_eq!(ids, [("csat", Origin::BuiltIn), ("csat_after_chat", Origin::Own)]);
}

#[test]
fn a_composite_knows_the_metrics_that_it_is_made_of() {
    let text = file(
        "id = \"loss\"\nunit = \"percent\"\nbetter = \"lower\"",
        "[formula]\nkind = \"composite\"\nexpression = \"100 * (a - greatest(csat, 1)) / a\"\n\
         [formula.part.a]\nkind = \"count\"\nfrom = \"subscriptions\"\n\
         stock = { opens = \"opens_at\", closes = \"closes_at\", at = \"period_start\" }\n",
    );
    let (catalogue, errors) = read(&[("a.toml", &text), ("b.toml", &csat())]);
    assert_eq!(errors, []);
    let metric = catalogue.get("loss").expect("loss");
    assert_eq!(metric.metrics_named(), ["csat"]);
    let order: Vec<_> = catalogue.with_parts(metric).into_iter().map(|metric| metric.id.as_str()).collect();
    assert_eq!(order, ["csat", "loss"]);
}

#[test]
fn a_circle_of_composites_is_an_error() {
    let text = file(
        "id = \"loss\"\nunit = \"percent\"\nbetter = \"lower\"",
        "[formula]\nkind = \"composite\"\nexpression = \"loss + 1\"\n",
    );
    assert!(error_of(&text).to_string().contains("made of itself"));
}

#[test]
fn the_hash_changes_with_the_definition_and_its_parameters_and_not_with_its_title() {
    let text =
        csat().replace("of = \"satisfied\"", "of = \"answered_at < invited_at + interval '{reopen_days} days'\"");
    let hash = |text: &str, settings: &Settings| read_one(text).get("csat").expect("csat").definition(settings, "1");
    let settings = Settings::default();
    let first = hash(&text, &settings);
    assert!(first.starts_with("csat@"));
    assert_eq!(first, hash(&text.replace("en = \"a\"", "en = \"b\""), &settings));
    assert_ne!(first, hash(&text.replace("<", "<="), &settings));
    let mut longer = Settings::default();
    longer.windows.reopen_days = 14;
    assert_ne!(first, hash(&text, &longer));
}

#[test]
fn a_setting_takes_the_place_of_a_parameter_of_its_name() {
    let text = file(
        "id = \"x\"\nunit = \"percent\"\nbetter = \"higher\"\nmatures = { from = \"first_solved_at\", after = \"{reopen_days} days\" }",
        "[params]\nreopen_days = 3\n[formula]\nkind = \"share\"\nfrom = \"conversations\"\nof = \"countable\"\n",
    );
    let catalogue = read_one(&text);
    let metric = catalogue.get("x").expect("x").with(&Settings::default());
    let age = metric.formula.rows()[0].matures.as_ref().and_then(Matures::age);
    assert_eq!(age, Some(crate::time::Span::days(7)));
}

#[test]
fn one_row_per_key_knows_counts_and_sums_only() {
    let text = |total: &str| {
        file(
            "id = \"x\"\nunit = \"percent\"\nbetter = \"higher\"",
            &format!(
                "[formula]\nkind = \"share\"\nfrom = \"orders\"\nof = \"n > 1\"\nper = {{ key = \"customer_id\", n = \"{total}\" }}\n"
            ),
        )
    };
    assert_eq!(read_one(&text("count()")).len(), 1);
    assert!(error_of(&text("max(amount)")).to_string().contains("counts and sums only"));
}

#[test]
fn a_side_of_another_fact_is_dated_by_its_own_moment() {
    let text = file(
        "id = \"x\"\nunit = \"money\"\nbetter = \"lower\"\ndated_by = \"opened_at\"",
        "[formula]\nkind = \"ratio\"\n[formula.numerator]\nfrom = \"costs\"\nvalue = \"amount\"\n\
         [formula.denominator]\nfrom = \"conversations\"\n",
    );
    let catalogue = read_one(&text);
    let rows = catalogue.get("x").expect("x").formula.rows().into_iter().cloned().collect::<Vec<_>>();
    assert!(matches!(&rows[0].dating, Dating::Whole { start, .. } if start == "period_start"));
    assert_eq!(rows[1].dating, Dating::Moment("opened_at".to_owned()));
}

#[test]
fn an_example_belongs_to_the_variant_that_it_names() {
    let example = "[[example]]\nname = \"one\"\nvariant = \"p90\"\ngiven = \"\"\"\nconversation_events\n| kind | occurred_at |\n\
                   | opened | 2026-01-05 09:00 |\n\"\"\"\nexpect = \"none\"\n";
    let catalogue = read_one(&format!("{}{example}", first_response_time()));
    let metric = catalogue.get("first_response_time").expect("the file's own");
    assert_eq!(metric.examples[0].variant.as_deref(), Some("p90"));
    assert_eq!(metric.examples[0].given[0].rows.len(), 1);
    assert_eq!(metric.examples[0].expect.0[0].numbers["value"], Expected::Nothing);
}
