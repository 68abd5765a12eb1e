//! Tests of the generator: the mistakes it reports, and the code it generates.

use super::document::Document;
use super::{Product, client as generate, generate as generate_product};

/// A fixed copy of the spec, so that the tests don't depend on its current content.
const SPEC: &str = include_str!("../xtask/tests/spec.yaml");

/// Replaces `old` with `new` in the spec, and returns the mistakes that are reported.
fn mistakes_after(old: &str, new: &str) -> String {
    assert!(SPEC.contains(old), "{old:?} is not in the spec");
    mistakes(&SPEC.replacen(old, new, 1))
}

fn mistakes(yaml: &str) -> String {
    generate("openapi/ofauth.yaml", yaml).unwrap_err().to_string()
}

#[test]
fn the_same_spec_gives_the_same_bytes() {
    let generated = generate("openapi/ofauth.yaml", SPEC).unwrap();
    assert_eq!(generate("openapi/ofauth.yaml", SPEC).unwrap(), generated);
    assert_eq!(generate("elsewhere.yaml", &SPEC.replace('\n', "\r\n")).unwrap(), generated);
}

#[test]
fn the_mocks_cover_every_status() {
    let document = Document::parse(SPEC).unwrap();
    let code = generate_product("openapi/ofauth.yaml", &document, Product::Mocks).unwrap();
    for name in [
        "ok",
        "bad_request",
        "unauthorized",
        "forbidden",
        "not_found",
        "too_many_requests",
        "internal_server_error",
        "bad_gateway",
        "service_unavailable",
        "gateway_timeout",
    ] {
        assert!(code.contains(&format!("pub fn {name}(self")), "{name}");
    }
}

