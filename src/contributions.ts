/**
 * Ids of everything that package.json contributes. A test holds the manifest against this table, and code uses
 * no other spelling; so a forgotten or misspelt id does not compile, or does not pass.
 */
export const commands = {
  newSpec: "kubeadm.spec.new",
  revealInSpec: "kubeadm.spec.reveal",
  planCluster: "kubeadm.cluster.plan",
  bootstrapCluster: "kubeadm.cluster.bootstrap",
  refreshCluster: "kubeadm.cluster.refresh",
  runPhase: "kubeadm.cluster.runPhase",
  joinHost: "kubeadm.host.join",
  prepareHost: "kubeadm.host.prepare",
  resetHost: "kubeadm.host.reset",
  openSshTerminal: "kubeadm.host.openTerminal",
  runPhaseOnHost: "kubeadm.host.runPhase",
  copyAddress: "kubeadm.host.copyAddress",
  showRunTerminal: "kubeadm.host.showRunTerminal",
  revealKubeconfig: "kubeadm.kubeconfig.reveal",
  useContext: "kubeadm.kubeconfig.useContext",
  openJournal: "kubeadm.run.openJournal",
  cancelRun: "kubeadm.run.cancel",
  forgetSecrets: "kubeadm.secrets.forget",
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const views = { inventory: "kubeadm.inventory" } as const;

export const viewContainers = { kubeadm: "kubeadm" } as const;

export const settings = {
  connectTimeoutSeconds: "kubeadm.ssh.connectTimeoutSeconds",
  sshConfigFile: "kubeadm.ssh.configFile",
} as const;

export const contextKeys = {
  isRunning: "kubeadm.isRunning",
} as const;

/** What `viewItem` is in menus. */
export const itemContexts = {
  cluster: "cluster",
  brokenCluster: "cluster.broken",
  group: "group",
  host: "host",
  problem: "problem",
} as const;

/** Documents that we make and nobody edits. */
export const planScheme = "kubeadm-plan";

/** File names of specs, as a glob for finding them and for telling a document. */
export const specGlob = "**/{cluster.yaml,cluster.yml,*.cluster.yaml,*.cluster.yml}";
