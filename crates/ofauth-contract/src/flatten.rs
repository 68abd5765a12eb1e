//! A document → a table: OpenAPI 3.0 and 3.1, and a JSON Schema by itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::schema::Schemas;
use crate::source::{Mistake, Part};
use crate::table::{Body, Header, Operation, Parameter, Response, RowId, Table};

const METHODS: &[&str] = &[
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

impl Table {
    /// Flattens a whole OpenAPI document.
    ///
    /// # Errors
    ///
    /// Where the document is none, or says something that cannot be: the place, and what.
    pub fn of_document(document: &Value) -> Result<Self, Mistake> {
        let (operations, mut schemas) = operations(document, |_, _| true)?;
        let mut named = BTreeMap::new();
        if let Some(components) = root(document).get("components") {
            for (name, part) in components.entries("schemas")? {
                named.insert(name.clone(), schemas.row(part)?);
            }
        }
        Ok(Self {
            rows: schemas.rows,
            operations,
            schemas: named,
        })
    }

    /// Flattens the operations of which method and path are wanted, and no others:
    /// a document may have hundreds.
    ///
    /// # Errors
    ///
    /// As [`of_document`](Self::of_document), of the wanted operations alone.
    pub fn of_operations(
        document: &Value,
        wanted: impl Fn(&str, &str) -> bool,
    ) -> Result<Self, Mistake> {
        let (operations, schemas) = operations(document, wanted)?;
        Ok(Self {
            rows: schemas.rows,
            operations,
            schemas: BTreeMap::new(),
        })
    }

    /// Flattens a JSON Schema by itself; its row is the second part.
    ///
    /// # Errors
    ///
    /// As [`of_document`](Self::of_document).
    pub fn of_schema(schema: &Value) -> Result<(Self, RowId), Mistake> {
        let mut schemas = Schemas::new(schema);
        let row = schemas.row(root(schema))?;
        let table = Self {
            rows: schemas.rows,
            ..Self::default()
        };
        Ok((table, row))
    }
}

fn operations(
    document: &Value,
    wanted: impl Fn(&str, &str) -> bool,
) -> Result<(Vec<Operation>, Schemas<'_>), Mistake> {
    let root = root(document);
    version(&root)?;
    let mut flatten = Flatten {
        root: root.clone(),
        schemas: Schemas::new(document),
    };
    let mut operations = Vec::new();
    for (path, item) in root.entries("paths")? {
        if path.starts_with("x-") {
            continue;
        }
        let item = item.resolved(document)?;
        for method in METHODS {
            let Some(operation) = item.get(method) else {
                continue;
            };
            let method = method.to_uppercase();
            if wanted(&method, path) {
                operations.push(flatten.operation(method, path, &item, &operation)?);
            }
        }
    }
    Ok((operations, flatten.schemas))
}

fn root(document: &Value) -> Part<'_> {
    Part {
        value: document,
        pointer: String::new(),
    }
}

fn version(root: &Part<'_>) -> Result<(), Mistake> {
    root.mapping()?;
    let reason = "this is no OpenAPI document: it must say `openapi: 3.0.3` or another 3.0 or 3.1";
    let version = root.text("openapi")?.ok_or_else(|| root.mistake(reason))?;
    match version.starts_with("3.0") || version.starts_with("3.1") {
        true => Ok(()),
        false => Err(Mistake::new(
            "/openapi",
            format!("`{version}` is not read; 3.0 and 3.1 are"),
        )),
    }
}

/// More URLs than any honest server has.
const URLS: usize = 100;
/// More characters than any honest URL has.
const URL: usize = 8_192;

struct Flatten<'a> {
    root: Part<'a>,
    schemas: Schemas<'a>,
}

impl<'a> Flatten<'a> {
    fn operation(
        &mut self,
        method: String,
        path: &str,
        item: &Part<'a>,
        operation: &Part<'a>,
    ) -> Result<Operation, Mistake> {
        operation.mapping()?;
        let tags = operation.list("tags")?;
        let tags = tags.iter().filter_map(|tag| tag.value.as_str());
        Ok(Operation {
            id: operation.text("operationId")?.map(str::to_owned),
            tags: tags.map(str::to_owned).collect(),
            deprecated: operation.flag("deprecated")?,
            security: self.security(operation)?,
            servers: self.servers(item, operation)?,
            parameters: self.parameters(item, operation)?,
            body: self.body(operation)?,
            responses: self.responses(operation)?,
            path: path.to_owned(),
            method,
        })
    }

    /// The sets of credentials, each by what is sent: the name of a scheme is on no wire.
    fn security(&self, operation: &Part<'a>) -> Result<BTreeSet<BTreeSet<String>>, Mistake> {
        let own = operation.get("security").map(|_| operation);
        let holder = own.unwrap_or(&self.root);
        let mut sets = BTreeSet::new();
        for requirement in holder.list("security")? {
            let mut set = BTreeSet::new();
            for (name, scopes) in requirement.mapping()? {
                let scopes = scopes.as_array().into_iter().flatten();
                let scopes: BTreeSet<&str> = scopes.filter_map(Value::as_str).collect();
                // Each scope by itself: who may do more than is asked for is let in.
                let text = self.scheme(name, &requirement)?;
                set.extend(scopes.iter().map(|scope| format!("{text} {scope}")));
                set.insert(text);
            }
            sets.insert(set);
        }
        if sets.is_empty() {
            // No requirement is met by no credentials.
            sets.insert(BTreeSet::new());
        }
        Ok(sets)
    }

