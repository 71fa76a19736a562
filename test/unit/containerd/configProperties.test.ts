import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { configProblems, wantedConfig } from "../../../src/core/containerd/config.ts";
import { setTomlValues } from "../../../src/core/containerd/tomlEdit.ts";

const wanted = { sandboxImage: "registry.k8s.io/pause:3.10.1" };

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,6}$/),
  fc.constantFrom("a.b", 'q"t', "ü", "#", "[x]"),
);
const leaf = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -1000, max: 1000 }),
  fc.constantFrom("", "a # b", "x = 1", "[t]", 'a"b', "a\\b", "line\nline", "'"),
  fc.array(fc.constantFrom("one", "two # 2", "]"), { maxLength: 3 }),
);
const table = fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { maxKeys: 3 })), { maxKeys: 4 });
const runtime = fc.record(
  {
    runtime_type: fc.constantFrom("io.containerd.runc.v2", "io.containerd.runsc.v1"),
    options: fc.record({ SystemdCgroup: fc.boolean(), BinaryName: fc.string() }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const cni = fc.record(
  {
    bin_dir: fc.constantFrom("", "/usr/lib/cni", "/opt/cni/bin"),
    bin_dirs: fc.constantFrom<string[]>([], ["/usr/lib/cni"], ["/opt/cni/bin"]),
    conf_dir: fc.constantFrom("/etc/cni/net.d", "/etc/cni"),
    max_conf_num: fc.nat(3),
  },
  { requiredKeys: [] },
);
const containerd = fc.record(
  { runtimes: fc.dictionary(fc.constantFrom("runc", "nvidia", "gvisor"), runtime), snapshotter: fc.string() },
  { requiredKeys: [] },
);
const disabledPlugins = fc.subarray(["io.containerd.grpc.v1.cri", "io.containerd.snapshotter.v1.zfs"]);

/** A file of version 2 or 3 in which anything that we look at may or may not be set. */
const config = fc
  .record(
    {
      cni,
      containerd,
      images: fc.record({ sandbox_image: fc.string() }, { requiredKeys: [] }),
      other: table,
    },
    { requiredKeys: [] },
  )
  .chain(({ cni: cniTable, containerd: containerdTable, images, other }) => {
    const runtimePart = {
      ...(cniTable && { cni: cniTable }),
      ...(containerdTable && { containerd: containerdTable }),
    };
    const second = { "io.containerd.grpc.v1.cri": { ...images, ...runtimePart } };
    const third = { "io.containerd.cri.v1.runtime": runtimePart };
    const rest = { ...(other && { "io.containerd.other.v1": other }) };
    return fc.constantFrom(
      { version: 2, plugins: { ...second, ...rest } },
      { version: 3, plugins: { ...rest, ...third } },
    );
  });

/** The file's text, with comments that must survive. */
const configText = fc.tuple(config, fc.option(disabledPlugins, { nil: undefined })).map(([value, disabled]) =>
  stringify({ ...value, ...(disabled && { disabled_plugins: disabled }) })
    .split("\n")
    .map((line) => (line.startsWith("[") ? `# about ${line.replaceAll("\n", " ")}\n${line}` : line))
    .join("\n"),
);
const containerdVersion = fc.constantFrom("2.0.5", "2.1.4", "2.3.1");

describe("containerd's configuration, whatever was there", () => {
  it("is idempotent and leaves no problem", () => {
    fc.assert(
      fc.property(configText, containerdVersion, (text, version) => {
        const once = wantedConfig(text, version, wanted);
        assert.equal(wantedConfig(once, version, wanted), once);
        assert.deepEqual(configProblems(once, wanted), []);
      }),
    );
  });

  it("changes nothing but the wanted keys, and keeps the comments", () => {
    fc.assert(
      fc.property(configText, containerdVersion, (text, version) => {
        const changed = wantedConfig(text, version, wanted);
        assert.deepEqual(withoutWantedKeys(parse(changed)), withoutWantedKeys(parse(text)));
        for (const comment of text.split("\n").filter((line) => line.startsWith("# about "))) {
          assert.ok(changed.includes(comment), comment);
        }
      }),
    );
  });

  it("sets any value at any place of any file, and nothing else", () => {
    const path = fc.array(name, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(table, path, leaf, (before, keys, value) => {
        const text = stringify(before);
        const changed = parse(setTomlValues(text, [{ path: keys, value }]));
        const expected: Record<string, unknown> = structuredClone(parse(text));
        let at = expected;
        for (const key of keys.slice(0, -1)) {
          const inner = Object.hasOwn(at, key) ? at[key] : undefined;
          at = at[key] = isObject(inner) ? inner : {};
        }
        at[keys.at(-1) ?? ""] = value;
        assert.deepEqual(plain(changed), plain(expected));
      }),
    );
  });
});

const wantedKeys = ["sandbox_image", "sandbox", "bin_dir", "bin_dirs", "conf_dir", "SystemdCgroup"];

/** The value without what we may set; tables that are empty then do not count. */
function withoutWantedKeys(value: unknown, path: readonly string[] = []): unknown {
  if (!isObject(value)) {
    return value;
  }
  const isCri = path[0] === "plugins" && path.length >= 2 && path[1] !== "io.containerd.other.v1";
  const entries = Object.entries(value)
    .filter(([key]) => !(path.length === 0 && key === "disabled_plugins"))
    .filter(([key]) => !(isCri && wantedKeys.includes(key)))
    .filter(([key, inner]) => !(isCri && key === "runtime_type" && inner === "io.containerd.runc.v2"))
    .map(([key, inner]) => [key, withoutWantedKeys(inner, [...path, key])] as const)
    .filter(([, inner]) => !(isObject(inner) && Object.keys(inner).length === 0));
  return Object.fromEntries(entries);
}

/** Without the prototypes, which differ between smol-toml's tables and ours. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
