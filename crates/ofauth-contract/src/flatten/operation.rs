//! Flattens operations: parameters, bodies, responses and credentials.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::reference::Part;
use super::schema::Schemas;
use super::server::{base_urls, default_url};
use super::unread::expanded;
use crate::mistake::Mistake;
use crate::table::{Body, Header, Kind, Operation, Parameter, Response, Row, RowId};

pub(super) struct Operations<'a> {
    pub(super) root: Part<'a>,
    pub(super) schemas: Schemas<'a>,
}

impl<'a> Operations<'a> {
    pub(super) fn operation(
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
            callbacks: operation
                .entries("callbacks")?
                .into_iter()
                .map(|(name, part)| (name.clone(), expanded(&part, self.root.value)))
                .collect(),
            path: path.to_owned(),
            method,
        })
    }

    /// Returns the sets of credentials, described by what is sent. Scheme names aren't sent.
    fn security(&self, operation: &Part<'a>) -> Result<BTreeSet<BTreeSet<String>>, Mistake> {
        let own = operation.get("security").map(|_| operation);
        let holder = own.unwrap_or(&self.root);
        let mut sets = BTreeSet::new();
        for requirement in holder.list("security")? {
            // Each flow of a scheme is another way to the same credentials.
            let mut ways = vec![BTreeSet::new()];
            for (name, scopes) in requirement.mapping()? {
                let scopes = scopes.as_array().into_iter().flatten();
                let scopes: BTreeSet<&str> = scopes.filter_map(Value::as_str).collect();
                let schemes = self.scheme(name)?;
                let with = |way: &BTreeSet<String>, scheme: &String| {
                    let mut way = way.clone();
                    // Scopes are separate, because credentials with more scopes are accepted, too.
                    way.extend(scopes.iter().map(|scope| format!("{scheme} {scope}")));
                    way.insert(scheme.clone());
                    way
                };
                let longer = ways.iter().flat_map(|way| schemes.iter().map(|one| with(way, one)));
                ways = longer.collect();
            }
            sets.extend(ways);
        }
        if sets.is_empty() {
            // Without requirements, no credentials are needed.
            sets.insert(BTreeSet::new());
        }
        Ok(sets)
    }

    /// Returns the ways to send the credentials of a scheme. A scheme that isn't described is known
    /// only by its name.
    fn scheme(&self, name: &str) -> Result<Vec<String>, Mistake> {
        let schemes =
            self.root.get("components").and_then(|components| components.get("securitySchemes"));
        let Some(scheme) = schemes.and_then(|schemes| schemes.get(name)) else {
            return Ok(vec![format!("undescribed scheme {name}")]);
        };
        let scheme = scheme.resolved(self.root.value)?;
        let text = |key| scheme.text(key).map(Option::unwrap_or_default);
        let only = match text("type")? {
            "apiKey" => {
                let name = match text("in")? {
                    "header" => text("name")?.to_ascii_lowercase(),
                    _ => text("name")?.to_owned(),
                };
                format!("{} {name}", text("in")?)
            }
            "http" => format!("http {}", text("scheme")?.to_ascii_lowercase()),
            "oauth2" => {
                let mut ways = Vec::new();
                for (name, flow) in scheme.entries("flows")? {
                    if name.starts_with("x-") {
                        continue;
                    }
                    let mut words = vec!["oauth2", name];
                    for key in ["authorizationUrl", "tokenUrl"] {
                        words.extend(flow.text(key)?);
                    }
                    ways.push(words.join(" "));
                }
                if !ways.is_empty() {
                    return Ok(ways);
                }
                "oauth2".to_owned()
            }
            kind @ "openIdConnect" => format!("{kind} {}", text("openIdConnectUrl")?),
            kind => kind.to_owned(),
        };
        Ok(vec![only])
    }

    /// The URLs of the same servers, each with the defaults of its variables.
    pub(super) fn default_urls(&self, item: &Part<'a>, operation: &Part<'a>) -> Vec<String> {
        let lists = [operation, item, &self.root].map(|holder| holder.value["servers"].as_array());
        let list = lists.into_iter().flatten().find(|list| !list.is_empty());
        list.into_iter().flatten().map(default_url).collect()
    }

    /// Returns the operation's servers, or else those of the path or of the document.
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

    /// Returns the parameters of the operation and the path; those of the operation take
    /// precedence. Headers that OpenAPI describes by other means are left out.
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
            part.text(key)?.ok_or_else(|| part.mistake(format!("a parameter must have `{key}`")))
        };
        let (name, location) = (needed("name")?, needed("in")?);
        let form = matches!(location, "query" | "cookie");
        let style = part.text("style")?.unwrap_or(if form { "form" } else { "simple" });
        let explode = part.typed("explode", "true or false", Value::as_bool)?;
        let explode = explode.unwrap_or(style == "form");
        let media = part.entries("content")?.into_iter().next();
        let schema = match &media {
            Some((_, media)) => media.get("schema"),
            None => part.get("schema"),
        };
        let row = self.schema(schema)?;
        // `explode` has no effect on a single value, or on a list in the style `simple`.
        let is_same =
            |row: &Row| row.is_scalar() || style == "simple" && row.kind == Some(Kind::Array);
        let content = &self.schemas.rows[row.0];
        let mut alternatives = content.alternatives.iter();
        let single = match content.alternatives.is_empty() {
            true => is_same(content),
            false => alternatives.all(|id| is_same(&self.schemas.rows[id.0])),
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
            // It has no effect on other parameters.
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
            encodings: encodings(&part, self.root.value)?,
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
                // `content` defines this header.
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
        let entries = part.entries("content")?;
        for (media, part) in &entries {
            // Beside another entry for the same media type, the charset distinguishes them.
            let alike = entries.iter().filter(|(other, _)| essence(other) == essence(media));
            let key = match alike.count() {
                1 => essence(media),
                _ => media.to_ascii_lowercase(),
            };
            contents.insert(key, self.schema(part.get("schema"))?);
        }
        Ok(contents)
    }

    /// Returns the row of a schema, or the row of any value if there is no schema.
    fn schema(&mut self, schema: Option<Part<'a>>) -> Result<RowId, Mistake> {
        static ANY: Value = Value::Bool(true);
        self.schemas.row(schema.unwrap_or(Part { value: &ANY, pointer: String::new() }))
    }
}