    fn scheme(&self, name: &str, requirement: &Part<'a>) -> Result<String, Mistake> {
        let schemes = self
            .root
            .get("components")
            .and_then(|components| components.get("securitySchemes"));
        let Some(scheme) = schemes.and_then(|schemes| schemes.get(name)) else {
            let reason = format!("there is no security scheme `{name}`");
            return Err(requirement.mistake(reason));
        };
        let scheme = scheme.resolved(self.root.value)?;
        let text = |key| scheme.text(key).map(Option::unwrap_or_default);
        Ok(match text("type")? {
            "apiKey" => {
                let name = match text("in")? {
                    "header" => text("name")?.to_ascii_lowercase(),
                    _ => text("name")?.to_owned(),
                };
                format!("{} {name}", text("in")?)
            }
            "http" => format!("http {}", text("scheme")?.to_ascii_lowercase()),
            "oauth2" => {
                let mut words = vec!["oauth2"];
                for (name, flow) in scheme.entries("flows")? {
                    if name.starts_with("x-") {
                        continue;
                    }
                    words.push(name);
                    for key in ["authorizationUrl", "tokenUrl", "refreshUrl"] {
                        words.extend(flow.text(key)?);
                    }
                }
                words.join(" ")
            }
            kind @ "openIdConnect" => format!("{kind} {}", text("openIdConnectUrl")?),
            kind => kind.to_owned(),
        })
    }

    /// The operation's own servers, or else those of the path, or of the document.
    fn servers(&self, item: &Part<'a>, operation: &Part<'a>) -> Result<Vec<String>, Mistake> {
        for holder in [operation, item, &self.root] {
            let servers = holder.list("servers")?;
            if !servers.is_empty() {
                let mut urls = Vec::new();
                for server in &servers {
                    urls.append(&mut base_urls(server)?);
                }
                return Ok(urls);
            }
        }
        Ok(vec!["/".to_owned()])
    }

    /// The parameters of the path, and those of the operation, which go before them. Headers
    /// that OpenAPI says by other means are none.
    fn parameters(
        &mut self,
        item: &Part<'a>,
        operation: &Part<'a>,
    ) -> Result<Vec<Parameter>, Mistake> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for holder in [operation, item] {
            let own = parameters.len();
            for part in holder.list("parameters")? {
                let part = part.resolved(self.root.value)?;
                let parameter = self.parameter(&part)?;
                let known = parameters[..own].iter().any(|other| {
                    (&other.location, other.key()) == (&parameter.location, parameter.key())
                });
                let ignored = parameter.location == "header"
                    && ["accept", "authorization", "content-type"]
                        .contains(&parameter.key().as_str());
                if !known && !ignored {
                    parameters.push(parameter);
                }
            }
        }
        Ok(parameters)
    }

    fn parameter(&mut self, part: &Part<'a>) -> Result<Parameter, Mistake> {
        let needed = |key: &str| {
            part.text(key)?
                .ok_or_else(|| part.mistake(format!("a parameter needs `{key}`")))
        };
        let (name, location) = (needed("name")?, needed("in")?);
        let form = matches!(location, "query" | "cookie");
        let style = part
            .text("style")?
            .unwrap_or(if form { "form" } else { "simple" });
        let explode = part.typed("explode", "true or false", Value::as_bool)?;
        let explode = explode.unwrap_or(style == "form");
        let media = part.entries("content")?.into_iter().next();
        let schema = match &media {
            Some((_, media)) => media.get("schema"),
            None => part.get("schema"),
        };
        let row = self.schema(schema)?;
        // Exploded or not, a single value is written the same.
        let says = &self.schemas.rows[row.0];
        let mut alternatives = says.alternatives.iter();
        let single = match says.alternatives.is_empty() {
            true => says.is_scalar(),
            false => alternatives.all(|id| self.schemas.rows[id.0].is_scalar()),
        };
        let mut written = match &media {
            Some((media, _)) => essence(media),
            None => style.to_owned(),
        };
        if part.flag("allowReserved")? {
            written.push_str(", reserved characters as they are");
        }
        Ok(Parameter {
            location: location.to_owned(),
            name: name.to_owned(),
            required: part.flag("required")?,
            deprecated: part.flag("deprecated")?,
            // Of other parameters it says nothing.
            empty: location == "query" && part.flag("allowEmptyValue")?,
            style: written,
            exploded: (media.is_none() && !single).then_some(explode),
            row,
        })
    }

    fn body(&mut self, operation: &Part<'a>) -> Result<Option<Body>, Mistake> {
        let Some(part) = operation.get("requestBody") else {
            return Ok(None);
        };
        let part = part.resolved(self.root.value)?;
        Ok(Some(Body {
            required: part.flag("required")?,
            contents: self.contents(&part)?,
            encodings: encodings(&part)?,
        }))
    }

    fn responses(&mut self, operation: &Part<'a>) -> Result<BTreeMap<String, Response>, Mistake> {
        let mut responses = BTreeMap::new();
        for (status, part) in operation.entries("responses")? {
            if status.starts_with("x-") {
                continue;
            }
            let part = part.resolved(self.root.value)?;
            let mut headers = BTreeMap::new();
            for (name, header) in part.entries("headers")? {
                // The content says it.
                if name.eq_ignore_ascii_case("content-type") {
                    continue;
                }
                let header = header.resolved(self.root.value)?;
                let media = header.entries("content")?.into_iter().next();
                let schema = match media {
                    Some((_, media)) => media.get("schema"),
                    None => header.get("schema"),
                };
                let value = Header {
                    name: name.clone(),
                    required: header.flag("required")?,
                    deprecated: header.flag("deprecated")?,
                    row: self.schema(schema)?,
                };
                headers.insert(name.to_ascii_lowercase(), value);
            }
            let contents = self.contents(&part)?;
            let status = match status.as_str() {
                "default" => status.clone(),
                _ => status.to_ascii_uppercase(),
            };
            responses.insert(status, Response { headers, contents });
        }
        Ok(responses)
    }

    fn contents(&mut self, part: &Part<'a>) -> Result<BTreeMap<String, RowId>, Mistake> {
        let mut contents = BTreeMap::new();
        for (media, part) in part.entries("content")? {
            contents.insert(essence(media), self.schema(part.get("schema"))?);
        }
        Ok(contents)
    }

    /// The row of a schema; without one, of any value.
    fn schema(&mut self, schema: Option<Part<'a>>) -> Result<RowId, Mistake> {
        static ANY: Value = Value::Bool(true);
        self.schemas.row(schema.unwrap_or(Part {
            value: &ANY,
            pointer: String::new(),
        }))
    }
}

