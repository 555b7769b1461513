"""Validates Kubernetes objects strictly.

Reads a YAML stream from standard input. Built-in kinds are validated against the schemas of the
Kubernetes version in the first argument, others against the CustomResourceDefinitions in the files
that follow. Unknown fields and duplicate keys are faults. Prints one fault per line and exits with 1
if there is any.
"""

import functools
import sys

import jsonschema
import kubernetes_validate
import yaml

# The library reads its large schemas once per object.
utils = kubernetes_validate.utils
utils.schema_contents = functools.cache(utils.schema_contents)
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Loader(yaml.SafeLoader):
    """Refuses duplicate keys."""


def mapping(loader, node):
    keys = [loader.construct_object(key) for key, _ in node.value]
    for at, key in enumerate(keys):
        if key in keys[:at]:
            mark = node.value[at][0].start_mark
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key `{key}`", mark)
    return loader.construct_mapping(node)


def deep_mapping(loader, node):
    value = {}
    yield value
    value.update(mapping(loader, node))


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, deep_mapping)


def strict(schema):
    """The schema of a custom resource, changed to refuse unknown fields."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: strict(value) for key, value in schema.items()}
    if schema.get("x-kubernetes-int-or-string"):
        out["type"] = ["integer", "string"]
    fixed = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if fixed and not schema.get("x-kubernetes-preserve-unknown-fields"):
        out.setdefault("additionalProperties", False)
    return out


def custom_resources(files):
    """Schema by API version and kind."""
    schemas = {}
    for file in files:
        with open(file, encoding="utf-8") as text:
            for crd in filter(None, yaml.load_all(text, FAST)):
                spec = crd["spec"]
                for version in spec["versions"]:
                    key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                    schema = dict(version["schema"]["openAPIV3Schema"])
                    standard = {key: {} for key in ("apiVersion", "kind", "metadata", "status")}
                    schema["properties"] = {**schema["properties"], **standard}
                    schemas[key] = strict(schema)
    return schemas


def fault(document, version, schemas):
    """The fault of an object as text, or None."""
    schema = schemas.get((document["apiVersion"], document["kind"]))
    try:
        if schema is None:
            kubernetes_validate.validate(document, version, strict=True)
        else:
            jsonschema.Draft202012Validator(schema).validate(document)
    except jsonschema.ValidationError as error:
        return f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
    except kubernetes_validate.SchemaNotFoundError as error:
        return error.message
    return None


def main():
    version, *files = sys.argv[1:]
    schemas = custom_resources(files)
    faults = 0
    try:
        for document in filter(None, yaml.load_all(sys.stdin, Loader)):
            wrong = fault(document, version, schemas)
            if wrong is not None:
                faults += 1
                print(f"{document['kind']} {document['metadata'].get('name')}: {wrong[:500]}")
    except yaml.YAMLError as error:
        faults += 1
        print(error)
    sys.exit(1 if faults else 0)


main()
