import { createRequire } from "node:module";

interface MarkdownIt {
  render(markdown: string): string;
}
/** It has no types of its own. */
const MarkdownIt = createRequire(import.meta.url)("markdown-it") as new (options: {
  readonly html: boolean;
  readonly linkify: boolean;
}) => MarkdownIt;

/** Markdown as VS Code's preview renders it: with HTML passed through, and links made of bare addresses. */
export function renderPreview(markdown: string): string {
  return new MarkdownIt({ html: true, linkify: true }).render(markdown);
}

/** The text that a person sees of HTML: without tags, entities resolved. */
export function shownText(html: string): string {
  return html
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** Names of the tags that open in HTML, each once, sorted. */
export function tagsOf(html: string): readonly string[] {
  const names = [...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map(([, name = ""]) => name.toLowerCase());
  return [...new Set(names)].sort();
}
