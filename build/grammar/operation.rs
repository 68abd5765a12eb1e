//! What must hold of operations, their parameters and their security.

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::super::document::join;
use super::GrammarCheck;

impl GrammarCheck<'_> {
    pub(super) fn operation(&mut self, operation: &Map<String, Value>, path: &str) {
        if let Some(Value::Object(responses)) = operation.get("responses") {
            let path = join(path, "responses");
            for status in responses.keys().filter(|status| !is_status(status)) {
                self.report(
                    &join(&path, status),
                    format!(
                        "`{status}` is not a status; write, for example, '200', 4XX or default"
                    ),
                );
            }
            if !responses.keys().any(|status| status.starts_with('2')) {
                self.report(&path, "an operation must have a response with a 2xx status");
            }
        }
        self.security(operation.get("security"), &join(path, "security"));
        if let Some(id) = operation.get("operationId").and_then(Value::as_str) {
            let id = id.to_snake_case();
            if self.operation_ids.contains(&id) {
                let path = join(path, "operationId");
                self.report(
                    &path,
                    format!("another operation is also called `{id}` in Rust; rename one"),
                );
            }
            self.operation_ids.push(id);
        }
        self.operation_parameters(operation, path);
    }

    /// Checks that each path begins with `/`, and differs from the others by more than the names of
    /// its parameters.
    pub(super) fn paths(&mut self, document: &Map<String, Value>) {
        let mut templates: Vec<(String, &String)> = Vec::new();
        let paths = document.get("paths").and_then(Value::as_object).into_iter();
        for name in paths.flat_map(Map::keys).filter(|name| !name.starts_with("x-")) {
            let path = join("/paths", name);
            if !name.starts_with('/') {
                self.report(&path, "a path must begin with `/`; correct it");
            }
            let parts = name.split('{').skip(1);
            let names: Vec<&str> = parts.filter_map(|part| part.split('}').next()).collect();
            let mut template = name.clone();
            for (index, parameter) in names.iter().enumerate() {
                template = template.replacen(&format!("{{{parameter}}}"), "{}", 1);
                if names[..index].contains(parameter) {
                    self.report(
                        &path,
                        format!("`{{{parameter}}}` occurs twice in the path; rename one"),
                    );
                }
            }
            match templates.iter().find(|(other, _)| *other == template) {
                Some((_, other)) => {
                    self.report(&path, format!("this is the same path as `{other}`; join the two"))
                }
                None => templates.push((template, name)),
            }
        }
    }

    /// Checks that each list of parameters has no repeated name, and that the path parameters are
    /// those in the path.
    fn operation_parameters(&mut self, operation: &Map<String, Value>, path: &str) {
        let root = &self.document.value;
        let item = path.rsplit_once('/').map_or("", |(item, _)| item);
        let template = item.rsplit_once('/').map_or("", |(_, template)| template);
        let shared = root.pointer(item).and_then(|item| item.get("parameters"));
        let lists = [
            (join(path, "parameters"), operation.get("parameters")),
            (join(item, "parameters"), shared),
        ];
        let mut named = Vec::new();
        for (path, list) in lists {
            let mut names: Vec<&Value> = Vec::new();
            let list = list.and_then(Value::as_array).into_iter().flatten();
            for (index, parameter) in list.enumerate() {
                let target = parameter.get("$ref").and_then(Value::as_str);
                let parameter = match target {
                    Some(target) => root.pointer(target.trim_start_matches('#')),
                    None => Some(parameter),
                };
                let Some(parameter) = parameter else { continue };
                let path = join(&join(&path, index), "name");
                if names.contains(&&parameter["name"]) {
                    self.report(&path, "another parameter has this name too; rename or remove one");
                }
                names.push(&parameter["name"]);
                if parameter["in"] != "path" {
                    continue;
                }
                let name = parameter["name"].as_str().unwrap_or_default();
                named.push(name);
                if !template.contains(&format!("{{{name}}}")) {
                    self.report(
                        &path,
                        format!(
                            "`{{{name}}}` is not in the path; put it there, or remove the parameter"
                        ),
                    );
                }
            }
        }
        for part in template.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if !named.contains(&name) {
                self.report(
                    path,
                    format!("there is no path parameter `{name}`; add it to `parameters`"),
                );
            }
        }
    }

    pub(super) fn security(&mut self, requirements: Option<&Value>, path: &str) {
        let schemes = self.document.value.pointer("/components/securitySchemes");
        let requirements = requirements.and_then(Value::as_array).into_iter().flatten();
        for (index, requirement) in requirements.enumerate() {
            for name in requirement.as_object().into_iter().flat_map(Map::keys) {
                if schemes.and_then(|schemes| schemes.get(name)).is_none() {
                    let path = join(&join(path, index), name);
                    self.report(
                        &path,
                        "there is no such security scheme; describe it, or correct the name",
                    );
                }
            }
        }
    }

    pub(super) fn security_scheme(&mut self, scheme: &Map<String, Value>, path: &str) {
        let kind = scheme.get("type").and_then(Value::as_str).unwrap_or_default();
        let keys: &[&str] = match kind {
            "apiKey" => &["name", "in"],
            "http" => &["scheme"],
            "oauth2" => &["flows"],
            "openIdConnect" => &["openIdConnectUrl"],
            _ => &[],
        };
        for key in keys.iter().filter(|key| !scheme.contains_key(**key)) {
            self.report(path, format!("a security scheme of type {kind} must have `{key}`"));
        }
    }

    pub(super) fn flows(&mut self, flows: &Map<String, Value>, path: &str) {
        for (name, flow) in flows {
            let keys: &[&str] = match name.as_str() {
                "implicit" => &["authorizationUrl"],
                "authorizationCode" => &["authorizationUrl", "tokenUrl"],
                "password" | "clientCredentials" => &["tokenUrl"],
                _ => &[],
            };
            for key in keys.iter().filter(|key| flow.get(**key).is_none()) {
                self.report(&join(path, name), format!("the flow `{name}` must have `{key}`"));
            }
        }
    }

    pub(super) fn parameter(&mut self, parameter: &Map<String, Value>, path: &str) {
        if parameter.contains_key("schema") == parameter.contains_key("content") {
            self.report(path, "a parameter must have either `schema` or `content`");
        }
        if parameter.get("in") == Some(&"path".into())
            && parameter.get("required") != Some(&true.into())
        {
            self.report(path, "a path parameter must have `required: true`");
        }
    }
}

fn is_status(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text == "default"
        || matches!(text.as_bytes(), [b'1'..=b'5', _, _]) && (digits(text) || text.ends_with("XX"))
}
