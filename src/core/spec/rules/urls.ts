import type { FieldPath } from "../diagnostic.ts";
import type { Rule } from "./rule.ts";
import { withoutCredentials } from "./secretPatterns.ts";

export const insecureUrl: Rule = {
  severity: "warning",
  title: "What is installed comes by https",
  check: ({ spec: { packageSource, podNetwork } }) => {
    const { apt, rpm } = packageSource;
    const urls: readonly (readonly [FieldPath, string | undefined, string])[] = [
      [["spec", "packageSource", "apt", "url"], apt?.url, signed],
      [["spec", "packageSource", "apt", "key"], apt?.key, key],
      [["spec", "packageSource", "rpm", "url"], rpm?.url, signed],
      [["spec", "packageSource", "rpm", "key"], rpm?.key, key],
      [["spec", "podNetwork", "manifest"], podNetwork.manifest, "change what runs as root on every host"],
    ];
    return urls.flatMap(([path, url, harm]) =>
      url === undefined || !/^http:\/\//i.test(url)
        ? []
        : [
            {
              path,
              message: `expected a URL with https, got ${withoutCredentials(url)}; anybody on the way can ${harm}`,
              fixes: [
                {
                  title: "Change it to https",
                  edits: [{ kind: "set", path, value: url.replace(/^http:/i, "https:") }],
                },
              ],
            },
          ],
    );
  },
};

const signed = "see the packages and hold back newer ones, though not change them";
const key = "put another key in its place, and then any package";
