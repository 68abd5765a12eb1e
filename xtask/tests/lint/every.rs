//! Completeness: every key, every place and every error is reported, all at once.

use crate::{Copy, edited, field, named};

#[test]
fn misspelt_keys_are_reported_at_every_level() {
    let alternatives = "      oneOf:\n        - type: string\n          title: A\n        - type: boolean\n          title: B\n";
    for (old, new, expected) in [
        ("openapi: ", "opnapi: 1\nopenapi: ", "opnapi"),
        ("  version:", "  verson: 1\n  version:", "info.verson"),
        ("  - url:", "  - ulr: 1\n    url:", "servers.0.ulr"),
        (
            "    description: The server that the endpoint's",
            "    variables:\n      a:\n        default: b\n        enums: []\n    description: The server that the endpoint's",
            "servers.0.variables.a.enums",
        ),
        ("    get:\n", "    gett: {}\n    get:\n", "chats.gett"),
        ("      tags:\n", "      tag: []\n      tags:\n", "chats.get.tag"),
        (
            "          in: query\n",
            "          in: query\n          requird: true\n",
            "parameters.0.requird",
        ),
        ("        '200':\n", "        '200':\n          heders: {}\n", "responses.200.heders"),
        (
            "        '200':\n",
            "        '200':\n          links:\n            a:\n              operationid: x\n",
            "links.a.operationid",
        ),
        (
            "            application/json:\n",
            "            application/json:\n              shema: {}\n",
            "content.application/json.shema",
        ),
        (
            "            application/json:\n",
            "            application/json:\n              encoding:\n                a:\n                  contenttype: x\n",
            "encoding.a.contenttype",
        ),
        (
            "                  summary: A page with",
            "                  sumary: A page with",
            "examples.page.sumary",
        ),
        ("components:\n", "components:\n  schema: {}\n", "components.schema"),
        (
            "      type: apiKey\n",
            "      type: apiKey\n      nam: x\n",
            "securitySchemes.apiKey.nam",
        ),
        (
            "      type: apiKey\n",
            "      type: apiKey\n      flows:\n        password:\n          scope: {}\n          scopes: {}\n",
            "flows.password.scope",
        ),
        (
            "  headers:\n    X-RateLimit-Limit:\n",
            "  headers:\n    X-RateLimit-Limit:\n      descrption: x\n",
            "X-RateLimit-Limit.descrption",
        ),
        (
            "      x-extensible-enum: true\n",
            "      x-extensible-enum: true\n      xml:\n        nme: x\n",
            "xml.nme",
        ),
        (
            "    MediaKind:\n",
            &format!(
                "    Added:\n      description: Added.\n{alternatives}      discriminator:\n        propertyName: a\n        maping: {{}}\n    MediaKind:\n"
            ),
            "Added.discriminator.maping",
        ),
    ] {
        let (code, stdout, _) = Copy::new(&edited(old, new)).xtask("lint");
        assert_eq!(code, 1, "{expected}");
        assert!(stdout.contains(&format!("{expected}: `")), "{expected}: {stdout}");
        assert!(stdout.contains("is not a key of"), "{expected}: {stdout}");
    }
}

#[test]
fn nullable_with_all_of_or_one_of_is_not_a_finding() {
    for schema in [
        "          nullable: true\n          allOf:\n            - $ref: '#/components/schemas/Media'\n",
        "          nullable: true\n          oneOf:\n            - type: string\n              title: A\n            - type: boolean\n              title: B\n",
    ] {
        let (code, stdout, _) = Copy::new(&field(schema)).xtask("lint");
        assert_eq!(code, 0, "{stdout}");
    }
}

#[test]
fn every_place_of_a_rule_is_reported_with_a_fix() {
    let lint = |schema: &str| Copy::new(&named(schema)).xtask("lint").1;
    let shadowed = lint(
        "      oneOf:\n        - type: number\n        - type: integer\n        - type: string\n        - type: integer\n          format: int32\n",
    );
    assert_eq!(shadowed.matches("[shadowed-alternative]").count(), 2, "{shadowed}");
    let bounds = lint("      type: integer\n      minimum: 1\n      maximum: 5\n");
    assert_eq!(bounds.matches("[integer-format]").count(), 2, "{bounds}");

    let syntax = Copy::new(&edited("  title: ", "  title: [\n  x: ")).xtask("lint").1;
    assert!(
        syntax.contains("; correct the indentation") && syntax.contains("[yaml]\n"),
        "{syntax}"
    );
    let mapping = lint(
        "      oneOf:\n        - type: string\n        - type: boolean\n      discriminator:\n        propertyName: a\n        mapping:\n          b: '#/components/schemas/None'\n",
    );
    assert!(
        mapping.contains("discriminator.mapping.b: \"#/components/schemas/None\" does not exist"),
        "{mapping}"
    );
}

