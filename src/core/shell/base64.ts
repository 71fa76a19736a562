/** The UTF-8 text that `base64` stands for, every character kept; undefined when it is not base64. */
export function decodeBase64(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    // Otherwise a byte order mark would be lost, and a file written back would differ.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
