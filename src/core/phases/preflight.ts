import type { Phase } from "../run/phase.ts";
import { acrossHosts } from "./preflight/acrossHosts.ts";
import { onEachHost } from "./preflight/onEachHost.ts";

/** It changes nothing: what it finds keeps the run from starting. */
export const preflight: Phase = {
  id: "preflight",
  title: "Preflight",
  explains: "Looks for what would make a later step fail, before anything is changed.",
  sections: ["system", "kubernetes"],
  order: "parallel",
  hosts: (spec) => spec.hosts,
  actions: () => [],
  findings: (context) => [...onEachHost(context), ...acrossHosts(context)],
};