#[test]
fn an_invalid_pattern_does_not_hide_other_findings() {
    let spec = field("          type: string\n          pattern: '['\n          maxLength: 4\n          example: 7\n")
        .replacen("          description: The user's id.\n", "", 1);
    let (code, stdout, _) = Copy::new(&spec).xtask("lint");
    assert_eq!(code, 1);
    for rule in ["pattern", "refused-length", "example", "described"] {
        assert_eq!(stdout.matches(&format!("[{rule}]")).count(), 1, "{rule}: {stdout}");
    }
}

#[test]
fn documents_that_are_not_openapi_are_reported() {
    for (spec, expected) in [
        ("", "openapi/ofauth.yaml: the document is empty; "),
        ("<html>", "openapi/ofauth.yaml: this is HTML or XML, not an OpenAPI document; "),
        ("- a", "openapi/ofauth.yaml: this is a list, not an OpenAPI document; "),
        ("swagger: '2.0'", "openapi/ofauth.yaml:1:1: swagger: this is Swagger 2.0, "),
        ("openapi: 3.0", "openapi/ofauth.yaml:1:1: openapi: `3.0` is a number; "),
    ] {
        let (code, stdout, _) = Copy::new(spec).xtask("lint");
        assert_eq!((code, stdout.lines().count()), (1, 2), "{stdout}");
        assert!(stdout.contains(expected), "{stdout}");
    }
    let spec = edited("'#/components/schemas/ChatPage'", "''");
    let (_, stdout, _) = Copy::new(&spec).xtask("lint");
    assert!(stdout.contains("$ref: it is empty; write what it refers to"), "{stdout}");
}

#[test]
fn misspelt_extension_keys_are_reported() {
    for key in [
        "x-privat",
        "x-Private",
        "x-prviate",
        "x-priv",
        "x-extensible",
        "x_private",
        "x-extensible-enums",
    ] {
        let schema = format!("          type: boolean\n          {key}: true\n");
        let (code, stdout, _) = Copy::new(&field(&schema)).xtask("lint");
        assert_eq!(code, 1, "{key}: {stdout}");
        assert!(stdout.contains(key), "{key}: {stdout}");
    }
    for key in ["x-vendor", "x-privilege", "x-extension-id", "x-private-data"] {
        let schema = format!("          type: boolean\n          {key}: true\n");
        assert_eq!(Copy::new(&field(&schema)).xtask("lint").0, 0, "{key}");
    }
}

#[test]
fn schemas_that_cannot_validate_values_are_reported_with_their_position() {
    for (schema, expected) in [
        ("          oneOf: []\n", "properties.added"),
        (
            "          type: object\n          required: [a, a]\n          properties:\n            a:\n              type: boolean\n              description: A.\n",
            "properties.added.required",
        ),
    ] {
        let (code, stdout, stderr) = Copy::new(&field(schema)).xtask("lint");
        assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
        let line = stdout.lines().find(|line| line.contains(expected));
        let line = line.unwrap_or_else(|| panic!("{expected}: {stdout}"));
        assert!(
            line.starts_with("openapi/ofauth.yaml:")
                && (line.contains("]; ") || line.contains("; remove one")),
            "{stdout}"
        );
    }
    // The schema of a response, which its examples are checked against.
    let required = "      required:\n        - list\n";
    let spec = edited(required, "      required:\n        - list\n        - list\n");
    let copy = Copy::new(&spec);
    copy.write("openapi/examples/page.json", "{\"list\": [], \"hasMore\": false}");
    let (code, stdout, stderr) = copy.xtask("lint");
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.contains("components.schemas.ChatPage.required"), "{stdout}");

    for added in [
        "      $ref: '#/components/schemas/Added'\n",
        "      allOf:\n        - $ref: '#/components/schemas/Other'\n    Other:\n      description: Other.\n      allOf:\n        - $ref: '#/components/schemas/Added'\n",
        "      oneOf:\n        - type: string\n          title: A\n        - $ref: '#/components/schemas/Added'\n",
    ] {
        let spec = edited(
            "    MediaKind:\n",
            &format!("    Added:\n      description: Added.\n{added}    MediaKind:\n"),
        );
        let spec = spec.replace("      description: Added.\n      $ref", "      $ref");
        let (code, stdout, stderr) = Copy::new(&spec).xtask("lint");
        assert_eq!((code, stderr.as_str()), (1, ""), "{added}: {stdout}");
        assert!(
            stdout.contains("leads back to itself") && stdout.contains("components.schemas.Added"),
            "{stdout}"
        );
    }
    // A recursive schema is valid if its values can be finite.
    let list = "          type: array\n          items:\n            $ref: '#/components/schemas/Message'\n";
    assert_eq!(Copy::new(&field(list)).xtask("lint").0, 0);
}