#[test]
fn every_mistake_is_reported_with_file_line_place_and_reason() {
    for (old, new, place, reason) in [
        (
            "type: boolean",
            "type: booleen",
            "ChatPage.properties.hasMore.type",
            "`booleen` is not one of string, ",
        ),
        (
            "schemas/ChatOrder'",
            "schemas/ChatOrdre'",
            "parameters.2.schema.$ref",
            "`#/components/schemas/ChatOrdre` does not exist",
        ),
        (
            "schemas/ChatPage'",
            "responses/ChatPage'",
            "schema.$ref",
            "does not point into `#/components/schemas/`",
        ),
        (
            "schemas/ChatPage'",
            "schemas/ChatPage'\n                nullable: true",
            "schema.$ref",
            "keys next to a `$ref` are ignored",
        ),
        ("properties:", "propertys:", "ChatPage.propertys", "did you mean `properties`?"),
        ("summary:", "sumary:", "get.sumary", "did you mean `summary`?"),
        ("operationId:", "zzz:", "get.zzz", "known keys: operationId, tags, "),
        (
            "operationId: listChats",
            "deprecated: false",
            "paths./v2/access/chats.get",
            "an operation must have `operationId`",
        ),
        ("openapi: 3.0.3", "openapi: 3.1.0", "openapi", "write 3.0.3"),
        ("openapi: 3.0.3", "openapi: 3.0", "openapi", "must be a string; put it in quotes"),
        ("version: 2.0.0", "version: [2]", "info.version", "must be a string"),
        ("minimum: 1\n", "minimum: '1'\n", "schema.minimum", "must be a number"),
        ("maximum: 20", "maximum: 0", "schema.maximum", "must not be less than `minimum`"),
        ("maxLength: 100", "maxLength: -1", "schema.maxLength", "must be a non-negative integer"),
        ("default: 10", "default: ten", "schema.default", "must be of type integer"),
        (
            "- recent\n        - old",
            "- recent\n        - 5",
            "ChatOrder.enum.1",
            "must be of type string",
        ),
        ("- list\n", "- lists\n", "ChatPage.required.0", "`lists` is not among the properties"),
        (
            "in: query",
            "in: querry",
            "parameters.0.in",
            "`querry` is not one of query, header, path, cookie",
        ),
        (
            "in: query\n          required: false",
            "in: path\n          required: true",
            "parameters.0.name",
            "`{limit}` is not in the path",
        ),
        (
            "/v2/access/chats:",
            "/v2/{id}/chats:",
            "paths./v2/{id}/chats.get",
            "no path parameter `id`",
        ),
        ("'200':", "'2000':", "responses.2000", "is not a status"),
        ("'200':", "'300':", "get.responses", "must have a response with a 2xx status"),
        ("  - apiKey: []", "  - apiKy: []", "security.0.apiKy", "no such security scheme"),
        (
            "format: int32",
            "x-extensible-enum: true",
            "x-extensible-enum",
            "must be a separate schema",
        ),
        (
            "        canSendMessage:\n",
            "        can_not_send_reason:\n          type: string\n        canSendMessage:\n",
            "Chat.properties.can_not_send_reason",
            "`canNotSendReason` has the same name in Rust",
        ),
        (
            "    MediaKind:\n",
            "    chat_page:\n      type: string\n    MediaKind:\n",
            "schemas.chat_page",
            "`ChatPage` has the same name in Rust",
        ),
        (
            "        - audio\n",
            "        - audio\n        - photo\n",
            "MediaKind.enum.4",
            "this value occurs twice",
        ),
        (
            "            format: int32\n",
            "            x-private: true\n",
            "schema.x-private",
            "move the object that holds it into a separate schema",
        ),
        (
            "      operationId: listChats\n",
            "      operationId: listChats\n      security:\n        - nothing: []\n",
            "get.security.0.nothing",
            "no such security scheme",
        ),
        (
            "        - name: offset\n",
            "        - name: limit\n",
            "parameters.1.name",
            "another parameter has this name too",
        ),
        (
            "      in: header\n      name: apiKey\n",
            "      in: header\n",
            "securitySchemes.apiKey",
            "must have `name`",
        ),
        (
            "    Timestamp:\n",
            "    Timestump:\n",
            "$ref",
            "`#/components/schemas/Timestamp` does not exist",
        ),
        (
            "      oneOf:\n",
            "      oneOf:\n        - not:\n            type: array\n            items: {}\n",
            "components.schemas.CanNotSendReason",
            "progenitor cannot translate this",
        ),
    ] {
        let report = mistakes_after(old, new);
        let line = report.lines().find(|line| line.contains(reason));
        let line = line.unwrap_or_else(|| panic!("{reason:?} is not reported:\n{report}"));
        let mut parts = line.splitn(4, ':');
        assert_eq!(parts.next(), Some("openapi/ofauth.yaml"), "{line}");
        assert!(parts.next().unwrap().parse::<u32>().is_ok(), "{line}");
        assert!(parts.next().unwrap().parse::<u32>().is_ok(), "{line}");
        assert!(parts.next().unwrap().contains(place), "{line}");
    }
}

#[test]
fn the_line_is_the_line_of_the_mistake() {
    let line = SPEC.lines().position(|line| line.contains("type: boolean")).unwrap() + 1;
    let report = mistakes_after("type: boolean", "type: booleen");
    assert!(report.starts_with(&format!("openapi/ofauth.yaml:{line}:")), "{report}");
}

