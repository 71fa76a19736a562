import { SshConfigError } from "./sshConfigError.ts";

/** What a token (without its "%") stands for. */
export type Tokens = Readonly<Record<string, string>>;

/** "%%" and the tokens in `text` by their values. Throws SshConfigError for another token, and a "%" at the end. */
export function expandTokens(text: string, tokens: Tokens): string {
  return expand(text, tokens, undefined);
}

/** Like expandTokens, and ${NAME} by the variable. Throws SshConfigError for one that is not set, too. */
export function expandTokensAndVariables(text: string, tokens: Tokens, env: Variables): string {
  return expand(text, tokens, env);
}

/** ${NAME} by the variable and nothing else. Throws SshConfigError for one that is not set. */
export function expandVariables(text: string, env: Variables): string {
  return expand(text, undefined, env);
}

export type Variables = Readonly<Record<string, string | undefined>>;

function expand(text: string, tokens: Tokens | undefined, env: Variables | undefined): string {
  // One pass: what comes out of a variable is not looked at again.
  const parts = [tokens && "%(?:(?<token>[^])|$)", env && "\\$\\{(?<name>[^}]*)(?<close>\\}?)"].filter(
    Boolean,
  );
  return text.replace(new RegExp(parts.join("|"), "g"), (...match: unknown[]) => {
    const groups = match.at(-1) as Partial<Record<"token" | "name" | "close", string>>;
    return groups.name === undefined
      ? valueOfToken(groups.token, tokens ?? {})
      : valueOfVariable(groups.name, groups.close === "}", env ?? {});
  });
}

function valueOfToken(token: string | undefined, tokens: Tokens): string {
  if (token === undefined) {
    throw new SshConfigError('a "%" stands alone at the end');
  }
  const value = token === "%" ? "%" : Object.hasOwn(tokens, token) ? tokens[token] : undefined;
  if (value === undefined) {
    throw new SshConfigError(`%${token} is not known here`);
  }
  return value;
}

function valueOfVariable(name: string, isClosed: boolean, env: Variables): string {
  if (!isClosed) {
    throw new SshConfigError(`"\${${name}" has no closing "}"`);
  }
  const value = name === "" ? undefined : env[name];
  if (value === undefined) {
    throw new SshConfigError(`the environment variable \${${name}} is not set`);
  }
  return value;
}