#[test]
fn circular_references_are_reported_in_every_section() {
    for (part, name) in [
        ("parameters", "P"),
        ("requestBodies", "P"),
        ("responses", "P"),
        ("headers", "P"),
        ("examples", "P"),
        ("schemas", "Pp"),
    ] {
        let entry =
            |from: &str, to: &str| format!("    {from}:\n      $ref: '#/components/{part}/{to}'\n");
        let entries = entry(name, "Qq") + &entry("Qq", name);
        let section = format!("\n  {part}:\n");
        let spec = match ["responses", "headers", "schemas"].contains(&part) {
            true => edited(&section, &format!("{section}{entries}")),
            false => edited("\n  schemas:\n", &format!("{section}{entries}  schemas:\n")),
        };
        for command in ["lint", "regen"] {
            let (code, stdout, stderr) = Copy::new(&spec).xtask(command);
            assert_eq!(code, if command == "lint" { 1 } else { 3 }, "{part}: {stdout}{stderr}");
            let expected = format!(
                "components.{part}.{name}.$ref: `#/components/{part}/Qq` leads back to itself"
            );
            assert!(format!("{stdout}{stderr}").contains(&expected), "{part}: {stdout}{stderr}");
        }
    }
    let circular =
        "          allOf:\n            - $ref: '#/components/schemas/Message/properties/added'\n";
    let (code, stdout, _) = Copy::new(&field(circular)).xtask("lint");
    assert_eq!(code, 1);
    assert!(stdout.contains("leads back to itself"), "{stdout}");
}

#[test]
fn what_openapi_forbids_beyond_keys_and_types_is_reported() {
    let scheme = |scheme: &str| {
        edited("  securitySchemes:\n", &format!("  securitySchemes:\n    other:\n{scheme}"))
    };
    for (spec, finding) in [
        (edited("  /v2/access/chats:", "  v2/access/chats:"), "a path must begin with `/`"),
        (
            edited(
                "              examples:\n",
                "              example: {list: [], hasMore: false}\n              examples:\n",
            ),
            "examples: use either `example` or `examples`",
        ),
        (scheme("      type: http\n"), "other: a security scheme of type http must have `scheme`"),
        (scheme("      type: oauth2\n"), "a security scheme of type oauth2 must have `flows`"),
        (
            scheme("      type: oauth2\n      flows:\n        implicit:\n          scopes: {}\n"),
            "flows.implicit: the flow `implicit` must have `authorizationUrl`",
        ),
        (
            edited("    MediaKind:\n", "    User View:\n      type: string\n    MediaKind:\n"),
            "schemas.User View: a name may only have ASCII letters",
        ),
        (
            field("          type: integer\n          multipleOf: 0\n"),
            "added.multipleOf: must be greater than 0",
        ),
        (field("          type: string\n          enum: []\n"), "added.enum: `enum` is empty"),
        (
            edited(
                "  headers:\n    X-Rate",
                "  headers:\n    X-Other:\n      style: form\n      schema: {}\n    X-Rate",
            ),
            "X-Other.style: `form` is not one of simple",
        ),
        (
            edited(
                "        - name: userListId\n",
                "        - name: since\n          in: query\n          content: {}\n        - name: userListId\n",
            ),
            "content: must have exactly one media type",
        ),
        (
            edited("paths:\n", "paths:\n  /a/{x}/{x}: {}\n"),
            "/a/{x}/{x}: `{x}` occurs twice in the path; rename one",
        ),
        (
            edited("paths:\n", "paths:\n  /a/{x}: {}\n  /a/{y}: {}\n"),
            "/a/{y}: this is the same path as `/a/{x}`; join the two",
        ),
    ] {
        let (code, stdout, stderr) = Copy::new(&spec).xtask("lint");
        assert_eq!((code, stderr.as_str()), (1, ""), "{finding}: {stdout}");
        assert!(stdout.contains(finding), "{finding}: {stdout}");
        assert!(stdout.contains("[grammar]"), "{stdout}");
    }
}