/// Returns how the parts of each form are encoded, without defaults that are written out. Other
/// bodies have no parts.
fn encodings<'a>(body: &Part<'a>, root: &'a Value) -> Result<BTreeMap<String, Value>, Mistake> {
    let mut encodings = BTreeMap::new();
    for (media, form) in body.entries("content")? {
        let media = essence(media);
        let multipart = media.starts_with("multipart/");
        if !multipart && !media.starts_with("application/x-www-form-urlencoded") {
            continue;
        }
        let schema = form.get("schema").map(|schema| schema.resolved(root)).transpose()?;
        let mut parts = Map::new();
        for (name, part) in form.entries("encoding")? {
            let mut written = part.mapping()?.clone();
            if multipart {
                let property = schema.as_ref().and_then(|schema| schema.get("properties"));
                let property = property.and_then(|all| all.get(name));
                let property = property.map(|one| one.resolved(root)).transpose()?;
                let default = property.and_then(|one| default_type(one.value));
                written.retain(|key, value| {
                    key != "contentType" || default.is_none_or(|default| value != default)
                });
            }
            let defaults = [
                ("style", Value::from("form")),
                ("explode", Value::Bool(true)),
                ("allowReserved", Value::Bool(false)),
            ];
            for (key, default) in defaults {
                if written.get(key) == Some(&default) {
                    written.remove(key);
                }
            }
            if !written.is_empty() {
                parts.insert(name.clone(), Value::Object(written));
            }
        }
        encodings.insert(media, Value::Object(parts));
    }
    Ok(encodings)
}

/// Returns the media type in which a part is sent unless the document says otherwise (OpenAPI,
/// encoding object).
fn default_type(schema: &Value) -> Option<&'static str> {
    match schema["type"].as_str()? {
        "object" => Some("application/json"),
        "array" => default_type(&schema["items"]),
        "string" if schema["format"] == "binary" || schema["format"] == "byte" => {
            Some("application/octet-stream")
        }
        "string" | "number" | "integer" | "boolean" => Some("text/plain"),
        _ => None,
    }
}

/// Returns a media type without its `charset`, which has no effect on JSON. Other parameters may
/// distinguish bodies.
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
