import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Imports point one way: extension -> {ui, language, ssh, kube, files} -> core; see docs/architecture.md. */
const layers = {
  core: ["ui", "ssh", "kube", "files", "language", "protocol"],
  ssh: ["ui", "kube", "files", "language"],
  kube: ["ui", "ssh", "files", "language"],
  files: ["ui", "ssh", "kube", "language"],
  ui: ["ssh", "language"],
  language: ["ui", "ssh", "kube", "files"],
  protocol: ["ui", "ssh", "kube", "files", "language"],
};

const boundaries = Object.entries(layers).map(([layer, forbidden]) => ({
  files: [`src/${layer}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { regex: `^(\\.\\./)+(${forbidden.join("|")})/`, message: `src/${layer} must not import it.` },
          ...(layer === "ui" ? [] : [{ regex: "^vscode$", message: "Only src/ui and src/extension.ts speak to VS Code." }]),
          ...(layer === "core"
            ? [{ regex: "^(node:)?(fs|net|child_process|http|https|tls|dgram)(/|$)|^ssh2$", message: "The core does no I/O." }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/", "out/", "node_modules/", ".vscode-test/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/prefer-literal-enum-member": "off",
      "@typescript-eslint/no-unnecessary-condition": "off",
      "no-control-regex": "off",
      "max-lines": ["warn", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  ...boundaries,
  {
    files: ["**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: { process: "readonly", console: "readonly", URL: "readonly", require: "readonly", module: "writable" },
    },
  },
);
