use super::{only, read};

#[test]
fn yaml_says_the_same_as_json() {
    let document = r#"
openapi: 3.1.0
info: {title: Shop, version: 1.0}
paths:
  /things/{id}:
    get:
      operationId: getThing
      parameters:
        - &id {name: id, in: path, required: true, schema: {type: string, pattern: "^0[0-9]+$"}}
      responses:
        200:
          content: {application/json: {schema: {type: object, properties: {on: {type: boolean}, no: {type: string}}}}}
    delete:
      operationId: deleteThing
      description: >
        Deletes
        one.
      parameters: [*id]
"#;
    let api = read(document).unwrap();
    assert_eq!(api.operations.len(), 2);
    assert_eq!(api.operations[0].output.as_ref().unwrap()["properties"]["no"]["type"], "string");
    assert_eq!(api.operations[1].description.as_deref(), Some("Deletes one."));
    assert_eq!(api.operations[1].parameters[0].name, "id");
}

#[test]
fn swagger_s_version_may_be_a_number() {
    let api =
        read("swagger: 2.0\nhost: a.example\npaths:\n  /x:\n    get: {responses: {200: {description: ok}}}\n").unwrap();
    assert_eq!(only(&api).path, "/x");
}

#[test]
fn aliases_that_multiply_are_refused_soon() {
    let mut bomb = "openapi: 3.0.0\nx-a: &a [1,1,1,1,1,1,1,1,1,1]\n".to_owned();
    for (name, before) in ('b'..='z').zip('a'..='y') {
        let list = vec![format!("*{before}"); 10].join(",");
        bomb.push_str(&format!("x-{name}: &{name} [{list}]\n"));
    }
    bomb.push_str("paths: {}\n");
    let start = std::time::Instant::now();
    assert!(read(&bomb).is_err());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
