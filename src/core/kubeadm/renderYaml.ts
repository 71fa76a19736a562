import { Document, Scalar, visit } from "yaml";
import { KubeadmError } from "../errors.ts";
import { reveal, Secret, secretsOf, type Text } from "../shell/secret.ts";

/** A value of a document that may be a secret; renderYaml keeps it one. */
export class SecretScalar {
  readonly text: Text;

  constructor(text: Text) {
    this.text = text;
  }
}

/**
 * Marks a value as a secret for renderYaml. A secret must match `pattern`, which has to be free of anything that
 * is syntax inside double quotes; a plain text (what a plan shows) may be anything.
 */
export function secretScalar(text: Text, pattern: RegExp): SecretScalar {
  if (secretsOf(text).length > 0 && !pattern.test(reveal(text))) {
    throw new KubeadmError({ code: "internal", message: `a secret is not of the form ${pattern.source}` });
  }
  return new SecretScalar(text);
}

/** Splits texts at secrets; not to be met in any document by chance, which is checked as well. */
const marker = "\uE000secret\uE000";

/** YAML documents as kubeadm reads them: what YAML 1.1 would take for another type is quoted, lines never fold. */
export function renderYaml(documents: readonly unknown[]): Text {
  const secrets: Secret[] = [];
  const rendered = documents.map((value) => renderDocument(value, secrets)).join("---\n");
  const parts = rendered.split(marker);
  if (secrets.length === 0) {
    return rendered;
  }
  if (parts.length !== secrets.length + 1) {
    throw new KubeadmError({
      code: "spec-invalid",
      message: "a kubeadm document holds a private-use character",
    });
  }
  return parts.flatMap((part, index) => {
    const secret = secrets[index];
    return secret === undefined ? [part] : [part, secret];
  });
}

function renderDocument(value: unknown, secrets: Secret[]): string {
  const document = new Document(plain(value, secrets), { compat: "yaml-1.1", aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (node.value === marker) {
        // A token such as 123456.0123456789abcdef would be read as a number without quotes.
        node.type = Scalar.QUOTE_DOUBLE;
      }
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** The value with a marker for each secret; the secrets are added to the list in the document's order. */
function plain(value: unknown, secrets: Secret[]): unknown {
  if (value instanceof SecretScalar) {
    if (secretsOf(value.text).length === 0) {
      return reveal(value.text);
    }
    secrets.push(new Secret(reveal(value.text)));
    return marker;
  }
  if (Array.isArray(value)) {
    return value.map((item) => plain(item, secrets));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field, secrets)]));
  }
  return value;
}
