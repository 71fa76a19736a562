/** The UTF-8 text that `base64` stands for, every character kept; undefined when it is not base64. */
export function decodeBase64(base64: string): string | undefined {
  try {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index++) {
      bytes[index] = binary.charCodeAt(index);
    }
    // Otherwise a byte order mark would be lost, and a file written back would differ.
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