/// The URLs that a server's `url` stands for, the default first: one for each of the
/// values that its variables list. A variable that lists none has any.
fn base_urls(server: &Part<'_>) -> Result<Vec<String>, Mistake> {
    let url = server.text("url")?.unwrap_or_default();
    let url = match url.trim_end_matches('/') {
        "" => "/",
        url => url,
    };
    let mut variables = BTreeMap::new();
    for (name, variable) in server.entries("variables")? {
        let mut values: Vec<&str> = variable.text("default")?.into_iter().collect();
        for value in variable.list("enum")? {
            let text = value.value.as_str();
            values.push(text.ok_or_else(|| value.mistake("must be a string"))?);
        }
        let mut known = HashSet::new();
        values.retain(|value| known.insert(*value));
        let any = variable.get("enum").is_none();
        variables.insert(name.as_str(), if any { vec!["*"] } else { values });
    }
    let mut urls = vec![String::new()];
    let mut rest = url;
    // From left to right: what a variable stands for has no variables.
    while let Some((before, name, after)) = rest.split_once('{').and_then(|(before, after)| {
        let (name, after) = after.split_once('}')?;
        Some((before, name, after))
    }) {
        let own = [format!("{{{name}}}")];
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        let values = variables.get(name).unwrap_or(&own);
        let longer = urls.iter().flat_map(|url| {
            values
                .iter()
                .map(move |value| format!("{url}{before}{value}"))
        });
        urls = longer.take(URLS).collect();
        rest = after;
        if urls.iter().any(|url| url.len() > URL) {
            return Err(server.mistake(format!("a URL has at most {URL} characters")));
        }
    }
    urls.iter_mut().for_each(|url| url.push_str(rest));
    Ok(urls)
}

/// How the parts of each form are written; other bodies have no parts.
fn encodings(body: &Part<'_>) -> Result<BTreeMap<String, Value>, Mistake> {
    let mut encodings = BTreeMap::new();
    for (media, part) in body.entries("content")? {
        let media = essence(media);
        if media.starts_with("multipart/") || media.starts_with("application/x-www-form-urlencoded")
        {
            let parts = part.entries("encoding")?.into_iter();
            let parts = parts.map(|(name, part)| (name.clone(), part.value.clone()));
            encodings.insert(media, parts.collect());
        }
    }
    Ok(encodings)
}

/// A media type without its `charset`, which changes no JSON; other parameters may
/// tell one body from another.
fn essence(media: &str) -> String {
    let mut parts = media.split(';').map(str::trim);
    let mut essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let mut parameters: Vec<String> = parts
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| match parameter.split_once('=') {
            Some((name, value)) => {
                let (name, value) = (name.trim(), value.trim().trim_matches('"'));
                format!("{}={value}", name.to_ascii_lowercase())
            }
            None => parameter.to_owned(),
        })
        .filter(|parameter| !parameter.starts_with("charset="))
        .collect();
    parameters.sort();
    for parameter in parameters {
        essence.push_str("; ");
        essence.push_str(&parameter);
    }
    essence
}
