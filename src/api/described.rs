//! What the description of the API says of every route, whatever its handler says of itself: a name of its
//! own, what each answer means, examples of what is in a path, and that whatever does not work is answered
//! with a problem document.

use serde_json::Value;
use utoipa::openapi::path::{Operation, ParameterBuilder};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};

/// The media type of problems (RFC 9457 §3).
const PROBLEM: &str = "application/problem+json";

/// Completes a description that is made of the routes.
pub(super) fn complete(description: &mut OpenApi) {
    for (path, item) in &mut description.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete_one(method, path, operation);
            }
        }
    }
}

/// The description as it is shown. Whole numbers without a sign are called so: what they hold does not end
/// where those with a sign do.
pub(super) fn as_json(description: &OpenApi) -> Value {
    let mut shown = serde_json::to_value(description).unwrap_or_default();
    name_unsigned(&mut shown);
    shown
}

fn name_unsigned(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(name_unsigned),
        Value::Object(fields) => {
            let is_unsigned = fields.get("minimum").and_then(Value::as_f64) == Some(0.0);
            if is_unsigned && let Some(Value::String(format)) = fields.get_mut("format") {
                match format.as_str() {
                    "int32" => "uint32".clone_into(format),
                    "int64" => "uint64".clone_into(format),
                    _ => {}
                }
            }
            fields.values_mut().for_each(name_unsigned);
        }
        _ => {}
    }
}

fn complete_one(method: &str, path: &str, operation: &mut Operation) {
    // Names have to be unique (OpenAPI 3.1 §4.8.10); those of the handlers are so within their module.
    operation.operation_id = Some(name(method, path));
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && let Some(example) = example(path, &parameter.name)
        {
            let builder = ParameterBuilder::from(parameter.clone());
            *parameter = builder.example(Some(example.into())).build();
        }
    }
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        if let RefOr::T(response) = response {
            if response.description.is_empty() {
                meaning(status).clone_into(&mut response.description);
            }
            if status.starts_with(['4', '5'])
                && let Some(content) = response.content.shift_remove("application/json")
            {
                response.content.insert(PROBLEM.to_owned(), content);
            }
        }
    }
    responses
        .entry("default".to_owned())
        .or_insert_with(|| RefOr::T(problem()));
}

/// `put_mailboxes_address_failover`.
fn name(method: &str, path: &str) -> String {
    let parts = path.split('/').filter(|part| !part.is_empty()).skip(2);
    parts.fold(method.to_owned(), |name, part| {
        let part = part.trim_matches(['{', '}']).replace('-', "_");
        format!("{name}_{part}")
    })
}

/// What stands for a part of a path, as in the other examples.
fn example(path: &str, parameter: &str) -> Option<&'static str> {
    let is_below = |what: &str| path.contains(&format!("/{what}/{{{parameter}}}"));
    [
        ("mailboxes", "ann@example.com"),
        ("domains", "example.com"),
        ("mailstores", "a1"),
        ("resellers", "acme"),
    ]
    .into_iter()
    .find_map(|(what, example)| is_below(what).then_some(example))
}

fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "As asked for",
        "201" => "It was made",
        "202" => "It was begun, and goes on",
        "204" => "It is done",
        "401" => "The token opens nothing, or there is none",
        "403" => "The role does not allow it",
        "404" => "It is not there, or not for whoever asks",
        "409" => "It does not go together with how things are",
        "412" => "It changed since it was looked at",
        "422" => "It makes no sense; the problem says what would",
        "429" => "Too often; Retry-After says when to come again",
        "503" => "Not at this moment; Retry-After says when to come again",
        _ => "See the title",
    }
}

fn problem() -> Response {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    ResponseBuilder::new()
        .description("What did not work, and what to do")
        .content(PROBLEM, content)
        .build()
}