#[test]
fn a_repeated_key_is_a_mistake() {
    let report = mistakes_after("  title:", "  title: one\n  title:");
    assert_eq!(report.lines().count(), 1);
    assert!(report.contains("the key `title` occurs twice"), "{report}");
    let line = SPEC.lines().position(|line| line.starts_with("  title:")).unwrap() + 2;
    assert!(report.starts_with(&format!("openapi/ofauth.yaml:{line}:3:")), "{report}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let yaml = SPEC.replace("type: boolean", "type: booleen").replace("in: query", "in: querry");
    let count = |text: &str| SPEC.matches(text).count();
    let expected = count("type: boolean") + count("in: query");
    assert_eq!(mistakes(&yaml).lines().count(), expected);
}

/// Replaces `old` with `new` in the spec, and returns the generated code.
fn generated(old: &str, new: &str) -> String {
    assert!(SPEC.contains(old), "{old:?} is not in the spec");
    generate("openapi/ofauth.yaml", &SPEC.replacen(old, new, 1)).unwrap()
}

#[test]
fn every_value_of_an_open_enum_gets_its_own_variant() {
    let code = generated(
        "        - audio\n",
        "        - audio\n        - other\n        - 1080p\n        - a-b\n        - a_b\n        - ''\n        - self\n",
    );
    for arm in [
        "\"other\" => Self::OtherValue",
        "\"1080p\" => Self::X1080p",
        "\"a-b\" => Self::AB,",
        "\"a_b\" => Self::AB_,",
        "\"\" => Self::X,",
        "\"self\" => Self::SelfValue",
    ] {
        assert!(code.contains(arm), "{arm}");
    }
}

#[test]
fn optional_values_are_nullable_and_formats_need_no_crate() {
    let field = |schema: &str| {
        let new = format!("        new:\n          description: New.\n{schema}        isPinned:\n");
        let code = generated("        isPinned:\n", &new);
        let (_, rest) = code.split_once("pub new: ").unwrap();
        let (ty, _) = rest.split_once("///").unwrap();
        let ty: String = ty.split_whitespace().collect();
        ty.trim_end_matches(',').replace("::std::", "").replace(",>", ">")
    };
    for (schema, rust) in [
        (
            "          type: array\n          items:\n            type: string\n",
            "option::Option<vec::Vec<string::String>>",
        ),
        ("          type: boolean\n          default: true\n", "option::Option<bool>"),
        (
            "          type: string\n          format: date-time\n",
            "option::Option<crate::Timestamp>",
        ),
        ("          type: string\n          format: uuid\n", "option::Option<string::String>"),
        (
            "          type: string\n          format: date\n          pattern: '^x$'\n",
            "option::Option<string::String>",
        ),
        (
            "          type: object\n          additionalProperties:\n            type: integer\n",
            "option::Option<collections::BTreeMap<string::String,i64>>",
        ),
    ] {
        assert_eq!(field(schema), rust, "{schema}");
    }
}

#[test]
fn valid_openapi_is_accepted() {
    for (old, new) in [
        (
            "      required:\n        - withUser\n",
            "      allOf:\n        - required:\n            - withUser\n",
        ),
        (
            "        '400':\n",
            "        '201':\n          description: More.\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/ChatPage'\n        '400':\n",
        ),
        ("        '400':\n", "        default:\n"),
        ("        '504':\n", "        5XX:\n"),
        (
            "security:\n  - apiKey",
            "externalDocs:\n  url: https://example.com\nsecurity:\n  - apiKey",
        ),
    ] {
        generated(old, new);
    }
}

#[test]
fn text_that_is_not_a_document_is_reported() {
    for yaml in
        ["", "- a", "text", "{{{", "\0", "a:\n\tb: 1", "a: &a [*a]", "null", &"[".repeat(100_000)]
    {
        let report = mistakes(yaml);
        assert!(
            report.starts_with("openapi/ofauth.yaml:") && report.lines().count() == 1,
            "{report}"
        );
    }
}

#[test]
fn private_fields_stay_hidden_in_types_made_of_several_schemas() {
    let merged = "        merged:
          description: Both.
          allOf:
            - $ref: '#/components/schemas/UserView'
            - $ref: '#/components/schemas/UserName'
        isMediaReady:\n";
    let code = generated("        isMediaReady:\n", merged);
    let named = "    Vip:
      description: A user.
      allOf:
        - $ref: '#/components/schemas/UserName'
        - type: object
          properties:
            rank:
              type: integer
              format: int64
              description: The rank.
    MediaKind:\n";
    let others = generated("    MediaKind:\n", named);
    let either = "        either:
          description: Either.
          oneOf:
            - title: One
              allOf:
                - $ref: '#/components/schemas/UserView'
                - $ref: '#/components/schemas/UserName'
            - title: Two
              type: boolean
            - title: Three
              type: object
              required: [f, name]
              properties:
                f:
                  type: integer
                  format: int64
                  description: The formatter's name.
                name:
                  type: string
                  description: A name.
        isMediaReady:\n";
    let variants = generated("        isMediaReady:\n", either);
    let start = "\n    impl ::std::fmt::Debug for MessageEither {";
    let from = variants.find(start).expect("MessageEither has a derived `Debug`");
    let end = variants[from..].find("\n    }\n").unwrap();
    let body = &variants[from..from + end];
    assert!(body.contains("name: _") && body.contains("\"[private]\""), "{body}");
    assert!(body.contains("id: value") && body.contains(".field(\"id\", value"), "{body}");
    assert!(body.contains("Self::Two(value0) =>"), "{body}");
    assert!(body.contains("Self::Three { f: value0, name: _ }"), "{body}");
    for (code, name) in [(&code, "MessageMerged"), (&others, "Vip")] {
        // The `Debug` of the type's builder is indented further.
        let start = format!("\n    impl ::std::fmt::Debug for {name} {{");
        let from = code.find(&start).unwrap_or_else(|| panic!("{name} has a derived `Debug`"));
        let end = code[from..].find("\n    }\n").unwrap();
        let body = &code[from..from + end];
        assert!(body.contains("[private]") && !body.contains("&self.name)"), "{body}");
        assert!(body.contains("&self.id)"), "{body}");
    }
}

/// Adds an operation with parameters in its path to the spec.
fn with_path_parameters() -> Document {
    let operation = "paths:
  /v2.1/fans/{fanId}/files/{type}:
    get:
      operationId: listFiles
      parameters:
        - { name: fanId, in: path, required: true, description: An id., schema: { type: string } }
        - { name: type, in: path, required: true, description: A type., schema: { type: integer, minimum: 1 } }
      responses:
        '200':
          description: A page.
          content: { application/json: { schema: { $ref: '#/components/schemas/ChatPage' } } }
";
    Document::parse(&SPEC.replacen("paths:\n", operation, 1)).unwrap()
}

#[test]
fn values_in_paths_are_encoded_and_matched_literally() {
    let document = with_path_parameters();
    let generate = |product| generate_product("openapi/ofauth.yaml", &document, product).unwrap();
    let client = generate(Product::Client).replace(char::is_whitespace, "");
    assert!(client.contains("crate::encode_segment(&fan_id.to_string())"));
    assert!(!client.contains("encode_path(&"));
    let mocks = generate(Product::Mocks);
    for pattern in [
        r#""^/v2\\.1/fans/[^/]+/files/[^/]+$""#,
        r#""^/v2\\.1/fans/{}/files/[^/]+$""#,
        r#""^/v2\\.1/fans/[^/]+/files/{}$""#,
    ] {
        assert!(mocks.contains(pattern), "{pattern}");
    }
    for name in ["connection", "error", "retry_after", "sequence"] {
        assert_eq!(mocks.matches(&format!("pub fn {name}(self")).count(), 2, "{name}");
    }
    // One conversion, though two operations have the same body.
    assert_eq!(mocks.matches("for crate::Answer").count(), 1);
}

#[test]
fn rules_come_from_the_spec() {
    let edited = SPEC.replacen("            maximum: 20\n", "            maximum: 30\n", 1);
    for (spec, bound) in [(SPEC, "20i64"), (&edited, "30i64")] {
        let client = generate("openapi/ofauth.yaml", spec).unwrap();
        let rule = client.split("pub const LIMIT: crate::rule::Integer").nth(1).unwrap();
        assert!(rule.split(';').next().unwrap().contains(bound), "{rule}");
    }
    let document = with_path_parameters();
    let requests = generate_product("openapi/ofauth.yaml", &document, Product::Requests).unwrap();
    assert!(requests.contains("pub(crate) fn new(fan_id: impl Into<String>, type_: u64) -> Self"));
    assert!(requests.contains("operations::list_files::FAN_ID.check(fan_id)?"), "{requests}");
    assert_eq!(requests.matches("impl RawPage for types::ChatPage").count(), 1);
}

#[test]
fn alternatives_need_no_buffer_if_their_properties_are_required_scalars() {
    let buffered = |spec: &str| {
        let client = generate("openapi/ofauth.yaml", spec).unwrap();
        let (before, _) = client.split_once("pub enum MessageSender").unwrap();
        let derive = before.rsplit("#[derive(").next().unwrap();
        assert!(derive.contains("untagged"), "{derive}");
        derive.contains("Deserialize")
    };
    assert!(!buffered(SPEC));
    // Optional in one alternative, so that what is there doesn't tell the alternatives apart.
    let required = "      required:\n        - id\n        - _view\n";
    assert!(SPEC.contains(required));
    assert!(buffered(&SPEC.replacen(required, "      required:\n        - id\n", 1)));
}
