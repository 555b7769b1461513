//! The commands that show what a page shows: of grpcurl, and of the command line.

use maud::{Markup, html};

/// The commands of one page.
#[derive(Debug, Default)]
pub(crate) struct Commands {
    grpcurl: Vec<String>,
    csp: Vec<String>,
}

impl Commands {
    /// A call with grpcurl: `service` and `method` such as `relationship.v1.RelationshipService` and
    /// `GetCustomer`, and the request as names and values.
    pub(crate) fn call(
        mut self,
        address: &str,
        service: &str,
        method: &str,
        request: &[(&str, &str)],
    ) -> Self {
        let fields = request.iter().filter(|(_, value)| !value.is_empty());
        let fields = fields.map(|(name, value)| format!("\"{name}\": {}", json(value)));
        let body = fields.collect::<Vec<_>>().join(", ");
        self.grpcurl.push(format!(
            "grpcurl -plaintext -d {} {address} csp.{service}/{method}",
            shell(&format!("{{{body}}}"))
        ));
        self
    }

    /// A call with grpcurl whose request is JSON.
    pub(crate) fn call_json(
        mut self,
        address: &str,
        service: &str,
        method: &str,
        request: &str,
    ) -> Self {
        let body = shell(request);
        self.grpcurl.push(format!("grpcurl -plaintext -d {body} {address} csp.{service}/{method}"));
        self
    }

    /// A command of `csp`.
    pub(crate) fn csp(mut self, words: &[&str]) -> Self {
        let words: Vec<_> = words.iter().map(|word| shell(word)).collect();
        self.csp.push(format!("csp {}", words.join(" ")));
        self
    }

    pub(crate) fn markup(&self) -> Markup {
        html! {
            @if !self.grpcurl.is_empty() {
                section.commands aria-label="Commands" {
                    (block("Copy as grpcurl", &self.grpcurl))
                    @if !self.csp.is_empty() { (block("Copy as csp", &self.csp)) }
                }
            }
        }
    }
}

fn block(title: &str, commands: &[String]) -> Markup {
    html! {
        details {
            summary { (title) }
            pre tabindex="0" { @for command in commands { code { (command) } "\n" } }
        }
    }
}

/// A text as a word of a POSIX shell.
fn shell(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "-_./:=,@".contains(it);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as a string of JSON.
pub(crate) fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_quotes_what_a_shell_or_json_would_read_otherwise() {
        let request = [("filter", "display_name = \"o'neil*\""), ("page_token", "")];
        let commands = Commands::default().call("host:1", "a.v1.A", "List", &request);
        assert_eq!(
            commands.grpcurl,
            [
                r#"grpcurl -plaintext -d '{"filter": "display_name = \"o'\''neil*\""}' host:1 csp.a.v1.A/List"#
            ]
        );
        let commands = Commands::default().csp(&["get", "customers/1", "$(id)"]);
        assert_eq!(commands.csp, ["csp get customers/1 '$(id)'"]);
    }

    #[test]
    fn control_characters_are_escaped_in_json() {
        assert_eq!(json("a\n\u{1}"), r#""a\u000a\u0001""#);
    }
}
